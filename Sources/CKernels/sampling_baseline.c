// The samplers' loops for the compiler's baseline, with AES by table.
#include "sampling.inc"
const eq_sampling_kernels *const eq_sampling_kernels_baseline = &table;
