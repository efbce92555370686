#pragma once
#include <stdint.h>

/// Counts every allocation of the process in which this target is linked: malloc, calloc, realloc,
/// aligned_alloc, posix_memalign and memalign are replaced by counting versions over glibc's own.

/// Allocations of the calling thread since it began.
uint64_t allocations_of_this_thread(void);

/// Allocations of all threads since the process began. Only means something where nothing else
/// runs: in a process of its own, not beside other tests.
uint64_t allocations_of_all_threads(void);
