/* The sections of the Markdown report, in the order in which they stand. Own to
 * report_markdown.c and the files beside it. */
#ifndef BENCH_REPORT_PARTS_H
#define BENCH_REPORT_PARTS_H

#include "bench/report.h"

#define PROGRAMMED "not determinable: provider delays are programmed"

/* What a proof proves, for people. */
#define PROOF_SENTENCE                                                                             \
    "this proves that the key 0G's contract lists signed it; hardware attestation was not "        \
    "verified by this tool"

void put_raw_data(struct buf *out, const struct report *report);
void put_statistics(struct buf *out, const struct report *report);
void put_reconciliation_table(struct buf *out, const struct report *report);
void put_gpu(struct buf *out, const struct report *report);
void put_analysis(struct buf *out, const struct report *report);
/* The two lines of the Analysis that need another run; the first for one endpoint, without its
 * beginning. */
void put_baseline_analysis(struct buf *out, const struct report *report, unsigned endpoint);
void put_previous_analysis(struct buf *out, const struct report *report);
void put_details(struct buf *out, const struct report *report);

/* "8/9 response, 1/9 absent": the proof levels of the successful calls. */
void put_proof_shares(struct buf *out, const struct bench_summary *s);

/* The word of the class, without a status. */
const char *outcome_class(enum outcome outcome);

/* "### Endpoint B: `model` at `url`", where there are several. */
void put_endpoint_heading(struct buf *out, const struct report *report, unsigned endpoint);

/* "COMPLETE", "PARTIAL 3/10: ended by the operator" */
void put_state(struct buf *out, const struct bench_record *run);

/* Whether this endpoint is called by one caller, one call after the other, with nothing in
 * between. */
bool is_closed_loop(const struct bench_record *run);

#endif
