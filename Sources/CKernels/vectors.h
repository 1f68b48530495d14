// The vectors that every kernel is written in: sixteen floats or eight doubles, whatever the registers hold.
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((ext_vector_type(16)));
typedef double d8 __attribute__((ext_vector_type(8)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef int32_t i16 __attribute__((ext_vector_type(16)));
typedef float v16_anywhere __attribute__((ext_vector_type(16), aligned(4)));
typedef float v8_anywhere __attribute__((ext_vector_type(8), aligned(4)));
typedef double d8_anywhere __attribute__((ext_vector_type(8), aligned(8)));

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")
