/* What the money of an endpoint says about a run's cost. Pure, thread-safe. */
#ifndef BENCH_BOOKED_H
#define BENCH_BOOKED_H

#include "bench/record.h"

/* What the provider took or will take: the rise of the unsettled fee and the fall of the balance.
 * False when they are not known, and when one went the wrong way further than the other: money was
 * added meanwhile. */
bool booked(const struct bench_reconciliation *row, amount *sum);

/* Whether the money agrees with what the calls cost. `at_most`: some of it is a bound. `others`:
 * somebody else called the same provider for this wallet meanwhile. */
enum reconciliation_state money_state(const struct bench_reconciliation *row, amount metered,
                                      bool at_most, bool others);

#endif
