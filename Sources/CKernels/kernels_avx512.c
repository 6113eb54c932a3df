// The kernels for AVX-512 (F, DQ, BW, VL): 32 registers of 16 floats.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define NAME "AVX-512"
#define VL 16
#define NV 2
#define PX 12
#include "kernels.inc"
#pragma clang attribute pop
const eq_kernels *const eq_kernels_avx512 = &table;
#endif
