// Exact values of the three passes in double precision, and the error of a result at random places.
#include <math.h>

#include "bench.h"

double exact_forward(const problem *p, const float *pre, int n, int row, int column, int channel) {
  double sum = 0;
  for (int tap = 0; tap < 9; tap++) {
    const int y = row + tap / 3 - 1, x = column + tap % 3 - 1;
    if (y < 0 || y >= p->side || x < 0 || x >= p->side) continue;
    const float *pixel = pre + (((int64_t)n * p->side + y) * p->side + x) * p->in;
    const float *w = p->weights + ((int64_t)channel * 9 + tap) * p->in;
    for (int i = 0; i < p->in; i++) sum += (double)pixel[i] * w[i];
  }
  return sum;
}

double exact_transposed(const problem *p, const float *post, int n, int row, int column, int channel) {
  double sum = 0;
  for (int tap = 0; tap < 9; tap++) {
    const int y = row - tap / 3 + 1, x = column - tap % 3 + 1;
    if (y < 0 || y >= p->side || x < 0 || x >= p->side) continue;
    const float *pixel = post + (((int64_t)n * p->side + y) * p->side + x) * p->out;
    for (int o = 0; o < p->out; o++) sum += (double)pixel[o] * p->weights[((int64_t)o * 9 + tap) * p->in + channel];
  }
  return sum;
}

double exact_gradient(const problem *p, const float *pre, const float *post, int out, int tap, int in) {
  double sum = 0;
  for (int n = 0; n < p->batch; n++)
    for (int row = 0; row < p->side; row++)
      for (int column = 0; column < p->side; column++) {
        const int y = row + tap / 3 - 1, x = column + tap % 3 - 1;
        if (y < 0 || y >= p->side || x < 0 || x >= p->side) continue;
        sum += (double)post[(((int64_t)n * p->side + row) * p->side + column) * p->out + out] *
               pre[(((int64_t)n * p->side + y) * p->side + x) * p->in + in];
      }
  return sum;
}

double dense_error(const problem *p, pass_t pass, const float *result, const float *pre, const float *post) {
  enum { PLACES = 24 };
  uint64_t random = 7;
  double worst = 0, squares = 0;
  for (int place = 0; place < PLACES; place++) {
    const int n = (int)(next_random(&random) % (uint64_t)p->batch), row = (int)(next_random(&random) % (uint64_t)p->side);
    const int column = (int)(next_random(&random) % (uint64_t)p->side), tap = (int)(next_random(&random) % 9);
    const int in = (int)(next_random(&random) % (uint64_t)p->in), out = (int)(next_random(&random) % (uint64_t)p->out);
    const int64_t pixel = ((int64_t)n * p->side + row) * p->side + column;
    const double exact = pass == FORWARD      ? exact_forward(p, pre, n, row, column, out)
                         : pass == TRANSPOSED ? exact_transposed(p, post, n, row, column, in)
                                              : exact_gradient(p, pre, post, out, tap, in);
    const double found = pass == FORWARD      ? result[pixel * p->out + out]
                         : pass == TRANSPOSED ? result[pixel * p->in + in]
                                              : result[((int64_t)out * 9 + tap) * p->in + in];
    worst = fmax(worst, fabs(found - exact));
    squares += exact * exact;
  }
  return worst / sqrt(squares / PLACES);
}

double pooled_error(const problem *p, const float *pooled) {
  enum { PLACES = 24 };
  uint64_t random = 11;
  double worst = 0, squares = 0;
  const int side = p->side / 2;
  for (int place = 0; place < PLACES; place++) {
    const int n = (int)(next_random(&random) % (uint64_t)p->batch), row = (int)(next_random(&random) % (uint64_t)side);
    const int column = (int)(next_random(&random) % (uint64_t)side), out = (int)(next_random(&random) % (uint64_t)p->out);
    double exact = -INFINITY;
    for (int member = 0; member < 4; member++)
      exact = fmax(exact, exact_forward(p, p->pre, n, 2 * row + member / 2, 2 * column + member % 2, out));
    worst = fmax(worst, fabs(exact - pooled[(((int64_t)n * side + row) * side + column) * p->out + out]));
    squares += exact * exact;
  }
  return worst / sqrt(squares / PLACES);
}
