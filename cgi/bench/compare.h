/* The differences between two runs: what changed from `a` to `b`, and whether more than chance is
 * behind it. Runs that differ in prompts, model, price or method are not compared; what differs is
 * named instead. Pure functions of the two records, thread-safe; `out` has the sticky error. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include "base/buf.h"
#include "bench/report.h"

void compare_put_markdown(struct buf *out, const struct report *a, const struct report *b);
void compare_put_json(struct buf *out, const struct report *a, const struct report *b);

#endif
