// For any processor; on 64-bit ARM the compiler turns the vectors into NEON with fused multiply-adds.
#include "vectors.h"
#include "keys.h"

#define CK_NAME(name) name##_plain
#define CK_TABLE ck_kernels_plain
#if defined(__aarch64__)
#define CK_TITLE "NEON"
#define CK_FUSED 1
#define CK_TILE_ROWS 4
#define CK_SCORE_ROWS 4
#else
#define CK_TITLE "plain"
#define CK_FUSED 0
#define CK_TILE_ROWS 2
#define CK_SCORE_ROWS 2
#endif
#define CK_TILE_VECTORS 1
#define CK_SCORE_VECTORS 1
#include "kernels.inc"
