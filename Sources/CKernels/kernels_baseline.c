// The kernels for the compiler's baseline: SSE2 on x86-64, NEON on arm64, plain code elsewhere.
#define NAME "baseline"
#define VL 4
#define NV 2
#define PX 6
#include "kernels.inc"
const eq_kernels *const eq_kernels_baseline = &table;
