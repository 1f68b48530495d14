// Chooses the variant once, by what the processor can do.
#include "CKernels.h"

#include <stddef.h>

extern const struct ck_kernels ck_kernels_plain;
#if defined(__x86_64__)
extern const struct ck_kernels ck_kernels_avx2;
extern const struct ck_kernels ck_kernels_avx512;
#endif

const struct ck_kernels *ck_variant(int index) {
    if (index == 0) return &ck_kernels_plain;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (index == 1 && __builtin_cpu_supports("x86-64-v3")) return &ck_kernels_avx2;
    if (index == 2 && __builtin_cpu_supports("x86-64-v4")) return &ck_kernels_avx512;
#endif
    return NULL;
}

const struct ck_kernels *ck_best(void) {
    for (int index = 2; index > 0; index--) {
        const struct ck_kernels *found = ck_variant(index);
        if (found) return found;
    }
    return &ck_kernels_plain;
}
