/* OpenAI's chat completions as a benchmark needs them: the body of a request, and what a reply said
 * and when. A reply is a stream of server-sent events, or one JSON object from a server that does
 * not stream. Text is `content` or a reasoning text (`reasoning_content`, `reasoning`); a chunk
 * that only names the role is none. Of several `usage` objects the last counts, those of zeros do
 * not. A line of the stream that is not JSON is passed over. Source: OpenAI's API reference, "Chat
 * completions"; what servers make of it: docs/benchmark.md. Not thread-safe per reply. */
#ifndef BENCH_CHAT_H
#define BENCH_CHAT_H

#include "base/buf.h"
#include "base/error.h"
#include "net/sse.h"
#include "store/job.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHAT_EVENT_MAX = 1 << 20, /* bytes of one event, and of a reply that is not streamed */
    CHAT_WORD_BYTES = 32,     /* finish_reason */
    CHAT_ERROR_BYTES = 1024,  /* kept of an error object */
};

struct chat_request {
    const char *model; /* as on chain: providers compare it */
    const char *prompt;
    unsigned max_tokens;
    uint64_t seed; /* at most INT64_MAX */
};

/* Appends the body; the same request always gives the same bytes. */
void chat_put_request(struct buf *out, const struct chat_request *request);

struct chat_usage {
    bool known;
    uint64_t input_tokens, output_tokens;
    struct job_number reasoning_tokens, cached_tokens;
};

enum chat_text { TEXT_NONE, TEXT_CONTENT, TEXT_REASONING };

/* An event that carried one text. The chunks of a stream differ in their text alone: one that has
 * the bytes of this before and after its text needs no parser. */
struct chat_shape {
    struct buf event;
    size_t before, after; /* bytes around the text; 0, 0: no shape known */
    enum chat_text text;
};

struct chat_reply {
    /* What came; microseconds since `start_us`. */
    struct buf token_us; /* uint32_t each, at most PLAN_MAX_TOKENS of them */
    uint64_t events;     /* with text; 0 as well when the reply was not streamed */
    int64_t last_token_us, first_content_us; /* -1: none */
    uint64_t output_bytes;                   /* of the text, as UTF-8 */
    struct chat_usage usage;
    char finish_reason[CHAT_WORD_BYTES]; /* "" when none came */
    char id[JOB_CHAT_ID_BYTES + 1];      /* "" */
    bool done_marker;                    /* [DONE] */
    bool anything;                       /* an event, or a JSON object */
    bool rerouted;                       /* another provider than the one asked for answered */
    struct buf error;                    /* an error object, its beginning; empty: none came */

    int64_t start_us; /* set by the caller before the first byte */
    const char *provider;
    int64_t arrived_us; /* of the bytes that are read now */
    enum { CHAT_UNDECIDED, CHAT_STREAM, CHAT_WHOLE } form;
    struct sse_parser events_in;
    struct buf whole; /* a reply that is not streamed */
    struct chat_shape shape;
};

/* Begins to read a reply that has to stay where it is in memory. `provider` is the one that
 * a router was asked for, NULL: none; not owned. Allocates nothing. */
void chat_reply_init(struct chat_reply *r, const char *provider);

/* More of the body, which arrived at `arrived_us` of the monotonic clock. ERR_TOO_LARGE,
 * ERR_NO_MEMORY. */
enum err chat_reply_feed(struct chat_reply *r, const char *bytes, size_t len, int64_t arrived_us);

/* The body is over: reads what is complete of the rest. Errors as chat_reply_feed(). */
enum err chat_reply_end(struct chat_reply *r);

/* It said that it was complete. */
bool chat_reply_is_whole(const struct chat_reply *r);

void chat_reply_free(struct chat_reply *r);

#endif
