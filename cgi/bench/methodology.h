/* "Methodology" of a report: the rules by which a run measures, said with the numbers it uses.
 * Pure, thread-safe for different arenas. */
#ifndef BENCH_METHODOLOGY_H
#define BENCH_METHODOLOGY_H

#include "base/arena.h"
#include "bench/record.h"

/* Fills in the sentences of the head from the rest of it; they live in `arena`. ERR_NO_MEMORY. */
enum err methodology_make(struct bench_head *head, struct arena *arena);

#endif
