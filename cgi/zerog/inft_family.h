/* Which of the iNFT contracts in use on 0G one is. None of them can be told by ERC-165 alone, so
 * the contract is probed: two interfaces that only one family announces, then the getters that the
 * families differ by.
 * Sources: as zerog/inft.h, and 0gfoundation/agenticID-examples. Pure, thread-safe. */
#ifndef ZEROG_INFT_FAMILY_H
#define ZEROG_INFT_FAMILY_H

#include "zerog/inft.h"

enum inft_family {
    INFT_UNKNOWN, /* no token contract as far as we can tell */
    INFT_V0,      /* 0g-agent-nft, branch eip-7857-draft */
    INFT_V0B,     /* 0g-agent-nft of September 2025 */
    INFT_V1,      /* 0g-agent-nft, main */
    INFT_V2,      /* 0g-agentic-id */
    INFT_V2E,     /* agenticID-examples */
    INFT_V3,      /* lancekrogers AgentINFT */
    INFT_EIP,     /* contracts written from the text of the EIP */
    INFT_DOC,     /* contracts written from 0G's tutorial */
    INFT_ERC721,  /* a token without any of it */
    INFT_FAMILY_COUNT
};

struct inft_family_row {
    const char *id, *name; /* for the API, for people */
    /* How its data are read; INFT_CALL_COUNT: it has none. INFT_DATA_HASHES_OF goes with
     * INFT_DATA_DESCRIPTIONS. */
    enum inft_call data_call;
    bool has_users;         /* authorizedUsersOf() */
    bool has_paused;        /* paused() */
    bool has_seal;          /* getAgentSeal(), getSealId() */
    bool publishes_key;     /* a transfer with the data leaves PublishedSealedKey */
    bool counts_inferences; /* each inference of the agent is a token that was minted to it */
};

/* Static storage. */
const struct inft_family_row *inft_family_row(enum inft_family family);

/* The probes, all to be sent in one batch with the calls in this order. */
enum { INFT_PROBES = 10 };
void inft_put_probe(struct buf *out, size_t probe, const struct token_id *id);

/* Tells the family from the answers to the probes. A getter counts when its answer is well-formed,
 * or when it refuses because there is no such token: only a function that is there can say so.
 * INFT_UNKNOWN with ERR_OK when none fits. When the node failed on a probe that could have decided,
 * its error: nothing is to be concluded then. */
enum err inft_detect(const struct rpc_answer answers[INFT_PROBES], struct arena *arena,
                     enum inft_family *family);

/* What the token holds, in one form for all families. */
struct inft_content {
    struct inft_datas datas;      /* also one entry for a family with one hash */
    struct inft_token_data token; /* has_token_data only: INFT_V3 */
    bool has_token_data;
    bool is_empty; /* nothing is stored with the token */
};

/* Reads the answer to the family's data_call. `descriptions` is INFT_DATA_DESCRIPTIONS's answer for
 * INFT_V0 (NULL: none), not looked at for others. ERR_NOT_FOUND for a family without data. */
enum err inft_decode_content(enum inft_family family, const uint8_t *data, size_t len,
                             const uint8_t *descriptions, size_t descriptions_len,
                             struct arena *arena, struct inft_content *content);

#endif
