/* What the providers and the chain say about a run's money: the fees that a provider has booked and
 * not yet settled, and the sub-account's balance, read before the first and after the last call.
 * One thread at a time. */
#ifndef BENCH_RECONCILE_H
#define BENCH_RECONCILE_H

#include "bench/course.h"

struct money {
    bool unsettled_known;
    amount unsettled;
    bool balance_known;
    amount balance;
    uint64_t block;
};

/* Before the first call: one entry for each endpoint. What cannot be read stays unknown. */
void money_before(struct course *course, struct money *money);

/* After the last call, once the providers have booked what they were sent, at most two seconds
 * later. Fills in one row for each endpoint. `wait`: also for what is not booked yet. */
void money_after(struct course *course, const struct money *before, bool wait,
                 struct bench_reconciliation *rows);

#endif
