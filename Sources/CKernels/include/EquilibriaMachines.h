// The inner loops of Ising machines: noise, fields, local rules, and flips of single spins.
//
// A plane holds one number for every spin and replica, [spin][replica]: the replicas of a spin lie side by side, `stride` of them. A stride of 1 is
// one replica; any other is a multiple of 16. Planes end on a multiple of 16 floats, and may be read and written to there.
// Every function exists once for each instruction set, like those of `eq_kernels`.
#pragma once
#include <stdint.h>

// What the words of Philox become.
enum {
  EQ_UNIFORM = 0,      // in (−1, 1)
  EQ_EXPONENTIAL = 1,  // −ln u
  EQ_LOGISTIC = 2,     // ln((1 − u)/u)
  EQ_NORMAL = 3,       // mean 0, variance 1
};

// One coupling of a row: the other spin, and J.
typedef struct {
  int32_t spin;
  float coupling;
} eq_neighbour;

typedef struct {
  float step, pump, coupling, noise, limit;
} eq_cim;

typedef struct {
  eq_cim cim;
  float beta1, beta2, epsilon;
  // 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ).
  float correction1, correction2;
} eq_cim_adam;

typedef struct {
  float step, gain, saturation, coupling, limit, error_limit;
} eq_chaotic;

typedef struct {
  float step, mass, stiffness, cubic, coupling, friction, heating;
  // 0: none.
  float wall;
} eq_momentum;

typedef struct {
  float step, stiffness, coupling, friction;
  // 0: none.
  float wall;
} eq_conjugate;

typedef struct {
  float step, coupling, locking, noise;
  // κ of sin Δ + κ cos Δ; 0: the gradient of an energy.
  float even;
} eq_oscillator;

typedef struct {
  float rate, stiffness, noise, limit;
} eq_langevin;

// The activations of layered networks.
enum { EQ_CLAMP = 0, EQ_HALF_CLAMP = 1, EQ_SIGMOID = 2, EQ_RELU6 = 3, EQ_TANH = 4, EQ_LINEAR = 5 };

typedef struct {
  // planes[k·plane + i·stride + r], k < 4: the noise of steps 4·quad + k for spin identifiers[i] and replica first_replica + r.
  void (*noise)(float *planes, int64_t plane, const uint32_t *identifiers, int64_t spins, int64_t stride, uint32_t first_replica,
                uint32_t quad, uint32_t purpose, const uint32_t *key, int32_t kind);

  // field[i][r] = bias_i · scale_r; `scale` holds at least 16 numbers.
  void (*start_field)(const float *bias, const float *scale, int64_t spins, int64_t stride, float *field);
  // field[i][r] += Σ over the neighbours of row i, first ≤ i < last; replicas in steps of 16.
  void (*sparse_field)(const int64_t *rows, const eq_neighbour *neighbours, int64_t first, int64_t last, const float *states, int64_t stride,
                       float *field);
  // One replica, rows in slices of 16 of similar length: neighbour k of slice c's rows is at (slices[c] + k)·16 + row.
  void (*sliced_field)(const int64_t *slices, const int32_t *columns, const float *couplings, const int32_t *targets, int64_t first,
                       int64_t last, const float *states, float *field);
  // One replica: field[i] += Σ_j J_ij x_j over rows of `stride` floats; `columns` is a multiple of 16.
  void (*dense_field)(const float *couplings, int64_t row_count, int64_t stride, int64_t columns, const float *states, float *field);

  // Many replicas, `stride` of them: field[i][r] += Σ_j J_ij x[j][r] over rows of `row_stride` floats.
  void (*dense_product)(const float *couplings, int64_t row_count, int64_t row_stride, int64_t columns, const float *states, int64_t stride,
                        float *field);
  // Bit k of words[w·stride + r]: whether spin 32w + k of replica r is negative; 0 behind the last spin.
  void (*pack_signs)(const float *states, int64_t spins, int64_t stride, uint32_t *words);
  // Couplings ±unit and spins ±1, a bit each: field[i][r] += unit · Σ over the `columns` columns of the words first ≤ w < last. Rows of `row_words`
  // words; bits without a column are 0.
  void (*packed_field)(const uint32_t *signs, int64_t row_count, int64_t row_words, int64_t first, int64_t last, int64_t columns,
                       const uint32_t *words, int64_t stride, float unit, float *field);
  // The sum of `count` floats, a multiple of 64.
  float (*read)(const float *x, int64_t count);

  // sums[r] += Σ_i round(unit · sign(x) (f + h_i)).
  void (*sum_energy)(const float *states, const float *field, const float *bias, int64_t spins, int64_t stride, double unit, int64_t *sums);
  // sums[r] += Σ_i round(unit · |x|), or of x² if `squared`.
  void (*sum_size)(const float *states, int64_t spins, int64_t stride, double unit, int32_t squared, int64_t *sums);
  // out = ±1 with the signs of x; a zero counts as positive.
  void (*take_signs)(const float *states, int64_t count, float *out);

  // Local rules; steps.inc has the equations.
  void (*step_cim)(float *x, const float *field, const float *noise, int64_t count, eq_cim settings);
  void (*step_cim_adam)(float *x, float *first, float *second, const float *field, const float *noise, int64_t count, eq_cim_adam settings);
  void (*step_chaotic)(float *x, float *e, const float *field, const float *rate_of, const float *target_of, int64_t period, int64_t count,
                       eq_chaotic settings);
  void (*step_momentum)(float *x, float *y, const float *field, int64_t count, eq_momentum settings);
  void (*step_conjugate)(float *x, float *y, const float *field, int64_t count, eq_conjugate settings);
  // Any activation but EQ_HALF_CLAMP.
  void (*step_leaky)(float *u, float *s, const float *field, int64_t count, float step, int32_t activation);
  void (*step_oscillator)(float *phase, const float *cosine_field, const float *sine_field, const float *noise, float *cosines, float *sines,
                          int64_t count, eq_oscillator settings);
  void (*sine_cosine)(const float *phase, float *cosines, float *sines, int64_t count);
  void (*step_langevin)(float *x, const float *field, const float *noise, int64_t count, eq_langevin settings);
  void (*quantise)(float *x, int64_t count, float step, float offset, float limit);
  void (*add_noise)(float *x, const float *noise, int64_t count, float strength);

  // Between a machine's plane and the layers of a network; layers.inc says how.
  void (*place_spins)(float *spins, const int64_t *spin_offset, int64_t spin_stride, const float *plane, int64_t plane_stride,
                      int64_t channels, int64_t used, int64_t pixels, int64_t samples, double *norms);
  void (*take_spins)(const float *spins, const int64_t *spin_offset, int64_t spin_stride, int64_t channels, int64_t pixels,
                     int64_t samples, float *plane);
  void (*sum_fields)(const float *bias, const float *base, const float *drive, const float *top_down, int64_t channels, int64_t pixels,
                     int32_t accumulate, float *out);
  void (*confine)(float *x, float *momenta, const float *lower, const float *upper, int64_t count);

  // Visits the spins first ≤ i < last of one replica in order; spin i flips if s_i f_i < scale · threshold_i, and the fields of all spins follow.
  // Returns the flips, and adds the change of −½ΣJss − Σhs to `energy`. Couplings by rows: of neighbours, none of which is among the visited spins;
  // of `stride` floats; of `stride` bytes.
  int64_t (*flip_sparse)(float *spins, float *fields, const float *thresholds, float scale, int64_t first, int64_t last, const int64_t *rows,
                         const eq_neighbour *neighbours, double *energy);
  int64_t (*flip_dense)(float *spins, float *fields, const float *thresholds, float scale, int64_t first, int64_t last, const float *couplings,
                        int64_t stride, double *energy);
  int64_t (*flip_bytes)(float *spins, float *fields, const float *thresholds, float scale, int64_t first, int64_t last, const int8_t *couplings,
                        int64_t stride, double *energy);
  // All pairs coupled by ±1: one bit each, 1 for −1, 0 on the diagonal, rows of `row_words` words. `fields` holds row_words · 32 integers, the
  // diagonal's 1 included.
  int64_t (*flip_packed)(float *spins, int16_t *fields, const float *thresholds, float scale, int64_t first, int64_t last, const uint32_t *signs,
                         int64_t row_words, double *energy);
} eq_machine_kernels;

// In the order of `eq_available_kernels`.
const eq_machine_kernels *const *eq_available_machine_kernels(int32_t *count);
