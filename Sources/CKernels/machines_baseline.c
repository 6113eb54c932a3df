// The Ising machines' loops for the compiler's baseline.
#define VL 4
#include "machines.inc"
const eq_machine_kernels *const eq_machine_kernels_baseline = &table;
