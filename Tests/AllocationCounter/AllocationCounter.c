#include "AllocationCounter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

// Initial-exec: the counter's place is known when the process starts, so that reading it does not
// allocate, which a dynamic place may do on a thread's first access.
static __thread uint64_t of_this_thread __attribute__((tls_model("initial-exec")));
static _Atomic uint64_t of_all_threads;

static void count_one(void) {
    of_this_thread += 1;
    atomic_fetch_add_explicit(&of_all_threads, 1, memory_order_relaxed);
}

uint64_t allocations_of_this_thread(void) { return of_this_thread; }

uint64_t allocations_of_all_threads(void) {
    return atomic_load_explicit(&of_all_threads, memory_order_relaxed);
}

void *malloc(size_t size) {
    count_one();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    count_one();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    count_one();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count_one();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count_one();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    count_one();
    void *allocated = __libc_memalign(alignment, size);
    if (allocated == NULL) return ENOMEM;
    *memory = allocated;
    return 0;
}
