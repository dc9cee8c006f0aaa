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
    /* Runs beside it; NULL: none. A run over a centralised endpoint, and the one before this over
     * the same endpoints. */
    const struct bench_record *baseline, *previous;
    /* One for each endpoint of the respective run; NULL without that run. */
    const struct bench_summary *summaries, *of_baseline, *of_previous;
};

/* Whether both runs call the same endpoints in the same order, whatever these serve and cost. */
bool report_same_endpoints(const struct bench_head *a, const struct bench_head *b);

/* Derives what all three forms show. `baseline` and `previous` may be NULL. The records have to
 * stay; the rest lives in `arena`. ERR_NO_MEMORY; ERR_OVERFLOW when costs have no sum;
 * ERR_BAD_FORMAT when a call or a reconciliation names an endpoint that is not there, and when the
 * previous run has other endpoints. */
enum err report_make(const struct bench_record *run, const struct bench_record *baseline,
                     const struct bench_record *previous, struct arena *arena,
                     struct report *report);

/* The three forms, appended; `out` has the sticky error. */
void report_put_markdown(struct buf *out, const struct report *report);
void report_put_json(struct buf *out, const struct report *report);
void report_put_csv(struct buf *out, const struct report *report);

#endif
