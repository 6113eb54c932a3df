// The kernels of the library's `MaxPooledConvolution`: forward with 2×2 max-pooling, directly and by Winograd; transposed and
// gradient over the arg-max alone, for several shares of spins that are not zero.
// Transposed is `gather`; `scatter`, which the library prefers on layers of 8 columns or 256 channels and more, is not among the contenders.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"

enum { MEMBERS = 4 };

typedef struct {
  const problem *p;
  pass_t pass;
  int winograd, tile;
  geometry g;
  int windows;
  int64_t *places, *window_starts, *member_offsets, *member_corners, *window_places;
  // Forward: products of `together` samples at once.
  int together;
  float *scratch, *winograd_weights;
  // Transposed: `slice` pre channels of the weights lie together.
  int slice;
  float *by_slice;
  eq_entry *entries;
  int32_t *counts, *reach_starts;
  eq_reach *reach;
  // Pooled spins with their arg-max, and the same as a dense post plane.
  float *spins, *unpooled, *scale;
  uint8_t *argmax;
  float *result;
} state;

static void forward_direct(const state *s) {
  const problem *p = s->p;
  const int64_t pixels = (int64_t)p->side * p->side, pooled = (int64_t)s->windows * p->out;
  for (int first = 0; first < p->batch; first += s->together) {
    const int count = p->batch - first < s->together ? p->batch - first : s->together;
    eq->convolve(s->g.pre.values + first * s->g.pre.sample, s->g.corners, s->g.pre.sample, s->g.tap_offsets, s->g.taps,
                 s->g.depth, s->g.packed, p->out, s->scratch, s->places, pixels * p->out, pixels, count, 0);
    eq->pool_max(s->scratch, pixels * p->out, s->window_starts, s->member_offsets, MEMBERS, p->out, s->windows, count,
                 s->result + first * pooled, pooled, s->argmax + first * pooled, pooled, 0, 0);
  }
}

static void forward_winograd(const state *s) {
  const problem *p = s->p;
  const int64_t pooled = (int64_t)s->windows * p->out, across = p->side / s->tile, tiles = across * across;
  const int64_t matrices = (s->tile + 2) * (s->tile + 2);
  float *products = s->scratch + matrices * s->together * tiles * p->in;
  for (int first = 0; first < p->batch; first += s->together) {
    const int count = p->batch - first < s->together ? p->batch - first : s->together;
    eq->winograd_input(s->g.pre.values + s->g.corners[0] + first * s->g.pre.sample, s->g.pre.sample, s->g.pre.row, s->tile, p->in, across,
                       across, count, s->scratch);
    for (int64_t channel = 0; channel < p->out; channel += eq->block) {
      const int64_t width = p->out - channel < eq->block ? p->out - channel : eq->block;
      eq->winograd_multiply(s->scratch, s->winograd_weights + matrices * p->in * channel, s->tile, count * tiles, p->in, width, products);
      eq->winograd_pool(products, s->tile, width, across, across, count, 0, p->side / 2, p->out, s->result + first * pooled + channel,
                        pooled, s->argmax + first * pooled + channel, pooled, 0, 0);
    }
  }
}

static void transposed(const state *s) {
  const problem *p = s->p;
  const int64_t lists = (int64_t)s->windows * MEMBERS, pixels = (int64_t)p->side * p->side, pooled = (int64_t)s->windows * p->out;
  for (int first = 0; first < p->batch; first += s->together) {
    const int count = p->batch - first < s->together ? p->batch - first : s->together;
    eq->list_spins(s->spins + first * pooled, s->window_places, pooled, s->argmax + first * pooled, pooled, MEMBERS, p->out, s->windows,
                   count, s->slice, s->entries, s->counts, lists);
    eq->gather(s->entries, s->counts, p->out, lists, s->reach, s->reach_starts, s->by_slice, (int64_t)9 * p->out * s->slice,
               s->slice, p->in, s->result + first * pixels * p->in, pixels * p->in, pixels, count, 0);
  }
}

static void gradient(const state *s) {
  const problem *p = s->p;
  memset(s->result, 0, (size_t)p->out * s->g.taps * s->g.depth * sizeof(float));
  eq->gradient_sparse(s->g.pre.values, s->member_corners, s->g.pre.sample, s->g.tap_offsets, s->g.taps, s->g.depth, s->spins,
                      s->window_places, (int64_t)s->windows * p->out, s->argmax, (int64_t)s->windows * p->out, MEMBERS, p->out, s->windows, p->batch, s->scale,
                      s->result, s->entries);
}

static void run(contender *c) {
  const state *s = c->state;
  switch (s->pass) {
    case FORWARD: (s->winograd ? forward_winograd : forward_direct)(s); break;
    case TRANSPOSED: transposed(s); break;
    default: gradient(s);
  }
}

static double error(contender *c, const problem *p) {
  const state *s = c->state;
  if (s->pass == FORWARD) return pooled_error(p, s->result);
  if (s->pass == GRADIENT) return gradient_error(p, &s->g, s->result, s->unpooled);
  return dense_error(p, TRANSPOSED, s->result, p->pre, s->unpooled);
}

static void release(contender *c) {
  state *s = c->state;
  free_geometry(&s->g);
  void *const owned[] = {s->places,
                         s->window_starts,
                         s->member_offsets,
                         s->member_corners,
                         s->window_places,
                         s->scratch,
                         s->winograd_weights,
                         s->by_slice,
                         s->entries,
                         s->counts,
                         s->reach_starts,
                         s->reach,
                         s->spins,
                         s->unpooled,
                         s->scale,
                         s->argmax,
                         s->result};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(s);
}

static void prepare_windows(const problem *p, state *s) {
  const int side = p->side / 2;
  s->windows = side * side;
  s->places = multiples(p->side * p->side, p->out);
  s->window_places = multiples(s->windows, p->out);
  s->window_starts = multiples(s->windows, 0);
  s->member_offsets = multiples(MEMBERS, 0);
  s->member_corners = multiples(s->windows * MEMBERS, 0);
  for (int member = 0; member < MEMBERS; member++)
    s->member_offsets[member] = (int64_t)(member / 2 * p->side + member % 2) * p->out;
  for (int w = 0; w < s->windows; w++) {
    const int pixel = w / side * 2 * p->side + w % side * 2;
    s->window_starts[w] = (int64_t)pixel * p->out;
    for (int member = 0; member < MEMBERS; member++)
      s->member_corners[w * MEMBERS + member] = s->g.corners[pixel + member / 2 * p->side + member % 2];
  }
}

static void prepare_spins(const problem *p, state *s, double density) {
  const int side = p->side / 2;
  uint64_t random = 5;
  const int64_t count = (int64_t)p->batch * s->windows * p->out;
  s->spins = floats(count);
  s->unpooled = floats(4 * count);
  s->argmax = calloc((size_t)count + 64, 1);
  s->scale = floats(p->batch);
  for (int n = 0; n < p->batch; n++) s->scale[n] = 1;
  for (int64_t i = 0; i < count; i++) {
    const int64_t window = i / p->out, n = window / s->windows, w = window % s->windows;
    const int member = (int)(next_random(&random) >> 62);
    const double draw = (double)(next_random(&random) >> 11) * 0x1p-53;
    s->argmax[i] = (uint8_t)member;
    if (draw >= density) continue;
    s->spins[i] = (float)(next_random(&random) >> 40) * 0x1p-24f + 0x1p-24f;
    const int64_t row = 2 * (w / side) + member / 2, column = 2 * (w % side) + member % 2;
    s->unpooled[((n * p->side + row) * p->side + column) * p->out + i % p->out] = s->spins[i];
  }
}

static void prepare_winograd(const problem *p, state *s) {
  s->tile = p->side % 4 == 0 ? 4 : 2;
  const int tiles = p->side / s->tile * (p->side / s->tile), matrices = (s->tile + 2) * (s->tile + 2);
  s->together = (48 + tiles - 1) / tiles;
  s->scratch = floats((int64_t)matrices * s->together * tiles * (p->in + eq->block));
  s->winograd_weights = floats((int64_t)matrices * p->in * p->out);
  float *scratch = floats((int64_t)9 * p->in * eq->block);
  eq->winograd_weights(p->weights, s->tile, p->in, p->out, scratch, s->winograd_weights);
  free(scratch);
}

// The lists that reach each pixel, as in `MaxPooledConvolution.reaches`.
static void prepare_reaches(const problem *p, state *s) {
  const int side = p->side / 2, pixels = p->side * p->side;
  int count = 0;
  s->reach = malloc((size_t)pixels * 9 * sizeof *s->reach);
  s->reach_starts = malloc(((size_t)pixels + 1) * sizeof *s->reach_starts);
  for (int pixel = 0; pixel < pixels; pixel++) {
    s->reach_starts[pixel] = count;
    for (int tap = 0; tap < 9; tap++) {
      const int row = pixel / p->side + 1 - tap / 3, column = pixel % p->side + 1 - tap % 3;
      if (row < 0 || row >= p->side || column < 0 || column >= p->side) continue;
      const int window = row / 2 * side + column / 2, member = row % 2 * 2 + column % 2;
      s->reach[count++] = (eq_reach){window * MEMBERS + member, tap * p->out * s->slice};
    }
  }
  s->reach_starts[pixels] = count;
}

static void prepare_transposed(const problem *p, state *s) {
  const int widths[] = {128, 64, 32, 16};
  for (int i = 0; i < 4; i++)
    if (p->in % widths[i] == 0 && (!s->slice || (int64_t)9 * p->out * s->slice * 4 > 700000)) s->slice = widths[i];
  const int64_t lists = (int64_t)s->windows * MEMBERS;
  const int64_t fit = 262144 / (lists * p->out);
  s->together = s->slice == p->in || fit < 1 ? 1 : fit < p->batch ? (int)fit : p->batch;
  s->entries = malloc((size_t)(s->together * lists * p->out) * sizeof *s->entries);
  s->counts = malloc((size_t)(s->together * lists) * sizeof *s->counts);
  s->by_slice = floats((int64_t)9 * p->in * p->out);
  float *target = s->by_slice;
  for (int first = 0; first < p->in; first += s->slice)
    for (int tap = 0; tap < 9; tap++)
      for (int out = 0; out < p->out; out++, target += s->slice)
        memcpy(target, p->weights + ((int64_t)out * 9 + tap) * p->in + first, (size_t)s->slice * sizeof(float));
  prepare_reaches(p, s);
}

static void add(const problem *p, pass_t pass, contenders *list, const char *name, int winograd, double density) {
  state *s = calloc(1, sizeof *s);
  s->p = p;
  s->pass = pass;
  s->winograd = winograd;
  s->g = make_geometry(p);
  prepare_windows(p, s);
  prepare_spins(p, s, density);
  const int pixels = p->side * p->side;
  if (pass == FORWARD && winograd) {
    prepare_winograd(p, s);
  } else if (pass == FORWARD) {
    s->together = 256 / pixels > 65536 / (pixels * p->out) ? 256 / pixels : 65536 / (pixels * p->out);
    if (s->together < 1) s->together = 1;
    s->scratch = floats((int64_t)s->together * pixels * p->out);
  } else if (pass == TRANSPOSED) {
    prepare_transposed(p, s);
  } else {
    s->entries = malloc((size_t)p->batch * (size_t)s->windows * sizeof *s->entries);
  }
  s->result = floats(pass == FORWARD      ? (int64_t)p->batch * s->windows * p->out
                     : pass == TRANSPOSED ? (int64_t)p->batch * pixels * p->in
                                          : (int64_t)p->out * s->g.taps * s->g.depth);
  contender *c = new_contender(list, name, s);
  c->run = run;
  c->error = error;
  c->release = release;
}

void add_own_pooled(const problem *p, pass_t pass, contenders *list) {
  if (pass == FORWARD) {
    add(p, pass, list, "own direct + max-pool", 0, 1);
    if (p->in % EQ_CHANNEL_PAD == 0) add(p, pass, list, "own Winograd + max-pool", 1, 1);
    else new_contender(list, "own Winograd + max-pool", NULL);
    return;
  }
  add(p, pass, list, "own max-pool, all spins", 0, 1);
  add(p, pass, list, "own max-pool, .65", 0, 0.65);
  add(p, pass, list, "own max-pool, .35", 0, 0.35);
}
