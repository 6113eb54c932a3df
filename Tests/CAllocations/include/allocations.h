// Counts what the calling thread takes from the heap. A test program that this is linked into has these functions in the place of the C
// library's, also for Swift's runtime and other shared libraries.
#pragma once

/// Whether allocations are counted here: with glibc, whose own functions do the work.
int allocations_are_counted(void);

/// Counts from zero, until `allocations_stop`.
void allocations_start(void);

/// The number of allocations of this thread since `allocations_start`.
long allocations_stop(void);
