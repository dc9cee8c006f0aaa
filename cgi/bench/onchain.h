/* What the chain says about what a run needs: the services, the wallet's money and where it stands,
 * read in one go so that all of it is of about one block. Waits for the node; one thread at a time.
 */
#ifndef BENCH_ONCHAIN_H
#define BENCH_ONCHAIN_H

#include "base/arena.h"
#include "base/error.h"
#include "net/http.h"
#include "zerog/ledger.h"
#include "zerog/serving.h"
#include "zerog/settings.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct onchain {
    uint64_t block; /* the newest when the services were read */
    struct service *services;
    size_t service_count;

    /* With a wallet only. */
    amount coins; /* of the wallet itself: gas */
    bool has_ledger;
    struct ledger ledger;
    amount least_deposit, least_transfer; /* the contract's minimums; neuron */
    struct serving_account *accounts;
    size_t account_count;
};

enum { ONCHAIN_TIMEOUT_MS = 5000 }; /* of each of its two requests, unless somebody is in haste */

/* `wallet` may be NULL. All of *found lives in `arena`. ERR_WRONG_CHAIN for another chain than the
 * settings name; ERR_RATE_LIMITED, ERR_HTTP_STATUS and what a request or a decoder may come to. */
enum err onchain_read(const struct settings *settings, const struct address *wallet,
                      struct http_client *http, int timeout_ms, struct arena *arena,
                      const atomic_bool *stop, struct onchain *found);

/* NULL when there is none. */
const struct service *onchain_service(const struct onchain *o, const struct address *provider);
const struct serving_account *onchain_account(const struct onchain *o,
                                              const struct address *provider);

#endif
