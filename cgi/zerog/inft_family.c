#include "zerog/inft_family.h"

#include "zerog/answer.h"

static const struct inft_family_row rows[INFT_FAMILY_COUNT] = {
    [INFT_UNKNOWN] = {.id = "unknown", .name = "unknown contract", .data_call = INFT_CALL_COUNT},
    [INFT_V0] = {.id = "v0",
                 .name = "0G Agent NFT (ERC-7857 draft)",
                 .data_call = INFT_DATA_HASHES_OF,
                 .has_users = true,
                 .publishes_key = true},
    [INFT_V0B] = {.id = "v0b",
                  .name = "0G Agent NFT (2025)",
                  .data_call = INFT_INTELLIGENT_DATAS_OF,
                  .has_users = true,
                  .publishes_key = true},
    [INFT_V1] = {.id = "v1",
                 .name = "0G Agent NFT (ERC-7857)",
                 .data_call = INFT_INTELLIGENT_DATAS_OF,
                 .has_users = true,
                 .has_paused = true,
                 .publishes_key = true},
    [INFT_V2] = {.id = "v2",
                 .name = "0G Agentic ID (ERC-7857, ERC-8004)",
                 .data_call = INFT_INTELLIGENT_DATAS_OF,
                 .has_users = true,
                 .has_paused = true,
                 .has_seal = true},
    [INFT_V2E] = {.id = "v2e",
                  .name = "0G Agentic ID example",
                  .data_call = INFT_GET_INTELLIGENT_DATAS,
                  .has_users = true,
                  .has_paused = true},
    [INFT_V3] = {.id = "v3",
                 .name = "AgentINFT",
                 .data_call = INFT_TOKEN_DATA,
                 .counts_inferences = true},
    [INFT_EIP] = {.id = "eip",
                  .name = "ERC-7857 (as the EIP words it)",
                  .data_call = INFT_INTELLIGENT_DATA_OF},
    [INFT_DOC] = {.id = "doc", .name = "iNFT of 0G's tutorial", .data_call = INFT_METADATA_HASH},
    [INFT_ERC721] = {.id = "erc721", .name = "ERC-721", .data_call = INFT_CALL_COUNT},
};

const struct inft_family_row *inft_family_row(enum inft_family family)
{
    return &rows[family];
}

/* ERC-165 ids: IERC7857 as V2 and as V1 have it (the exclusive or of the interface's selectors),
 * ERC-721. */
#define ERC7857_V2 0x2afbede9u
#define ERC7857_V1 0x5762046cu
#define ERC721     0x80ac58cdu

enum { WORD_BYTES = 32 };

enum probe {
    PROBE_V2,
    PROBE_V1,
    PROBE_ERC721,
    PROBE_DATAS_OF,
    PROBE_GET_DATAS,
    PROBE_TOKEN_DATA,
    PROBE_HASHES,
    PROBE_DATA_OF,
    PROBE_METADATA_HASH,
    PROBE_OWNER,
};

static const struct {
    uint32_t interface_id; /* 0: `call` is the probe */
    enum inft_call call;
} probes[INFT_PROBES] = {
    [PROBE_V2] = {.interface_id = ERC7857_V2},
    [PROBE_V1] = {.interface_id = ERC7857_V1},
    [PROBE_ERC721] = {.interface_id = ERC721},
    [PROBE_DATAS_OF] = {.call = INFT_INTELLIGENT_DATAS_OF},
    [PROBE_GET_DATAS] = {.call = INFT_GET_INTELLIGENT_DATAS},
    [PROBE_TOKEN_DATA] = {.call = INFT_TOKEN_DATA},
    [PROBE_HASHES] = {.call = INFT_DATA_HASHES_OF},
    [PROBE_DATA_OF] = {.call = INFT_INTELLIGENT_DATA_OF},
    [PROBE_METADATA_HASH] = {.call = INFT_METADATA_HASH},
    [PROBE_OWNER] = {.call = INFT_OWNER_OF},
};

/* What the probes mean, in this order; the first that fits. All named probes must hold. */
static const struct {
    enum probe probe, and_probe; /* the same one twice where one is enough */
    enum inft_family family;
} rules[] = {
    {PROBE_V2, PROBE_V2, INFT_V2},
    {PROBE_V1, PROBE_V1, INFT_V1},
    /* V1's getter without V1's interface id: an own contract written after it, or V0b, which is no
     * ERC-721. */
    {PROBE_DATAS_OF, PROBE_ERC721, INFT_V1},
    {PROBE_DATAS_OF, PROBE_DATAS_OF, INFT_V0B},
    {PROBE_GET_DATAS, PROBE_GET_DATAS, INFT_V2E},
    {PROBE_TOKEN_DATA, PROBE_TOKEN_DATA, INFT_V3},
    {PROBE_HASHES, PROBE_HASHES, INFT_V0},
    {PROBE_DATA_OF, PROBE_DATA_OF, INFT_EIP},
    {PROBE_METADATA_HASH, PROBE_METADATA_HASH, INFT_DOC},
    {PROBE_ERC721, PROBE_ERC721, INFT_ERC721},
    {PROBE_OWNER, PROBE_OWNER, INFT_ERC721},
};

void inft_put_probe(struct buf *out, size_t probe, const struct token_id *id)
{
    if (probes[probe].interface_id)
        inft_put_supports_interface(out, probes[probe].interface_id);
    else
        inft_put_call(out, probes[probe].call, id);
}

typedef enum err (*check_answer)(const uint8_t *data, size_t len, struct arena *arena);

static enum err check_datas(const uint8_t *data, size_t len, struct arena *arena)
{
    struct inft_datas datas;
    return inft_decode_datas(data, len, arena, &datas);
}

static enum err check_hashes(const uint8_t *data, size_t len, struct arena *arena)
{
    struct inft_datas datas;
    return inft_decode_hashes(data, len, NULL, 0, arena, &datas);
}

static enum err check_token_data(const uint8_t *data, size_t len, struct arena *arena)
{
    (void)arena;
    struct inft_token_data token;
    return inft_decode_token_data(data, len, &token);
}

static enum err check_word(const uint8_t *data, size_t len, struct arena *arena)
{
    (void)arena;
    const uint8_t *word;
    return len > WORD_BYTES ? ERR_BAD_FORMAT : answer_word(data, len, &word);
}

static enum err check_address(const uint8_t *data, size_t len, struct arena *arena)
{
    (void)arena;
    struct address address;
    return answer_address(data, len, &address);
}

static enum err check_true(const uint8_t *data, size_t len, struct arena *arena)
{
    (void)arena;
    bool yes;
    enum err err = answer_bool(data, len, &yes);
    return !err && !yes ? ERR_NOT_FOUND : err;
}

static const check_answer checks[INFT_PROBES] = {
    [PROBE_V2] = check_true,
    [PROBE_V1] = check_true,
    [PROBE_ERC721] = check_true,
    [PROBE_DATAS_OF] = check_datas,
    [PROBE_GET_DATAS] = check_datas,
    [PROBE_TOKEN_DATA] = check_token_data,
    [PROBE_HASHES] = check_hashes,
    [PROBE_DATA_OF] = check_datas,
    [PROBE_METADATA_HASH] = check_word,
    [PROBE_OWNER] = check_address,
};

/* Whether the function that is probed is there; ERR_OK with *there false is a clear no. */
static enum err look(const struct rpc_answer *answers, enum probe probe, struct arena *arena,
                     bool *there)
{
    const struct rpc_answer *answer = &answers[probe];
    enum inft_refusal refusal = inft_refusal(answer);
    *there = refusal == INFT_NO_TOKEN && !probes[probe].interface_id;
    if (refusal == INFT_FAILED)
        return answer->err;
    if (refusal != INFT_ANSWERED)
        return ERR_OK;
    const uint8_t *data;
    size_t len;
    enum err err = rpc_bytes(answer, arena, &data, &len);
    if (!err)
        *there = checks[probe](data, len, arena) == ERR_OK;
    return err;
}

enum err inft_detect(const struct rpc_answer answers[INFT_PROBES], struct arena *arena,
                     enum inft_family *family)
{
    *family = INFT_UNKNOWN;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        bool there, and_there;
        enum err err = look(answers, rules[i].probe, arena, &there);
        if (!err && there)
            err = look(answers, rules[i].and_probe, arena, &and_there);
        if (err)
            return err;
        if (there && and_there) {
            *family = rules[i].family;
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static enum err content_of_datas(const uint8_t *data, size_t len, const uint8_t *texts,
                                 size_t texts_len, struct arena *arena,
                                 struct inft_content *content)
{
    (void)texts;
    (void)texts_len;
    return inft_decode_datas(data, len, arena, &content->datas);
}

static enum err content_of_hashes(const uint8_t *data, size_t len, const uint8_t *texts,
                                  size_t texts_len, struct arena *arena,
                                  struct inft_content *content)
{
    return inft_decode_hashes(data, len, texts, texts_len, arena, &content->datas);
}

/* A token's one hash as its one piece of data, unless it was never set. */
static enum err content_of_hash(const uint8_t *hash, struct abi_text description,
                                struct arena *arena, struct inft_content *content)
{
    if (inft_hash_is_zero(hash))
        return ERR_OK;
    content->datas.items = arena_alloc(arena, sizeof *content->datas.items);
    if (!content->datas.items)
        return ERR_NO_MEMORY;
    content->datas.items[0] = (struct inft_data){description, hash};
    content->datas.count = 1;
    return ERR_OK;
}

static enum err content_of_token(const uint8_t *data, size_t len, const uint8_t *texts,
                                 size_t texts_len, struct arena *arena,
                                 struct inft_content *content)
{
    (void)texts;
    (void)texts_len;
    enum err err = inft_decode_token_data(data, len, &content->token);
    if (err)
        return err;
    content->has_token_data = true;
    return content_of_hash(content->token.hash, content->token.description, arena, content);
}

static enum err content_of_word(const uint8_t *data, size_t len, const uint8_t *texts,
                                size_t texts_len, struct arena *arena, struct inft_content *content)
{
    (void)texts;
    (void)texts_len;
    const uint8_t *hash;
    enum err err = answer_word(data, len, &hash);
    return err ? err : content_of_hash(hash, (struct abi_text){.bytes = ""}, arena, content);
}

typedef enum err (*decode_content)(const uint8_t *data, size_t len, const uint8_t *texts,
                                   size_t texts_len, struct arena *arena,
                                   struct inft_content *content);

static const decode_content decoders[INFT_CALL_COUNT] = {
    [INFT_INTELLIGENT_DATAS_OF] = content_of_datas, [INFT_GET_INTELLIGENT_DATAS] = content_of_datas,
    [INFT_INTELLIGENT_DATA_OF] = content_of_datas,  [INFT_DATA_HASHES_OF] = content_of_hashes,
    [INFT_TOKEN_DATA] = content_of_token,           [INFT_METADATA_HASH] = content_of_word,
};

enum err inft_decode_content(enum inft_family family, const uint8_t *data, size_t len,
                             const uint8_t *descriptions, size_t descriptions_len,
                             struct arena *arena, struct inft_content *content)
{
    *content = (struct inft_content){0};
    enum inft_call call = rows[family].data_call;
    if (call == INFT_CALL_COUNT)
        return ERR_NOT_FOUND;
    enum err err = decoders[call](data, len, descriptions, descriptions_len, arena, content);
    if (err)
        *content = (struct inft_content){0};
    else
        content->is_empty = !content->datas.count && !content->token.sealed.len;
    return err;
}
