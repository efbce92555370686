// What the allocator says of itself is not in Swift's module of the C library.
#include <malloc.h>
