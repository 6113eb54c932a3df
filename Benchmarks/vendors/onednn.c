// oneDNN: direct convolutions over NHWC and over the layout of its own choice, and its Winograd F(4×4, 3×3), alone and with the
// 2×2 max-pooling that keeps the arg-max, or its adjoint, which spreads pooled spins over the plane before the convolution.
#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { SOURCE, WEIGHTS, TARGET, OPERANDS };

typedef struct {
  pass_t pass;
  dnnl_primitive_t primitive;
  dnnl_memory_t operands[OPERANDS];
  dnnl_exec_arg_t arguments[OPERANDS];
  // The pooling, or its adjoint; null without.
  dnnl_primitive_t pooling;
  dnnl_memory_t pooled, places;
  dnnl_exec_arg_t pooling_arguments[3];
  // A transposed convolution as a forward one: the post plane is its source.
  int is_flipped;
  // From and to the layout of the project's planes, if they are counted.
  dnnl_primitive_t arrive, leave;
  dnnl_exec_arg_t arrive_arguments[2], leave_arguments[2];
  dnnl_memory_t outside[2];
} state;

// What a contender is made of.
typedef struct {
  const char *name;
  dnnl_alg_kind_t algorithm;
  int channels_last, pooling, in_our_layout;
} variant;

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static int succeeded(dnnl_status_t status) { return status == dnnl_success; }

static void must(dnnl_status_t status, const char *what) {
  if (succeeded(status)) return;
  fprintf(stderr, "error: oneDNN: %s fails with status %d\n", what, (int)status);
  exit(1);
}

static void start(void) {
  if (engine) return;
  must(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create");
  must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "dnnl_stream_create");
}

const char *onednn_name(void) {
  static char name[64];
  const dnnl_version_t *version = dnnl_version();
  snprintf(name, sizeof name, "oneDNN %d.%d.%d, effective CPU ISA %#x", version->major, version->minor, version->patch,
           (unsigned)dnnl_get_effective_cpu_isa());
  return name;
}

// The dense order of `problem`: NHWC, and OHWI for weights.
static dnnl_memory_desc_t dense_layout(const problem *p, int operand) {
  dnnl_memory_desc_t layout;
  const int channels = operand == SOURCE ? p->in : p->out;
  const dnnl_dims_t planes = {p->batch, channels, p->side, p->side}, kernel = {p->out, p->in, 3, 3};
  must(dnnl_memory_desc_init_by_tag(&layout, 4, operand == WEIGHTS ? kernel : planes, dnnl_f32,
                                    operand == WEIGHTS ? dnnl_ohwi : dnnl_nhwc),
       "dnnl_memory_desc_init_by_tag");
  return layout;
}

static dnnl_status_t describe(const problem *p, pass_t pass, dnnl_alg_kind_t algorithm, int channels_last,
                              dnnl_primitive_desc_t *created) {
  const dnnl_dims_t ones = {1, 1};
  dnnl_memory_desc_t layouts[OPERANDS];
  for (int i = 0; i < OPERANDS; i++) {
    layouts[i] = dense_layout(p, i);
    if (channels_last && i != WEIGHTS) continue;
    dnnl_memory_desc_t any;
    must(dnnl_memory_desc_init_by_tag(&any, 4, layouts[i].dims, dnnl_f32, dnnl_format_tag_any), "dnnl_memory_desc_init_by_tag");
    layouts[i] = any;
  }
  dnnl_convolution_desc_t forward, wanted;
  dnnl_status_t status =
      dnnl_convolution_forward_desc_init(&forward, pass == FORWARD ? dnnl_forward_inference : dnnl_forward_training, algorithm,
                                         &layouts[SOURCE], &layouts[WEIGHTS], NULL, &layouts[TARGET], ones, ones, ones);
  dnnl_primitive_desc_t hint;
  if (!succeeded(status)) return status;
  status = dnnl_primitive_desc_create(&hint, &forward, NULL, engine, NULL);
  if (!succeeded(status) || pass == FORWARD) {
    *created = hint;
    return status;
  }
  if (pass == TRANSPOSED)
    status = dnnl_convolution_backward_data_desc_init(&wanted, algorithm, &layouts[SOURCE], &layouts[WEIGHTS], &layouts[TARGET],
                                                      ones, ones, ones);
  else
    status = dnnl_convolution_backward_weights_desc_init(&wanted, algorithm, &layouts[SOURCE], &layouts[WEIGHTS], NULL,
                                                         &layouts[TARGET], ones, ones, ones);
  if (succeeded(status)) status = dnnl_primitive_desc_create(created, &wanted, NULL, engine, hint);
  dnnl_primitive_desc_destroy(hint);
  return status;
}

static dnnl_primitive_t make_copy(dnnl_memory_t from, dnnl_memory_t to) {
  const dnnl_memory_desc_t *source, *target;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t reorder;
  must(dnnl_memory_get_memory_desc(from, &source), "dnnl_memory_get_memory_desc");
  must(dnnl_memory_get_memory_desc(to, &target), "dnnl_memory_get_memory_desc");
  must(dnnl_reorder_primitive_desc_create(&description, source, engine, target, engine, NULL),
       "dnnl_reorder_primitive_desc_create");
  must(dnnl_primitive_create(&reorder, description), "dnnl_primitive_create");
  dnnl_primitive_desc_destroy(description);
  return reorder;
}

static void copy(dnnl_memory_t from, dnnl_memory_t to) {
  const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  dnnl_primitive_t reorder = make_copy(from, to);
  must(dnnl_primitive_execute(reorder, stream, 2, arguments), "dnnl_primitive_execute");
  must(dnnl_stream_wait(stream), "dnnl_stream_wait");
  dnnl_primitive_destroy(reorder);
}

// By way of the order OIHW, the only one from which Winograd's transformed weights can be made.
static void copy_weights(dnnl_memory_t from, dnnl_memory_t to) {
  const dnnl_memory_desc_t *source;
  dnnl_memory_desc_t plain;
  dnnl_memory_t between;
  must(dnnl_memory_get_memory_desc(from, &source), "dnnl_memory_get_memory_desc");
  must(dnnl_memory_desc_init_by_tag(&plain, 4, source->dims, dnnl_f32, dnnl_oihw), "dnnl_memory_desc_init_by_tag");
  must(dnnl_memory_create(&between, &plain, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  copy(from, between);
  copy(between, to);
  dnnl_memory_destroy(between);
}

static void execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *arguments) {
  if (primitive) must(dnnl_primitive_execute(primitive, stream, count, arguments), "dnnl_primitive_execute");
}

static void run(contender *c) {
  state *s = c->state;
  execute(s->arrive, 2, s->arrive_arguments);
  if (s->pass != FORWARD) execute(s->pooling, 3, s->pooling_arguments);
  execute(s->primitive, OPERANDS, s->arguments);
  if (s->pass == FORWARD) execute(s->pooling, 3, s->pooling_arguments);
  execute(s->leave, 2, s->leave_arguments);
  must(dnnl_stream_wait(stream), "dnnl_stream_wait");
}

static int result_of(const state *s) {
  if (s->is_flipped) return TARGET;
  return s->pass == FORWARD ? TARGET : s->pass == TRANSPOSED ? SOURCE : WEIGHTS;
}

static int post_of(const state *s) { return s->is_flipped ? SOURCE : TARGET; }

// A copy in the dense order of `problem`; `divisor` divides rows and columns.
static float *dense_copy(const problem *p, dnnl_memory_t memory, int operand, int divisor) {
  problem smaller = *p;
  smaller.side /= divisor;
  const dnnl_memory_desc_t layout = dense_layout(&smaller, operand);
  dnnl_memory_t dense;
  float *values = floats((int64_t)(dnnl_memory_desc_get_size(&layout) / sizeof(float)));
  must(dnnl_memory_create(&dense, &layout, engine, values), "dnnl_memory_create");
  copy(memory, dense);
  dnnl_memory_destroy(dense);
  return values;
}

static double error(contender *c, const problem *given) {
  state *s = c->state;
  const int is_pooled = s->pooling && s->pass == FORWARD;
  problem turned = *given;
  if (s->is_flipped) turned.in = given->out, turned.out = given->in;
  const int result = result_of(s);
  float *values = is_pooled ? dense_copy(given, s->pooled, TARGET, 2) : dense_copy(&turned, s->operands[result], result, 1);
  // Under an adjoint pooling the convolution's own operand is what the pooling made.
  float *post = s->pooling && !is_pooled ? dense_copy(&turned, s->operands[post_of(s)], post_of(s), 1) : NULL;
  const double found =
      is_pooled ? pooled_error(given, values) : dense_error(given, s->pass, values, given->pre, post ? post : given->post);
  free(values);
  free(post);
  return found;
}

static void release(contender *c) {
  state *s = c->state;
  dnnl_memory_t memories[] = {s->operands[0], s->operands[1], s->operands[2], s->pooled, s->places, s->outside[0], s->outside[1]};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  dnnl_primitive_t primitives[] = {s->primitive, s->pooling, s->arrive, s->leave};
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
    if (primitives[i]) dnnl_primitive_destroy(primitives[i]);
  free(s);
}

// Copies from and to dense planes, channels innermost, before and after.
static void add_layout(const problem *p, state *s) {
  problem pooled = *p;
  pooled.side /= 2;
  const dnnl_memory_desc_t plane = dense_layout(p, SOURCE), small = dense_layout(&pooled, TARGET);
  const int is_forward = s->pass == FORWARD;
  must(dnnl_memory_create(&s->outside[0], is_forward ? &plane : &small, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  must(dnnl_memory_create(&s->outside[1], is_forward ? &small : &plane, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  dnnl_memory_t first = is_forward ? s->operands[SOURCE] : s->pooled, last = is_forward ? s->pooled : s->operands[result_of(s)];
  // So that the copy does not change the values.
  copy(first, s->outside[0]);
  s->arrive = make_copy(s->outside[0], first);
  s->leave = make_copy(last, s->outside[1]);
  s->arrive_arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, s->outside[0]};
  s->arrive_arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, first};
  s->leave_arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, last};
  s->leave_arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, s->outside[1]};
}

// 2×2 max-pooling over the post plane's layout, or its adjoint.
static void add_pooling(const problem *p, state *s) {
  const dnnl_dims_t window = {2, 2}, zeros = {0, 0}, pooled_extent = {p->batch, p->out, p->side / 2, p->side / 2};
  const dnnl_memory_desc_t *plane, *pooled, *places;
  dnnl_memory_t post = s->operands[post_of(s)];
  dnnl_memory_desc_t any;
  must(dnnl_memory_get_memory_desc(post, &plane), "dnnl_memory_get_memory_desc");
  must(dnnl_memory_desc_init_by_tag(&any, 4, pooled_extent, dnnl_f32, dnnl_format_tag_any), "dnnl_memory_desc_init_by_tag");
  dnnl_pooling_desc_t wanted;
  dnnl_primitive_desc_t forward, backward;
  dnnl_primitive_t primitive;
  must(
      dnnl_pooling_forward_desc_init(&wanted, dnnl_forward_training, dnnl_pooling_max, plane, &any, window, window, zeros, zeros),
      "dnnl_pooling_forward_desc_init");
  must(dnnl_primitive_desc_create(&forward, &wanted, NULL, engine, NULL), "dnnl_primitive_desc_create");
  must(dnnl_primitive_create(&primitive, forward), "dnnl_primitive_create");
  pooled = dnnl_primitive_desc_query_md(forward, dnnl_query_dst_md, 0);
  places = dnnl_primitive_desc_query_md(forward, dnnl_query_workspace_md, 0);
  must(dnnl_memory_create(&s->pooled, pooled, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  must(dnnl_memory_create(&s->places, places, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  const dnnl_exec_arg_t down[] = {{DNNL_ARG_SRC, post}, {DNNL_ARG_DST, s->pooled}, {DNNL_ARG_WORKSPACE, s->places}};
  memcpy(s->pooling_arguments, down, sizeof down);
  s->pooling = primitive;
  if (s->pass != FORWARD) {
    // The plane's random values give maxima and their places once.
    must(dnnl_primitive_execute(primitive, stream, 3, down), "dnnl_primitive_execute");
    must(dnnl_stream_wait(stream), "dnnl_stream_wait");
    must(dnnl_pooling_backward_desc_init(&wanted, dnnl_pooling_max, plane, pooled, window, window, zeros, zeros),
         "dnnl_pooling_backward_desc_init");
    must(dnnl_primitive_desc_create(&backward, &wanted, NULL, engine, forward), "dnnl_primitive_desc_create");
    must(dnnl_primitive_create(&s->pooling, backward), "dnnl_primitive_create");
    const dnnl_exec_arg_t up[] = {{DNNL_ARG_DIFF_SRC, post}, {DNNL_ARG_DIFF_DST, s->pooled}, {DNNL_ARG_WORKSPACE, s->places}};
    memcpy(s->pooling_arguments, up, sizeof up);
    dnnl_primitive_desc_destroy(backward);
    dnnl_primitive_destroy(primitive);
  }
  dnnl_primitive_desc_destroy(forward);
}

// The transposed convolution as a forward one, with flipped weights.
static problem flipped(const problem *p) {
  problem q = {.in = p->out, .out = p->in, .side = p->side, .batch = p->batch, .pre = p->post, .post = p->pre};
  q.weights = floats((int64_t)9 * p->in * p->out);
  for (int out = 0; out < p->out; out++)
    for (int tap = 0; tap < 9; tap++)
      for (int in = 0; in < p->in; in++)
        q.weights[((int64_t)in * 9 + 8 - tap) * p->out + out] = p->weights[((int64_t)out * 9 + tap) * p->in + in];
  return q;
}

static void load(const problem *p, state *s, dnnl_primitive_desc_t description, pass_t pass) {
  static const dnnl_query_t queries[PASSES][OPERANDS] = {
      {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
      {dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
      {dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md},
  };
  static const int names[PASSES][OPERANDS] = {
      {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
      {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
      {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
  };
  float *const dense[OPERANDS] = {p->pre, p->weights, p->post};
  for (int i = 0; i < OPERANDS; i++) {
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(description, queries[pass][i], 0);
    must(dnnl_memory_create(&s->operands[i], layout, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
    s->arguments[i] = (dnnl_exec_arg_t){names[pass][i], s->operands[i]};
    if (i == result_of(s)) continue;
    const dnnl_memory_desc_t plain = dense_layout(p, i);
    dnnl_memory_t source;
    must(dnnl_memory_create(&source, &plain, engine, dense[i]), "dnnl_memory_create");
    if (i == WEIGHTS) copy_weights(source, s->operands[i]);
    else copy(source, s->operands[i]);
    dnnl_memory_destroy(source);
  }
}

static void add(const problem *given, pass_t pass, contenders *list, variant v) {
  // Winograd's weights are transformed beforehand in forward convolutions alone, and weights stay the same for many sweeps.
  const int is_flipped = pass == TRANSPOSED && v.algorithm == dnnl_convolution_winograd;
  const problem p = is_flipped ? flipped(given) : *given;
  const pass_t convolution = is_flipped ? FORWARD : pass;
  dnnl_primitive_desc_t description;
  if (succeeded(describe(&p, convolution, v.algorithm, v.channels_last, &description))) {
    state *s = calloc(1, sizeof *s);
    s->pass = pass;
    s->is_flipped = is_flipped;
    load(&p, s, description, convolution);
    must(dnnl_primitive_create(&s->primitive, description), "dnnl_primitive_create");
    if (v.pooling) add_pooling(given, s);
    if (v.in_our_layout) add_layout(given, s);
    contender *c = new_contender(list, v.name, s);
    const char *implementation = "";
    dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &implementation);
    snprintf(c->detail, sizeof c->detail, "%s", implementation);
    dnnl_primitive_desc_destroy(description);
    c->run = run;
    c->error = error;
    c->release = release;
  } else {
    new_contender(list, v.name, NULL);
  }
  if (is_flipped) free(p.weights);
}

void add_onednn(const problem *p, pass_t pass, contenders *list) {
  start();
  add(p, pass, list, (variant){"oneDNN NHWC", dnnl_convolution_direct, 1, 0, 0});
  add(p, pass, list, (variant){"oneDNN blocked", dnnl_convolution_direct, 0, 0, 0});
  add(p, pass, list, (variant){"oneDNN Winograd", dnnl_convolution_winograd, 0, 0, 0});
  add(p, pass, list, (variant){"oneDNN NHWC + max-pool", dnnl_convolution_direct, 1, 1, 0});
  add(p, pass, list, (variant){"oneDNN Winograd + max-pool", dnnl_convolution_winograd, 0, 1, 0});
  if (pass != GRADIENT) add(p, pass, list, (variant){"the same, NHWC in and out", dnnl_convolution_winograd, 0, 1, 1});
}
