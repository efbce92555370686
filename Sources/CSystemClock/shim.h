// What the kernel says about its own clock; the module of the C library leaves it out.
#include <sys/timex.h>
