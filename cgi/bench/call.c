#include "bench/call.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "bench/chat.h"
#include "bench/classify.h"
#include "bench/cost.h"
#include "bench/excerpt.h"
#include <stdlib.h>
#include <string.h>

/* Asks 0G's router for this provider and no other: docs.0g.ai, Router, "Routing". */
#define ROUTER_PROVIDER "X-0G-Provider-Address"

enum {
    BODY_KEPT = 4096, /* bytes: enough for a refusal's text and an excerpt */
    /* Tokens that a provider may bill beyond the bytes that came: the end of the text, and the
     * marks around the channels of a model that reasons, are tokens without text. */
    TOKENS_WITHOUT_TEXT = 16,
};

struct caller {
    struct http_client *http;
    struct call *calls; /* in flight */
    unsigned in_flight;
    unsigned untold; /* calls whose first byte came and was not told */
    uint64_t started;
    bool closing;
};

struct call {
    struct caller *caller;
    struct call *next, **link; /* `link` is what points here */
    uint64_t serial;
    struct http_call *http;

    char *bearer, *provider; /* copies; NULL: none */
    struct bench_timeouts timeouts;
    call_first_byte first_byte;
    call_done done;
    void *user;

    bool begun, told;
    bool is_success;      /* by its status; known with the first piece of the body */
    enum outcome stopped; /* why we end it; OUTCOME_OK: we do not */
    int64_t last_byte_us; /* 0: none came */
    struct crypto_hash *body_hash;
    char body[BODY_KEPT];
    size_t body_len;
    struct chat_reply reply;

    int64_t zero_us;
    amount input_price, output_price, worst_cost;
    struct bench_call record;
    char excerpt[CALL_EXCERPT_BYTES + 1];
};

/* --- the list --- */

static void call_link(struct call *call)
{
    struct caller *caller = call->caller;
    call->next = caller->calls;
    call->link = &caller->calls;
    if (call->next)
        call->next->link = &call->next;
    caller->calls = call;
    caller->in_flight++;
}

static void call_unlink(struct call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    call->caller->in_flight--;
}

static void call_free(struct call *call)
{
    uint8_t unused[32];
    if (call->body_hash)
        crypto_hash_end(call->body_hash, unused);
    if (call->bearer)
        crypto_wipe(call->bearer, strlen(call->bearer));
    free(call->bearer);
    free(call->provider);
    chat_reply_free(&call->reply);
    free(call);
}

/* --- what comes --- */

static void on_begun(void *user)
{
    struct call *call = user;
    call->begun = true;
    if (call->first_byte)
        call->caller->untold++;
}

static void keep_body(struct call *call, const char *bytes, size_t len)
{
    const size_t room = sizeof call->body - call->body_len;
    const size_t kept = len < room ? len : room;
    memcpy(call->body + call->body_len, bytes, kept);
    call->body_len += kept;
}

static enum err on_data(void *user, const char *bytes, size_t len, int64_t arrived_us)
{
    struct call *call = user;
    if (call->last_byte_us == 0)
        call->is_success = status_is_success(http_call_status(call->http));
    call->last_byte_us = arrived_us;
    crypto_hash_add(call->body_hash, bytes, len);
    keep_body(call, bytes, len);
    if (!call->is_success)
        return ERR_OK;
    return chat_reply_feed(&call->reply, bytes, len, arrived_us);
}

/* --- the record --- */

static bool has_text(const struct chat_reply *reply)
{
    return reply->output_bytes > 0;
}

static void record_times(struct call *call, const struct http_timing *timing)
{
    struct bench_call *r = &call->record;
    r->start_us = timing->started_us - call->zero_us;
    r->end_us = timing->ended_us - call->zero_us;
    r->end_wall_ms = r->start_wall_ms + (timing->ended_us - timing->started_us) / 1000;
    if (r->due_us < 0)
        r->due_us = r->start_us;
    r->new_connection = timing->new_connection;
    r->dns_us = timing->dns_us;
    r->tcp_us = timing->tcp_us;
    r->tls_us = timing->tls_us;
    r->first_byte_us = timing->first_byte_us;
}

static void record_reply(struct call *call)
{
    struct bench_call *r = &call->record;
    const struct chat_reply *reply = &call->reply;
    r->token_us = (const uint32_t *)(const void *)reply->token_us.data;
    r->token_count = reply->token_us.len / sizeof *r->token_us;
    r->events = reply->events;
    r->last_token_us = reply->last_token_us;
    r->first_content_us = reply->first_content_us;
    r->output_bytes = reply->output_bytes;
    r->finish_reason = reply->finish_reason[0] ? reply->finish_reason : NULL;
    r->done_marker = reply->done_marker;
    r->rerouted = reply->rerouted;
    r->chat_id = reply->id[0] ? reply->id : NULL;
    const char *key = http_call_header(call->http, "ZG-Res-Key");
    if (key && *key && strlen(key) <= JOB_CHAT_ID_BYTES)
        r->chat_id = key;
    if (call->begun) {
        crypto_hash_end(call->body_hash, r->response_sha256.bytes);
        call->body_hash = NULL;
        r->response_sha256.known = true;
    }
}

static void record_tokens(struct call *call)
{
    struct bench_call *r = &call->record;
    const struct chat_usage *usage = &call->reply.usage;
    if (usage->known) {
        r->tokens = TOKENS_USAGE;
        r->input_tokens = usage->input_tokens;
        r->output_tokens = usage->output_tokens;
        r->reasoning_tokens = usage->reasoning_tokens;
        r->cached_tokens = usage->cached_tokens;
        r->over_reported = r->output_tokens > r->output_bytes + TOKENS_WITHOUT_TEXT;
    } else if (r->events > 0) {
        r->tokens = TOKENS_ESTIMATED;
        r->output_tokens = r->events;
    }
}

/* A request that did not go out, and one that the provider refused, cost nothing. Usage is the last
 * word only of a reply that came to its end: a provider reads on when we do not, and bills it.
 * More than a record can hold is the most it can: far above every worst case, it ends a run. */
static void record_cost(struct call *call, const struct call_facts *facts)
{
    struct bench_call *r = &call->record;
    if (!r->cost_known)
        return;
    if (!facts->connected || (facts->http_status >= 300 && facts->http_status < 500)) {
        r->cost = 0;
    } else if (r->tokens == TOKENS_USAGE && facts->whole) {
        if (cost_of(r->input_tokens, r->output_tokens, call->input_price, call->output_price,
                    &r->cost) ||
            r->cost > RECORD_MAX_AMOUNT)
            r->cost = RECORD_MAX_AMOUNT;
    } else {
        r->cost = call->worst_cost;
        r->cost_at_most = true;
    }
}

/* The error object where there is one, else how the body begins. */
static void record_excerpt(struct call *call)
{
    const struct buf *error = &call->reply.error;
    if (call->record.outcome == OUTCOME_OK || call->body_len == 0)
        return;
    const char *from = error->len ? buf_str(error) : call->body;
    const size_t len = error->len ? error->len : call->body_len;
    call->record.excerpt = excerpt(from, len, call->bearer, call->excerpt, sizeof call->excerpt);
}

static void tell_first_byte(struct call *call)
{
    if (!call->begun || call->told || !call->first_byte)
        return;
    call->told = true;
    call->caller->untold--;
    call->first_byte(call->user, call);
}

static void on_done(void *user, const struct http_response *response)
{
    struct call *call = user;
    struct call_result result = {
        .err = response->err,
        .retry_after_ms = response->retry_after_ms,
    };
    if (!result.err)
        result.err = chat_reply_end(&call->reply);
    struct bench_call *r = &call->record;
    r->refused = response->status > 0 && !status_is_success(response->status);
    if (r->refused)
        r->refusal = refusal_of(response->status, call->body, call->body_len);
    record_times(call, &response->timing);
    record_reply(call);
    record_tokens(call);
    const struct call_facts facts = {
        .err = result.err,
        .stopped = call->stopped                 ? call->stopped
                   : result.err == ERR_CANCELLED ? OUTCOME_CANCELLED
                                                 : OUTCOME_OK,
        .connected = response->timing.connected,
        .http_status = response->status,
        .refusal = r->refusal,
        .error_object = call->reply.error.len > 0,
        .anything = call->reply.anything,
        .whole = !result.err && chat_reply_is_whole(&call->reply),
        .text = has_text(&call->reply),
    };
    r->http_status = response->status;
    r->outcome = classify(&facts);
    record_cost(call, &facts);
    record_excerpt(call);
    result.record = call->record;
    tell_first_byte(call);
    call_unlink(call);
    call->done(call->user, &result);
    call_free(call);
}

/* --- starting --- */

static const struct http_stream reading = {.begun = on_begun, .data = on_data};

static char *copy_of(const char *text, enum err *err)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        *err = ERR_NO_MEMORY;
    return copy;
}

static struct bench_call first_record(const struct call_request *request)
{
    return (struct bench_call){
        .number = request->number,
        .warmup = request->warmup,
        .endpoint = request->endpoint_index,
        .start_wall_ms = clock_wall_ms(),
        .due_us = request->due_us,
        .input_bytes = strlen(request->prompt),
        .cost_known = request->priced,
    };
}

static enum err call_make(struct caller *caller, const struct call_request *request,
                          struct call **out)
{
    struct call *call = calloc(1, sizeof *call);
    if (!call)
        return ERR_NO_MEMORY;
    enum err err = ERR_OK;
    call->caller = caller;
    call->serial = ++caller->started;
    call->bearer = copy_of(request->bearer, &err);
    call->provider = copy_of(request->provider, &err);
    call->timeouts = request->timeouts;
    call->first_byte = request->first_byte;
    call->done = request->done;
    call->user = request->user;
    call->zero_us = request->zero_us;
    call->input_price = request->input_price;
    call->output_price = request->output_price;
    call->body_hash = crypto_hash_new();
    chat_reply_init(&call->reply, call->provider);
    call->record = first_record(request);
    if (!err && request->priced)
        err = cost_worst(call->record.input_bytes, request->max_tokens, request->input_price,
                         request->output_price, &call->worst_cost);
    if (err)
        call_free(call);
    else
        *out = call;
    return err;
}

static enum err send_request(struct call *call, const struct call_request *request,
                             const struct buf *body)
{
    const struct http_request http = {
        .endpoint = request->endpoint,
        .path = request->path,
        .content_type = "application/json",
        .body = buf_str(body),
        .body_len = body->len,
        .max_response = CALL_BODY_MAX,
        .connect_timeout_ms = request->timeouts.connect_ms,
        .timeout_ms = request->timeouts.total_ms,
        .bearer = request->bearer,
        .header = {request->provider ? ROUTER_PROVIDER : NULL, request->provider},
        .stream = &reading,
        .new_connection = request->new_connection,
        .send_once = true,
        .done = on_done,
        .user = call,
    };
    const enum err err = http_submit(call->caller->http, &http, &call->http);
    if (!err)
        call->reply.start_us = http_call_started_us(call->http);
    return err;
}

enum err caller_start(struct caller *caller, const struct call_request *request, struct call **out)
{
    if (caller->closing)
        return ERR_CANCELLED;
    if (caller->in_flight == CALLS_TOGETHER_MAX)
        return ERR_TOO_LARGE;
    struct call *call;
    enum err err = call_make(caller, request, &call);
    if (err)
        return err;
    struct buf body = buf_make(BUF_NO_LIMIT);
    chat_put_request(&body, &(struct chat_request){
                                .model = request->model,
                                .prompt = request->prompt,
                                .max_tokens = request->max_tokens,
                                .seed = request->seed,
                            });
    err = body.err;
    if (!err) {
        crypto_sha256(buf_str(&body), body.len, call->record.request_sha256.bytes);
        call->record.request_sha256.known = true;
        err = send_request(call, request, &body);
    }
    buf_free(&body);
    if (err) {
        call_free(call);
        return err;
    }
    call_link(call);
    if (out)
        *out = call;
    return ERR_OK;
}

/* --- running --- */

struct caller *caller_new(void)
{
    struct caller *caller = calloc(1, sizeof *caller);
    if (!caller)
        return NULL;
    caller->http = http_client_new();
    if (!caller->http) {
        free(caller);
        return NULL;
    }
    return caller;
}

void caller_free(struct caller *caller)
{
    if (!caller)
        return;
    caller->closing = true;
    caller_cancel_all(caller);
    http_client_free(caller->http);
    free(caller);
}

/* libcurl ends what waits for a connection and what lasts too long; the rest is looked at here.
 * *why gets the class of a call that waits longer. */
static int64_t deadline_us(const struct call *call, enum outcome *why)
{
    if (!has_text(&call->reply)) {
        *why = OUTCOME_TIMEOUT_FIRST_TOKEN;
        return call->reply.start_us + (int64_t)call->timeouts.first_token_ms * 1000;
    }
    *why = OUTCOME_TIMEOUT_STALL;
    return call->last_byte_us + (int64_t)call->timeouts.stall_ms * 1000;
}

/* Not past the next deadline. */
static int bounded_wait_ms(const struct caller *caller, int wait_ms)
{
    const int64_t now_us = clock_mono_us();
    for (const struct call *call = caller->calls; call; call = call->next) {
        enum outcome why;
        const int64_t left_us = deadline_us(call, &why) - now_us;
        const int64_t left_ms = left_us > 0 ? (left_us + 999) / 1000 : 0;
        if (left_ms < wait_ms)
            wait_ms = (int)left_ms;
    }
    return wait_ms;
}

static struct call *first_untold(const struct caller *caller)
{
    struct call *call = caller->calls;
    while (call && (!call->begun || call->told || !call->first_byte))
        call = call->next;
    return call;
}

static struct call *first_late(const struct caller *caller, int64_t now_us, enum outcome *why)
{
    struct call *call = caller->calls;
    while (call && deadline_us(call, why) > now_us)
        call = call->next;
    return call;
}

/* A callback may start and end other calls: the list is looked at afresh after each. */
void caller_run(struct caller *caller, int wait_ms)
{
    http_client_run(caller->http, bounded_wait_ms(caller, wait_ms));
    while (caller->untold > 0)
        tell_first_byte(first_untold(caller));
    const int64_t now_us = clock_mono_us();
    enum outcome why;
    for (struct call *late; (late = first_late(caller, now_us, &why));) {
        late->stopped = why;
        http_call_cancel(late->http);
    }
}

unsigned caller_in_flight(const struct caller *caller)
{
    return caller->in_flight;
}

void call_cancel(struct call *call)
{
    http_call_cancel(call->http);
}

/* Those that a callback starts meanwhile stay. */
void caller_cancel_all(struct caller *caller)
{
    const uint64_t last = caller->started;
    for (struct call *call = caller->calls; call;) {
        if (call->serial > last) {
            call = call->next;
            continue;
        }
        call_cancel(call);
        call = caller->calls;
    }
}

void caller_wake(struct caller *caller)
{
    http_client_wake(caller->http);
}

struct http_client *caller_http(struct caller *caller)
{
    return caller->http;
}
