// What the contenders of the project's own kernels share: planes with a halo, and tables of where pixels and taps lie.
#pragma once
#include "CKernels.h"
#include "bench.h"

// As the library's `SpinPlanes`: [sample][side + 2·halo][side + 2·halo][channels], zeros around.
typedef struct {
  int64_t row, sample;
  float *values;
} plane;

// A 3×3 convolution; or, where the channels do not fill vectors (the clamped input), a 1×1 convolution over patches that are
// unfolded beforehand, once an image.
typedef struct {
  int taps, depth;
  plane pre;
  int64_t *corners, *tap_offsets;
  // [tap][depth][out], packed for `convolve`.
  float *packed;
} geometry;

extern const eq_kernels *eq;

void add_own_plain(const problem *, pass_t, contenders *);
void add_own_pooled(const problem *, pass_t, contenders *);

plane make_plane(const float *dense, int batch, int side, int channels);
geometry make_geometry(const problem *);
void free_geometry(geometry *);
// 0, stride, 2·stride, …
int64_t *multiples(int count, int64_t stride);
// Error of gradient[out][tap][depth].
double gradient_error(const problem *, const geometry *, const float *gradient, const float *post);
