/* Proves recorded jobs: a thread of its own that asks each job's provider for the signature of the
 * response, while the provider still keeps it, and writes what the signature proves to the store.
 *
 * Asked are only providers that the serving contract lists, at the URL that it lists, within the
 * addresses that are allowed; the signer is the one it lists too. The store is the list of what is
 * to be done, so a restart goes on where the program ended. Without jobs to prove there is no
 * request. */
#ifndef PROOF_PROVER_H
#define PROOF_PROVER_H

#include "base/error.h"
#include "eth/address.h"
#include "net/address_filter.h"
#include "net/endpoint.h"
#include "store/store.h"
#include <stdint.h>

struct prover;

/* Everything stays the caller's and must outlive the prover. */
struct prover_config {
    const char *store_path;
    struct store_writer *writer;
    const struct endpoint *rpc; /* of the chain */
    uint64_t chain_id;
    const struct address *serving;             /* the InferenceServing contract */
    const struct cidr_list *private_addresses; /* that a listed URL may reach all the same */
    size_t max_per_minute;                     /* requests to one public host; 0: no limit */
};

/* Starts the thread. http_global_init() was called. ERR_NO_MEMORY, ERR_SYSTEM. */
enum err prover_start(const struct prover_config *config, struct prover **prover);

/* Jobs were recorded: looks at the store soon. Thread-safe, and cheap enough for every request. */
void prover_wake(struct prover *prover);

/* Cancels what is asked and ends the thread, within the second. NULL is accepted. */
void prover_stop(struct prover *prover);

#endif
