// The kernels for AVX2 and FMA: 16 registers of 8 floats.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME "AVX2"
#define VL 8
#define NV 2
#define PX 6
#include "kernels.inc"
#pragma clang attribute pop
const eq_kernels *const eq_kernels_avx2 = &table;
#endif
