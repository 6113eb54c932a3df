// The inner loops of samplers: heat bath on ±1 spins of many replicas, each at its own temperature, with probability exp(−E/T)/Z,
// E = −½ Σ J_ij s_i s_j − Σ h_i s_i.
//
// A state is a bit for each place and replica, 1 for a spin that is down: spins[place · stride + r / 64], bit r % 64. A place is a spin, or
// what is fixed. Random bits are functions of key, spin, sweep and the replica's number, so that no result depends on who holds which
// replica or spin. Every function exists once for each instruction set, with the same bits.
#pragma once
#include <stdint.h>

// A coupling of one unit: the other place, and −1 where it favours unequal spins, 0 where equal ones.
typedef struct {
  int32_t place;
  int32_t sign;
} eq_link;

// Two places coupled with one unit, each pair once.
typedef struct {
  int32_t first;
  int32_t second;
  int32_t sign;
} eq_bond;

// Two places whose product counts `weight` units of the energy.
typedef struct {
  int32_t first;
  int32_t second;
  int64_t weight;
} eq_pair;

// A coupling of a row: the other place, and 2J in units of the row.
typedef struct {
  int32_t place;
  int32_t twice;
} eq_weight;

// Couplings that are a few units each, 512 replicas in a vector. |f| of a spin counts units, from 0 to its number of links.
typedef struct {
  uint64_t *spins;
  // A multiple of 8.
  int64_t stride;
  // Links of place i are rows[i] ≤ k < rows[i + 1], filled up to a multiple of 4 with links to a place that is always up.
  const int64_t *rows;
  const eq_link *links;
  // Links of place i that count, 15 at most.
  const uint8_t *totals;
  const uint32_t *identifiers;
  // classes − 1 is the greatest |f|.
  int64_t classes;
  // masks[((block · classes + |f|) · 32 + digit) · 8 …]: the replicas whose threshold has this binary digit.
  uint64_t *masks;
  // thresholds[temperature · classes + |f|] = 2⁶⁴ / (1 + exp(2|f|/T)).
  const uint64_t *thresholds;
  const uint16_t *temperatures;
  uint64_t key[2];
  // The replica of bit 0, a multiple of 128, over 128.
  uint32_t first_block;
} eq_coded;

// Any couplings, 16 replicas in a vector: integers in units of their row.
typedef struct {
  uint64_t *spins;
  int64_t stride;
  // Vectors of 16 replicas.
  int64_t groups;
  const int64_t *rows;
  const eq_weight *weights;
  // h + ΣJ of place i; |f| stays below 2²⁷.
  const int32_t *bases;
  // 2 · the row's unit.
  const float *scales;
  // By which power of two the row's unit is above the energies', 0 or more.
  const int8_t *shifts;
  // 1/T of each replica.
  const float *rates;
  // The changes of the energies are added here, in their unit.
  int64_t *energies;
  const uint32_t *identifiers;
  uint64_t key[2];
  // The replica of bit 0, a multiple of 16, over 4.
  uint32_t first_block;
  // 2|J| of place i, and that of all its couplings below 0 together, where each row's are of one size; `NULL` if they are not. A multiple of 8
  // words a place.
  const int32_t *equal;
  const int32_t *favours;
  // The couplings' places and signs, as `weights` has them.
  const eq_link *links;
  // Fields of all places that are kept, [replica][place], `length` places from one replica to the next; `NULL` if none are.
  int32_t *fields;
  int64_t length;
  // matrix[i · length + j] is 2J of i and j in units of row j.
  const int32_t *matrix;
  // Dense rows of one size, in tiles of 224 places and blocks of 16 places; `NULL` if they are not. Of place i of block b and tile t, with
  // n = 2 (16 (b · tiles + t) + i % 16), listed[8 · k] … are places of the tile, counted from its first: for lists[n] ≤ k < lists[n + 1] those
  // whose couplings have one sign, and from there to lists[n + 2] those that are not coupled with i; both without the places of block b, and
  // filled up with 224. `equal` is then 2J of those of the one sign, `links` has the 16 places of the block, where sign is −1 if the coupling has
  // the other sign, and `favours` is `equal` times how often that is.
  const int32_t *lists;
  const uint8_t *listed;
  // All places but the last one, which is always up.
  int64_t places;
} eq_lanes;

// Amplitudes in [−1, 1] of any couplings, 8 replicas in a vector: spins[place · stride + r] · 2⁻²⁴, whole numbers.
typedef struct {
  double *spins;
  // A multiple of 8.
  int64_t stride;
  const int64_t *rows;
  // `twice` is J in units of the row.
  const eq_weight *weights;
  // h of place i in units of the row, times 2²⁴.
  const double *fields;
  // The row's unit, times 2⁻²⁴.
  const double *scales;
  // 1/T of each replica.
  const double *rates;
  // k of the energy k/2 Σ s².
  double stiffness;
  const uint32_t *identifiers;
  uint64_t key[2];
  // The replica of lane 0, a multiple of 8, over 2.
  uint32_t first_block;
} eq_amplitudes;

typedef struct {
  // The 16 words of the blocks counter, counter + (1, 0, 0, 0) … of ARS-7.
  void (*random_bits)(const uint64_t *key, const uint32_t *counter, uint32_t *words);

  // Works out the masks of `state` for the replicas of each temperature: members[t · stride …] has a bit for each of them.
  void (*build_masks)(const eq_coded *state, const uint64_t *members, int64_t temperatures, const uint8_t *used);
  // Visits the places first ≤ i < last in order; they are not coupled with each other, or on one rank.
  void (*sweep_coded)(const eq_coded *state, int64_t first, int64_t last, uint32_t sweep);
  // counts[r] += bonds that are not satisfied, for every replica.
  void (*count_bonds)(const uint64_t *spins, int64_t stride, const eq_bond *bonds, int64_t count, int64_t *counts);

  void (*sweep_lanes)(const eq_lanes *state, int64_t first, int64_t last, uint32_t sweep);
  // fields[(i − first) · 16 · groups + r]: the field on the spin at place i of replica r, in units of the row.
  void (*fields_lanes)(const eq_lanes *state, int64_t first, int64_t last, int32_t *fields);
  // counts[b] += replicas of the mask, `stride` words, in which the spins of bond b differ.
  void (*count_unequal)(const uint64_t *spins, int64_t stride, const eq_bond *bonds, int64_t count, const uint64_t *mask, int32_t *counts);

  // sums[r] = base + Σ J s of a row of couplings with the spins at `places`, in double precision and in the order of the row, for every replica.
  void (*sum_fields)(const uint64_t *spins, int64_t stride, double base, const int32_t *places, const double *couplings, int64_t count,
                     double *sums);
  // sums[r] −= Σ w s_i s_j over pairs, for every replica.
  void (*sum_pairs)(const uint64_t *spins, int64_t stride, const eq_pair *pairs, int64_t count, int64_t *sums);

  // bits[r · row + i / 64], bit i % 64: the spin at place first + i of replica r; 0 behind the last one.
  void (*unpack)(const uint64_t *spins, int64_t stride, int64_t first, int64_t last, uint64_t *bits, int64_t row);
  // The same of s_i s_j of each bond, 1 where the spins differ.
  void (*unpack_bonds)(const uint64_t *spins, int64_t stride, const eq_bond *bonds, int64_t count, uint64_t *bits, int64_t row);
  // sum + other + carry of single bits: the sum's lower digit stays in `sum`, the upper one in `carry`.
  void (*add_bits)(uint64_t *sum, const uint64_t *other, uint64_t *carry, int64_t words);

  // Visits the places first ≤ i < last in order.
  void (*sweep_amplitudes)(const eq_amplitudes *state, int64_t first, int64_t last, uint32_t sweep);
  // energies[r] += Σ s_i (k s_i/2 − Σ_j J_ij s_j/2 − h_i) of the places below `count`, each term rounded to a multiple of `unit`.
  void (*add_amplitude_energies)(const eq_amplitudes *state, int64_t count, double unit, int64_t *energies);
} eq_sampling_kernels;

// In the order of `eq_available_kernels`.
const eq_sampling_kernels *const *eq_available_sampling_kernels(int32_t *count);
