/* iNFTs (ERC-7857): the calls that read one token, and what they return. ERC-7857 is not one ABI;
 * which of the families a contract belongs to is told by zerog/inft_family.h.
 * Sources: 0gfoundation/0g-agent-nft (main and eip-7857-draft), 0gfoundation/0g-agentic-id,
 * lancekrogers/contracts AgentINFT; selectors are computed from their ABIs. Texts point into the
 * decoded data and are foreign. Pure, thread-safe. */
#ifndef ZEROG_INFT_H
#define ZEROG_INFT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "eth/abi.h"
#include "eth/address.h"
#include "eth/rpc.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A token id is a whole 256-bit word: contracts are free to use hashes. */
struct token_id {
    uint8_t word[32];
};

/* Decimal digits, or "0x" and up to 64 hexadecimal ones (ZG_INFT_TOKEN_ID). ERR_BAD_FORMAT,
 * ERR_OVERFLOW above 2^256-1. */
enum err token_id_parse(const char *text, struct token_id *id);
bool token_id_equal(const struct token_id *a, const struct token_id *b);

/* Functions by their argument; each is read with the function that is named here. */
enum inft_call {
    /* of one token */
    INFT_OWNER_OF,             /* answer_address() */
    INFT_TOKEN_URI,            /* answer_text() */
    INFT_GET_APPROVED,         /* answer_address(); zero: nobody */
    INFT_AUTHORIZED_USERS_OF,  /* inft_decode_users() */
    INFT_INTELLIGENT_DATAS_OF, /* inft_decode_datas(), as the next two */
    INFT_GET_INTELLIGENT_DATAS,
    INFT_INTELLIGENT_DATA_OF,
    INFT_TOKEN_DATA,        /* inft_decode_token_data() */
    INFT_DATA_HASHES_OF,    /* inft_decode_hashes() with the next */
    INFT_DATA_DESCRIPTIONS, /* inft_decode_hashes() */
    INFT_METADATA_HASH,     /* answer_word() */
    INFT_ENCRYPTED_URI,     /* answer_text() */
    INFT_AGENT_SEAL,        /* answer_address(); zero: not sealed by a TEE */
    INFT_SEAL_ID,           /* answer_word() */
    INFT_AGENT_WALLET,      /* answer_address() */
    INFT_TOKEN_CREATOR,     /* answer_address() */
    /* of the contract */
    INFT_NAME, /* answer_text(), as the next three */
    INFT_SYMBOL,
    INFT_VERSION,
    INFT_STORAGE_INFO, /* JSON text with chainURL and indexerURL */
    INFT_VERIFIER,     /* answer_address() */
    INFT_PAUSED,       /* answer_bool() */
    INFT_TOTAL_SUPPLY, /* answer_u64() */
    INFT_CALL_COUNT
};

/* Call data; `id` is not looked at for calls of the contract. */
void inft_put_call(struct buf *out, enum inft_call call, const struct token_id *id);
/* supportsInterface(id), balanceOf(owner): answer_bool(), answer_u64(). */
void inft_put_supports_interface(struct buf *out, uint32_t interface_id);
void inft_put_balance_of(struct buf *out, const struct address *owner);
/* isApprovedForAll(owner, operator): answer_bool(). */
void inft_put_is_approved_for_all(struct buf *out, const struct address *owner,
                                  const struct address *operator);

enum {
    INFT_MAX_DATAS = 256,      /* of one token */
    INFT_MAX_USERS = 1000,     /* the contracts allow 100 */
    INFT_TEXT_MAX = 64 * 1024, /* bytes of all descriptions of a token together */
    INFT_SEALED_MAX = 1 << 20, /* bytes of a token's encrypted metadata */
};

/* One piece of the model or agent that the token stands for. */
struct inft_data {
    struct abi_text description;
    const uint8_t *hash; /* 32 bytes: a root in 0G Storage, or the hash of the content */
};

struct inft_datas {
    struct inft_data *items; /* in the arena */
    size_t count;
};

/* (string,bytes32)[]. ERR_TOO_LARGE above INFT_MAX_DATAS or INFT_TEXT_MAX. */
enum err inft_decode_datas(const uint8_t *data, size_t len, struct arena *arena,
                           struct inft_datas *datas);

/* bytes32[] of dataHashesOf and string[] of dataDescriptionsOf, which belong together by place. A
 * hash without description has an empty one; `texts` may be NULL (not asked, or refused). */
enum err inft_decode_hashes(const uint8_t *hashes, size_t hashes_len, const uint8_t *texts,
                            size_t texts_len, struct arena *arena, struct inft_datas *datas);

/* AgentINFT's TokenData. */
struct inft_token_data {
    struct abi_text name, description;
    struct abi_text sealed; /* encrypted metadata: JSON around a ciphertext; not to be shown */
    const uint8_t *hash;    /* 32 bytes; zero until the first update */
    struct abi_text da_ref; /* where the agent put the result; no 0G root */
};

enum err inft_decode_token_data(const uint8_t *data, size_t len, struct inft_token_data *token);

struct inft_users {
    struct address *items; /* in the arena */
    size_t count;
};

/* address[]. ERR_TOO_LARGE above INFT_MAX_USERS. */
enum err inft_decode_users(const uint8_t *data, size_t len, struct arena *arena,
                           struct inft_users *users);

/* True for the hash of nothing: AgentINFT leaves it zero, which means "not set". */
bool inft_hash_is_zero(const uint8_t hash[32]);

/* True when the 32 bytes are hexadecimal digits: some agents copy the first half of a hash's text
 * there, which is then to be shown as that text. */
bool inft_hash_is_text(const uint8_t hash[32]);

/* What it means that a call was not answered. */
enum inft_refusal {
    INFT_ANSWERED,    /* not refused */
    INFT_NO_TOKEN,    /* the token was never minted, or is burned */
    INFT_NO_FUNCTION, /* the contract does not have the function */
    INFT_REFUSED,     /* it reverted for another reason */
    INFT_FAILED,      /* the node failed, so nothing is known of the contract */
};

/* Nodes that leave out the revert data are understood by their message. */
enum inft_refusal inft_refusal(const struct rpc_answer *answer);

#endif
