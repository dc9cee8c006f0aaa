/* The report of a run: pure functions of its raw data (bench/record.h), so that whoever has the raw
 * data gets the same bytes again. What its figures mean stands in docs/benchmark.md. Thread-safe.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "bench/record.h"
#include "bench/summary.h"

struct report {
    const struct bench_record *run;
    const struct bench_record *baseline;   /* of a centralised endpoint, measured too; NULL: none */
    const struct bench_summary *summaries; /* one for each endpoint of the run */
    const struct bench_summary *baseline_summary; /* of its first endpoint; NULL as well */
};

/* Derives what all three forms show. The records have to stay; the rest lives in `arena`.
 * ERR_NO_MEMORY; ERR_OVERFLOW when costs have no sum; ERR_BAD_FORMAT when a call or a
 * reconciliation names an endpoint that is not there. */
enum err report_make(const struct bench_record *run, const struct bench_record *baseline,
                     struct arena *arena, struct report *report);

/* The three forms, appended; `out` has the sticky error. */
void report_put_markdown(struct buf *out, const struct report *report);
void report_put_json(struct buf *out, const struct report *report);
void report_put_csv(struct buf *out, const struct report *report);

#endif
