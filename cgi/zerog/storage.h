/* 0G Storage on chain: the Flow contract that takes submissions, its Market that prices them and
 * the Reward contract that says how long a file is kept.
 *
 * Units: contracts count in sectors of 256 bytes; a submission also says the file's real size in
 * bytes. A file is paid once, for a fixed time; the network has no quota per wallet.
 * Source: 0gfoundation/0g-storage-contracts Flow.sol, FixedPrice.sol, Submission.sol,
 * ChunkLinearReward.sol. Pure, thread-safe. */
#ifndef ZEROG_STORAGE_H
#define ZEROG_STORAGE_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/amount.h"
#include "eth/event.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SECTOR_BYTES = 256,
    SEGMENT_SECTORS = 1024, /* what a storage node stores or leaves as one */
};

/* Functions without arguments; each is read with the function of answer.h that is named here. */
enum storage_call {
    FLOW_TREE,              /* storage_decode_tree() */
    FLOW_NUM_SUBMISSIONS,   /* answer_u64(): files ever submitted */
    FLOW_MARKET,            /* answer_address() */
    FLOW_PAUSED,            /* answer_bool() */
    FLOW_FIRST_BLOCK,       /* answer_u64(): no submission is in an earlier block */
    MARKET_PRICE,           /* answer_amount(): neuron per sector, today */
    MARKET_FLOW,            /* answer_address() */
    MARKET_REWARD,          /* answer_address() */
    REWARD_RELEASE_SECONDS, /* answer_u64(): how long a file is kept */
};

/* Call data. */
void storage_put_call(struct buf *out, enum storage_call call);

/* What Flow.tree() returned: the sectors handed out so far, padding and gaps included. getContext()
 * also has a length, but the one of the last epoch, so it is not used. The first sector is a place
 * holder that is there before any file: the length is 1 or more. ERR_NO_CONTRACT, ERR_TRUNCATED,
 * ERR_OVERFLOW, ERR_BAD_FORMAT (0). */
enum err storage_decode_tree(const uint8_t *data, size_t len, uint64_t *sectors);

/* Bytes in the whole network, in one copy: all sectors but the place holder. Never shrinks when
 * files expire. ERR_OVERFLOW. */
enum err storage_network_bytes(uint64_t sectors, uint64_t *bytes);

/* --- submissions --- */

/* Submit has had two signatures; the fields that we read stand at the same places in both. The
 * first indexed argument is the wallet. */
enum { SUBMIT_SIGNATURES = 2 };
extern const char *const storage_submit_signatures[SUBMIT_SIGNATURES];

struct submission {
    struct address sender; /* whom the file is credited to, whoever paid */
    uint64_t index;        /* counts all submissions of the Flow contract */
    uint64_t start, sectors;
    uint64_t bytes; /* of the file; less than what its sectors hold */
};

/* Reads a Submit log. Beside the errors of eth/abi.h, ERR_NOT_FOUND for another event,
 * ERR_BAD_FORMAT for what the contract does not let through: no sectors, or more bytes than they
 * hold (Submission.sol valid()); ERR_OVERFLOW when the sectors end above 2^64-1. */
enum err storage_decode_submit(const struct event *event, struct submission *submission);

/* Unix seconds at which a file of `time` is no longer kept. Saturates. */
uint64_t storage_expiry(uint64_t time, uint64_t release_seconds);

/* Sums over a wallet's submissions that are kept. A submission is added when its log is found and
 * removed when it expires or a reorganisation takes it away. */
struct storage_totals {
    uint64_t files, sectors, bytes;
};

/* ERR_OVERFLOW; *totals is then unchanged. */
enum err storage_totals_add(struct storage_totals *totals, const struct submission *submission);
/* ERR_OVERFLOW when the submission cannot have been added; *totals is then unchanged. */
enum err storage_totals_remove(struct storage_totals *totals, const struct submission *submission);

/* --- what there is room for --- */

enum storage_basis {
    STORAGE_NO_TOTAL,   /* the protocol has none and nothing else is known */
    STORAGE_BUDGET,     /* what the operator set */
    STORAGE_AFFORDABLE, /* paid, and what the balance still buys at today's price */
};

struct storage_funds {
    uint64_t budget;       /* bytes; 0: none is set */
    amount balance, price; /* neuron, neuron per sector; has_market only */
    bool has_market;
};

struct storage_capacity {
    enum storage_basis basis;
    uint64_t bytes; /* of what has a total */
};

/* The total that "used" is shown against, by the first of: the budget; allocated sectors plus what
 * the balance buys, in whole sectors; none. A price of 0 buys no definite amount, and a sum above
 * 2^64-1 bytes is none either. */
struct storage_capacity storage_capacity(const struct storage_totals *totals,
                                         const struct storage_funds *funds);

#endif
