// The samplers' loops for AVX2 and AES-NI.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,aes,popcnt"))), apply_to = function)
#define BLOCK_AES
#include "sampling.inc"
#pragma clang attribute pop
const eq_sampling_kernels *const eq_sampling_kernels_avx2 = &table;
#endif
