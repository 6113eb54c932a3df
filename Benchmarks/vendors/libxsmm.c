// libxsmm: its convolution layer, in its own layout.
#include <libxsmm.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

enum { TENSORS = 6 };

static const libxsmm_dnn_tensor_type TYPES[TENSORS] = {
    LIBXSMM_DNN_REGULAR_INPUT,  LIBXSMM_DNN_REGULAR_OUTPUT,  LIBXSMM_DNN_REGULAR_FILTER,
    LIBXSMM_DNN_GRADIENT_INPUT, LIBXSMM_DNN_GRADIENT_OUTPUT, LIBXSMM_DNN_GRADIENT_FILTER,
};

typedef struct {
  pass_t pass;
  libxsmm_dnn_layer *layer;
  libxsmm_dnn_tensor *tensors[TENSORS];
  float *memory[TENSORS];
  void *scratch;
} state;

static void must(libxsmm_dnn_err_t status, const char *what) {
  if (status == LIBXSMM_DNN_SUCCESS) return;
  fprintf(stderr, "error: libxsmm: %s: %s\n", what, libxsmm_dnn_get_error(status));
  exit(1);
}

// The libraries' order, outer × inner × pixels, from ours, outer × pixels × inner; or back.
static float *reorder(const float *source, int outer, int pixels, int inner, int back) {
  float *target = floats((int64_t)outer * pixels * inner);
  for (int64_t o = 0; o < outer; o++)
    for (int64_t p = 0; p < pixels; p++)
      for (int64_t i = 0; i < inner; i++) {
        const int64_t ours = (o * pixels + p) * inner + i, theirs = (o * inner + i) * pixels + p;
        if (back) target[ours] = source[theirs];
        else target[theirs] = source[ours];
      }
  return target;
}

// Outer × pixels × inner of a tensor.
static void extents(const problem *p, int tensor, int extent[3]) {
  const int role = tensor % 3;
  extent[0] = role == 2 ? p->out : p->batch;
  extent[1] = role == 2 ? 9 : p->side * p->side;
  extent[2] = role == 1 ? p->out : p->in;
}

static void load(const problem *p, state *s, int tensor, const float *values) {
  int extent[3];
  extents(p, tensor, extent);
  float *ordered = reorder(values, extent[0], extent[1], extent[2], 0);
  must(libxsmm_dnn_copyin_tensor(s->tensors[tensor], ordered,
                                 tensor % 3 == 2 ? LIBXSMM_DNN_TENSOR_FORMAT_KCRS : LIBXSMM_DNN_TENSOR_FORMAT_NCHW),
       "copyin");
  free(ordered);
}

static void run(contender *c) {
  static const libxsmm_dnn_compute_kind kinds[PASSES] = {LIBXSMM_DNN_COMPUTE_KIND_FWD, LIBXSMM_DNN_COMPUTE_KIND_BWD,
                                                         LIBXSMM_DNN_COMPUTE_KIND_UPD};
  const state *s = c->state;
  must(libxsmm_dnn_execute_st(s->layer, kinds[s->pass], 0, 0), "execute");
}

static double error(contender *c, const problem *p) {
  static const int results[PASSES] = {1, 3, 5};
  const state *s = c->state;
  const int tensor = results[s->pass];
  int extent[3];
  extents(p, tensor, extent);
  float *theirs = floats((int64_t)extent[0] * extent[1] * extent[2]);
  must(libxsmm_dnn_copyout_tensor(s->tensors[tensor], theirs,
                                  tensor == 5 ? LIBXSMM_DNN_TENSOR_FORMAT_KCRS : LIBXSMM_DNN_TENSOR_FORMAT_NCHW),
       "copyout");
  float *ours = reorder(theirs, extent[0], extent[1], extent[2], 1);
  const double found = dense_error(p, s->pass, ours, p->pre, p->post);
  free(theirs);
  free(ours);
  return found;
}

static void release(contender *c) {
  state *s = c->state;
  libxsmm_dnn_release_scratch(s->layer, LIBXSMM_DNN_COMPUTE_KIND_ALL);
  for (int i = 0; i < TENSORS; i++) {
    libxsmm_dnn_release_tensor(s->layer, TYPES[i]);
    libxsmm_dnn_destroy_tensor(s->tensors[i]);
    free(s->memory[i]);
  }
  libxsmm_dnn_destroy_conv_layer(s->layer);
  free(s->scratch);
  free(s);
}

static void bind(const problem *p, state *s) {
  libxsmm_dnn_err_t status;
  for (int i = 0; i < TENSORS; i++) {
    libxsmm_dnn_tensor_datalayout *layout = libxsmm_dnn_create_tensor_datalayout(s->layer, TYPES[i], &status);
    must(status, "tensor layout");
    s->memory[i] = floats(libxsmm_dnn_get_tensor_size(layout, &status) / (int64_t)sizeof(float));
    s->tensors[i] = libxsmm_dnn_link_tensor(layout, s->memory[i], &status);
    must(status, "link tensor");
    libxsmm_dnn_destroy_tensor_datalayout(layout);
    must(libxsmm_dnn_bind_tensor(s->layer, s->tensors[i], TYPES[i]), "bind tensor");
  }
  const size_t bytes = libxsmm_dnn_get_scratch_size(s->layer, LIBXSMM_DNN_COMPUTE_KIND_ALL, &status);
  must(status, "scratch size");
  s->scratch = floats((int64_t)(bytes / sizeof(float)) + 1);
  must(libxsmm_dnn_bind_scratch(s->layer, LIBXSMM_DNN_COMPUTE_KIND_ALL, s->scratch), "bind scratch");
  load(p, s, 0, p->pre);
  load(p, s, 4, p->post);
  load(p, s, 2, p->weights);
}

void add_libxsmm(const problem *p, pass_t pass, contenders *list) {
  libxsmm_init();
  const libxsmm_dnn_conv_desc wanted = {.N = p->batch,
                                        .C = p->in,
                                        .H = p->side,
                                        .W = p->side,
                                        .K = p->out,
                                        .R = 3,
                                        .S = 3,
                                        .u = 1,
                                        .v = 1,
                                        .pad_h = 1,
                                        .pad_w = 1,
                                        .threads = 1,
                                        .datatype_in = LIBXSMM_DNN_DATATYPE_F32,
                                        .datatype_out = LIBXSMM_DNN_DATATYPE_F32,
                                        .buffer_format = LIBXSMM_DNN_TENSOR_FORMAT_LIBXSMM,
                                        .filter_format = LIBXSMM_DNN_TENSOR_FORMAT_LIBXSMM,
                                        .algo = LIBXSMM_DNN_CONV_ALGO_DIRECT,
                                        .options = LIBXSMM_DNN_CONV_OPTION_OVERWRITE,
                                        .fuse_ops = LIBXSMM_DNN_CONV_FUSE_NONE};
  libxsmm_dnn_err_t status;
  state *s = calloc(1, sizeof *s);
  s->pass = pass;
  s->layer = libxsmm_dnn_create_conv_layer(wanted, &status);
  must(status, "create layer");
  bind(p, s);
  contender *c = new_contender(list, "libxsmm", s);
  snprintf(c->detail, sizeof c->detail, "%s", libxsmm_get_target_arch());
  c->run = run;
  c->error = error;
  c->release = release;
}
