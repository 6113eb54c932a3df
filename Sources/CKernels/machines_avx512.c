// The Ising machines' loops for AVX-512 (F, DQ, BW, VL).
#if defined(__x86_64__)
#include <stdint.h>
void eq_packed_field_counting(const uint32_t *, int64_t, int64_t, int64_t, int64_t, int64_t, const uint32_t *, int64_t, float, float *);
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define VL 16
#define COUNTING_PACKED_FIELD eq_packed_field_counting
#include "machines.inc"
#pragma clang attribute pop
const eq_machine_kernels *const eq_machine_kernels_avx512 = &table;
#endif
