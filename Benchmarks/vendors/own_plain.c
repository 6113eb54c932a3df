// The kernels of the library's `PlainConvolution`: no pooling.
#include <stdlib.h>
#include <string.h>

#include "own.h"

typedef struct {
  const problem *p;
  pass_t pass;
  geometry g;
  plane post;
  int64_t *post_corners, *places, *post_taps;
  float *transposed, *result;
} state;

static void run(contender *c) {
  const state *s = c->state;
  const problem *p = s->p;
  const int pixels = p->side * p->side;
  switch (s->pass) {
    case FORWARD:
      eq->convolve(s->g.pre.values, s->g.corners, s->g.pre.sample, s->g.tap_offsets, s->g.taps, s->g.depth, s->g.packed, p->out,
                   s->result, s->places, (int64_t)pixels * p->out, pixels, p->batch, 0);
      break;
    case TRANSPOSED:
      eq->convolve(s->post.values, s->post_corners, s->post.sample, s->post_taps, 9, p->out, s->transposed, p->in, s->result,
                   s->places, (int64_t)pixels * p->in, pixels, p->batch, 0);
      break;
    default:
      memset(s->result, 0, (size_t)p->out * s->g.taps * s->g.depth * sizeof(float));
      eq->gradient_dense(s->g.pre.values, s->g.corners, s->g.pre.sample, s->g.tap_offsets, s->g.taps, s->g.depth, p->post, p->out,
                         pixels, p->batch, s->result);
  }
}

static double error(contender *c, const problem *p) {
  const state *s = c->state;
  if (s->pass == GRADIENT) return gradient_error(p, &s->g, s->result, p->post);
  return dense_error(p, s->pass, s->result, p->pre, p->post);
}

static void release(contender *c) {
  state *s = c->state;
  free_geometry(&s->g);
  free(s->post.values);
  free(s->post_corners);
  free(s->post_taps);
  free(s->places);
  free(s->transposed);
  free(s->result);
  free(s);
}

// Post plane, taps with flipped signs, and weights [tap][out][in]: the transposed convolution as a forward one.
static void prepare_transposed(const problem *p, state *s) {
  s->post = make_plane(p->post, p->batch, p->side, p->out);
  s->post_corners = multiples(p->side * p->side, 0);
  for (int i = 0; i < p->side * p->side; i++)
    s->post_corners[i] = (int64_t)(i / p->side + 2) * s->post.row + (int64_t)(i % p->side + 2) * p->out;
  s->post_taps = multiples(9, 0);
  for (int tap = 0; tap < 9; tap++) s->post_taps[tap] = -(tap / 3 * s->post.row + (int64_t)(tap % 3) * p->out);
  float *by_tap = floats((int64_t)9 * p->in * p->out);
  s->transposed = floats((int64_t)9 * p->in * p->out);
  for (int out = 0; out < p->out; out++)
    for (int tap = 0; tap < 9; tap++)
      memcpy(by_tap + ((int64_t)tap * p->out + out) * p->in, p->weights + ((int64_t)out * 9 + tap) * p->in,
             (size_t)p->in * sizeof(float));
  eq->pack(by_tap, p->in, 9 * p->out, p->in, s->transposed);
  free(by_tap);
}

void add_own_plain(const problem *p, pass_t pass, contenders *list) {
  state *s = calloc(1, sizeof *s);
  const int pixels = p->side * p->side;
  s->p = p;
  s->pass = pass;
  s->g = make_geometry(p);
  s->places = multiples(pixels, pass == TRANSPOSED ? p->in : p->out);
  if (pass == TRANSPOSED) prepare_transposed(p, s);
  const int64_t planes = (int64_t)p->batch * pixels * (pass == TRANSPOSED ? p->in : p->out);
  s->result = floats(pass == GRADIENT ? (int64_t)p->out * s->g.taps * s->g.depth : planes);
  contender *c = new_contender(list, "own direct", s);
  c->run = run;
  c->error = error;
  c->release = release;
}
