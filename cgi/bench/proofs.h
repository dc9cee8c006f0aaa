/* The TEE signatures of a run's responses, fetched and checked after the last call, so that nothing
 * of it is in a measured time. */
#ifndef BENCH_PROOFS_H
#define BENCH_PROOFS_H

#include "bench/course.h"

/* Asks the providers for the signature of each call that has a handle, several at a time, and again
 * for a while where there is none yet; writes each verdict to the call and the store. Looks no
 * longer than `deadline_ms`; what was not answered by then stays PROOF_NONE. Returns soon after the
 * program began to stop. */
void proofs_fetch(struct course *course, int deadline_ms);

#endif
