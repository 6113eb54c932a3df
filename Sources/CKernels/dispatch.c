// Which of the compiled instruction sets this processor can run.
#include "CKernels.h"

extern const eq_kernels *const eq_kernels_avx512;
extern const eq_kernels *const eq_kernels_avx2;
extern const eq_kernels *const eq_kernels_baseline;

const eq_kernels *const *eq_available_kernels(int32_t *count) {
  static const eq_kernels *sets[3];
  int32_t found = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    sets[found++] = eq_kernels_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets[found++] = eq_kernels_avx2;
#endif
  sets[found++] = eq_kernels_baseline;
  *count = found;
  return sets;
}
