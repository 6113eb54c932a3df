// The loops of the Ising machines for the instruction sets that this processor runs, in the order of `eq_available_kernels`.
#include "CKernels.h"

extern const eq_machine_kernels *const eq_machine_kernels_avx512;
extern const eq_machine_kernels *const eq_machine_kernels_avx2;
extern const eq_machine_kernels *const eq_machine_kernels_baseline;

const eq_machine_kernels *const *eq_available_machine_kernels(int32_t *count) {
  static const eq_machine_kernels *sets[3];
  const eq_kernels *const *available = eq_available_kernels(count);
  for (int32_t i = 0; i < *count; i++) switch (available[i]->name[0] == 'b' ? 0 : available[i]->block) {
#if defined(__x86_64__)
      case 32: sets[i] = eq_machine_kernels_avx512; break;
      case 16: sets[i] = eq_machine_kernels_avx2; break;
#endif
      default: sets[i] = eq_machine_kernels_baseline;
    }
  return sets;
}
