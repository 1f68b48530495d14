// For x86-64-v4: one register holds sixteen floats, and there are thirty-two.
#include "vectors.h"
#include "keys.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#define CK_NAME(name) name##_avx512
#define CK_TABLE ck_kernels_avx512
#define CK_TITLE "AVX-512"
#define CK_FUSED 1
#define CK_AVX512 1
#define CK_TILE_ROWS 8
#define CK_TILE_VECTORS 3
#define CK_SCORE_ROWS 14
#define CK_SCORE_VECTORS 2
#include "kernels.inc"
#pragma clang attribute pop
#endif
