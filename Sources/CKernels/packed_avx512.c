// Packed products for processors that count the bits of a whole vector in one instruction (AVX-512 VPOPCNTDQ).
#if defined(__x86_64__)
#include <stdint.h>
void eq_packed_field_counting(const uint32_t *, int64_t, int64_t, int64_t, int64_t, int64_t, const uint32_t *, int64_t, float, float *);
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vpopcntdq,avx2,fma"), min_vector_width(512))), apply_to = function)
#define VL 16
#define PACKED_LINKAGE
#define PACKED_FIELD eq_packed_field_counting
#include "vectors.inc"
#include "packed.inc"
#pragma clang attribute pop
#endif
