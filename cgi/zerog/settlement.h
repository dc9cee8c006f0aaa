/* Settled fees, from the logs of the InferenceServing and LedgerManager contracts.
 *
 * A provider settles with one transaction for up to 50 users. For each user it leaves, in this
 * order and next to each other: FundSpent (ledger; since January 2026), BalanceUpdated (serving),
 * TEESettlementResult (serving); a settlement that fails leaves only the last. BalanceUpdated
 * without a result behind it is a deposit or a refund.
 * Source: 0gfoundation/0g-serving-contract InferenceAccount.sol, InferenceSettlement.sol,
 * LedgerManager.sol; the order was seen in real transactions. Pure, thread-safe. */
#ifndef ZEROG_SETTLEMENT_H
#define ZEROG_SETTLEMENT_H

#include "base/arena.h"
#include "base/error.h"
#include "eth/amount.h"
#include "eth/event.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For filters of eth_getLogs. The first indexed argument of all three is the user; the second is
 * the provider in BalanceUpdated, the serving contract in FundSpent. */
#define SETTLEMENT_BALANCE_UPDATED                                                                 \
    "0x526824944047da5b81071fb6349412005c5da81380b336103fbe5dd34556c776"
#define SETTLEMENT_RESULT     "0x1f69e5b87fd0ce34b3760ba6e5d8aa95a36e316c3ba44e1e65a9d0eb9e96d0bf"
#define SETTLEMENT_FUND_SPENT "0x6f81b9cf4ed9328799879be7651da4420ab1bc260b34ea71f72e9659aa548e68"

enum settlement_status {
    SETTLEMENT_SUCCESS,
    SETTLEMENT_PARTIAL,
    SETTLEMENT_PROVIDER_MISMATCH,
    SETTLEMENT_NO_TEE_SIGNER,
    SETTLEMENT_INVALID_NONCE,
    SETTLEMENT_INVALID_SIGNATURE,
    SETTLEMENT_STATUS_COUNT /* higher ones come from a contract newer than this program: failed */
};

/* "success", "partial", "provider mismatch" and so on; "status 9" has no text: "unknown". Static
 * storage. */
const char *settlement_status_text(uint64_t status);

struct settlement {
    const struct event *result; /* where: transaction, block, time */
    struct address user;
    struct address provider; /* has_provider only: a failed settlement does not say it */
    bool has_provider;
    uint64_t status;
    amount unsettled; /* neuron that the user's balance did not cover */
    amount fee;       /* has_fee only */
    bool has_fee;
};

/* What the join looks at. Contracts of others can write logs that look the same. */
struct settlement_contracts {
    const struct address *serving, *ledger; /* ledger may be NULL: no FundSpent is looked for */
};

/* Joins the logs of whole blocks, in any order; the list comes in the order of the chain. Logs of
 * other contracts or events are left out; the same log given twice counts once. The fee of a
 * settlement without FundSpent is the difference of the sub-account's balance to the log before;
 * without that one it is unknown. A failed settlement takes its provider from another one in its
 * transaction. One malformed log of our contracts spoils the join (errors of eth/abi.h);
 * ERR_NO_MEMORY. The events must outlive the list. */
enum err settlement_join(const struct event *events, size_t count,
                         const struct settlement_contracts *contracts, struct arena *arena,
                         struct settlement **list, size_t *settlements);

/* Sums of one provider. */
struct settlement_sum {
    struct address provider; /* has_provider only; the row without takes what names none */
    bool has_provider;
    uint64_t count; /* all of them */
    uint64_t partial, failed;
    uint64_t unknown_fee; /* settled, but by how much is not known */
    uint64_t users;       /* distinct */
    amount fees;          /* neuron; a lower bound while unknown_fee is above 0 */
    bool overflow;        /* fees is above 2^128-1 and not to be shown */
    uint64_t last_block;
    uint64_t last_time; /* unix seconds; has_last_time only */
    bool has_last_time;
};

/* Sums of `list` by provider, ordered by address, the row without provider last. ERR_NO_MEMORY. */
enum err settlement_sums(const struct settlement *list, size_t count, struct arena *arena,
                         struct settlement_sum **sums, size_t *rows);

/* Adds what later logs say of the same provider. `users` is left out: who is in both is not known.
 */
void settlement_sum_merge(struct settlement_sum *sum, const struct settlement_sum *later);

#endif
