/* A reply to a batch, from the bytes of the body to the values of each answer. */
#include "eth/rpc.h"

#include "eth/hex.h"
#include "require.h"
#include <string.h>

enum { CALLS = 4, MAX_REPLY = 1 << 16, MAX_ARENA = 1 << 17 };

static unsigned touch(const uint8_t *bytes, size_t len)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += bytes[i];
    return sum;
}

static void read_answer(const struct rpc_answer *answer, struct arena *arena)
{
    require((answer->result != NULL) == (answer->err == ERR_OK));
    require(!answer->revert || answer->err == ERR_REVERTED);
    require(answer->revert || !answer->revert_len);
    touch((const uint8_t *)answer->message, strlen(answer->message));
    touch(answer->revert, answer->revert_len);
    require(answer->revert_len >= 4 || !rpc_revert_selector(answer));

    const uint8_t *bytes;
    size_t len;
    uint64_t number;
    enum err bytes_err = rpc_bytes(answer, arena, &bytes, &len);
    enum err number_err = rpc_quantity(answer, &number);
    require(!answer->err || (bytes_err == answer->err && number_err == answer->err));
    if (!bytes_err) {
        touch(bytes, len);
        struct buf text = buf_make(BUF_NO_LIMIT);
        hex_put(&text, bytes, len);
        require(strcasecmp(buf_str(&text), answer->result->valuestring) == 0);
        buf_free(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rpc_answer answers[CALLS];
    struct arena arena = arena_make(MAX_ARENA);
    cJSON *doc;
    enum err err = rpc_parse((const char *)data, len, MAX_REPLY, CALLS, answers, &arena, &doc);
    require(!doc == !!err);
    for (size_t i = 0; i < CALLS; i++) {
        require(!err || answers[i].err == err);
        read_answer(&answers[i], &arena);
    }
    require(arena.used <= MAX_ARENA);
    cJSON_Delete(doc);
    arena_free(&arena);
    return 0;
}
