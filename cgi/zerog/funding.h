/* Whether a provider will serve a wallet with what its sub-account holds.
 *
 * 0G's broker forwards a request only while balance - pendingRefund is at least the request's fee,
 * the fees not settled yet and 1 0G (0gfoundation/0g-serving-broker request.go,
 * MinimumLockedBalance in const.go). The fees not settled yet are known to the wallet's key alone,
 * so the warning comes where 0G's SDK tops up, at 2 0G. The constants are the broker's and the
 * SDK's: no contract says them. Pure, thread-safe. */
#ifndef ZEROG_FUNDING_H
#define ZEROG_FUNDING_H

#include "eth/amount.h"

#define PROVIDER_MINIMUM NEURON_PER_0G
#define PROVIDER_COMFORT (2 * NEURON_PER_0G)

enum funding {
    FUNDING_OK,
    FUNDING_LOW,  /* below PROVIDER_COMFORT: soon refused */
    FUNDING_SHORT /* at most PROVIDER_MINIMUM: every request that costs something is refused */
};

/* What of a sub-account can be spent; 0 when more is to be paid back than there is. */
amount funding_spendable(amount balance, amount pending_refund);

enum funding funding_of(amount spendable);

/* "ok", "low", "short"; static storage. */
const char *funding_name(enum funding funding);

#endif
