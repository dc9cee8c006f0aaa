#include "bench/call.h"

#include "support.h"
#include "support_server.h"

#include "base/clock.h"
#include "base/crypto.h"
#include <signal.h>

enum {
    SOON_MS = 3000,  /* at once, also under valgrind on a busy machine: this is no benchmark */
    LATE_MS = 20000, /* a time-out that nothing here waits for */
    SHORT_MS = 120,  /* a time-out that a test waits for */
    FIRST_TOKEN_MS = 60,
    TOKEN_GAP_MS = 20,
    STREAMS = 16,
    INPUT_PRICE = 100,
    OUTPUT_PRICE = 400
};

static const char bearer[] = "app-sk-eyJhZGRyZXNzIjoiMHg3MDk5Nzk3MEM1MTgxMmRjM0EwMTBDN2QwMWI1MGUw";
static const char prompt[] = "Say OK";

static struct arena arena;
static struct cidr_list loopback;
static struct server *server;
static struct caller *caller;

/* --- what the server says --- */

#define CHUNK(delta, finish)                                                                       \
    "data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":" delta                      \
    ",\"finish_reason\":" finish "}]}\n\n"
#define TOKEN(text)       CHUNK("{\"content\":\"" text "\"}", "null")
#define THOUGHT(text)     CHUNK("{\"reasoning_content\":\"" text "\"}", "null")
#define ROLE              CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "null")
#define STOP              CHUNK("{}", "\"stop\"")
#define USAGE_OF(in, out) "\"usage\":{\"prompt_tokens\":" #in ",\"completion_tokens\":" #out "}"
#define USAGE(in, out)    "data: {\"choices\":[]," USAGE_OF(in, out) "}\n\n"
#define DONE              "data: [DONE]\n\n"
#define GOOD              ROLE TOKEN("O") TOKEN("K") STOP USAGE(10, 2) DONE

static bool begin_stream(struct peer *peer)
{
    return peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                           "ZG-Res-Key: 5f0c7a3e\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static bool send_chunk(struct peer *peer, const char *bytes, size_t len)
{
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", len);
    return peer_puts(peer, size) && peer_send(peer, bytes, len) && peer_puts(peer, "\r\n");
}

static bool put_chunk(struct peer *peer, const char *text)
{
    return send_chunk(peer, text, strlen(text));
}

static bool end_stream(struct peer *peer)
{
    return peer_puts(peer, "0\r\n\r\n");
}

static bool answer(struct peer *peer, const char *status, const char *headers, const char *body)
{
    char head[256];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
             strlen(body), headers);
    return peer_puts(peer, head) && peer_puts(peer, body);
}

/* Until the client gives up. */
static bool wait_for_hang_up(struct peer *peer)
{
    char byte;
    return recv(peer->fd, &byte, 1, 0) > 0;
}

static void sleep_ms(int ms)
{
    usleep((useconds_t)ms * 1000);
}

/* Streams that arrive whole. */
static const struct {
    const char *path, *body, *outcome;
    unsigned input_tokens, output_tokens;
    unsigned events;
    bool at_most; /* its usage is not the last word */
} streams[] = {
    {"/good", GOOD, "ok", 10, 2, 2, false},
    {"/crlf",
     "data: {\"choices\":[{\"delta\":{\"content\":\"OK\"},\"finish_reason\":\"stop\"}]}\r\n\r\n"
     "data: {\"choices\":[]," USAGE_OF(10, 2) "}\r\n\r\ndata: [DONE]\r\n\r\n",
     "ok", 10, 2, 1, false},
    {"/no-done", ROLE TOKEN("OK") STOP USAGE(10, 2), "ok", 10, 2, 1, false},
    {"/no-usage", ROLE TOKEN("O") TOKEN("K") STOP DONE, "ok", 0, 2, 2, true},
    {"/usage-in-every-chunk",
     "data: {\"choices\":[{\"delta\":{\"content\":\"O\"}}]," USAGE_OF(
         10, 1) "}\n\n"
                "data: {\"choices\":[{\"delta\":{\"content\":\"K\"}}]," USAGE_OF(
                    10, 2) "}\n\n" STOP DONE,
     "ok", 10, 2, 2, false},
    {"/usage-of-zeros", TOKEN("OK") USAGE(10, 2) STOP USAGE(0, 0) DONE, "ok", 10, 2, 1, false},
    {"/reasoning", THOUGHT("hm") TOKEN("OK") STOP USAGE(10, 4) DONE, "ok", 10, 4, 2, false},
    {"/error-under-200", ROLE TOKEN("O") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n" DONE,
     "stream_error", 0, 1, 1, true},
    {"/no-end", ROLE TOKEN("O") TOKEN("K"), "truncated", 0, 2, 2, true},
    {"/no-end-but-usage", TOKEN("O") USAGE(10, 2), "truncated", 10, 2, 1, true},
    {"/role-only", ROLE STOP USAGE(10, 0) DONE, "empty", 10, 0, 0, false},
    {"/nothing", "", "empty", 0, 0, 0, true},
    {"/page", "<html>Welcome</html>", "empty", 0, 0, 0, true},
};

static bool serve_stream(struct peer *peer, const char *path)
{
    for (size_t i = 0; i < COUNT(streams); i++)
        if (strcmp(path, streams[i].path) == 0) {
            const char *body = streams[i].body;
            return begin_stream(peer) && (!*body || put_chunk(peer, body)) && end_stream(peer);
        }
    return answer(peer, "404 Not Found", "", "404 page not found");
}

static bool stream_slowly(struct peer *peer)
{
    static const char *const tokens[] = {TOKEN("O"), TOKEN("K"), TOKEN("!")};
    bool open = begin_stream(peer) && put_chunk(peer, ROLE);
    sleep_ms(FIRST_TOKEN_MS);
    for (size_t i = 0; i < COUNT(tokens) && open; i++) {
        open = put_chunk(peer, tokens[i]);
        sleep_ms(TOKEN_GAP_MS);
    }
    return open && put_chunk(peer, STOP USAGE(10, 3) DONE) && end_stream(peer);
}

static bool split_utf8(struct peer *peer)
{
    static const char body[] = TOKEN("\xf0\x9f\x8c\x8d") STOP USAGE(10, 2) DONE;
    bool open = begin_stream(peer);
    const char *cut = strstr(body, "\xf0\x9f") + 2;
    open = open && send_chunk(peer, body, (size_t)(cut - body));
    sleep_ms(TOKEN_GAP_MS);
    return open && put_chunk(peer, cut) && end_stream(peer);
}

static bool over_report(struct peer *peer)
{
    return begin_stream(peer) && put_chunk(peer, TOKEN("OK") STOP USAGE(10, 500) DONE) &&
           end_stream(peer);
}

/* What a price makes too much of for any amount. */
static bool over_report_hugely(struct peer *peer)
{
    return begin_stream(peer) &&
           put_chunk(peer, TOKEN("OK") STOP USAGE(9007199254740992, 9007199254740992) DONE) &&
           end_stream(peer);
}

static bool cut_stream(struct peer *peer)
{
    if (begin_stream(peer))
        put_chunk(peer, ROLE TOKEN("O") TOKEN("K"));
    return false;
}

/* [DONE] came, the end of the HTTP message did not. */
static bool cut_after_done(struct peer *peer)
{
    if (begin_stream(peer))
        put_chunk(peer, GOOD);
    return false;
}

static bool stall(struct peer *peer)
{
    return begin_stream(peer) && put_chunk(peer, ROLE TOKEN("O")) && wait_for_hang_up(peer);
}

static bool role_and_silence(struct peer *peer)
{
    return begin_stream(peer) && put_chunk(peer, ROLE) && wait_for_hang_up(peer);
}

static bool silence(struct peer *peer)
{
    return wait_for_hang_up(peer);
}

static bool tokens_for_ever(struct peer *peer)
{
    bool open = begin_stream(peer);
    while (open) {
        open = put_chunk(peer, TOKEN("O"));
        sleep_ms(TOKEN_GAP_MS);
    }
    return false;
}

static bool pings_for_ever(struct peer *peer)
{
    bool open = begin_stream(peer);
    while (open) {
        open = put_chunk(peer, ": ping\n\n");
        sleep_ms(TOKEN_GAP_MS);
    }
    return false;
}

static bool flood(struct peer *peer)
{
    static char line[1 << 16];
    memset(line, 'x', sizeof line);
    memcpy(line, ": ", 2);
    line[sizeof line - 1] = '\n';
    bool open = begin_stream(peer);
    while (open)
        open = send_chunk(peer, line, sizeof line);
    return false;
}

static bool hang_up(struct peer *peer)
{
    (void)peer;
    return false;
}

/* The second request over one connection is not answered. */
static bool answer_once(struct peer *peer)
{
    static _Thread_local unsigned requests;
    return requests++ == 0 && serve_stream(peer, "/good");
}

static bool whole_reply(struct peer *peer)
{
    return answer(peer, "200 OK", "Content-Type: application/json\r\n",
                  "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"message\":{\"content\":"
                  "\"OK\"},\"finish_reason\":\"stop\"}]," USAGE_OF(10, 2) "}");
}

static bool echo_secret(struct peer *peer)
{
    char body[512], *from = strstr(peer->request, "Bearer ");
    snprintf(body, sizeof body, "bad\r\ntoken: %.*s \x01\xff|", (int)(sizeof bearer + 6), from);
    return answer(peer, "401 Unauthorized", "", body);
}

static bool answer_429(struct peer *peer)
{
    return answer(peer, "429 Too Many Requests", "Retry-After: 17\r\n", "{\"error\":\"slow\"}");
}

#define BROKER_400(name, text)                                                                     \
    static bool name(struct peer *peer)                                                            \
    {                                                                                              \
        return answer(peer, "400 Bad Request", "", "{\"error\":\"" text "\"}");                    \
    }
BROKER_400(bad_signature, "invalid signature")
BROKER_400(expired, "session token expired")
BROKER_400(no_balance, "insufficient balance: your locked balance is 1 0G")
BROKER_400(no_account, "account not exist")
BROKER_400(not_acknowledged, "user not acknowledge the provider")
BROKER_400(wrong_model, "model mismatch")

static bool answer_402(struct peer *peer)
{
    return answer(peer, "402 Payment Required", "", "");
}

static bool answer_500(struct peer *peer)
{
    return answer(peer, "500 Internal Server Error", "", "Oops");
}

static bool answer_503(struct peer *peer)
{
    return answer(peer, "503 Service Unavailable", "",
                  "Server is currently processing too many requests");
}

static bool redirect(struct peer *peer)
{
    return answer(peer, "302 Found", "Location: /good\r\n", "");
}

static const struct {
    const char *path;
    server_handler handler;
} pages[] = {
    {"/slow", stream_slowly},
    {"/split-utf8", split_utf8},
    {"/over-report", over_report},
    {"/over-report-hugely", over_report_hugely},
    {"/cut", cut_stream},
    {"/cut-after-done", cut_after_done},
    {"/stall", stall},
    {"/role-and-silence", role_and_silence},
    {"/silence", silence},
    {"/tokens", tokens_for_ever},
    {"/pings", pings_for_ever},
    {"/flood", flood},
    {"/hang-up", hang_up},
    {"/once", answer_once},
    {"/whole", whole_reply},
    {"/echo-secret", echo_secret},
    {"/429", answer_429},
    {"/bad-signature", bad_signature},
    {"/expired", expired},
    {"/no-balance", no_balance},
    {"/no-account", no_account},
    {"/not-acknowledged", not_acknowledged},
    {"/wrong-model", wrong_model},
    {"/402", answer_402},
    {"/500", answer_500},
    {"/503", answer_503},
    {"/redirect", redirect},
};

static bool serve(struct peer *peer)
{
    char path[64];
    if (sscanf(peer->request, "POST %63[^ ?]", path) != 1)
        return answer(peer, "405 Method Not Allowed", "", "");
    for (size_t i = 0; i < COUNT(pages); i++)
        if (strcmp(path, pages[i].path) == 0)
            return pages[i].handler(peer);
    return serve_stream(peer, path);
}

/* --- what the caller got --- */

struct seen {
    struct call_result result;
    uint32_t token_us[16];
    char chat_id[64], finish_reason[64], excerpt[CALL_EXCERPT_BYTES + 1];
    unsigned first_bytes, dones;
};

static void note_first_byte(void *user, struct call *call)
{
    struct seen *seen = user;
    assert_non_null(call);
    assert_int_equal(seen->dones, 0);
    seen->first_bytes++;
}

static void copy_text(char *to, size_t size, const char **text)
{
    if (*text)
        *text = strncpy(to, *text, size - 1);
}

/* Whatever a call recorded is stored and read again without a difference. */
static void check_stored(const struct bench_call *record)
{
    struct arena own = arena_make(1 << 20);
    struct buf line = buf_make(BUF_NO_LIMIT), again = buf_make(BUF_NO_LIMIT);
    struct bench_call read;
    record_put_call(&line, record);
    assert_int_equal(line.err, ERR_OK);
    assert_int_equal(record_read_call(buf_str(&line), line.len, &own, &read), ERR_OK);
    record_put_call(&again, &read);
    assert_string_equal(buf_str(&line), buf_str(&again));
    assert_null(strstr(buf_str(&line), bearer));
    buf_free(&line);
    buf_free(&again);
    arena_free(&own);
}

static void note_done(void *user, const struct call_result *result)
{
    struct seen *seen = user;
    check_stored(&result->record);
    struct bench_call *record = &seen->result.record;
    seen->dones++;
    seen->result = *result;
    if (record->token_count <= COUNT(seen->token_us) && record->token_count > 0)
        memcpy(seen->token_us, record->token_us, record->token_count * sizeof *seen->token_us);
    record->token_us = seen->token_us;
    copy_text(seen->chat_id, sizeof seen->chat_id, &record->chat_id);
    copy_text(seen->finish_reason, sizeof seen->finish_reason, &record->finish_reason);
    copy_text(seen->excerpt, sizeof seen->excerpt, &record->excerpt);
}

static struct endpoint *endpoint(const char *url)
{
    struct endpoint *e = arena_alloc(&arena, sizeof *e);
    assert_int_equal(endpoint_make(e, "ZG_BENCH", url, &loopback, &arena), ERR_OK);
    return e;
}

static struct endpoint *here(void)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", server->port);
    return endpoint(url);
}

static struct call_request request_to(const struct endpoint *e, const char *path, struct seen *seen)
{
    *seen = (struct seen){.dones = 0};
    return (struct call_request){
        .endpoint = e,
        .path = path,
        .bearer = bearer,
        .model = "openai/gpt-oss-20b",
        .prompt = prompt,
        .max_tokens = 8,
        .seed = 42,
        .timeouts = {LATE_MS, LATE_MS, LATE_MS, LATE_MS},
        .zero_us = clock_mono_us(),
        .due_us = -1,
        .priced = true,
        .input_price = INPUT_PRICE,
        .output_price = OUTPUT_PRICE,
        .first_byte = note_first_byte,
        .done = note_done,
        .user = seen,
    };
}

static void run_until_done(const struct seen *seen)
{
    const int64_t end_ms = clock_mono_ms() + 3 * LATE_MS;
    while (seen->dones == 0 && clock_mono_ms() < end_ms)
        caller_run(caller, 1000);
    assert_int_equal(seen->dones, 1);
}

static void make_call(const struct call_request *request, struct seen *seen)
{
    struct call *call = NULL;
    assert_int_equal(caller_start(caller, request, &call), ERR_OK);
    assert_non_null(call);
    run_until_done(seen);
}

static void call_page(const char *path, struct seen *seen)
{
    const struct call_request request = request_to(here(), path, seen);
    make_call(&request, seen);
}

static void expect_outcome(const struct seen *seen, const char *what, const char *outcome)
{
    char text[OUTCOME_TEXT_BYTES];
    outcome_text(seen->result.record.outcome, seen->result.record.http_status, text);
    if (strcmp(text, outcome) != 0)
        fail_msg("%s is %s, not %s", what, text, outcome);
}

static int setup(void **state)
{
    (void)state;
    arena = arena_make(1 << 20);
    assert_int_equal(cidr_list_parse("127.0.0.0/8", &loopback), ERR_OK);
    server = server_start(serve);
    assert_non_null(server);
    caller = caller_new();
    assert_non_null(caller);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    caller_free(caller);
    server_stop(server);
    arena_free(&arena);
    return 0;
}

static amount cost(unsigned input_tokens, unsigned output_tokens)
{
    return (amount)input_tokens * INPUT_PRICE + (amount)output_tokens * OUTPUT_PRICE;
}

static amount worst_cost(void)
{
    return cost(sizeof prompt - 1 + 256, 8);
}

/* --- what is recorded --- */

static void a_good_call_is_recorded(void **state)
{
    (void)state;
    struct seen seen;
    struct call_request request = request_to(here(), "/good", &seen);
    request.number = 3;
    request.warmup = true;
    request.endpoint_index = 2;
    request.zero_us = clock_mono_us() - 5000000;
    make_call(&request, &seen);
    const struct bench_call *r = &seen.result.record;
    assert_int_equal(seen.result.err, ERR_OK);
    expect_outcome(&seen, "/good", "ok");
    assert_int_equal(r->http_status, 200);
    assert_int_equal(r->number, 3);
    assert_true(r->warmup);
    assert_int_equal(r->endpoint, 2);
    assert_in_range(r->start_us, 5000000, 5000000 + SOON_MS * 1000);
    assert_int_equal(r->due_us, r->start_us);
    assert_in_range(r->end_us - r->start_us, 1, SOON_MS * 1000);
    assert_in_range(r->end_wall_ms - r->start_wall_ms, 0, SOON_MS);
    assert_in_range(clock_wall_ms() - r->start_wall_ms, 0, SOON_MS);
    assert_true(r->new_connection);
    assert_true(r->tcp_us > 0);
    assert_int_equal(r->tls_us, 0);
    assert_in_range(r->first_byte_us, 1, r->end_us - r->start_us);
    assert_int_equal(r->events, 2);
    assert_int_equal(r->token_count, 2);
    assert_in_range(r->token_us[0], 1, r->token_us[1]);
    assert_int_equal(r->last_token_us, r->token_us[1]);
    assert_int_equal(r->first_content_us, r->token_us[0]);
    assert_true(r->last_token_us <= r->end_us - r->start_us);
    assert_int_equal(r->tokens, TOKENS_USAGE);
    assert_int_equal(r->input_tokens, 10);
    assert_int_equal(r->output_tokens, 2);
    assert_int_equal(r->input_bytes, strlen(prompt));
    assert_int_equal(r->output_bytes, 2);
    assert_string_equal(r->finish_reason, "stop");
    assert_true(r->done_marker);
    assert_false(r->over_reported);
    assert_false(r->rerouted);
    assert_true(r->cost_known);
    assert_false(r->cost_at_most);
    assert_true(r->cost == cost(10, 2));
    assert_string_equal(r->chat_id, "5f0c7a3e");
    assert_int_equal(r->proof, PROOF_NONE);
    assert_null(r->excerpt);
    assert_int_equal(seen.first_bytes, 1);
}

static void a_call_of_the_open_loop_keeps_when_it_was_due(void **state)
{
    (void)state;
    struct seen seen;
    struct call_request request = request_to(here(), "/good", &seen);
    request.due_us = 7;
    make_call(&request, &seen);
    assert_int_equal(seen.result.record.due_us, 7);
}

/* As they crossed the wire: the reply without the framing of its chunks. */
static void the_bodies_are_hashed(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/good", &seen);
    uint8_t digest[32];
    const char *body = strstr(server->peers[0]->request, "\r\n\r\n") + 4;
    assert_true(seen.result.record.request_sha256.known);
    crypto_sha256(body, strlen(body), digest);
    assert_memory_equal(seen.result.record.request_sha256.bytes, digest, sizeof digest);
    assert_true(seen.result.record.response_sha256.known);
    crypto_sha256(GOOD, sizeof GOOD - 1, digest);
    assert_memory_equal(seen.result.record.response_sha256.bytes, digest, sizeof digest);
}

static void the_request_carries_what_it_must_and_no_more(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/good", &seen);
    const char *request = server->peers[0]->request;
    char line[256];
    snprintf(line, sizeof line, "\r\nAuthorization: Bearer %s\r\n", bearer);
    assert_non_null(strstr(request, line));
    assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
    assert_null(strcasestr(request, "Accept-Encoding"));
    assert_null(strcasestr(request, "Expect:"));
    assert_non_null(strstr(request, "\"model\":\"openai/gpt-oss-20b\""));
}

static void a_call_needs_no_bearer_and_no_price(void **state)
{
    (void)state;
    struct seen seen;
    struct call_request request = request_to(here(), "/good", &seen);
    request.bearer = NULL;
    request.priced = false;
    make_call(&request, &seen);
    assert_null(strcasestr(server->peers[0]->request, "Authorization"));
    assert_false(seen.result.record.cost_known);
}

static void a_bearer_that_breaks_the_header_is_refused(void **state)
{
    (void)state;
    static const char *const bearers[] = {"a\r\nX: y", "a b", "caf\xc3\xa9", "a\x7f"};
    for (size_t i = 0; i < COUNT(bearers); i++) {
        struct seen seen;
        struct call_request request = request_to(here(), "/good", &seen);
        request.bearer = bearers[i];
        assert_int_equal(caller_start(caller, &request, NULL), ERR_BAD_FORMAT);
        assert_int_equal(seen.dones, 0);
    }
}

static void a_connection_is_kept_unless_a_new_one_is_asked_for(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/good", &seen);
    call_page("/good", &seen);
    assert_false(seen.result.record.new_connection);
    assert_int_equal(seen.result.record.dns_us, 0);
    assert_int_equal(seen.result.record.tcp_us, 0);
    assert_int_equal(atomic_load(&server->accepted), 1);
    struct call_request request = request_to(here(), "/good", &seen);
    request.new_connection = true;
    make_call(&request, &seen);
    assert_true(seen.result.record.new_connection);
    call_page("/good", &seen);
    assert_false(seen.result.record.new_connection); /* it has the first one again */
    assert_int_equal(atomic_load(&server->accepted), 2);
}

/* --- how calls end --- */

static void every_stream_has_its_class_tokens_and_cost(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        struct seen seen;
        call_page(streams[i].path, &seen);
        const struct bench_call *r = &seen.result.record;
        expect_outcome(&seen, streams[i].path, streams[i].outcome);
        assert_int_equal(r->events, streams[i].events);
        assert_int_equal(r->input_tokens, streams[i].input_tokens);
        assert_int_equal(r->output_tokens, streams[i].output_tokens);
        assert_int_equal(r->cost_at_most, streams[i].at_most);
        assert_true(r->cost ==
                    (streams[i].at_most ? worst_cost() : cost(r->input_tokens, r->output_tokens)));
        assert_int_equal(r->excerpt != NULL, r->outcome != OUTCOME_OK && *streams[i].body);
    }
    struct seen seen;
    call_page("/no-usage", &seen);
    assert_int_equal(seen.result.record.tokens, TOKENS_ESTIMATED);
    call_page("/nothing", &seen);
    assert_int_equal(seen.result.record.tokens, TOKENS_NONE);
    call_page("/error-under-200", &seen);
    assert_string_equal(seen.excerpt, "{\"error\":{\"message\":\"overloaded\"}}");
}

static void every_other_end_has_its_class(void **state)
{
    (void)state;
    static const struct {
        const char *path, *outcome;
        bool is_free;
    } cases[] = {
        {"/split-utf8", "ok", false},
        {"/whole", "ok", false},
        {"/cut", "truncated", false},
        {"/cut-after-done", "truncated", false},
        {"/flood", "stream_error", false},
        {"/hang-up", "connect", false},
        {"/429", "rate_limited", true},
        {"/bad-signature", "auth", true},
        {"/expired", "auth", true},
        {"/echo-secret", "auth", true},
        {"/no-balance", "balance", true},
        {"/no-account", "balance", true},
        {"/402", "balance", true},
        {"/not-acknowledged", "not_acknowledged", true},
        {"/wrong-model", "http_4xx:400", true},
        {"/no-such-page", "http_4xx:404", true},
        {"/redirect", "http_4xx:302", true},
        {"/500", "http_5xx:500", false},
        {"/503", "http_5xx:503", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct seen seen;
        call_page(cases[i].path, &seen);
        expect_outcome(&seen, cases[i].path, cases[i].outcome);
        assert_int_equal(seen.result.record.cost == 0, cases[i].is_free);
        assert_false(cases[i].is_free && seen.result.record.cost_at_most);
    }
}

static void a_refusal_is_told(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/429", &seen);
    assert_true(seen.result.record.refused);
    assert_int_equal(seen.result.record.refusal, REFUSAL_RATE);
    assert_int_equal(seen.result.retry_after_ms, 17000);
    call_page("/no-account", &seen);
    assert_int_equal(seen.result.record.refusal, REFUSAL_NO_ACCOUNT);
    assert_string_equal(seen.excerpt, "{\"error\":\"account not exist\"}");
    call_page("/good", &seen);
    assert_false(seen.result.record.refused);
    assert_int_equal(seen.result.retry_after_ms, -1);
}

static void a_secret_that_comes_back_is_not_kept(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/echo-secret", &seen);
    assert_string_equal(seen.excerpt, "bad  token: Bearer [...]   |");
}

static void a_reply_that_is_not_streamed_has_no_stamps(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/whole", &seen);
    assert_int_equal(seen.result.record.events, 0);
    assert_int_equal(seen.result.record.token_count, 0);
    assert_int_equal(seen.result.record.last_token_us, -1);
    assert_int_equal(seen.result.record.output_bytes, 2);
    assert_true(seen.result.record.cost == cost(10, 2));
    assert_string_equal(seen.chat_id, "chatcmpl-1");
}

static void tokens_beyond_the_bytes_are_flagged_and_billed(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/over-report", &seen);
    assert_true(seen.result.record.over_reported);
    assert_true(seen.result.record.cost == cost(10, 500));
    assert_false(seen.result.record.cost_at_most);
    struct call_request request = request_to(here(), "/over-report-hugely", &seen);
    request.output_price = (amount)1 << 96;
    make_call(&request, &seen);
    assert_true(seen.result.record.cost == RECORD_MAX_AMOUNT);
}

static void a_request_is_never_sent_twice(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/once", &seen);
    expect_outcome(&seen, "the first call", "ok");
    call_page("/once", &seen);
    expect_outcome(&seen, "the second call", "connect");
    assert_int_equal(atomic_load(&server->requests), 2);
}

static void the_way_there_has_its_classes(void **state)
{
    (void)state;
    struct seen seen;
    struct endpoint *refused = here();
    refused->allow = NULL;
    struct call_request request = request_to(refused, "/good", &seen);
    make_call(&request, &seen);
    expect_outcome(&seen, "a private address", "refused_address");
    assert_true(seen.result.record.cost == 0);
    assert_false(seen.result.record.cost_at_most);
    assert_int_equal(seen.result.record.first_byte_us, -1);
    assert_false(seen.result.record.response_sha256.known);
    assert_int_equal(seen.first_bytes, 0);

    request = request_to(endpoint("http://127.0.0.1:9"), "/good", &seen);
    make_call(&request, &seen);
    expect_outcome(&seen, "a closed port", "connect");
    assert_true(seen.result.record.cost == 0);

    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u", server->port);
    request = request_to(endpoint(url), "/good", &seen);
    make_call(&request, &seen);
    expect_outcome(&seen, "TLS to a plain port", "tls");

    request = request_to(endpoint("http://no-such-host.invalid"), "/good", &seen);
    make_call(&request, &seen);
    expect_outcome(&seen, "an unknown name", "dns");
}

/* --- time --- */

/* The call ends with this class and not long after its time-out. */
static void expect_timeout(const struct endpoint *e, const char *path,
                           struct bench_timeouts timeouts, const char *outcome)
{
    struct seen seen;
    struct call_request request = request_to(e, path, &seen);
    request.timeouts = timeouts;
    const int64_t start_ms = clock_mono_ms();
    make_call(&request, &seen);
    assert_in_range(clock_mono_ms() - start_ms, SHORT_MS - 1, SOON_MS);
    expect_outcome(&seen, path, outcome);
    assert_true(outcome_is_timeout(seen.result.record.outcome));
}

/* A listener whose queue is full lets nobody in. */
static void a_connection_that_hangs_times_out(void **state)
{
    (void)state;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), filler[4];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    for (size_t i = 0; i < COUNT(filler); i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(filler[i], (struct sockaddr *)&address, len);
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    const struct endpoint *e = endpoint(url);
    expect_timeout(e, "/", (struct bench_timeouts){SHORT_MS, LATE_MS, LATE_MS, LATE_MS},
                   "timeout_connect");
    expect_timeout(e, "/", (struct bench_timeouts){LATE_MS, SHORT_MS, LATE_MS, LATE_MS},
                   "timeout_connect");
    expect_timeout(e, "/", (struct bench_timeouts){LATE_MS, LATE_MS, SHORT_MS, LATE_MS},
                   "timeout_connect");
    for (size_t i = 0; i < COUNT(filler); i++)
        close(filler[i]);
    close(listener);
}

static void the_first_token_has_its_time(void **state)
{
    (void)state;
    const struct bench_timeouts timeouts = {LATE_MS, SHORT_MS, LATE_MS, LATE_MS};
    expect_timeout(here(), "/silence", timeouts, "timeout_first_token");
    expect_timeout(here(), "/role-and-silence", timeouts, "timeout_first_token");
    expect_timeout(here(), "/pings", timeouts, "timeout_first_token");
}

static void a_stall_ends_a_stream(void **state)
{
    (void)state;
    expect_timeout(here(), "/stall", (struct bench_timeouts){LATE_MS, LATE_MS, LATE_MS, SHORT_MS},
                   "timeout_stall");
}

static void the_whole_call_has_its_time(void **state)
{
    (void)state;
    const struct bench_timeouts timeouts = {LATE_MS, LATE_MS, SHORT_MS, LATE_MS};
    expect_timeout(here(), "/tokens", timeouts, "timeout_total");
    expect_timeout(here(), "/stall", timeouts, "timeout_total");
}

static void expect_stamps(const struct seen *seen)
{
    static const unsigned truth_ms[] = {FIRST_TOKEN_MS, FIRST_TOKEN_MS + TOKEN_GAP_MS,
                                        FIRST_TOKEN_MS + 2 * TOKEN_GAP_MS};
    expect_outcome(seen, "/slow", "ok");
    assert_int_equal(seen->result.record.token_count, COUNT(truth_ms));
    for (size_t i = 0; i < COUNT(truth_ms); i++)
        assert_in_range(seen->token_us[i], truth_ms[i] * 1000, 10 * truth_ms[i] * 1000);
}

static void stamps_follow_the_programmed_truth(void **state)
{
    (void)state;
    struct seen seen;
    call_page("/slow", &seen);
    expect_stamps(&seen);
}

static void calls_run_together(void **state)
{
    (void)state;
    static struct seen seen[STREAMS];
    const int64_t start_ms = clock_mono_ms();
    for (size_t i = 0; i < STREAMS; i++) {
        const struct call_request request = request_to(here(), "/slow", &seen[i]);
        assert_int_equal(caller_start(caller, &request, NULL), ERR_OK);
    }
    assert_int_equal(caller_in_flight(caller), STREAMS);
    while (caller_in_flight(caller) > 0)
        caller_run(caller, 1000);
    assert_in_range(clock_mono_ms() - start_ms, FIRST_TOKEN_MS, SOON_MS);
    for (size_t i = 0; i < STREAMS; i++) {
        assert_int_equal(seen[i].dones, 1);
        expect_stamps(&seen[i]);
    }
}

/* --- ending and starting --- */

static struct call *start_silent(struct seen *seen)
{
    struct call *call = NULL;
    const struct call_request request = request_to(here(), "/role-and-silence", seen);
    assert_int_equal(caller_start(caller, &request, &call), ERR_OK);
    const int64_t end_ms = clock_mono_ms() + LATE_MS;
    while (seen->first_bytes == 0 && clock_mono_ms() < end_ms)
        caller_run(caller, LATE_MS);
    assert_int_equal(seen->first_bytes, 1);
    return call;
}

static void the_first_byte_is_told_while_the_call_runs(void **state)
{
    (void)state;
    struct seen seen;
    const int64_t start_ms = clock_mono_ms();
    struct call *call = start_silent(&seen);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    assert_int_equal(seen.dones, 0);
    call_cancel(call);
}

static void a_cancelled_call_ends_at_once(void **state)
{
    (void)state;
    struct seen seen[2];
    struct call *call = start_silent(&seen[0]);
    start_silent(&seen[1]);
    call_cancel(call);
    assert_int_equal(seen[0].dones, 1);
    expect_outcome(&seen[0], "a cancelled call", "cancelled");
    assert_true(seen[0].result.record.cost_at_most);
    assert_int_equal(seen[1].dones, 0);
    assert_int_equal(caller_in_flight(caller), 1);
    caller_cancel_all(caller);
    assert_int_equal(seen[1].dones, 1);
    assert_int_equal(caller_in_flight(caller), 0);
}

static void freeing_the_caller_ends_its_calls(void **state)
{
    (void)state;
    struct seen seen[2];
    start_silent(&seen[0]);
    start_silent(&seen[1]);
    caller_free(caller);
    caller = NULL;
    for (size_t i = 0; i < COUNT(seen); i++) {
        assert_int_equal(seen[i].dones, 1);
        expect_outcome(&seen[i], "a call of a freed caller", "cancelled");
    }
}

struct chain {
    struct seen seen;
    enum err next_err;
    unsigned left;
};

static void start_next(void *user, const struct call_result *result)
{
    struct chain *chain = user;
    note_done(&chain->seen, result);
    if (chain->left == 0)
        return;
    chain->left--;
    struct call_request request = request_to(here(), "/good", &chain->seen);
    request.done = start_next;
    request.user = chain;
    request.first_byte = NULL;
    chain->next_err = caller_start(caller, &request, NULL);
}

static void done_may_start_the_next_call(void **state)
{
    (void)state;
    struct chain chain = {.left = 3};
    struct call_request request = request_to(here(), "/good", &chain.seen);
    request.done = start_next;
    request.first_byte = NULL;
    request.user = &chain;
    assert_int_equal(caller_start(caller, &request, NULL), ERR_OK);
    while (caller_in_flight(caller) > 0)
        caller_run(caller, 1000);
    assert_int_equal(chain.left, 0);
    assert_int_equal(chain.next_err, ERR_OK);
    assert_int_equal(atomic_load(&server->requests), 4);
}

/* Else cancelling would never come to its end. */
static void cancelling_all_leaves_what_starts_meanwhile(void **state)
{
    (void)state;
    struct chain chain = {.left = 1};
    struct call_request request = request_to(here(), "/silence", &chain.seen);
    request.done = start_next;
    request.user = &chain;
    assert_int_equal(caller_start(caller, &request, NULL), ERR_OK);
    caller_cancel_all(caller);
    assert_int_equal(caller_in_flight(caller), 1);
    chain.left = 1;
    caller_free(caller);
    caller = NULL;
    assert_int_equal(chain.next_err, ERR_CANCELLED);
}

static void calls_in_flight_are_bounded(void **state)
{
    (void)state;
    static struct seen seen[CALLS_TOGETHER_MAX + 1];
    for (size_t i = 0; i <= CALLS_TOGETHER_MAX; i++) {
        const struct call_request request = request_to(here(), "/silence", &seen[i]);
        assert_int_equal(caller_start(caller, &request, NULL),
                         i < CALLS_TOGETHER_MAX ? ERR_OK : ERR_TOO_LARGE);
    }
}

static void a_call_that_cannot_start_is_not_done(void **state)
{
    (void)state;
    struct seen seen;
    struct call_request request = request_to(here(), "no-slash", &seen);
    assert_int_equal(caller_start(caller, &request, NULL), ERR_BAD_URL);
    request = request_to(here(), "/good", &seen);
    request.output_price = ~(amount)0;
    assert_int_equal(caller_start(caller, &request, NULL), ERR_OVERFLOW);
    caller_run(caller, 0);
    assert_int_equal(seen.dones, 0);
    assert_int_equal(caller_in_flight(caller), 0);
    assert_int_equal(atomic_load(&server->requests), 0);
}

static void *wake_later(void *user)
{
    sleep_ms(SHORT_MS);
    caller_wake(user);
    return NULL;
}

static void another_thread_wakes_a_waiting_caller(void **state)
{
    (void)state;
    struct seen seen;
    start_silent(&seen);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake_later, caller), 0);
    const int64_t start_ms = clock_mono_ms();
    caller_run(caller, LATE_MS);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    pthread_join(thread, NULL);
    caller_cancel_all(caller);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_call_is_recorded),
        TEST(a_call_of_the_open_loop_keeps_when_it_was_due),
        TEST(the_bodies_are_hashed),
        TEST(the_request_carries_what_it_must_and_no_more),
        TEST(a_call_needs_no_bearer_and_no_price),
        TEST(a_bearer_that_breaks_the_header_is_refused),
        TEST(a_connection_is_kept_unless_a_new_one_is_asked_for),
        TEST(every_stream_has_its_class_tokens_and_cost),
        TEST(every_other_end_has_its_class),
        TEST(a_refusal_is_told),
        TEST(a_secret_that_comes_back_is_not_kept),
        TEST(a_reply_that_is_not_streamed_has_no_stamps),
        TEST(tokens_beyond_the_bytes_are_flagged_and_billed),
        TEST(a_request_is_never_sent_twice),
        TEST(the_way_there_has_its_classes),
        TEST(a_connection_that_hangs_times_out),
        TEST(the_first_token_has_its_time),
        TEST(a_stall_ends_a_stream),
        TEST(the_whole_call_has_its_time),
        TEST(stamps_follow_the_programmed_truth),
        TEST(calls_run_together),
        TEST(the_first_byte_is_told_while_the_call_runs),
        TEST(a_cancelled_call_ends_at_once),
        TEST(freeing_the_caller_ends_its_calls),
        TEST(done_may_start_the_next_call),
        TEST(cancelling_all_leaves_what_starts_meanwhile),
        TEST(calls_in_flight_are_bounded),
        TEST(a_call_that_cannot_start_is_not_done),
        TEST(another_thread_wakes_a_waiting_caller),
    };
    signal(SIGPIPE, SIG_IGN);
    if (http_global_init())
        return 1;
    int failed = cmocka_run_group_tests_name("call", tests, NULL, NULL);
    http_global_cleanup();
    return failed;
}
