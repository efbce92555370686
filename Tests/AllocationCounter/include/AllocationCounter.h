#pragma once
#include <stdint.h>

/// Counts every allocation of the process in which this target is linked: malloc, calloc, realloc,
/// aligned_alloc, posix_memalign, memalign and free are replaced by counting versions over glibc's
/// own.

/// Allocations of the calling thread since it began.
uint64_t allocations_of_this_thread(void);

/// Bytes that the calling thread allocated less those that it freed, with what the allocator itself
/// puts before each piece. What another thread frees still counts as kept.
int64_t bytes_kept_by_this_thread(void);

/// Allocations of all threads since the process began. Only means something where nothing else
/// runs: in a process of its own, not beside other tests.
uint64_t allocations_of_all_threads(void);
