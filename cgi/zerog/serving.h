/* The InferenceServing contract: call data and decoding of what it returns.
 * Source of shapes and selectors: 0gfoundation/0g-serving-contract InferenceServing.sol, and the
 * ABI of npm @0gfoundation/0g-compute-ts-sdk 0.9.0. Pure, thread-safe. */
#ifndef ZEROG_SERVING_H
#define ZEROG_SERVING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "eth/abi.h"
#include "eth/address.h"
#include "eth/amount.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Three generations of getAllServices exist; the selector separates v3 from the others, the size of
 * the tuple's head v1 (8 words) from v2 (9 words). */
enum serving_generation {
    SERVING_UNKNOWN = 0,
    SERVING_V1 = 1, /* getAllServices(), no additionalInfo */
    SERVING_V2 = 2, /* getAllServices(), with additionalInfo */
    SERVING_V3 = 3, /* getAllServices(offset, limit), with TEE signer */
};

enum {
    SERVING_PAGE = 50,           /* the contract reverts with LimitTooLarge above */
    SERVING_MAX_SERVICES = 1000, /* rows we keep; `total` still says how many there are */
    /* The contract allows 4096 bytes of additionalInfo and does not bound the other texts. */
    SERVING_TEXT_MAX = 8192
};

/* One text of a service; `err` says why there is none. Bytes live in the decoded data. */
struct serving_text {
    struct abi_text text;
    enum err err;
};

struct serving_price {
    amount neuron; /* per token */
    enum err err;  /* ERR_OVERFLOW above 2^128-1 */
};

struct service {
    struct address provider;
    struct serving_text service_type, url, model, verifiability, additional_info;
    struct serving_price input_price, output_price;
    uint64_t updated_at; /* unix seconds of the last registration change, no heartbeat; 0: none */
    struct address tee_signer;
    bool has_tee;          /* v3 only */
    bool tee_acknowledged; /* has_tee only */
    enum err err; /* the row as a whole could not be read; then only this field is meaningful */
};

struct service_page {
    struct service *services; /* in the arena; texts point into the decoded data */
    size_t count;
    uint64_t total; /* what the contract says; count in v1 and v2 */
    enum serving_generation generation;
};

/* Call data of getAllServices(offset, SERVING_PAGE), v3. */
void serving_put_get_services(struct buf *out, uint64_t offset);
/* Call data of getAllServices(), v1 and v2. */
void serving_put_get_all_services(struct buf *out);
/* Call data of getService(provider). */
void serving_put_get_service(struct buf *out, const struct address *provider);
/* Call data of ledgerAddress(). */
void serving_put_ledger_address(struct buf *out);
/* Call data of getAccountsByUser(user, offset, SERVING_PAGE), v3. */
void serving_put_get_accounts(struct buf *out, const struct address *user, uint64_t offset);

/* Call data of getAccountsByProvider(provider, offset, SERVING_PAGE), v3; decoded as the above. */
void serving_put_get_payers(struct buf *out, const struct address *provider, uint64_t offset);
/* Call data of MIN_PROVIDER_STAKE(). */
void serving_put_min_stake(struct buf *out);

/* Decodes what getAllServices returned. `paged` says which of the two calls it was. A service that
 * cannot be read is kept with its error; the page fails only when its frame is broken. `data` must
 * outlive the page. ERR_NO_CONTRACT for empty data (an address without code answers so).
 *
 * A text of more than SERVING_TEXT_MAX bytes is ERR_TOO_LARGE, and so is one of more than
 * `*text_budget`, which is lowered by each text that is kept: in hostile data all rows may point to
 * the same bytes, so the size of the data says nothing about the size of what is made of it. */
enum err serving_decode_services(const uint8_t *data, size_t len, bool paged, size_t *text_budget,
                                 struct arena *arena, struct service_page *page);

/* The contract reverts so where a provider has no service: ServiceNotExist(address). */
#define SERVING_NO_SERVICE 0x098eda7eu

/* Decodes what getService returned, of whatever generation; `data` must outlive the service.
 * ERR_NO_CONTRACT for empty data; a service that cannot be read gives its error. */
enum err serving_decode_service(const uint8_t *data, size_t len, struct service *service);

/* A wallet's sub-account with one provider. */
struct serving_account {
    struct address provider;
    amount balance, pending_refund; /* neuron; spendable is the difference */
    bool acknowledged;
    const uint8_t *generation; /* 32-byte word: session tokens carry it */
    const uint8_t *revoked;    /* 32-byte word: bit n for the tokens of id n */
};

struct account_page {
    struct serving_account *accounts; /* in the arena; the words point into the data */
    size_t count;
    uint64_t total;
};

/* Decodes what getAccountsByUser returned. One broken account breaks the page: a balance must not
 * silently miss a part. ERR_BAD_LENGTH for more accounts than were asked for, ERR_NO_CONTRACT for
 * empty data. */
enum err serving_decode_accounts(const uint8_t *data, size_t len, struct arena *arena,
                                 struct account_page *page);

#endif
