// For x86-64-v3: two of sixteen registers hold sixteen floats.
#include "vectors.h"
#include "keys.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define CK_NAME(name) name##_avx2
#define CK_TABLE ck_kernels_avx2
#define CK_TITLE "AVX2"
#define CK_FUSED 1
#define CK_AVX2 1
#define CK_TILE_ROWS 4
#define CK_TILE_VECTORS 1
#define CK_SCORE_ROWS 6
#define CK_SCORE_VECTORS 1
#include "kernels.inc"
#pragma clang attribute pop
#endif
