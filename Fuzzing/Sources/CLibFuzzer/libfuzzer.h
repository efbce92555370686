// libFuzzer comes with the compiler, without a header. This is the one call that runs it from a
// main of our own: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
#ifndef LIBFUZZER_H
#define LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argument_count, char ***arguments,
                        int (*take_input)(const uint8_t *start, size_t count));

#endif
