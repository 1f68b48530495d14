#define _GNU_SOURCE
// Memory for large matrices that are read row by row in any order.
#include "CKernels.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

void *ck_allocate(long bytes) {
    const size_t large = 2 << 20;
    const size_t alignment = (size_t)bytes >= 2 * large ? large : 64;
    void *memory = NULL;
    const size_t size = ((size_t)(bytes > 0 ? bytes : 1) + alignment - 1) / alignment * alignment;
    if (posix_memalign(&memory, alignment, size) != 0) return NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (alignment == large) (void)madvise(memory, size, MADV_HUGEPAGE);
#endif
    return memory;
}

void ck_free(void *memory) { free(memory); }
