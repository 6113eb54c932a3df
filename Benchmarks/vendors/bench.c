// Times convolutions of this project's shapes on one core: vendor libraries against the project's own kernels. See `run`.
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const PASS_NAMES[PASSES] = {"forward", "transposed (data gradient)", "weight gradient"};

// In a new network about .7 of the spins are not zero, after some epochs .15 to .35: the ratio takes the dense end of it.
static const char TYPICAL[] = ", .65";

float *floats(int64_t count) {
  float *memory = aligned_alloc(64, ((size_t)count * sizeof(float) + 4096) / 64 * 64);
  if (!memory) {
    fprintf(stderr, "error: no memory for %lld floats\n", (long long)count);
    exit(1);
  }
  memset(memory, 0, (size_t)count * sizeof(float));
  return memory;
}

// SplitMix64 (Steele, Lea & Flood 2014).
uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void fill(float *values, int64_t count, float scale, uint64_t seed) {
  for (int64_t i = 0; i < count; i++) values[i] = scale * ((float)(next_random(&seed) >> 40) * 0x1p-23f - 1);
}

contender *new_contender(contenders *list, const char *name, void *state) {
  if (list->count == MAX_CONTENDERS) {
    fprintf(stderr, "error: more than %d contenders\n", MAX_CONTENDERS);
    exit(1);
  }
  contender *added = &list->items[list->count++];
  *added = (contender){.name = name, .state = state, .seconds = INFINITY};
  return added;
}

// The process's own time: what others take of a shared core does not count.
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double time_of(contender *c, int repeats) {
  const double start = now();
  for (int i = 0; i < repeats; i++) c->run(c);
  return (now() - start) / repeats;
}

// Contenders take turns in short slices, so that a busy moment of a shared machine hits all of them; the best slice counts.
static void race(contenders *list, double seconds_each) {
  int repeats[MAX_CONTENDERS];
  double longest = 0;
  for (int i = 0; i < list->count; i++) {
    if (!list->items[i].run) continue;
    time_of(&list->items[i], 1);
    const double once = list->items[i].seconds = time_of(&list->items[i], 1);
    repeats[i] = once > 2e-3 ? 1 : (int)(2e-3 / once) + 1;
    longest = fmax(longest, once * repeats[i]);
  }
  int rounds = (int)(seconds_each / longest);
  rounds = rounds < 4 ? 4 : rounds > 25 ? 25 : rounds;
  for (int round = 0; round < rounds; round++) {
    measured_peak();
    for (int i = 0; i < list->count; i++)
      if (list->items[i].run) list->items[i].seconds = fmin(list->items[i].seconds, time_of(&list->items[i], repeats[i]));
  }
}

static problem make_problem(int in, int out, int side, int batch) {
  problem p = {.in = in, .out = out, .side = side, .batch = batch};
  const int64_t pixels = (int64_t)batch * side * side;
  p.pre = floats(pixels * in);
  p.post = floats(pixels * out);
  p.weights = floats((int64_t)out * 9 * in);
  fill(p.pre, pixels * in, 1, 1);
  fill(p.post, pixels * out, 1, 2);
  fill(p.weights, (int64_t)out * 9 * in, 1, 3);
  return p;
}

// Every contender is checked before it is timed; one that is wrong ends the program.
static void check(contenders *list, const problem *p, pass_t pass) {
  for (int i = 0; i < list->count; i++) {
    contender *c = &list->items[i];
    if (!c->run) continue;
    c->run(c);
    const double error = c->worst = c->error(c, p);
    if (!(error < 1e-3)) {
      fprintf(stderr, "error: %s, %s of %d→%d at %d², batch %d: relative error %g\n", c->name, PASS_NAMES[pass], p->in, p->out,
              p->side, p->batch, error);
      exit(1);
    }
  }
}

static void measure(pass_t pass, const int shape[3], int batch, double seconds_each, int details, int with_header) {
  problem p = make_problem(shape[0], shape[1], shape[2], batch);
  contenders list = {.count = 0};
  add_onednn(&p, pass, &list);
  add_openblas(&p, pass, &list);
  add_libxsmm(&p, pass, &list);
  add_own(&p, pass, &list);
  check(&list, &p, pass);
  race(&list, seconds_each);

  if (with_header) {
    printf("\n%s\n\n| shape | batch |", PASS_NAMES[pass]);
    for (int i = 0; i < list.count; i++) printf(" %s |", list.items[i].name);
    printf(" ours ÷ vendor, pooled | ours ÷ peak |\n|---|---|");
    for (int i = 0; i < list.count; i++) printf("---|");
    printf("---|---|\n");
  }
  const double operations = 2.0 * batch * p.side * p.side * 9 * p.in * p.out;
  double vendor = 0, ours = 0;
  printf("| %d→%d, %d² | %d |", p.in, p.out, p.side, batch);
  for (int i = 0; i < list.count; i++) {
    contender *c = &list.items[i];
    if (!c->run) {
      printf(" – |");
      continue;
    }
    const double rate = operations / c->seconds * 1e-9;
    // The ratio is of the same work: with max-pooling or its adjoint.
    const int is_own = strncmp(c->name, "own", 3) == 0;
    if (!is_own && strstr(c->name, "max-pool")) vendor = fmax(vendor, rate);
    if (is_own && strstr(c->name, pass == FORWARD ? "max-pool" : TYPICAL)) ours = fmax(ours, rate);
    printf(details ? " %.0f (%s %.0e) |" : " %.0f |", rate, c->detail, c->worst);
  }
  printf(" %.2f | %.2f |\n", ours / vendor, ours / (measured_peak() * 1e-9));
  fflush(stdout);
  for (int i = 0; i < list.count; i++)
    if (list.items[i].run) list.items[i].release(&list.items[i]);
  free(p.pre);
  free(p.post);
  free(p.weights);
}

// bench SECONDS DETAILS SHAPES BATCHES: SHAPES as in-out-side,…; BATCHES as numbers with commas.
int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: %s SECONDS_A_CONTENDER DETAILS(0|1) IN-OUT-SIDE,… BATCH,…\n", arguments[0]);
    return 64;
  }
  const double seconds_each = atof(arguments[1]);
  const int details = atoi(arguments[2]);
  int shapes[32][3], shape_count = 0, batches[16], batch_count = 0;
  for (char *at = strtok(arguments[3], ","); at && shape_count < 32; at = strtok(NULL, ","), shape_count++) {
    int *s = shapes[shape_count];
    if (sscanf(at, "%d-%d-%d", &s[0], &s[1], &s[2]) != 3 || s[0] < 1 || s[1] < 16 || s[1] % 16 || s[2] < 2 || s[2] % 2 ||
        s[2] > 256) {
      fprintf(stderr, "error: shape `%s`: expected IN-OUT-SIDE, OUT a multiple of 16, SIDE even\n", at);
      return 64;
    }
  }
  for (char *at = strtok(arguments[4], ","); at && batch_count < 16; at = strtok(NULL, ",")) {
    if ((batches[batch_count++] = atoi(at)) < 1) {
      fprintf(stderr, "error: batch `%s`: expected a whole number from 1\n", at);
      return 64;
    }
  }
  printf("own kernels %s; %s; %s\n", own_kernels_name(), onednn_name(), openblas_name());
  printf(
      "GFLOP/s counted as direct convolutions. The ratio is of the best columns with max-pooling, ours at%s of spins not zero.\n",
      TYPICAL + 1);
  for (int pass = 0; pass < PASSES; pass++) {
    int with_header = 1;
    for (int s = 0; s < shape_count; s++) {
      // The clamped input has no field of its own.
      if (pass == TRANSPOSED && shapes[s][0] % 16) continue;
      for (int b = 0; b < batch_count; b++, with_header = 0)
        measure(pass, shapes[s], batches[b], seconds_each, details, with_header);
    }
  }
  printf("\nmeasured peak of this core in the same run: %.0f GFLOP/s\n", measured_peak() * 1e-9);
  return 0;
}
