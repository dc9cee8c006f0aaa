/* Numbers as a report prints them: "." and no thousands mark, always the same number of places.
 * Appended to `out`. Pure, thread-safe. */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include "base/buf.h"
#include "bench/record.h"
#include <stdbool.h>
#include <stdint.h>

void put_ms(struct buf *out, int64_t us);          /* "1234.567", also below 0 */
void put_ms_or_dash(struct buf *out, int64_t us);  /* "-" below 0 */
void put_tenths(struct buf *out, uint64_t tenths); /* "90.4" */
void put_hundredths(struct buf *out, uint64_t hundredths);
void put_share(struct buf *out, size_t part, size_t whole); /* "9/10 (90.0 %)" */
void put_probability(struct buf *out, uint32_t millionths); /* "0.0312", "below 0.0001" */

/* "0.0000542 0G"; with "≤ " before it when the truth may be less; "n/a" when it is not known. */
void put_cost(struct buf *out, bool known, bool at_most, amount cost);

/* "+3.1 %", "-0.4 %", "unchanged"; "n/a" from 0. Both are below 2^118. */
void put_percent_change(struct buf *out, amount from, amount to);

/* total / n, rounded half up to a neuron; n is not 0. */
amount cost_mean(amount total, size_t n);

/* "7", "W1"; in a run over several endpoints "B7" for the second one's. */
void put_run_label(struct buf *out, const struct bench_record *run, const struct bench_call *call);
/* "A", "B" ... */
char endpoint_letter(unsigned endpoint);

#endif
