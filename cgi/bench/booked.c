#include "bench/booked.h"

bool booked(const struct bench_reconciliation *row, amount *sum)
{
    amount in, out;
    return row->unsettled_known && row->balance_known &&
           amount_add(row->unsettled_after, row->balance_before, &in) == ERR_OK &&
           amount_add(row->unsettled_before, row->balance_after, &out) == ERR_OK &&
           amount_sub(in, out, sum) == ERR_OK;
}

enum reconciliation_state money_state(const struct bench_reconciliation *row, amount metered,
                                      bool at_most, bool others)
{
    amount sum;
    if (others)
        return RECONCILED_OTHER_TRAFFIC;
    if (!booked(row, &sum))
        return RECONCILED_PENDING;
    if (sum > metered)
        return RECONCILED_MISMATCH;
    if (sum < metered && !at_most)
        return RECONCILED_PENDING; /* not booked yet, as far as can be told */
    return row->unsettled_after == 0 ? RECONCILED_MATCH : RECONCILED_PENDING;
}
