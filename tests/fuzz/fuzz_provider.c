/* What a provider answers besides a completion: the signature of a response, a refusal, and the
 * headers that are read. The first byte chooses the status. */
#include "zerog/refusal.h"
#include "zerog/tee.h"

#include "base/clock.h"
#include "net/retry_after.h"
#include "require.h"
#include <ctype.h>
#include <string.h>

enum { MAX_BODY = 1 << 16, NOW_MS = 1000 };

/* Whose signature one of the seeds holds. */
static const struct address signer = {{0x15, 0xd3, 0x4a, 0xaf, 0x54, 0x26, 0x7d, 0xb7, 0xd7, 0xc3,
                                       0x67, 0x83, 0x9a, 0xaf, 0x71, 0xa0, 0x0a, 0x2c, 0x6a, 0x65}};

static void read_signature(const char *body, size_t len)
{
    static const uint8_t hash[TEE_HASH_BYTES] = {1};
    const struct address nobody = {{0}};
    const enum tee_verdict verdict = tee_check(body, len, &signer, NULL, NULL);
    const enum tee_verdict with_content = tee_check(body, len, &signer, hash, hash);
    require(verdict != TEE_RESPONSE); /* nothing to compare with */
    require(with_content == verdict || (verdict == TEE_SIGNER && with_content == TEE_RESPONSE));
    const enum tee_verdict of_nobody = tee_check(body, len, &nobody, NULL, NULL);
    require(of_nobody == (verdict == TEE_ABSENT ? TEE_ABSENT : TEE_BAD));
}

static void read_refusal(int status, const char *body, size_t len)
{
    const enum refusal refusal = refusal_of(status, body, len);
    require(refusal < REFUSAL_COUNT && refusal_action(refusal) <= REFUSAL_WAITS);
    require(*refusal_name(refusal) && *refusal_meaning(refusal) && *refusal_remedy(refusal));
}

/* A chat's handle, from a header, becomes part of a path. */
static void read_handle(const char *handle, struct abi_text model)
{
    static const char before[] = "/v1/proxy/signature/";
    struct buf path = buf_make(BUF_NO_LIMIT);
    if (!tee_put_path(&path, handle, model)) {
        const char *text = buf_str(&path);
        require(strncmp(text, before, sizeof before - 1) == 0);
        require(!strchr(text + sizeof before - 1, '/') && strlen(text) == path.len);
        for (const char *c = text + sizeof before - 1; *c; c++)
            require(isalnum((unsigned char)*c) || strchr("-._~%?=", *c));
    }
    buf_free(&path);
}

static void read_times(const char *text)
{
    char again[TIME_TEXT_BYTES];
    int64_t wall_ms, same_ms;
    require(retry_after_ms(text, NOW_MS) >= -1);
    if (!time_parse(text, &wall_ms))
        require(!time_parse(time_text(wall_ms, again), &same_ms) && same_ms == wall_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const int statuses[] = {0, 400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 599};
    if (len < 1 || len > MAX_BODY)
        return 0;
    const char *body = (const char *)data + 1;
    const size_t body_len = len - 1;
    struct arena arena = arena_make(1 << 20);
    const char *text = arena_strndup(&arena, body, body_len);
    read_signature(body, body_len);
    read_refusal(statuses[data[0] % (sizeof statuses / sizeof *statuses)], body, body_len);
    if (text) {
        read_handle(text, (struct abi_text){body, body_len});
        read_times(text);
    }
    arena_free(&arena);
    return 0;
}
