// The samplers' loops for AVX-512 (F, DQ, BW, VL) with AES on whole vectors (VAES).
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,vaes,aes,popcnt"), min_vector_width(512))), apply_to = function)
#define WORD_AES
#include "sampling.inc"
#pragma clang attribute pop
const eq_sampling_kernels *const eq_sampling_kernels_avx512 = &table;
#endif
