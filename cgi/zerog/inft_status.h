/* The life of an iNFT in one word. No contract has a flag for it: the word is derived from what the
 * contract and its logs say, by the first rule that holds. Pure, thread-safe. */
#ifndef ZEROG_INFT_STATUS_H
#define ZEROG_INFT_STATUS_H

#include "zerog/inft_family.h"
#include "zerog/inft_history.h"

enum { INFT_CONFIRMATIONS = 12 /* blocks until a move counts as settled */ };

/* What V2's attestor says of the program that the token stands for. */
enum inft_phase {
    INFT_PHASE_UNKNOWN, /* not asked, or a word we do not know */
    INFT_PHASE_DEPLOYING,
    INFT_PHASE_RUNNING,
    INFT_PHASE_STOPPED,
    INFT_PHASE_OFFLINE,
    INFT_PHASE_FAILED,
};

/* From the attestor's word; NULL is accepted. */
enum inft_phase inft_phase_parse(const char *word);

/* What is known. A fact that is not known is left 0. */
struct inft_facts {
    enum err failure;     /* the node failed: nothing below counts */
    bool has_code;        /* something lives at the address */
    enum inft_mint mint;  /* of the transaction that the operator named */
    bool has_owner;       /* ownerOf() answered */
    struct address owner; /* has_owner only */
    bool no_token;        /* ownerOf() said that there is none */
    struct inft_history history;
    bool history_complete; /* the logs reach back to the contract's first block */
    bool paused;
    bool has_approved; /* getApproved() names somebody */
    bool listed;       /* an operator that sells tokens may move this one */
    uint64_t head;     /* newest block */
    uint64_t users;    /* authorised */
    bool has_content;  /* the token's data were read */
    bool is_empty;     /* has_content only */
    enum inft_phase phase;
};

enum inft_card { INFT_CARD_UNKNOWN, INFT_CARD_ACTIVE, INFT_CARD_MINTING, INFT_CARD_INACTIVE };

struct inft_status {
    const char *word; /* "ACTIVE", "TRANSFER PENDING", "stopped" and so on; "UNKNOWN" */
    enum inft_card card;
    const char *why; /* what the word is derived from, for people */
};

/* Static texts. */
struct inft_status inft_derive_status(const struct inft_facts *facts);

/* "active", "minting" or "inactive"; NULL for unknown. Static storage. */
const char *inft_card_text(enum inft_card card);

#endif
