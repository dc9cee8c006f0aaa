/* What a node gives back for the calls of cgi/zerog, built word by word from the ABI specification
 * and independent of eth/abi. */
#ifndef TESTS_SUPPORT_CHAIN_H
#define TESTS_SUPPORT_CHAIN_H

#include "support.h"

#include "base/buf.h"
#include "zerog/serving.h"

static inline void put_word(struct buf *out, amount number)
{
    uint8_t word[32] = {0};
    for (int i = 31; number; i--, number >>= 8)
        word[i] = (uint8_t)number;
    buf_put(out, word, sizeof word);
}

/* Overwrites the word at byte `at` with 2^bit. */
static inline void set_power(struct buf *out, size_t at, unsigned bit)
{
    assert_true(at + 32 <= out->len && bit < 256);
    memset(out->data + at, 0, 32);
    out->data[at + 31 - bit / 8] = (char)(1 << bit % 8);
}

static inline void set_word(struct buf *out, size_t at, uint64_t number)
{
    assert_true(at + 32 <= out->len);
    memset(out->data + at, 0, 32);
    for (size_t i = at + 31; number; i--, number >>= 8)
        out->data[i] = (char)number;
}

static inline void put_padded(struct buf *out, const char *bytes, size_t len)
{
    static const char zeros[32];
    put_word(out, len);
    buf_put(out, bytes, len);
    buf_put(out, zeros, (32 - len % 32) % 32);
}

/* The first 12 bytes are zero in all of our addresses; the last eight hold `number`. */
static inline struct address numbered_address(uint64_t number)
{
    struct address a = {{0}};
    for (int i = 19; number; i--, number >>= 8)
        a.bytes[i] = (uint8_t)number;
    return a;
}

struct registered {
    uint64_t provider;
    const char *type, *url, *model, *verifiability, *info;
    amount input_price, output_price;
    uint64_t updated_at, tee_signer;
    bool acknowledged;
};

/* A service as good as any, told apart by its number. `model` is the caller's. */
static inline struct registered make_registered(uint64_t number, const char *model)
{
    return (struct registered){
        .provider = number,
        .type = "chatbot",
        .url = "https://provider.example",
        .model = model,
        .verifiability = "TeeML",
        .info = "{}",
        .input_price = 50000000000,
        .output_price = 100000000000,
        .updated_at = 1795317450,
        .tee_signer = number + 1000000,
        .acknowledged = true,
    };
}

enum { WORD_INPUT_PRICE = 3, WORD_OUTPUT_PRICE = 4 };

static inline void put_service_tuple(struct buf *out, enum serving_generation generation,
                                     const struct registered *r)
{
    static const size_t heads[] = {[SERVING_V1] = 8, [SERVING_V2] = 9, [SERVING_V3] = 11};
    const char *texts[] = {r->type, r->url, r->model, r->verifiability, r->info};
    size_t count = generation == SERVING_V1 ? 4 : 5, at[5], end = heads[generation] * 32;
    for (size_t i = 0; i < count; i++) {
        at[i] = end;
        end += 32 + (strlen(texts[i]) + 31) / 32 * 32;
    }
    put_word(out, r->provider);
    put_word(out, at[0]);
    put_word(out, at[1]);
    put_word(out, r->input_price);
    put_word(out, r->output_price);
    put_word(out, r->updated_at);
    put_word(out, at[2]);
    put_word(out, at[3]);
    if (generation >= SERVING_V2)
        put_word(out, at[4]);
    if (generation == SERVING_V3) {
        put_word(out, r->tee_signer);
        put_word(out, r->acknowledged);
    }
    for (size_t i = 0; i < count; i++)
        put_padded(out, texts[i], strlen(texts[i]));
}

/* What getAllServices returns. Gives where each tuple starts, when `starts` is not NULL. */
static inline void put_services(struct buf *out, enum serving_generation generation,
                                const struct registered *rows, size_t count, uint64_t total,
                                size_t *starts)
{
    struct buf tuples = buf_make(BUF_NO_LIMIT), offsets = buf_make(BUF_NO_LIMIT);
    size_t head = generation == SERVING_V3 ? 64 : 32;
    for (size_t i = 0; i < count; i++) {
        put_word(&offsets, count * 32 + tuples.len);
        if (starts)
            starts[i] = head + 32 + count * 32 + tuples.len;
        put_service_tuple(&tuples, generation, &rows[i]);
    }
    put_word(out, head);
    if (generation == SERVING_V3)
        put_word(out, total);
    put_word(out, count);
    buf_put(out, buf_str(&offsets), offsets.len);
    buf_put(out, buf_str(&tuples), tuples.len);
    buf_free(&offsets);
    buf_free(&tuples);
    assert_int_equal(out->err, ERR_OK);
}

struct sub_account {
    uint64_t provider;
    amount balance, pending_refund;
    bool acknowledged;
    uint64_t generation;
};

/* What getAccountsByUser returns. */
static inline void put_accounts(struct buf *out, const struct sub_account *rows, size_t count,
                                uint64_t total)
{
    enum { HEAD_WORDS = 11, TUPLE_WORDS = HEAD_WORDS + 2 };
    put_word(out, 64);
    put_word(out, total);
    put_word(out, count);
    for (size_t i = 0; i < count; i++)
        put_word(out, (count + i * TUPLE_WORDS) * 32);
    for (size_t i = 0; i < count; i++) {
        put_word(out, 0xabcdef); /* user */
        put_word(out, rows[i].provider);
        put_word(out, 7); /* nonce */
        put_word(out, rows[i].balance);
        put_word(out, rows[i].pending_refund);
        put_word(out, HEAD_WORDS * 32);       /* refunds */
        put_word(out, (HEAD_WORDS + 1) * 32); /* additionalInfo */
        put_word(out, rows[i].acknowledged);
        put_word(out, 0); /* validRefundsLength */
        put_word(out, rows[i].generation);
        put_word(out, 0); /* revokedBitmap */
        put_word(out, 0);
        put_word(out, 0);
    }
    assert_int_equal(out->err, ERR_OK);
}

static inline void put_ledger(struct buf *out, amount available, amount total)
{
    put_word(out, 32);
    put_word(out, 0xabcdef); /* user */
    put_word(out, available);
    put_word(out, total);
    put_word(out, 128);
    put_word(out, 0); /* additionalInfo */
    assert_int_equal(out->err, ERR_OK);
}

#endif
