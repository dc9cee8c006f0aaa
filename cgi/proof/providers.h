/* The providers that jobs name, as the serving contract lists them at the moment: where to ask for
 * a signature and whose it has to be. What the contract says counts for a minute; who is not
 * listed, or did not answer, is left alone for a while that doubles. Times are monotonic
 * milliseconds. Not thread-safe. */
#ifndef PROOF_PROVIDERS_H
#define PROOF_PROVIDERS_H

#include "base/arena.h"
#include "base/error.h"
#include "eth/abi.h"
#include "eth/address.h"
#include "net/endpoint.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROVIDERS_MAX = 64,
    PROVIDER_FRESH_MS = 60000,
    PROVIDER_FIRST_PAUSE_MS = 1000,
    PROVIDER_LONGEST_PAUSE_MS = 60000,
};

struct provider {
    struct address address;
    bool used;
    int asking;        /* requests on their way to it; it keeps its place meanwhile */
    bool asking_chain; /* one is on its way to the chain, and it keeps its place too */
    int64_t needed_ms; /* when it was last looked for */
    int64_t closed_until_ms;
    int failures; /* since it last answered */

    int64_t fresh_until_ms; /* until then the contract's words below count */
    struct endpoint endpoint;
    struct abi_text model;
    struct address signer;
    struct arena arena; /* of endpoint and model */
};

struct providers {
    struct provider items[PROVIDERS_MAX];
};

void providers_free(struct providers *providers);

/* The provider of this address; a new one takes the place of the one not needed for longest. NULL
 * while requests are on their way to as many others as there are places. */
struct provider *providers_find(struct providers *providers, const struct address *address,
                                int64_t now_ms);

/* Takes over what getService returned. ERR_NOT_FOUND when no signer is listed and acknowledged;
 * ERR_BAD_URL, ERR_NO_MEMORY, the errors of serving_decode_service(). `allow` must stay. */
enum err provider_take(struct provider *provider, const uint8_t *data, size_t len,
                       const struct cidr_list *allow, int64_t now_ms);

/* It answered: the next pause is short again. */
void provider_open(struct provider *provider);

/* It is left alone for a pause that doubles. */
void provider_close(struct provider *provider, int64_t now_ms);

#endif
