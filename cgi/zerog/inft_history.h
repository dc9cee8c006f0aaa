/* What the logs of an iNFT contract say of one token: where it was minted, moved, burned and last
 * changed. All families share one list of events; logs are sorted out by the place where each event
 * has the token's id.
 * Sources: as zerog/inft.h; ERC-721, ERC-4906. Pure, thread-safe. */
#ifndef ZEROG_INFT_HISTORY_H
#define ZEROG_INFT_HISTORY_H

#include "eth/event.h"
#include "zerog/inft.h"

enum { INFT_EVENTS = 15 };

/* The signatures of all events that inft_history_add() reads, for the filter of one eth_getLogs.
 * Static storage. */
void inft_event_signatures(const char *signatures[INFT_EVENTS]);

/* A place in the chain. */
struct inft_moment {
    uint64_t block, index;
    uint8_t tx[HASH_BYTES];
    uint64_t time; /* unix seconds; has_time only */
    bool has_time;
    bool known; /* false: it never happened as far as the logs go */
};

struct inft_history {
    struct inft_moment minted;
    struct inft_moment transferred; /* the last move between two owners */
    struct inft_moment burned;      /* the last move to nobody */
    struct inft_moment key;         /* the last PublishedSealedKey */
    struct inft_moment updated;     /* the last change of data or owner, minting included */
};

/* Takes a log into account if it is of this token of this contract; gives whether it was. Logs may
 * come in any order, and more than once. */
bool inft_history_add(struct inft_history *history, const struct event *event,
                      const struct address *contract, const struct token_id *id);

/* True when the last move between owners went without publishing the key to the data in the same
 * transaction: the new owner has the token and cannot open it. */
bool inft_moved_without_key(const struct inft_history *history);

/* True for the log that mints a token of the contract to `owner` (NULL: to anybody), which for
 * AgentINFT is one inference. `id` may be NULL. */
bool inft_is_mint(const struct event *event, const struct address *contract,
                  const struct address *owner, struct token_id *id);

/* How a mint transaction that the operator named stands. */
enum inft_mint {
    INFT_MINT_NONE,    /* none is named */
    INFT_MINT_PENDING, /* in no block yet */
    INFT_MINT_FAILED,
    INFT_MINT_DONE,
};

/* Reads eth_getTransactionReceipt's result, null for a transaction in no block. *id is the token
 * that was minted, with INFT_MINT_DONE. ERR_NOT_FOUND when the transaction succeeded and minted
 * nothing in this contract; errors of events_parse(). */
enum err inft_mint_receipt(const cJSON *result, const struct address *contract, struct arena *arena,
                           enum inft_mint *mint, struct token_id *id);

#endif
