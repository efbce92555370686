#include "AllocationCounter.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

// Initial-exec: the counter's place is known when the process starts, so that reading it does not
// allocate, which a dynamic place may do on a thread's first access.
static __thread uint64_t of_this_thread __attribute__((tls_model("initial-exec")));
static __thread int64_t kept_by_this_thread __attribute__((tls_model("initial-exec")));
static _Atomic uint64_t of_all_threads;

// The piece with the word before it that says its size.
static int64_t bytes_of(void *memory) {
    return memory == NULL ? 0 : (int64_t)(malloc_usable_size(memory) + sizeof(size_t));
}

static void *count_one(void *memory) {
    of_this_thread += 1;
    kept_by_this_thread += bytes_of(memory);
    atomic_fetch_add_explicit(&of_all_threads, 1, memory_order_relaxed);
    return memory;
}

uint64_t allocations_of_this_thread(void) { return of_this_thread; }

int64_t bytes_kept_by_this_thread(void) { return kept_by_this_thread; }

uint64_t allocations_of_all_threads(void) {
    return atomic_load_explicit(&of_all_threads, memory_order_relaxed);
}

void *malloc(size_t size) { return count_one(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return count_one(__libc_calloc(count, size)); }

void *realloc(void *memory, size_t size) {
    int64_t before = bytes_of(memory);
    void *allocated = __libc_realloc(memory, size);
    // Where it fails, the old piece stays.
    if (allocated != NULL || size == 0) kept_by_this_thread -= before;
    return count_one(allocated);
}

void *memalign(size_t alignment, size_t size) {
    return count_one(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return count_one(__libc_memalign(alignment, size));
}

void free(void *memory) {
    kept_by_this_thread -= bytes_of(memory);
    __libc_free(memory);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *allocated = count_one(__libc_memalign(alignment, size));
    if (allocated == NULL) return ENOMEM;
    *memory = allocated;
    return 0;
}
