/* Logs that contracts leave in the chain, as eth_getLogs and receipts give them, and the filter
 * that asks for them. Everything in a log is foreign and checked before it is used.
 * https://ethereum.org/developers/docs/apis/json-rpc/#eth_getlogs. Pure, thread-safe. */
#ifndef ETH_EVENT_H
#define ETH_EVENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "eth/abi.h"
#include "eth/address.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVENT_MAX_TOPICS = 4, HASH_BYTES = 32 };

struct event {
    struct address contract;
    uint8_t topics[EVENT_MAX_TOPICS][HASH_BYTES];
    size_t topic_count;
    const uint8_t *data; /* in the arena */
    size_t data_len;
    uint8_t tx[HASH_BYTES];
    uint64_t block, index; /* index counts the logs of the whole block */
    uint64_t time;         /* unix seconds of the block; has_time only: few nodes say it */
    bool has_time;
    bool removed; /* a reorganisation took the log away */
};

/* Reads one log. ERR_BAD_FORMAT when a member is missing or malformed (a log that is in no block
 * yet has none of its numbers), ERR_OVERFLOW, ERR_NO_MEMORY; *event is then not to be used. */
enum err event_parse(const cJSON *log, struct arena *arena, struct event *event);

/* Reads an array of at most `max` logs, without the removed ones, in the order of the node. One bad
 * log spoils the array: a sum must not silently miss a part. ERR_TOO_LARGE above `max`. */
enum err events_parse(const cJSON *logs, size_t max, struct arena *arena, struct event **events,
                      size_t *count);

/* Negative, 0 or positive as `a` stands before, at or behind `b` in the chain. */
int event_compare(const struct event *a, const struct event *b);

/* True when the first topic is `signature`, "0x" and 64 lower-case digits. */
bool event_is(const struct event *event, const char *signature);

/* An indexed address or number; `topic` counts the signature as 0. ERR_TRUNCATED when the log has
 * fewer topics, ERR_BAD_FORMAT when the word is no address, ERR_OVERFLOW above 2^64-1. */
enum err event_address(const struct event *event, size_t topic, struct address *out);
enum err event_u64(const struct event *event, size_t topic, uint64_t *out);

/* The data behind the topics. */
struct abi event_data(const struct event *event);

struct event_filter {
    const struct address *contract;
    const struct address *also; /* another contract; NULL: none */
    uint64_t from, to;          /* blocks, both included */
    const char *const *signatures;
    size_t signature_count;
    /* What the indexed arguments must be; NULL: anything. */
    const uint8_t *arguments[EVENT_MAX_TOPICS - 1];
};

/* Appends the params of eth_getLogs: `[{"address":...}]`. */
void event_put_filter(struct buf *out, const struct event_filter *filter);

/* An address as an indexed argument. */
void event_address_word(const struct address *address, uint8_t word[HASH_BYTES]);

#endif
