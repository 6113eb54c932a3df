// The project's own kernels, in the fastest set that this processor runs.
#include "own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const eq_kernels *eq;

static void choose(void) {
  if (eq) return;
  int32_t count;
  const eq_kernels *const *sets = eq_available_kernels(&count);
  const char *wanted = getenv("EQUILIBRIA_KERNELS");
  eq = sets[0];
  for (int32_t i = 0; wanted && i < count; i++)
    if (strcmp(sets[i]->name, wanted) == 0) eq = sets[i];
}

const char *own_kernels_name(void) {
  choose();
  return eq->name;
}

double measured_peak(void) {
  static double best;
  choose();
  struct timespec start, end;
  float sink;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  const double operations = eq->peak(50000, &sink);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  return best = fmax(best, operations / ((double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec)));
}

int64_t *multiples(int count, int64_t stride) {
  int64_t *offsets = malloc((size_t)count * sizeof(int64_t));
  for (int i = 0; i < count; i++) offsets[i] = i * stride;
  return offsets;
}

plane make_plane(const float *dense, int batch, int side, int channels) {
  plane made = {.row = (int64_t)(side + 2) * channels, .sample = (int64_t)(side + 2) * (side + 2) * channels};
  made.values = floats(batch * made.sample);
  for (int n = 0; n < batch; n++)
    for (int row = 0; row < side; row++)
      memcpy(made.values + n * made.sample + (row + 1) * made.row + channels, dense + ((int64_t)n * side + row) * side * channels,
             (size_t)(side * channels) * sizeof(float));
  return made;
}

// Patches of 9·in channels, padded to `depth`; no halo.
static plane unfold(const problem *p, int depth) {
  plane made = {.row = (int64_t)p->side * depth, .sample = (int64_t)p->side * p->side * depth};
  made.values = floats(p->batch * made.sample);
  for (int n = 0; n < p->batch; n++)
    for (int row = 0; row < p->side; row++)
      for (int column = 0; column < p->side; column++)
        for (int tap = 0; tap < 9; tap++) {
          const int y = row + tap / 3 - 1, x = column + tap % 3 - 1;
          if (y < 0 || y >= p->side || x < 0 || x >= p->side) continue;
          memcpy(made.values + n * made.sample + row * made.row + column * depth + tap * p->in,
                 p->pre + (((int64_t)n * p->side + y) * p->side + x) * p->in, (size_t)p->in * sizeof(float));
        }
  return made;
}

geometry make_geometry(const problem *p) {
  const int whole = p->in % EQ_CHANNEL_PAD == 0;
  geometry g = {.taps = whole ? 9 : 1,
                .depth = whole ? p->in : (9 * p->in + EQ_CHANNEL_PAD - 1) / EQ_CHANNEL_PAD * EQ_CHANNEL_PAD};
  g.pre = whole ? make_plane(p->pre, p->batch, p->side, p->in) : unfold(p, g.depth);
  g.corners = multiples(p->side * p->side, 0);
  g.tap_offsets = multiples(g.taps, 0);
  for (int i = 0; i < p->side * p->side; i++) g.corners[i] = i / p->side * g.pre.row + i % p->side * g.depth;
  for (int tap = 0; tap < g.taps; tap++) g.tap_offsets[tap] = tap / 3 * g.pre.row + tap % 3 * g.depth;
  const int rows = g.taps * g.depth, used = 9 * p->in;
  float *transposed = floats((int64_t)rows * p->out);
  g.packed = floats((int64_t)rows * p->out);
  for (int row = 0; row < used; row++)
    for (int out = 0; out < p->out; out++) transposed[(int64_t)row * p->out + out] = p->weights[(int64_t)out * used + row];
  eq->pack(transposed, p->out, rows, p->out, g.packed);
  free(transposed);
  return g;
}

void free_geometry(geometry *g) {
  free(g->pre.values);
  free(g->corners);
  free(g->tap_offsets);
  free(g->packed);
}

double gradient_error(const problem *p, const geometry *g, const float *gradient, const float *post) {
  const int used = 9 * p->in;
  float *dense = floats((int64_t)used * p->out);
  for (int out = 0; out < p->out; out++)
    memcpy(dense + (int64_t)out * used, gradient + (int64_t)out * g->taps * g->depth, (size_t)used * sizeof(float));
  const double found = dense_error(p, GRADIENT, dense, p->pre, post);
  free(dense);
  return found;
}

void add_own(const problem *p, pass_t pass, contenders *list) {
  choose();
  add_own_plain(p, pass, list);
  add_own_pooled(p, pass, list);
}
