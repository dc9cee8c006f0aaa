/* A provider's reply, streamed or not: however it is cut into reads, what is read of it is the
 * same, and what is told of it stays within its bounds. The first two bytes say where it is cut. */
#include "bench/chat.h"
#include "bench/excerpt.h"
#include "bench/plan.h"
#include "require.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BODY = 1 << 16, START_US = 1000, READ_US = 7 };

/* Each read is in memory of its own, so that looking past its end is seen. */
static enum err feed(struct chat_reply *r, const uint8_t *bytes, size_t len, int64_t arrived_us)
{
    char *copy = malloc(len ? len : 1);
    require(copy != NULL);
    if (len)
        memcpy(copy, bytes, len);
    enum err err = chat_reply_feed(r, copy, len, arrived_us);
    free(copy);
    return err;
}

/* In reads of `step` bytes; 0: in one. Reads forget the shape of the last chunk, so that what is
 * read without a parser in one is parsed in the other. */
static enum err read_reply(struct chat_reply *r, const uint8_t *body, size_t len, size_t step)
{
    chat_reply_init(r, "0x1");
    r->start_us = START_US;
    int64_t arrived_us = START_US;
    enum err err = ERR_OK;
    for (size_t at = 0; at < len && !err;) {
        const size_t rest = len - at, part = step && step < rest ? step : rest;
        arrived_us += READ_US;
        err = feed(r, body + at, part, arrived_us);
        r->shape.before = r->shape.after = 0;
        at += part;
    }
    return err ? err : chat_reply_end(r);
}

static void check_bounds(const struct chat_reply *r, size_t len)
{
    const uint32_t *stamps = (const uint32_t *)(const void *)r->token_us.data;
    const size_t count = r->token_us.len / sizeof *stamps;
    require(count == (r->events < PLAN_MAX_TOKENS ? r->events : PLAN_MAX_TOKENS));
    for (size_t i = 1; i < count; i++)
        require(stamps[i - 1] <= stamps[i]);
    require((r->events > 0) == (r->last_token_us >= 0));
    require(r->first_content_us <= r->last_token_us);
    require(r->events <= r->output_bytes && r->output_bytes <= 4 * len);
    require(strlen(r->finish_reason) < CHAT_WORD_BYTES && strlen(r->id) <= JOB_CHAT_ID_BYTES);
    require(r->error.len <= CHAT_ERROR_BYTES);
    require(!r->usage.known || r->usage.input_tokens > 0 || r->usage.output_tokens > 0);
}

static void check_same(const struct chat_reply *a, const struct chat_reply *b)
{
    require(a->form == b->form && a->anything == b->anything);
    require(a->events == b->events && a->output_bytes == b->output_bytes);
    require((a->first_content_us < 0) == (b->first_content_us < 0));
    require(a->usage.known == b->usage.known);
    require(a->usage.input_tokens == b->usage.input_tokens);
    require(a->usage.output_tokens == b->usage.output_tokens);
    require(strcmp(a->finish_reason, b->finish_reason) == 0 && strcmp(a->id, b->id) == 0);
    require(a->done_marker == b->done_marker && a->rerouted == b->rerouted);
    require(a->error.len == b->error.len);
}

static void check_excerpt(const uint8_t *body, size_t len)
{
    static const char secret[] = "app-sk-eyJhZGRyZXNzIjoi";
    char text[201];
    excerpt((const char *)body, len < 4096 ? len : 4096, secret, text, sizeof text);
    require(strlen(text) < sizeof text);
    for (size_t i = 0; secret[i + EXCERPT_SECRET_RUN - 1]; i++) {
        char run[EXCERPT_SECRET_RUN + 1] = "";
        memcpy(run, secret + i, EXCERPT_SECRET_RUN);
        require(!strstr(text, run));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2 || len > MAX_BODY)
        return 0;
    const size_t step = 1 + data[0] + 256u * (data[1] & 3);
    const uint8_t *body = data + 2;
    const size_t body_len = len - 2;
    struct chat_reply whole, parts;
    enum err err = read_reply(&whole, body, body_len, 0);
    require(!err || err == ERR_TOO_LARGE || err == ERR_NO_MEMORY);
    require(read_reply(&parts, body, body_len, step) == err);
    check_bounds(&whole, body_len);
    check_bounds(&parts, body_len);
    if (!err)
        check_same(&whole, &parts);
    chat_reply_free(&whole);
    chat_reply_free(&parts);
    check_excerpt(body, body_len);
    return 0;
}
