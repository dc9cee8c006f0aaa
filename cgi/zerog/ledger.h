/* The LedgerManager contract: a wallet's deposit and what of it is locked with providers.
 * Source: 0gfoundation/0g-serving-contract LedgerManager.sol. Pure, thread-safe. */
#ifndef ZEROG_LEDGER_H
#define ZEROG_LEDGER_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include "eth/amount.h"
#include <stddef.h>
#include <stdint.h>

/* Revert selector of LedgerNotExists(address): the wallet never made a deposit. */
#define LEDGER_NOT_EXISTS 0x7d2d536bu

struct ledger {
    amount available, total; /* neuron; the difference is locked in sub-accounts */
};

/* Call data of getLedger(user). */
void ledger_put_get(struct buf *out, const struct address *user);

/* Call data of MIN_ACCOUNT_BALANCE() and MIN_TRANSFER_AMOUNT(): the smallest deposit, and the
 * smallest first transfer to a provider. They differ by network, and old contracts do not have
 * them. */
void ledger_put_min_balance(struct buf *out);
void ledger_put_min_transfer(struct buf *out);

/* Decodes what getLedger returned: (user, availableBalance, totalBalance, ...), alike in all
 * generations as far as we read. ERR_NO_CONTRACT for empty data. */
enum err ledger_decode(const uint8_t *data, size_t len, struct ledger *ledger);

#endif
