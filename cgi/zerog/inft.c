#include "zerog/inft.h"

#include "eth/amount.h"
#include "eth/hex.h"
#include "zerog/answer.h"
#include <string.h>

#define SUPPORTS_INTERFACE  0x01ffc9a7u
#define BALANCE_OF          0x70a08231u
#define IS_APPROVED_FOR_ALL 0xe985e9c5u

/* Revert data: ERC721NonexistentToken(uint256), Error(string). */
#define NONEXISTENT_TOKEN 0x7e273289u
#define ERROR_STRING      0x08c379a0u

/* word * 10 + digit; false when it does not fit. */
static bool append_digit(uint8_t word[32], unsigned digit)
{
    for (size_t i = 32; i-- > 0;) {
        unsigned value = word[i] * 10u + digit;
        word[i] = (uint8_t)value;
        digit = value >> 8;
    }
    return digit == 0;
}

enum err token_id_parse(const char *text, struct token_id *id)
{
    struct token_id parsed = {{0}};
    if (text[0] == '0' && text[1] == 'x') {
        enum err err = hex_quantity_word(text, parsed.word);
        if (!err)
            *id = parsed;
        return err;
    }
    if (!*text || text[strspn(text, "0123456789")])
        return ERR_BAD_FORMAT;
    for (const char *c = text; *c; c++)
        if (!append_digit(parsed.word, (unsigned)(*c - '0')))
            return ERR_OVERFLOW;
    *id = parsed;
    return ERR_OK;
}

bool token_id_equal(const struct token_id *a, const struct token_id *b)
{
    return memcmp(a->word, b->word, sizeof a->word) == 0;
}

static const struct {
    uint32_t selector;
    bool of_token;
} calls[INFT_CALL_COUNT] = {
    [INFT_OWNER_OF] = {0x6352211eu, true},
    [INFT_TOKEN_URI] = {0xc87b56ddu, true},
    [INFT_GET_APPROVED] = {0x081812fcu, true},
    [INFT_AUTHORIZED_USERS_OF] = {0x1aeb542fu, true},
    [INFT_INTELLIGENT_DATAS_OF] = {0x40fbd72fu, true},
    [INFT_GET_INTELLIGENT_DATAS] = {0x12c4f8edu, true},
    [INFT_INTELLIGENT_DATA_OF] = {0x393df216u, true},
    [INFT_TOKEN_DATA] = {0xb09afec1u, true},
    [INFT_DATA_HASHES_OF] = {0x7a005b36u, true},
    [INFT_DATA_DESCRIPTIONS] = {0x0beef18fu, true},
    [INFT_METADATA_HASH] = {0xf448f871u, true},
    [INFT_ENCRYPTED_URI] = {0xacbb3f7cu, true},
    [INFT_AGENT_SEAL] = {0x76381ef1u, true},
    [INFT_SEAL_ID] = {0xc7a2850cu, true},
    [INFT_AGENT_WALLET] = {0x00339509u, true},
    [INFT_TOKEN_CREATOR] = {0x40c1a064u, true},
    [INFT_NAME] = {0x06fdde03u, false},
    [INFT_SYMBOL] = {0x95d89b41u, false},
    [INFT_VERSION] = {0xffa1ad74u, false},
    [INFT_STORAGE_INFO] = {0xe7347375u, false},
    [INFT_VERIFIER] = {0x2b7ac3f3u, false},
    [INFT_PAUSED] = {0x5c975abbu, false},
    [INFT_TOTAL_SUPPLY] = {0x18160dddu, false},
};

void inft_put_call(struct buf *out, enum inft_call call, const struct token_id *id)
{
    abi_put_selector(out, calls[call].selector);
    if (calls[call].of_token)
        buf_put(out, id->word, sizeof id->word);
}

void inft_put_supports_interface(struct buf *out, uint32_t interface_id)
{
    static const uint8_t padding[28];
    abi_put_selector(out, SUPPORTS_INTERFACE);
    abi_put_selector(out, interface_id); /* bytes4 stands at the left of its word */
    buf_put(out, padding, sizeof padding);
}

void inft_put_balance_of(struct buf *out, const struct address *owner)
{
    abi_put_selector(out, BALANCE_OF);
    abi_put_address(out, owner);
}

void inft_put_is_approved_for_all(struct buf *out, const struct address *owner,
                                  const struct address *operator)
{
    abi_put_selector(out, IS_APPROVED_FOR_ALL);
    abi_put_address(out, owner);
    abi_put_address(out, operator);
}

/* Takes a description out of what is left for a token. */
static enum err charge(const struct abi_text *text, size_t *budget)
{
    if (text->len > *budget)
        return ERR_TOO_LARGE;
    *budget -= text->len;
    return ERR_OK;
}

static enum err open_array(const uint8_t *data, size_t len, size_t max, struct abi *body,
                           size_t *count)
{
    if (!len)
        return ERR_NO_CONTRACT;
    struct abi view = abi_make(data, len);
    enum err err = abi_array(&view, 0, 1, body, count);
    return !err && *count > max ? ERR_TOO_LARGE : err;
}

static enum err read_data(const struct abi *body, size_t index, size_t *budget,
                          struct inft_data *item)
{
    struct abi tuple;
    enum err err = abi_tuple(body, index, &tuple);
    if (!err)
        err = abi_text(&tuple, 0, &item->description);
    if (!err)
        err = abi_word(&tuple, 1, &item->hash);
    return err ? err : charge(&item->description, budget);
}

enum err inft_decode_datas(const uint8_t *data, size_t len, struct arena *arena,
                           struct inft_datas *datas)
{
    *datas = (struct inft_datas){0};
    struct abi body;
    size_t count, budget = INFT_TEXT_MAX;
    enum err err = open_array(data, len, INFT_MAX_DATAS, &body, &count);
    if (err)
        return err;
    struct inft_data *items = arena_array(arena, count, sizeof *items);
    if (!items)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = read_data(&body, i, &budget, &items[i]);
    if (!err)
        *datas = (struct inft_datas){.items = items, .count = count};
    return err;
}

static enum err read_descriptions(const uint8_t *texts, size_t len, struct inft_datas *datas)
{
    struct abi body;
    size_t count, budget = INFT_TEXT_MAX;
    enum err err = open_array(texts, len, INFT_MAX_DATAS, &body, &count);
    for (size_t i = 0; !err && i < count && i < datas->count; i++) {
        err = abi_text(&body, i, &datas->items[i].description);
        if (!err)
            err = charge(&datas->items[i].description, &budget);
    }
    return err;
}

enum err inft_decode_hashes(const uint8_t *hashes, size_t hashes_len, const uint8_t *texts,
                            size_t texts_len, struct arena *arena, struct inft_datas *datas)
{
    *datas = (struct inft_datas){0};
    struct abi body;
    struct inft_datas found = {0};
    enum err err = open_array(hashes, hashes_len, INFT_MAX_DATAS, &body, &found.count);
    if (err)
        return err;
    found.items = arena_array(arena, found.count, sizeof *found.items);
    if (!found.items)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < found.count && !err; i++) {
        found.items[i].description.bytes = "";
        err = abi_word(&body, i, &found.items[i].hash);
    }
    if (!err && texts)
        err = read_descriptions(texts, texts_len, &found);
    if (!err)
        *datas = found;
    return err;
}

enum err inft_decode_token_data(const uint8_t *data, size_t len, struct inft_token_data *token)
{
    *token = (struct inft_token_data){0};
    if (!len)
        return ERR_NO_CONTRACT;
    struct inft_token_data t = {0};
    struct abi view = abi_make(data, len), tuple;
    size_t budget = INFT_TEXT_MAX;
    enum err err = abi_tuple(&view, 0, &tuple);
    if (!err)
        err = abi_text(&tuple, 0, &t.name);
    if (!err)
        err = abi_text(&tuple, 1, &t.description);
    if (!err)
        err = abi_text(&tuple, 2, &t.sealed);
    if (!err)
        err = abi_word(&tuple, 3, &t.hash);
    if (!err)
        err = abi_text(&tuple, 4, &t.da_ref);
    if (!err && t.sealed.len > INFT_SEALED_MAX)
        err = ERR_TOO_LARGE;
    if (!err)
        err = charge(&t.name, &budget);
    if (!err)
        err = charge(&t.description, &budget);
    if (!err)
        err = charge(&t.da_ref, &budget);
    if (!err)
        *token = t;
    return err;
}

enum err inft_decode_users(const uint8_t *data, size_t len, struct arena *arena,
                           struct inft_users *users)
{
    *users = (struct inft_users){0};
    struct abi body;
    size_t count;
    enum err err = open_array(data, len, INFT_MAX_USERS, &body, &count);
    if (err)
        return err;
    struct address *items = arena_array(arena, count, sizeof *items);
    if (!items)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = abi_address(&body, i, &items[i]);
    if (!err)
        *users = (struct inft_users){.items = items, .count = count};
    return err;
}

bool inft_hash_is_zero(const uint8_t hash[32])
{
    static const uint8_t zero[32];
    return memcmp(hash, zero, sizeof zero) == 0;
}

bool inft_hash_is_text(const uint8_t hash[32])
{
    for (size_t i = 0; i < 32; i++)
        if (!hash[i] || !strchr("0123456789abcdefABCDEF", hash[i]))
            return false;
    return true;
}

/* "Token does not exist", "ERC721: invalid token ID", "ERC721NonexistentToken(7)". The word token
 * must stand there too: nodes say "block does not exist" in the same way. */
static bool says_no_token(const char *text, size_t len)
{
    static const char *const words[] = {"not exist", "nonexistent", "non-existent", "invalid"};
    char copy[256]; /* reasons are one short sentence */
    if (len >= sizeof copy)
        len = sizeof copy - 1;
    for (size_t i = 0; i < len; i++)
        copy[i] = text[i] ? text[i] : ' ';
    copy[len] = '\0';
    if (strstr(copy, "0x7e273289"))
        return true;
    bool says_so = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        says_so |= strcasestr(copy, words[i]) != NULL;
    return says_so && strcasestr(copy, "token");
}

static enum inft_refusal read_revert(const struct rpc_answer *answer)
{
    uint32_t selector = rpc_revert_selector(answer);
    if (selector == NONEXISTENT_TOKEN)
        return INFT_NO_TOKEN;
    if (selector != ERROR_STRING)
        return INFT_REFUSED;
    struct abi_text reason;
    bool readable = !answer_text(answer->revert + 4, answer->revert_len - 4, &reason);
    return readable && says_no_token(reason.bytes, reason.len) ? INFT_NO_TOKEN : INFT_REFUSED;
}

/* Of the two places where a node tells it, only one is there. */
static enum inft_refusal read_message(const struct rpc_answer *answer)
{
    if (says_no_token(answer->message, strlen(answer->message)))
        return INFT_NO_TOKEN;
    /* What compilers before Solidity 0.8 and assembly do instead of reverting. */
    bool has_ended = answer->err == ERR_REVERTED || strcasestr(answer->message, "invalid opcode");
    return has_ended ? INFT_NO_FUNCTION : INFT_FAILED;
}

enum inft_refusal inft_refusal(const struct rpc_answer *answer)
{
    if (!answer->err)
        return INFT_ANSWERED;
    if (answer->err != ERR_REVERTED && answer->err != ERR_RPC)
        return INFT_FAILED;
    return answer->revert_len ? read_revert(answer) : read_message(answer);
}
