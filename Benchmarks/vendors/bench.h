// What every contender shares: a problem (one convolution's shape with its data), and how to run, check and time a contender.
#pragma once
#include <stdint.h>

typedef enum { FORWARD, TRANSPOSED, GRADIENT, PASSES } pass_t;

// A 3×3 convolution with stride 1 and padding 1. Data are dense, channels innermost:
// pre[batch][side][side][in], post[batch][side][side][out], weights[out][3][3][in].
typedef struct {
  int in, out, side, batch;
  float *pre, *post, *weights;
} problem;

typedef struct contender contender;
struct contender {
  // The column of the table that it belongs to.
  const char *name;
  // What the library says of its choice; may be empty.
  char detail[64];
  void *state;
  // Null where the library cannot do the shape: the column stays empty.
  void (*run)(contender *);
  // Greatest error at some places, relative to the r.m.s. of the exact values there.
  double (*error)(contender *, const problem *);
  void (*release)(contender *);
  double seconds, worst;
};

enum { MAX_CONTENDERS = 24 };

typedef struct {
  contender items[MAX_CONTENDERS];
  int count;
} contenders;

// Each adds what it has for this pass, the same columns for every shape.
void add_onednn(const problem *, pass_t, contenders *);
void add_openblas(const problem *, pass_t, contenders *);
void add_libxsmm(const problem *, pass_t, contenders *);
void add_own(const problem *, pass_t, contenders *);

contender *new_contender(contenders *, const char *name, void *state);

// This core's peak in FLOP/s; the best of all calls so far.
double measured_peak(void);
const char *own_kernels_name(void);
const char *openblas_name(void);
const char *onednn_name(void);

float *floats(int64_t count);
// Uniform in ±scale, the same for the same seed.
void fill(float *values, int64_t count, float scale, uint64_t seed);
uint64_t next_random(uint64_t *state);

// Exact values, in double precision, from these dense arrays.
double exact_forward(const problem *, const float *pre, int n, int row, int column, int channel);
double exact_transposed(const problem *, const float *post, int n, int row, int column, int channel);
double exact_gradient(const problem *, const float *pre, const float *post, int out, int tap, int in);

// The error of a whole dense result of the pass: post, pre or weights in the order above.
double dense_error(const problem *, pass_t, const float *result, const float *pre, const float *post);
// The error of pooled[batch][side/2][side/2][out]: maxima of the exact forward pass over windows of 2×2.
double pooled_error(const problem *, const float *pooled);
