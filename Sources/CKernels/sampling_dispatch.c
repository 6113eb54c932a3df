// The loops of samplers for the instruction sets that this processor runs, in the order of `eq_available_kernels`. A set without its
// instructions for AES takes the next one's, which has the same bits.
#include "CKernels.h"

extern const eq_sampling_kernels *const eq_sampling_kernels_avx512;
extern const eq_sampling_kernels *const eq_sampling_kernels_avx2;
extern const eq_sampling_kernels *const eq_sampling_kernels_baseline;

const eq_sampling_kernels *const *eq_available_sampling_kernels(int32_t *count) {
  static const eq_sampling_kernels *sets[3];
  const eq_kernels *const *available = eq_available_kernels(count);
  for (int32_t i = 0; i < *count; i++) {
    sets[i] = eq_sampling_kernels_baseline;
#if defined(__x86_64__)
    const int32_t width = available[i]->name[0] == 'b' ? 0 : available[i]->block;
    if (width >= 16 && __builtin_cpu_supports("aes")) sets[i] = eq_sampling_kernels_avx2;
    if (width == 32 && __builtin_cpu_supports("vaes") && __builtin_cpu_supports("aes")) sets[i] = eq_sampling_kernels_avx512;
#endif
  }
  return sets;
}
