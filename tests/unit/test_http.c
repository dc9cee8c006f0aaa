#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_resolver.h"
#include "support_server.h"

#include "base/clock.h"
#include "net/http.h"
#include <dirent.h>
#include <limits.h>
#include <spawn.h>
#include <sys/wait.h>

enum {
    SOON_MS = 3000, /* at once, also under valgrind on a busy machine: this is no benchmark */
    DEADLINE_MS = 20000,
    MAX_BODY = 1 << 20,
    CALLS_TOGETHER = 50,
    CALL_MS = 100
};

static const char exit_while_resolving[] = "exit-while-resolving";

static struct arena arena;
static struct cidr_list loopback;
static struct server *server;
static struct http_client *client;

/* --- what the server says --- */

static bool answer(struct peer *peer, const char *status, const char *headers, const char *body)
{
    char head[1024];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
             strlen(body), headers);
    return peer_puts(peer, head) && peer_puts(peer, body);
}

static bool answer_ok(struct peer *peer)
{
    return answer(peer, "200 OK", "", "{\"fine\":true}");
}

static bool answer_request_itself(struct peer *peer)
{
    char request[sizeof peer->request];
    strcpy(request, peer->request);
    return answer(peer, "200 OK", "", request);
}

static bool answer_and_close_unannounced(struct peer *peer)
{
    answer_ok(peer);
    return false;
}

static bool answer_in_chunks(struct peer *peer)
{
    return peer_puts(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5\r\nhello\r\n") &&
           peer_puts(peer, "7\r\n, world\r\n0\r\n\r\n");
}

/* Waits until as many requests are open as the test has calls: a client that makes them one after
 * the other never gets there. */
static bool answer_all_together(struct peer *peer)
{
    int64_t end_ms = clock_mono_ms() + DEADLINE_MS;
    while (atomic_load(&peer->server->busiest) < CALLS_TOGETHER && clock_mono_ms() < end_ms)
        usleep(20 * 1000);
    usleep(CALL_MS * 1000);
    return answer_ok(peer);
}

static bool answer_429_seconds(struct peer *peer)
{
    return answer(peer, "429 Too Many Requests", "Retry-After: 17\r\n", "slow down");
}

static bool answer_429_date(struct peer *peer)
{
    char line[128];
    time_t then = time(NULL) + 60;
    struct tm utc;
    gmtime_r(&then, &utc);
    strftime(line, sizeof line, "retry-after: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    return answer(peer, "429 Too Many Requests", line, "");
}

static bool answer_429_nonsense(struct peer *peer)
{
    return answer(peer, "429 Too Many Requests", "Retry-After: soon\r\n", "");
}

static bool answer_500(struct peer *peer)
{
    return answer(peer, "500 Internal Server Error", "", "<h1>Oops</h1>");
}

static bool answer_204(struct peer *peer)
{
    return peer_puts(peer, "HTTP/1.1 204 No Content\r\n\r\n");
}

static bool redirect(struct peer *peer)
{
    return answer(peer, "302 Found", "Location: /ok\r\n", "");
}

static bool announce_200_mb(struct peer *peer)
{
    return peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n");
}

static bool send_200_mb(struct peer *peer)
{
    char chunk[0x10000 + 10] = "10000\r\n";
    memset(chunk + 7, 'x', 0x10000);
    memcpy(chunk + 7 + 0x10000, "\r\n", 2);
    bool open = peer_puts(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3052 && open; i++)
        open = peer_send(peer, chunk, 7 + 0x10000 + 2);
    return false;
}

static bool fill_the_limit(struct peer *peer)
{
    static char body[MAX_BODY + 1];
    memset(body, 'x', MAX_BODY);
    return answer(peer, "200 OK", "", body);
}

static bool send_headers_for_ever(struct peer *peer)
{
    bool open = peer_puts(peer, "HTTP/1.1 200 OK\r\n");
    while (open)
        open = peer_puts(peer, "X-Filler: 0123456789012345678901234567890123456789\r\n");
    return false;
}

static bool send_one_header_for_ever(struct peer *peer)
{
    bool open = peer_puts(peer, "HTTP/1.1 200 OK\r\nX-Filler: ");
    while (open)
        open = peer_puts(peer, "0123456789012345678901234567890123456789");
    return false;
}

static bool trickle(struct peer *peer)
{
    bool open = peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (open && !usleep(20 * 1000))
        open = peer_puts(peer, "x");
    return false;
}

static bool say_nothing(struct peer *peer)
{
    char byte;
    while (recv(peer->fd, &byte, 1, 0) > 0)
        ;
    return false;
}

static bool hang_up(struct peer *peer)
{
    (void)peer;
    return false;
}

static bool break_off(struct peer *peer)
{
    peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    return false;
}

static bool talk_smtp(struct peer *peer)
{
    peer_puts(peer, "220 mail.example ESMTP\r\n");
    return false;
}

static const struct {
    const char *path;
    server_handler handler;
} pages[] = {
    {"/ok", answer_ok},
    {"/request", answer_request_itself},
    {"/close", answer_and_close_unannounced},
    {"/chunks", answer_in_chunks},
    {"/together", answer_all_together},
    {"/429-seconds", answer_429_seconds},
    {"/429-date", answer_429_date},
    {"/429-nonsense", answer_429_nonsense},
    {"/500", answer_500},
    {"/204", answer_204},
    {"/redirect", redirect},
    {"/200-mb-announced", announce_200_mb},
    {"/200-mb", send_200_mb},
    {"/limit", fill_the_limit},
    {"/headers", send_headers_for_ever},
    {"/header", send_one_header_for_ever},
    {"/trickle", trickle},
    {"/silence", say_nothing},
    {"/hang-up", hang_up},
    {"/break-off", break_off},
    {"/smtp", talk_smtp},
};

static bool serve_page(struct peer *peer)
{
    char method[8], path[64];
    if (sscanf(peer->request, "%7s %63[^ ?]", method, path) == 2)
        for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
            if (strcmp(path, pages[i].path) == 0)
                return pages[i].handler(peer);
    return answer(peer, "404 Not Found", "", "no such page");
}

/* --- what the client got --- */

struct result {
    struct http_response response;
    char body[1024]; /* its beginning */
    int times_done;
};

static void keep(void *user, const struct http_response *response)
{
    struct result *result = user;
    result->times_done++;
    result->response = *response;
    snprintf(result->body, sizeof result->body, "%s", response->body);
    assert_int_equal(strlen(response->body), response->body_len);
}

/* An endpoint that may reach 127.0.0.0/8. */
__attribute__((format(printf, 1, 2))) static struct endpoint *endpoint(const char *format, ...)
{
    char url[256];
    va_list args;
    va_start(args, format);
    vsnprintf(url, sizeof url, format, args);
    va_end(args);
    struct endpoint *e = arena_alloc(&arena, sizeof *e);
    assert_int_equal(endpoint_make(e, "ZG_CHAIN_RPC", url, &loopback, &arena), ERR_OK);
    return e;
}

static struct endpoint *here(void)
{
    return endpoint("http://127.0.0.1:%u", server->port);
}

static struct endpoint *public_only(struct endpoint *e)
{
    e->allow = NULL;
    return e;
}

/* A GET whose end is kept in `result`. */
static struct http_request get(const struct endpoint *e, const char *path, struct result *result)
{
    *result = (struct result){.times_done = 0};
    return (struct http_request){
        .endpoint = e,
        .path = path,
        .max_response = MAX_BODY,
        .connect_timeout_ms = DEADLINE_MS,
        .timeout_ms = DEADLINE_MS,
        .done = keep,
        .user = result,
    };
}

static struct http_call *submit(const struct http_request *request)
{
    struct http_call *call = NULL;
    assert_int_equal(http_submit(client, request, &call), ERR_OK);
    assert_non_null(call);
    return call;
}

static void run_until_done(const struct result *result)
{
    int64_t end_ms = clock_mono_ms() + 3 * DEADLINE_MS;
    while (result->times_done == 0 && clock_mono_ms() < end_ms)
        http_client_run(client, 100);
    assert_int_equal(result->times_done, 1);
}

static struct result fetch(const struct endpoint *e, const char *path)
{
    struct result result;
    struct http_request request = get(e, path, &result);
    submit(&request);
    run_until_done(&result);
    return result;
}

/* Fetches `path`, which has to end like this. */
static void expect(const struct endpoint *e, const char *path, enum err err, int status)
{
    struct result result = fetch(e, path);
    if (result.response.err != err || result.response.status != status)
        fail_msg("%s%s ends with %s, status %d", e->url, path ? path : "",
                 err_name(result.response.err), result.response.status);
    if (err)
        assert_string_equal(result.body, "");
}

static unsigned accepted(void)
{
    return atomic_load(&server->accepted);
}

static int setup(void **state)
{
    (void)state;
    arena = arena_make(16 << 20);
    assert_int_equal(cidr_list_parse("127.0.0.0/8", &loopback), ERR_OK);
    server = server_start(serve_page);
    assert_non_null(server);
    client = http_client_new();
    assert_non_null(client);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_client_free(client);
    server_stop(server);
    arena_free(&arena);
    return 0;
}

/* --- replies --- */

static void a_reply_arrives(void **state)
{
    (void)state;
    struct result result = fetch(here(), "/ok");
    assert_int_equal(result.response.err, ERR_OK);
    assert_int_equal(result.response.status, 200);
    assert_string_equal(result.body, "{\"fine\":true}");
    assert_int_equal(result.response.retry_after_ms, -1);
    assert_in_range(result.response.timing.ended_us - result.response.timing.started_us, 1,
                    SOON_MS * 1000);
    assert_string_equal(fetch(here(), "/chunks").body, "hello, world");
    expect(here(), "/204", ERR_OK, 204);
    expect(here(), "/nowhere", ERR_OK, 404);
}

static void a_get_says_no_more_than_it_must(void **state)
{
    (void)state;
    char expected[256];
    snprintf(expected, sizeof expected,
             "GET /request?a=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
             "User-Agent: 0g-inference-metrics/" VERSION "\r\nAccept: */*\r\n\r\n",
             server->port);
    assert_string_equal(fetch(here(), "/request?a=1").body, expected);
}

static void a_post_carries_its_body(void **state)
{
    (void)state;
    struct result result;
    struct http_request request = get(here(), "/request", &result);
    char body[] = "{\"id\":1}, and what lies behind it";
    request.content_type = "application/json";
    request.body = body;
    request.body_len = 8;
    submit(&request);
    memset(body, '#', sizeof body); /* the call has its own copy */
    run_until_done(&result);
    assert_int_equal(strncmp(result.body, "POST /request HTTP/1.1\r\n", 24), 0);
    assert_non_null(strstr(result.body, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(result.body, "\r\nContent-Length: 8\r\n"));
    assert_string_equal(strstr(result.body, "\r\n\r\n"), "\r\n\r\n{\"id\":1}");
}

static void an_empty_post_has_a_length(void **state)
{
    (void)state;
    struct result result;
    struct http_request request = get(here(), "/request", &result);
    request.content_type = "application/json";
    submit(&request);
    run_until_done(&result);
    assert_non_null(strstr(result.body, "\r\nContent-Length: 0\r\n"));
}

static void the_environment_is_not_asked_for_a_proxy(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    struct result result = fetch(here(), "/ok");
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(result.response.err, ERR_OK);
}

static void a_status_is_no_error(void **state)
{
    (void)state;
    struct result result = fetch(here(), "/500");
    assert_int_equal(result.response.err, ERR_OK);
    assert_int_equal(result.response.status, 500);
    assert_string_equal(result.body, "<h1>Oops</h1>");
}

static void retry_after_is_read(void **state)
{
    (void)state;
    struct result result = fetch(here(), "/429-seconds");
    assert_int_equal(result.response.err, ERR_OK);
    assert_int_equal(result.response.status, 429);
    assert_int_equal(result.response.retry_after_ms, 17000);
    assert_in_range(fetch(here(), "/429-date").response.retry_after_ms, 45000, 60000);
    assert_int_equal(fetch(here(), "/429-nonsense").response.retry_after_ms, -1);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    expect(here(), "/redirect", ERR_OK, 302);
}

static void a_connection_is_used_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        expect(here(), "/ok", ERR_OK, 200);
    assert_int_equal(accepted(), 1);
}

static void a_connection_that_went_away_is_replaced(void **state)
{
    (void)state;
    expect(here(), "/close", ERR_OK, 200);
    expect(here(), "/ok", ERR_OK, 200);
    struct result result;
    expect(here(), "/close", ERR_OK, 200);
    struct http_request request = get(here(), "/request", &result);
    request.content_type = "text/plain";
    request.body = "again";
    request.body_len = 5;
    submit(&request);
    run_until_done(&result);
    assert_string_equal(strstr(result.body, "\r\n\r\n"), "\r\n\r\nagain");
}

/* --- hostile and broken servers --- */

static void a_body_is_bounded(void **state)
{
    (void)state;
    expect(here(), "/limit", ERR_OK, 200);
    struct result result;
    struct http_request request = get(here(), "/limit", &result);
    request.max_response = MAX_BODY - 1;
    submit(&request);
    run_until_done(&result);
    assert_int_equal(result.response.err, ERR_TOO_LARGE);

    size_t before = atomic_load(&server->sent);
    expect(here(), "/200-mb", ERR_TOO_LARGE, 200);
    /* what the client took and what socket buffers hold, far from all */
    assert_in_range(atomic_load(&server->sent) - before, MAX_BODY, 50000000);
}

static void a_body_announced_too_large_is_not_awaited(void **state)
{
    (void)state;
    int64_t start_ms = clock_mono_ms();
    expect(here(), "/200-mb-announced", ERR_TOO_LARGE, 200);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
}

static void headers_are_bounded(void **state)
{
    (void)state;
    expect(here(), "/headers", ERR_TOO_LARGE, 200);
    expect(here(), "/header", ERR_TOO_LARGE, 200);
}

static void a_deadline_holds(const char *path, int status)
{
    struct result result;
    struct http_request request = get(here(), path, &result);
    request.timeout_ms = 300;
    int64_t start_ms = clock_mono_ms();
    submit(&request);
    run_until_done(&result);
    assert_int_equal(result.response.err, ERR_TIMEOUT);
    assert_int_equal(result.response.status, status);
    assert_string_equal(result.body, "");
    assert_in_range(clock_mono_ms() - start_ms, 290, 300 + SOON_MS);
}

static void a_trickle_ends_at_the_deadline(void **state)
{
    (void)state;
    a_deadline_holds("/trickle", 200);
}

static void silence_ends_at_the_deadline(void **state)
{
    (void)state;
    a_deadline_holds("/silence", 0);
}

static void a_closed_port_is_a_connection_error(void **state)
{
    (void)state;
    struct server *gone = server_start(serve_page);
    assert_non_null(gone);
    unsigned port = gone->port;
    server_stop(gone);
    expect(endpoint("http://127.0.0.1:%u/", port), NULL, ERR_CONNECT, 0);
}

static void a_broken_reply_has_its_class(void **state)
{
    (void)state;
    expect(here(), "/hang-up", ERR_CONNECT, 0);
    expect(here(), "/break-off", ERR_TRUNCATED, 200);
    expect(here(), "/smtp", ERR_BAD_FORMAT, 0);
}

/* The server answers the handshake in plain text, as web servers do: libcurl ends with
 * CURLE_SSL_CONNECT_ERROR ("wrong version number"). */
static void tls_to_a_plain_port_is_a_tls_error(void **state)
{
    (void)state;
    expect(endpoint("https://127.0.0.1:%u/", server->port), NULL, ERR_TLS, 0);
}

static void a_name_that_does_not_resolve_is_a_dns_error(void **state)
{
    (void)state;
    expect(endpoint("http://nowhere.test/"), NULL, ERR_DNS, 0);
}

/* --- addresses --- */

static void a_private_address_is_refused(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "127.0.0.1", "[::ffff:127.0.0.1]", "localhost",       "private.test", "mixed.test",
        "[::1]",     "[64:ff9b::7f00:1]",  "169.254.169.254", "0.0.0.0",      "[2002:7f00:1::]"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        expect(public_only(endpoint("http://%s:%u/ok", hosts[i], server->port)), NULL,
               ERR_REFUSED_ADDRESS, 0);
    assert_int_equal(accepted(), 0);
}

static void the_allow_list_opens_what_it_names(void **state)
{
    (void)state;
    expect(endpoint("http://localhost:%u/ok", server->port), NULL, ERR_OK, 200);
    expect(endpoint("http://[::ffff:127.0.0.1]:%u/ok", server->port), NULL, ERR_OK, 200);
    expect(endpoint("http://mixed.test:%u/ok", server->port), NULL, ERR_OK, 200);
    expect(endpoint("http://private.test:%u/ok", server->port), NULL, ERR_REFUSED_ADDRESS, 0);
    expect(endpoint("http://[::1]:%u/ok", server->port), NULL, ERR_REFUSED_ADDRESS, 0);
}

/* localhost is ::1, not on the list, and 127.0.0.1, where nobody listens: the second is the news.
 */
static void a_failed_connection_outweighs_a_refused_address(void **state)
{
    (void)state;
    struct server *gone = server_start(serve_page);
    assert_non_null(gone);
    unsigned port = gone->port;
    server_stop(gone);
    expect(endpoint("http://localhost:%u/", port), NULL, ERR_CONNECT, 0);
}

static void an_open_connection_is_no_way_around_the_filter(void **state)
{
    (void)state;
    expect(here(), "/ok", ERR_OK, 200);
    expect(public_only(here()), "/ok", ERR_REFUSED_ADDRESS, 0);
    assert_int_equal(accepted(), 1);
    assert_int_equal(atomic_load(&server->requests), 1);
    expect(here(), "/ok", ERR_OK, 200);
}

/* --- many calls --- */

static void all_calls_are_in_flight_together(void **state)
{
    (void)state;
    static struct result results[CALLS_TOGETHER];
    struct endpoint *e = here();
    int64_t start_ms = clock_mono_ms();
    for (int i = 0; i < CALLS_TOGETHER; i++) {
        struct http_request request = get(e, "/together", &results[i]);
        submit(&request);
    }
    for (int i = 0; i < CALLS_TOGETHER; i++) {
        if (results[i].times_done == 0)
            run_until_done(&results[i]);
        assert_int_equal(results[i].times_done, 1);
        assert_int_equal(results[i].response.status, 200);
    }
    assert_in_range(clock_mono_ms() - start_ms, CALL_MS, CALLS_TOGETHER * CALL_MS / 2);
    assert_int_equal(atomic_load(&server->busiest), CALLS_TOGETHER);
    assert_int_equal(accepted(), CALLS_TOGETHER);
}

static void a_call_that_cannot_start_is_not_done(void **state)
{
    (void)state;
    struct result result;
    struct http_request request = get(here(), "/a b", &result);
    assert_int_equal(http_submit(client, &request, NULL), ERR_BAD_URL);
    http_client_run(client, 0);
    assert_int_equal(result.times_done, 0);
}

static void a_cancelled_call_ends_at_once(void **state)
{
    (void)state;
    struct result result;
    struct http_request request = get(here(), "/silence", &result);
    struct http_call *call = submit(&request);
    http_client_run(client, 50);
    assert_int_equal(result.times_done, 0);
    http_call_cancel(call);
    assert_int_equal(result.times_done, 1);
    assert_int_equal(result.response.err, ERR_CANCELLED);
    assert_int_equal(result.response.status, 0);
    http_client_run(client, 0);
    assert_int_equal(result.times_done, 1);
}

struct chain {
    struct result first, second;
    struct http_call *first_call, *second_call;
    const struct endpoint *endpoint;
};

static void cancel_second(void *user, const struct http_response *response)
{
    struct chain *chain = user;
    keep(&chain->first, response);
    http_call_cancel(chain->first_call); /* its own: nothing happens */
    http_call_cancel(chain->second_call);
}

static void done_may_cancel_another_call(void **state)
{
    (void)state;
    struct chain chain = {.endpoint = here()};
    struct http_request second = get(chain.endpoint, "/silence", &chain.second);
    struct http_request first = get(chain.endpoint, "/ok", &chain.first);
    first.done = cancel_second;
    first.user = &chain;
    chain.second_call = submit(&second);
    chain.first_call = submit(&first);
    run_until_done(&chain.first);
    assert_int_equal(chain.first.response.err, ERR_OK);
    assert_int_equal(chain.second.times_done, 1);
    assert_int_equal(chain.second.response.err, ERR_CANCELLED);
}

/* Both have ended inside libcurl before the first `done` runs. */
static void done_may_cancel_a_call_that_has_just_ended(void **state)
{
    (void)state;
    struct chain chain = {.endpoint = public_only(here())};
    struct http_request first = get(chain.endpoint, "/ok", &chain.first);
    struct http_request second = get(chain.endpoint, "/ok", &chain.second);
    first.done = cancel_second;
    first.user = &chain;
    chain.first_call = submit(&first);
    chain.second_call = submit(&second);
    run_until_done(&chain.first);
    assert_int_equal(chain.first.response.err, ERR_REFUSED_ADDRESS);
    assert_int_equal(chain.second.times_done, 1);
    assert_int_equal(chain.second.response.err, ERR_CANCELLED);
}

static void submit_second(void *user, const struct http_response *response)
{
    struct chain *chain = user;
    keep(&chain->first, response);
    struct http_request second = get(chain->endpoint, "/chunks", &chain->second);
    chain->second_call = submit(&second);
}

static void done_may_submit_another_call(void **state)
{
    (void)state;
    struct chain chain = {.endpoint = here()};
    struct http_request first = get(chain.endpoint, "/ok", &chain.first);
    first.done = submit_second;
    first.user = &chain;
    chain.first_call = submit(&first);
    run_until_done(&chain.first);
    run_until_done(&chain.second);
    assert_string_equal(chain.second.body, "hello, world");
    assert_int_equal(accepted(), 1);
}

static void submit_in_vain(void *user, const struct http_response *response)
{
    struct chain *chain = user;
    keep(&chain->first, response);
    struct http_request second = get(chain->endpoint, "/ok", &chain->second);
    assert_int_equal(http_submit(client, &second, NULL), ERR_CANCELLED);
}

static void freeing_the_client_ends_its_calls(void **state)
{
    (void)state;
    struct chain chain = {.endpoint = here()};
    struct result other;
    struct http_request first = get(chain.endpoint, "/silence", &chain.first);
    struct http_request second = get(chain.endpoint, "/trickle", &other);
    first.done = submit_in_vain;
    first.user = &chain;
    submit(&first);
    submit(&second);
    http_client_run(client, 50);
    http_client_free(client);
    client = NULL;
    assert_int_equal(chain.first.times_done, 1);
    assert_int_equal(chain.first.response.err, ERR_CANCELLED);
    assert_int_equal(chain.second.times_done, 0);
    assert_int_equal(other.times_done, 1);
    assert_int_equal(other.response.err, ERR_CANCELLED);
}

static void run_waits_as_long_as_told(void **state)
{
    (void)state;
    int64_t start_ms = clock_mono_ms();
    http_client_run(client, 0);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    start_ms = clock_mono_ms();
    http_client_run(client, 200);
    assert_in_range(clock_mono_ms() - start_ms, 190, 200 + SOON_MS);
}

static void *wake_later(void *user)
{
    usleep(100 * 1000);
    http_client_wake(user);
    return NULL;
}

static void another_thread_wakes_a_waiting_client(void **state)
{
    (void)state;
    pthread_t thread;
    int64_t start_ms = clock_mono_ms();
    assert_int_equal(pthread_create(&thread, NULL, wake_later, client), 0);
    http_client_run(client, DEADLINE_MS);
    assert_in_range(clock_mono_ms() - start_ms, 90, 100 + SOON_MS);
    pthread_join(thread, NULL);
}

/* --- a resolver that hangs --- */

static void await_hanging_resolver(int count)
{
    int64_t end_ms = clock_mono_ms() + DEADLINE_MS;
    while (atomic_load(&resolver_hangs) != count && clock_mono_ms() < end_ms)
        http_client_run(client, 10);
    assert_int_equal(atomic_load(&resolver_hangs), count);
}

static unsigned count_threads(void)
{
    unsigned count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks));)
        count += task->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* Lets the threads that hang end, so that nothing is left behind for a leak checker to find. */
static void release_resolver(unsigned threads_before)
{
    atomic_store(&resolver_released, true);
    int64_t end_ms = clock_mono_ms() + DEADLINE_MS;
    while (count_threads() > threads_before && clock_mono_ms() < end_ms)
        usleep(1000);
    assert_int_equal(count_threads(), threads_before);
    atomic_store(&resolver_released, false);
}

static void a_hanging_resolver_delays_nobody(void **state)
{
    (void)state;
    const struct endpoint *other = here();
    expect(other, "/ok", ERR_OK, 200); /* the server's threads for this test are there */
    unsigned threads = count_threads();
    struct result hanging;
    struct http_request request = get(endpoint("http://hangs.test/"), NULL, &hanging);
    request.timeout_ms = 500;
    int64_t start_ms = clock_mono_ms();
    submit(&request);
    await_hanging_resolver(1);
    while (hanging.times_done == 0) {
        int64_t other_ms = clock_mono_ms();
        expect(other, "/ok", ERR_OK, 200);
        assert_in_range(clock_mono_ms() - other_ms, 0, SOON_MS);
    }
    assert_in_range(clock_mono_ms() - start_ms, 490, 500 + SOON_MS);
    assert_int_equal(hanging.response.err, ERR_TIMEOUT);
    expect(other, "/ok", ERR_OK, 200);
    assert_int_equal(atomic_load(&resolver_hangs), 1); /* it hung all the while */
    release_resolver(threads);
}

static void connecting_has_its_own_deadline(void **state)
{
    (void)state;
    unsigned threads = count_threads();
    struct result result;
    struct http_request request = get(endpoint("http://hangs.test/"), NULL, &result);
    request.connect_timeout_ms = 200;
    int64_t start_ms = clock_mono_ms();
    submit(&request);
    run_until_done(&result);
    assert_in_range(clock_mono_ms() - start_ms, 190, 200 + SOON_MS);
    assert_int_equal(result.response.err, ERR_TIMEOUT);
    release_resolver(threads);
}

static void a_call_that_resolves_is_cancelled_at_once(void **state)
{
    (void)state;
    unsigned threads = count_threads();
    struct result result;
    struct http_request request = get(endpoint("http://hangs.test/"), NULL, &result);
    struct http_call *call = submit(&request);
    await_hanging_resolver(1);
    int64_t start_ms = clock_mono_ms();
    http_call_cancel(call);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    assert_int_equal(result.response.err, ERR_CANCELLED);

    submit(&request);
    await_hanging_resolver(2);
    start_ms = clock_mono_ms();
    http_client_free(client);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    client = NULL;
    assert_int_equal(atomic_load(&resolver_hangs), 2);
    release_resolver(threads);
}

/* What the program of the next test does. */
static int leave_while_resolving(void)
{
    struct result result;
    arena = arena_make(1 << 20);
    client = http_client_new();
    if (!client)
        return 2;
    struct http_request request = get(endpoint("http://hangs.test/"), NULL, &result);
    submit(&request);
    await_hanging_resolver(1);
    http_client_free(client);
    http_global_cleanup();
    arena_free(&arena);
    return atomic_load(&resolver_hangs) == 1 && result.response.err == ERR_CANCELLED ? 0 : 3;
}

static void a_process_ends_while_a_resolver_hangs(void **state)
{
    (void)state;
    pid_t pid;
    char program[PATH_MAX] = "";
    assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    char *const args[] = {program, (char *)exit_while_resolving, NULL};
    int64_t start_ms = clock_mono_ms();
    assert_int_equal(posix_spawn(&pid, program, NULL, NULL, args, environ), 0);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_in_range(clock_mono_ms() - start_ms, 0, HANG_SECONDS * 1000 / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reply_arrives),
        TEST(a_get_says_no_more_than_it_must),
        TEST(a_post_carries_its_body),
        TEST(an_empty_post_has_a_length),
        TEST(the_environment_is_not_asked_for_a_proxy),
        TEST(a_status_is_no_error),
        TEST(retry_after_is_read),
        TEST(a_redirect_is_not_followed),
        TEST(a_connection_is_used_again),
        TEST(a_connection_that_went_away_is_replaced),
        TEST(a_body_is_bounded),
        TEST(a_body_announced_too_large_is_not_awaited),
        TEST(headers_are_bounded),
        TEST(a_trickle_ends_at_the_deadline),
        TEST(silence_ends_at_the_deadline),
        TEST(a_closed_port_is_a_connection_error),
        TEST(a_broken_reply_has_its_class),
        TEST(tls_to_a_plain_port_is_a_tls_error),
        TEST(a_name_that_does_not_resolve_is_a_dns_error),
        TEST(a_private_address_is_refused),
        TEST(the_allow_list_opens_what_it_names),
        TEST(a_failed_connection_outweighs_a_refused_address),
        TEST(an_open_connection_is_no_way_around_the_filter),
        TEST(all_calls_are_in_flight_together),
        TEST(a_call_that_cannot_start_is_not_done),
        TEST(a_cancelled_call_ends_at_once),
        TEST(done_may_cancel_another_call),
        TEST(done_may_cancel_a_call_that_has_just_ended),
        TEST(done_may_submit_another_call),
        TEST(freeing_the_client_ends_its_calls),
        TEST(run_waits_as_long_as_told),
        TEST(another_thread_wakes_a_waiting_client),
        TEST(a_hanging_resolver_delays_nobody),
        TEST(connecting_has_its_own_deadline),
        TEST(a_call_that_resolves_is_cancelled_at_once),
        TEST(a_process_ends_while_a_resolver_hangs),
    };
    if (http_global_init())
        return 1;
    if (argc == 2 && strcmp(argv[1], exit_while_resolving) == 0)
        return leave_while_resolving();
    int failed = cmocka_run_group_tests_name("http", tests, NULL, NULL);
    http_global_cleanup();
    return failed;
}
