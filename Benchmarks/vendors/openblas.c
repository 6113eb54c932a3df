// OpenBLAS, serial: the patches of a few samples at a time are copied into a matrix (im2col, counted), then one sgemm.
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

typedef struct {
  const problem *p;
  pass_t pass;
  float *columns, *flipped, *result;
  int together;
} state;

const char *openblas_name(void) {
  static char name[128];
  openblas_set_num_threads(1);
  snprintf(name, sizeof name, "%s", openblas_get_config());
  return name;
}

// columns[pixel][tap][channel] of `count` samples from `first` on.
static void unfold(const state *s, const float *plane, int channels, int first, int count) {
  const int side = s->p->side;
  float *target = s->columns;
  for (int n = first; n < first + count; n++)
    for (int row = 0; row < side; row++)
      for (int column = 0; column < side; column++)
        for (int tap = 0; tap < 9; tap++, target += channels) {
          const int y = row + tap / 3 - 1, x = column + tap % 3 - 1;
          if (y < 0 || y >= side || x < 0 || x >= side) memset(target, 0, (size_t)channels * sizeof(float));
          else memcpy(target, plane + (((int64_t)n * side + y) * side + x) * channels, (size_t)channels * sizeof(float));
        }
}

static void run(contender *c) {
  const state *s = c->state;
  const problem *p = s->p;
  const int in = s->pass == TRANSPOSED ? p->out : p->in, out = s->pass == TRANSPOSED ? p->in : p->out;
  const float *source = s->pass == TRANSPOSED ? p->post : p->pre;
  const float *weights = s->pass == TRANSPOSED ? s->flipped : p->weights;
  for (int first = 0; first < p->batch; first += s->together) {
    const int count = p->batch - first < s->together ? p->batch - first : s->together, pixels = count * p->side * p->side;
    const int64_t pixel = (int64_t)first * p->side * p->side;
    unfold(s, source, in, first, count);
    if (s->pass == GRADIENT)
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, 9 * in, pixels, 1, p->post + pixel * out, out, s->columns, 9 * in,
                  first ? 1 : 0, s->result, 9 * in);
    else
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, pixels, out, 9 * in, 1, s->columns, 9 * in, weights, 9 * in, 0,
                  s->result + pixel * out, out);
  }
}

static double error(contender *c, const problem *p) {
  const state *s = c->state;
  return dense_error(p, s->pass, s->result, p->pre, p->post);
}

static void release(contender *c) {
  state *s = c->state;
  free(s->columns);
  free(s->flipped);
  free(s->result);
  free(s);
}

void add_openblas(const problem *p, pass_t pass, contenders *list) {
  state *s = calloc(1, sizeof *s);
  const int pixels = p->side * p->side, widest = p->in > p->out ? p->in : p->out;
  s->p = p;
  s->pass = pass;
  s->together = 512 / pixels > 1 ? 512 / pixels : 1;
  s->columns = floats((int64_t)s->together * pixels * 9 * widest);
  s->flipped = floats((int64_t)9 * p->in * p->out);
  s->result = floats(pass == GRADIENT ? (int64_t)9 * p->in * p->out : (int64_t)p->batch * pixels * widest);
  // A transposed convolution is a forward one with flipped, transposed weights.
  for (int out = 0; out < p->out; out++)
    for (int tap = 0; tap < 9; tap++)
      for (int in = 0; in < p->in; in++)
        s->flipped[((int64_t)in * 9 + 8 - tap) * p->out + out] = p->weights[((int64_t)out * 9 + tap) * p->in + in];
  contender *c = new_contender(list, "OpenBLAS im2col", s);
  snprintf(c->detail, sizeof c->detail, "%s", openblas_get_corename());
  c->run = run;
  c->error = error;
  c->release = release;
}
