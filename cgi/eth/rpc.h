/* JSON-RPC 2.0 batches as Ethereum nodes speak them: building the body, and matching the answers by
 * id whatever their order. No I/O here.
 * https://www.jsonrpc.org/specification#batch, https://eips.ethereum.org/EIPS/eip-1474 */
#ifndef ETH_RPC_H
#define ETH_RPC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

/* A batch being built. Ids are 1, 2, 3 ... in the order of adding. */
struct rpc_batch {
    struct buf body; /* owned */
    size_t count;
};

struct rpc_batch rpc_batch_make(void);
void rpc_batch_free(struct rpc_batch *batch);

/* Adds a call. `params` is JSON text of an array ("[]"). Returns its index (id - 1). */
size_t rpc_add(struct rpc_batch *batch, const char *method, const char *params);
/* eth_call of `data` at "latest". */
size_t rpc_add_eth_call(struct rpc_batch *batch, const struct address *to, const uint8_t *data,
                        size_t len);
/* The finished body; NULL when memory ran out. Nothing may be added afterwards. */
const char *rpc_batch_body(struct rpc_batch *batch, size_t *len);

/* One answer of a batch. */
struct rpc_answer {
    enum err err;        /* ERR_OK, ERR_RPC, ERR_REVERTED, or ERR_BAD_FORMAT when it is missing,
                            doubled or not an answer */
    const cJSON *result; /* ERR_OK only; owned by the document */
    int64_t code;        /* error code of ERR_RPC and ERR_REVERTED */
    const char *message; /* error message, "" without one; foreign text; owned by the document */
    const uint8_t
        *revert; /* revert data of ERR_REVERTED, in the arena; NULL when the node gave none */
    size_t revert_len;
};

/* Parses a reply to a batch of `count` calls; answers[i] belongs to the call with id i + 1. A
 * single error object in place of the array (as nodes send for a batch they refuse) is every call's
 * answer, and an error with the id null in the array that of every call without one. *doc must
 * outlive the answers and is freed by the caller with cJSON_Delete().
 * ERR_NOT_JSON, ERR_TOO_LARGE (more than `max` bytes or too many values), ERR_BAD_FORMAT (neither
 * array nor object), ERR_NO_MEMORY (also when the arena is full); then *doc is NULL and every
 * answer has this error. */
enum err rpc_parse(const char *text, size_t len, size_t max, size_t count,
                   struct rpc_answer *answers, struct arena *arena, cJSON **doc);

/* The bytes of an eth_call answer: its result decoded from hex into `arena`. Gives the answer's own
 * error when it is one, ERR_BAD_FORMAT when the result is no DATA. */
enum err rpc_bytes(const struct rpc_answer *answer, struct arena *arena, const uint8_t **bytes,
                   size_t *len);
/* A QUANTITY answer. */
enum err rpc_quantity(const struct rpc_answer *answer, uint64_t *number);

/* First four bytes of the revert data as a number, 0 when there are fewer. */
uint32_t rpc_revert_selector(const struct rpc_answer *answer);

#endif
