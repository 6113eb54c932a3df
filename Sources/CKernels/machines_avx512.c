// The Ising machines' loops for AVX-512 (F, DQ, BW, VL).
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define VL 16
#include "machines.inc"
#pragma clang attribute pop
const eq_machine_kernels *const eq_machine_kernels_avx512 = &table;
#endif
