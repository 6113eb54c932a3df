// MPI's C interface, and what Swift cannot import of it.
//
// Swift imports macros that are a literal, or a literal behind one cast in parentheses. The predefined reduction operations
// are written `(MPI_Op)(0x58000003)`, and the special addresses are casts of integers to pointers: neither imports, so each is
// returned by a function here. The functions are inline: they cost nothing, and there is no library of shims to link.
#pragma once
#include <mpi.h>

// Predefined reduction operations (MPI 4.0, section 6.9.2).
static inline MPI_Op cmpi_op_sum(void) { return MPI_SUM; }
static inline MPI_Op cmpi_op_product(void) { return MPI_PROD; }
static inline MPI_Op cmpi_op_min(void) { return MPI_MIN; }
static inline MPI_Op cmpi_op_max(void) { return MPI_MAX; }
static inline MPI_Op cmpi_op_logical_and(void) { return MPI_LAND; }
static inline MPI_Op cmpi_op_logical_or(void) { return MPI_LOR; }
static inline MPI_Op cmpi_op_logical_xor(void) { return MPI_LXOR; }
static inline MPI_Op cmpi_op_bitwise_and(void) { return MPI_BAND; }
static inline MPI_Op cmpi_op_bitwise_or(void) { return MPI_BOR; }
static inline MPI_Op cmpi_op_bitwise_xor(void) { return MPI_BXOR; }

// The address that stands for "the receive buffer holds the input" (MPI 4.0, section 6.2.2).
static inline void *cmpi_in_place(void) { return MPI_IN_PLACE; }

// The address that stands for "no status wanted" (MPI 4.0, section 3.2.6).
static inline MPI_Status *cmpi_status_ignore(void) { return MPI_STATUS_IGNORE; }

// The address that stands for "no edge weights" (MPI 4.0, section 8.5.4); it is an extern array, which Swift copies on import.
static inline const int *cmpi_unweighted(void) { return MPI_UNWEIGHTED; }

// Sets a flag in memory that several processes share, and returns what it held before. Swift's `Atomic` owns its memory, so it
// cannot stand in a window of MPI's.
static inline int cmpi_exchange_shared_flag(int *flag, int value) {
  return __atomic_exchange_n(flag, value, __ATOMIC_ACQ_REL);
}

#ifdef __linux__
#include <sys/syscall.h>
long syscall(long number, ...);

// Writes the processors that the calling process may run on, one bit each, and returns how many bytes were written, or -1. The
// C library's `sched_getaffinity` is behind _GNU_SOURCE, which Swift's module of it does not define.
static inline long cmpi_processor_mask(unsigned long long *words, unsigned long bytes) {
  return syscall(SYS_sched_getaffinity, 0, bytes, words);
}
#endif
