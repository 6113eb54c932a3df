// The inner loops of Equilibria.
//
// Every function exists once for each instruction set (AVX-512, AVX2 + FMA, and whatever the compiler's baseline is: SSE2 on x86-64,
// NEON on arm64) and is reached through a table that is chosen at run time, so that one binary runs on any node.
//
// Layout. A plane of spins is rows × columns × channels, channels innermost and padded to a multiple of EQ_CHANNEL_PAD; samples follow
// one another. All offsets and strides are counted in floats, all pointers may be assumed to be 64-byte aligned at offset 0.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "EquilibriaMachines.h"
#include "EquilibriaSampling.h"

#define EQ_CHANNEL_PAD 16
// Weights of one post channel in a slice of 16 pre channels of a 3×3 kernel.
#define EQ_SCATTER_ROW (9 * 16)
// Numbers of a window's list beyond its capacity: vectors are written whole.
#define EQ_LIST_SLACK 16

// One non-zero position that reaches a pixel in a transposed convolution under max-pooling: the list it is in (window × positions + position) and
// the offset of the kernel's tap in the packed weights.
typedef struct {
  int32_t list;
  int32_t tap;
} eq_reach;

// A (sparse) entry of a list: which weight row or which pixel, and the value there.
typedef struct {
  int32_t offset;
  float value;
} eq_entry;

// The numbers of Adam's rule: `rest` is 1 − β, `scale` that of the gradient, `kept` what is left of a parameter that shrinks by itself.
typedef struct {
  float rate, beta1, rest1, beta2, rest2, epsilon, decay, kept, scale, correction1, correction2;
  int32_t decoupled;
} eq_adam;

typedef struct {
  const char *name;
  // Floats in one packed block of output channels.
  int32_t block;

  // Copies `rows × columns` (row-major, `source_stride` floats a row) into the order in which `convolve` reads weights:
  // [block][row][channel of block]; a last block of half the width is used when the columns need no more. `columns` is a multiple of EQ_CHANNEL_PAD.
  void (*pack)(const float *source, int64_t source_stride, int64_t rows, int64_t columns, float *packed);

  // The same of a matrix of which `source` is the transpose: packed row r, column c is source[c · source_stride + r].
  void (*pack_transposed)(const float *source, int64_t source_stride, int64_t rows, int64_t columns, float *packed);

  // output[target[q] + n·target_stride + c] (+)= Σ_tap Σ_k input[pixel[q] + n·pixel_stride + tap[t] + k] · weights[tap·depth + k][c]
  // for every pixel q < pixels of every sample n < samples.
  void (*convolve)(const float *input, const int64_t *pixel, int64_t pixel_stride, const int64_t *tap, int64_t taps, int64_t depth,
                   const float *weights, int64_t columns, float *output, const int64_t *target, int64_t target_stride, int64_t pixels,
                   int64_t samples, int32_t accumulate);

  // Max-pooling of conv[window_start[w] + n·conv_stride + member[i] + c] over i < members; the index of the first greatest goes to `argmax`.
  // With `holds` the member that `argmax` names is taken instead, as large as it may be.
  // Windows of a sample follow one another in `pooled` and `argmax`, samples after their strides.
  void (*pool_max)(const float *conv, int64_t conv_stride, const int64_t *window_start, const int64_t *member, int32_t members, int64_t channels,
                   int64_t windows, int64_t samples, float *pooled, int64_t pooled_stride, uint8_t *argmax, int64_t argmax_stride,
                   int32_t accumulate, int32_t holds);

  // Winograd's F(m×m, 3×3), m = `side` = 2 or 4, of a convolution with stride 1, in tiles of m×m outputs of whole rows of tiles.
  // `winograd_weights` transforms the flat weights [post channel][3][3][pre channel] into [block][(m + 2)²][pre channel][channel of block];
  // `scratch` holds 9 · pres · block floats.
  // `winograd_input` transforms the patches; `pre` points to the first number of the first tile's patch:
  // transformed[(m + 2)²][sample × tile][channels].
  // `winograd_multiply` multiplies by one block of the weights: products[(m + 2)²][rows][width], `rows` being sample × tile.
  // `winograd_pool` takes the block to the maxima of windows of 2×2 outputs and their places, of rows 0 ..< `rows` of windows; the first tile
  // begins with row `first_row`, which may be negative. `pooled` and `argmax` point to the block's first channel in row 0; `holds` as above.
  void (*winograd_weights)(const float *flat, int32_t side, int64_t pres, int64_t posts, float *scratch, float *weights);
  void (*winograd_input)(const float *pre, int64_t pre_stride, int64_t row_stride, int32_t side, int64_t channels, int64_t tile_rows,
                         int64_t tile_columns, int64_t samples, float *transformed);
  void (*winograd_multiply)(const float *transformed, const float *weights, int32_t side, int64_t rows, int64_t depth, int64_t width,
                            float *products);
  void (*winograd_pool)(const float *products, int32_t side, int64_t width, int64_t tile_rows, int64_t tile_columns, int64_t samples,
                        int64_t first_row, int64_t rows, int64_t channels, float *pooled, int64_t pooled_stride, uint8_t *argmax,
                        int64_t argmax_stride, int32_t accumulate, int32_t holds);

  // Lists, for each window and each position in it, the channels whose arg-max is there and whose spin is not zero.
  // entries: [list][channels]; counts: [list]; list = n·lists + w·members + i. offset = channel · channel_stride.
  void (*list_spins)(const float *spins, const int64_t *spin_offset, int64_t spin_stride, const uint8_t *argmax, int64_t argmax_stride,
                     int32_t members, int64_t channels, int64_t windows, int64_t samples, int32_t channel_stride, eq_entry *entries,
                     int32_t *counts, int64_t lists);

  // output[n·output_stride + q·channels + c] (+)= Σ over reaches r of pixel q, Σ entries e of list r: e.value · weights[r.tap + e.offset + c]. The weights of `width`
  // channels (128, 64, 32 or 16) lie together, those of the next `width` after `weights_stride` floats, so that a slice stays in the cache.
  void (*gather)(const eq_entry *entries, const int32_t *counts, int64_t list_capacity, int64_t lists, const eq_reach *reach,
                 const int32_t *reach_start, const float *weights, int64_t weights_stride, int32_t width, int64_t channels, float *output,
                 int64_t output_stride, int64_t pixels, int64_t samples, int32_t accumulate);

  // The same for 3×3 kernels with stride 1 under windows of 2×2, a slice of 16 pre channels at a time.
  // `list_windows`: for each sample, window and block of post channels the four lists of the channels whose arg-max is at a place and whose
  // spin is not zero: values and offsets [sample][window][block][4][block + EQ_LIST_SLACK], counts [sample][window][block][4];
  // offset = channel in the block · EQ_SCATTER_ROW.
  // `scatter`: output[n · output_stride + q · channels + c] (+)= Σ value · weights, which are [slice][post channel][9][16], for `rows` rows of
  // pixels. The first window's kernels begin in row `first_row`, counted from the first of those, and `padding` columns before them.
  // `pixels` holds samples × (2 · window_rows + 2) × (2 · window_columns + 2) × 16 floats.
  void (*list_windows)(const float *spins, const int64_t *spin_offset, int64_t spin_stride, const uint8_t *argmax, int64_t argmax_stride,
                       int64_t channels, int64_t block, int64_t windows, int64_t samples, float *values, int32_t *offsets, int32_t *counts);
  void (*scatter)(const float *values, const int32_t *offsets, const int32_t *counts, int64_t posts, int64_t block, const float *weights,
                  int64_t window_rows, int64_t window_columns, int64_t samples, float *pixels, int64_t first_row, int64_t padding,
                  float *output, int64_t output_stride, int64_t channels, int64_t rows, int64_t columns, int32_t accumulate);

  // Weight gradient under max-pooling: gradient[channel][tap][c] += Σ windows, samples: scale[n] · spin · pre[corner + tap + c].
  // `scratch` holds samples × windows entries.
  void (*gradient_sparse)(const float *pre, const int64_t *corner, int64_t pre_stride, const int64_t *tap, int64_t taps, int64_t depth,
                          const float *spins, const int64_t *spin_offset, int64_t spin_stride, const uint8_t *argmax, int64_t argmax_stride,
                          int32_t members, int64_t channels, int64_t windows, int64_t samples, const float *scale, float *gradient,
                          eq_entry *scratch);

  // Weight gradient of a plain convolution: gradient[channel][tap][c] += Σ pixels q, samples n: post[q][channel] · pre[pixel[q] + tap + c].
  // `post` is contiguous: [sample × pixel][channels], already scaled.
  void (*gradient_dense)(const float *pre, const int64_t *pixel, int64_t pre_stride, const int64_t *tap, int64_t taps, int64_t depth,
                         const float *post, int64_t channels, int64_t pixels, int64_t samples, float *gradient);

  // s ← σ(s + step (f − s)), f = bias + base + drive + top_down, on `pixels` pixels of `samples` samples; base, drive and top_down may be null, their pixels follow one
  // another, and their samples after `field_stride`.
  // norms[0] += Σ(Δs)², norms[1] += Σ s². `channels` is padded, `used` is not: padded channels stay zero.
  void (*update)(float *spins, const int64_t *spin_offset, int64_t spin_stride, const float *bias, const float *base, const float *drive,
                 const float *top_down, int64_t field_stride, int32_t activation, float step, int64_t channels, int64_t used,
                 int64_t pixels, int64_t samples, double *norms);

  // d ← d + step (σ'(s) ⊙ (drive + top_down) − d), where `spins` are the s that σ has given; either field may be null. `responses` and `spins` lie
  // alike; norms as above.
  void (*respond)(float *responses, const float *spins, const int64_t *spin_offset, int64_t spin_stride, const float *drive,
                  const float *top_down, int64_t field_stride, int32_t activation, float step, int64_t channels, int64_t pixels,
                  int64_t samples, double *norms);

  // bias_gradient[c] += Σ scale[n] · s.
  void (*sum_spins)(const float *spins, const int64_t *spin_offset, int64_t spin_stride, int64_t channels, int64_t pixels, int64_t samples,
                    const float *scale, float *sum);

  // a[i] += b[i].
  void (*add)(float *a, const float *b, int64_t count);

  // Adam's update of `count` parameters that lie side by side, and of their moments.
  void (*adam)(float *parameters, const float *gradient, float *first, float *second, int64_t count, const eq_adam *rule);

  // A measure of the core: `rounds` rounds of independent fused multiply-adds; returns the floating-point operations done, puts a result in `sink`.
  double (*peak)(int64_t rounds, float *sink);
} eq_kernels;

// The sets compiled into this binary, fastest first, that this processor can run. `count` receives their number.
const eq_kernels *const *eq_available_kernels(int32_t *count);
