// The Ising machines' loops for AVX2 and FMA.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VL 8
#include "machines.inc"
#pragma clang attribute pop
const eq_machine_kernels *const eq_machine_kernels_avx2 = &table;
#endif
