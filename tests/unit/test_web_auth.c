/* Bearer tokens: what opens what, what failures look like, and how many are forgiven. */
#include "web/auth.h"

#include "support.h"

#include "web/dispatch.h"

#define ADMIN  "0123456789abcdef0123456789abcdef-admin"
#define RECORD "0123456789abcdef0123456789abcdef-record"
enum { KEY_ADMIN = 1, KEY_RECORD = 2 };

static struct auth auth;
static struct arena arena;
static int calls;

static enum err add(unsigned bit, const char *text, struct buf *problems)
{
    struct secret token = {.len = strlen(text)};
    memcpy(token.text, text, token.len);
    enum err err = auth_add(&auth, bit, "A_TOKEN", &token, problems);
    assert_int_equal(token.len, 0);
    for (size_t i = 0; i < sizeof token.text; i++)
        assert_int_equal(token.text[i], 0);
    return err;
}

static int set_up(void **state)
{
    (void)state;
    struct buf problems = buf_make(BUF_NO_LIMIT);
    calls = 0;
    arena = arena_make(0);
    auth_init(&auth);
    assert_int_equal(add(KEY_ADMIN, ADMIN, &problems), ERR_OK);
    assert_int_equal(add(KEY_RECORD, RECORD, &problems), ERR_OK);
    buf_free(&problems);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    auth_free(&auth);
    return 0;
}

static struct web_reply check(unsigned keys, const char *client, const char *authorization)
{
    const struct web_request request = {
        .client = client, .authorization = authorization, .arena = &arena};
    struct web_reply reply = {.status = 200};
    const bool opened = auth_check(&auth, keys, &request, &reply);
    assert_int_equal(opened, reply.status == 200);
    return reply;
}

static void a_token_opens_its_own(void **state)
{
    (void)state;
    assert_int_equal(check(KEY_ADMIN, "a", "Bearer " ADMIN).status, 200);
    assert_int_equal(check(KEY_ADMIN | KEY_RECORD, "a", "bearer  " RECORD).status, 200);
    assert_int_equal(check(KEY_ADMIN, "a", "Bearer " RECORD).status, 401);
    assert_int_equal(check(0, "a", "Bearer " ADMIN).status, 401);
}

static void every_failure_looks_the_same(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "Bearer",
                                        "Bearer ",
                                        "Basic " ADMIN,
                                        ADMIN,
                                        "Bearer " ADMIN "x",
                                        "Bearer 0123",
                                        "Bearer " RECORD};
    const struct web_reply first = check(KEY_ADMIN, "b", "Bearer nonsense");
    assert_int_equal(first.status, 401);
    assert_string_equal(first.challenge, "Bearer");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct web_reply reply = check(KEY_ADMIN, "b", wrong[i]);
        assert_int_equal(reply.status, 401);
        assert_string_equal(reply.body, first.body);
        assert_string_equal(reply.challenge, "Bearer");
    }
}

static void after_ten_failures_an_address_waits_and_a_right_token_does_not(void **state)
{
    (void)state;
    for (int i = 0; i < AUTH_MAX_FAILURES; i++)
        assert_int_equal(check(KEY_ADMIN, "10.0.0.1", "").status, 401);
    const struct web_reply refused = check(KEY_ADMIN, "10.0.0.1", "");
    assert_int_equal(refused.status, 429);
    assert_in_range(refused.retry_after_s, 1, 61);
    assert_int_equal(check(KEY_ADMIN, "10.0.0.2", "").status, 401);
    assert_int_equal(check(KEY_ADMIN, "10.0.0.1", "Bearer " ADMIN).status, 200);
}

static void a_window_ends_and_the_oldest_is_forgotten(void **state)
{
    (void)state;
    static struct throttle throttle;
    char address[16];
    throttle_init(&throttle, 1);
    assert_int_equal(throttle_fail(&throttle, "a", 1000), 0);
    assert_int_equal(throttle_fail(&throttle, "a", 2000), THROTTLE_WINDOW_MS - 1000);
    assert_int_equal(throttle_fail(&throttle, "a", 1000 + THROTTLE_WINDOW_MS), 0);
    for (int i = 0; i < THROTTLE_CLIENTS; i++) {
        snprintf(address, sizeof address, "c%d", i);
        throttle_fail(&throttle, address, 2000 + THROTTLE_WINDOW_MS + i);
    }
    assert_int_equal(throttle_fail(&throttle, "a", 3000 + THROTTLE_WINDOW_MS), 0);
    assert_int_not_equal(throttle_fail(&throttle, address, 3000 + THROTTLE_WINDOW_MS), 0);
    throttle_free(&throttle);
}

static void a_weak_token_is_refused_and_not_repeated(void **state)
{
    (void)state;
    static const char *const weak[] = {"", "too-short-to-be-a-token", ADMIN,
                                       "0123456789abcdef 0123456789abcdef",
                                       "0123456789abcdef\x7f"
                                       "0123456789abcdef"};
    for (size_t i = 0; i < COUNT(weak); i++) {
        struct buf problems = buf_make(BUF_NO_LIMIT);
        assert_int_equal(add(4, weak[i], &problems), ERR_CONFIG);
        assert_memory_equal(buf_str(&problems), "A_TOKEN: ", 9);
        assert_true(!*weak[i] || !strstr(buf_str(&problems), weak[i]));
        buf_free(&problems);
    }
    assert_int_equal(auth.count, 2);
}

static void without_a_token_nothing_opens(void **state)
{
    (void)state;
    auth_free(&auth);
    auth_init(&auth);
    assert_int_equal(check(KEY_ADMIN, "a", "Bearer ").status, 401);
    assert_int_equal(check(~0U, "a", "Bearer " ADMIN).status, 401);
}

/* --- the guard before the routes --- */

static void handler(const struct web_request *request, struct web_reply *reply)
{
    calls++;
    reply->body = request->body;
    reply->body_len = request->body_len;
}

static size_t read_all(void *stream, char *bytes, size_t len)
{
    size_t have = strlen(stream);
    memcpy(bytes, stream, have < len ? have : len);
    return have < len ? have : len;
}

static struct outgoing ask(const char *method, const char *path, const char *token,
                           const char *length, char *body)
{
    static const struct web_route routes[] = {
        {.path = "/jobs",
         .methods = WEB_POST,
         .handler = handler,
         .keys = KEY_ADMIN | KEY_RECORD,
         .max_body = 8},
        {.path = "/small", .methods = WEB_POST, .handler = handler, .keys = KEY_ADMIN}};
    const struct web_config config = {
        .routes = routes, .route_count = COUNT(routes), .auth = &auth, .keys = KEY_ADMIN};
    char lines[4][128];
    snprintf(lines[0], sizeof lines[0], "REQUEST_METHOD=%s", method);
    snprintf(lines[1], sizeof lines[1], "SCRIPT_NAME=%s", path);
    snprintf(lines[2], sizeof lines[2], "HTTP_AUTHORIZATION=Bearer %s", token);
    snprintf(lines[3], sizeof lines[3], "CONTENT_LENGTH=%s", length);
    char *envp[] = {lines[0], lines[1], lines[2], lines[3], NULL};
    struct incoming in;
    struct outgoing out;
    request_read(&in, envp, &arena, NULL);
    in.read_body = read_all;
    in.stream = body;
    dispatch(&config, &in, &out);
    return out;
}

static void the_guard_stands_before_everything(void **state)
{
    (void)state;
    char none[] = "";
    assert_int_equal(ask("POST", "/jobs", "wrong", "", none).reply.status, 401);
    assert_int_equal(ask("GET", "/jobs", RECORD, "", none).reply.status, 401);
    assert_int_equal(ask("OPTIONS", "/jobs", RECORD, "", none).reply.status, 401);
    assert_int_equal(ask("GET", "/none", RECORD, "", none).reply.status, 401);
    assert_int_equal(ask("POST", "/jobs", "wrong", "9999", none).reply.status, 401);
    assert_int_equal(calls, 0);
    assert_int_equal(ask("GET", "/jobs", ADMIN, "", none).reply.status, 405);
    assert_int_equal(ask("OPTIONS", "/jobs", ADMIN, "", none).reply.status, 204);
    assert_int_equal(ask("GET", "/none", ADMIN, "", none).reply.status, 404);
    assert_int_equal(calls, 0);
}

static void a_body_has_its_limit_and_its_length(void **state)
{
    (void)state;
    char body[] = "12345678";
    const struct outgoing whole = ask("POST", "/jobs", RECORD, "8", body);
    assert_int_equal(whole.reply.status, 200);
    assert_string_equal(whole.reply.body, body);
    assert_int_equal(ask("POST", "/jobs", RECORD, "9", body).reply.status, 413);
    assert_int_equal(ask("POST", "/small", ADMIN, "1025", body).reply.status, 413);
    assert_int_equal(ask("POST", "/small", ADMIN, "1024", body).reply.status, 400);
    static const char *const lengths[] = {"-1", "8x", "99999999999999999999",
                                          "18446744073709551616"};
    for (size_t i = 0; i < COUNT(lengths); i++)
        assert_int_equal(ask("POST", "/jobs", RECORD, lengths[i], body).reply.status, 413);
    assert_int_equal(calls, 1);
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The medians of refusing two tokens, in turns so that what else the machine does meets both. */
static void measure(const char *const tokens[2], int64_t median_ns[2])
{
    enum { ROUNDS = 501, CALLS = 40 };
    static int64_t took[2][ROUNDS];
    for (int i = 0; i < 2 * ROUNDS; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (int j = 0; j < CALLS; j++)
            check(KEY_ADMIN, "t", tokens[i % 2]);
        clock_gettime(CLOCK_MONOTONIC, &to);
        arena_reset(&arena);
        took[i % 2][i / 2] = (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec;
    }
    for (int i = 0; i < 2; i++) {
        qsort(took[i], ROUNDS, sizeof took[i][0], by_size);
        median_ns[i] = took[i][ROUNDS / 2] / CALLS;
    }
}

/* Whoever has 38 of 39 bytes right is refused as fast as whoever has none. */
static void a_refusal_takes_as_long_however_much_is_right(void **state)
{
    (void)state;
    static const char *const tokens[2] = {"Bearer Z123456789abcdef0123456789abcdef-admin",
                                          "Bearer 0123456789abcdef0123456789abcdef-admiZ"};
    int64_t median_ns[2] = {0, 1000000};
    for (int i = 0; i < 3 && llabs(median_ns[0] - median_ns[1]) > median_ns[0] / 10; i++)
        measure(tokens, median_ns);
    print_message("a refusal: %ld ns with the first byte wrong, %ld ns with the last\n",
                  (long)median_ns[0], (long)median_ns[1]);
    assert_in_range(median_ns[1], median_ns[0] * 9 / 10, median_ns[0] * 11 / 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_opens_its_own),
        TEST(every_failure_looks_the_same),
        TEST(after_ten_failures_an_address_waits_and_a_right_token_does_not),
        TEST(a_window_ends_and_the_oldest_is_forgotten),
        TEST(a_weak_token_is_refused_and_not_repeated),
        TEST(without_a_token_nothing_opens),
        TEST(the_guard_stands_before_everything),
        TEST(a_body_has_its_limit_and_its_length),
        TEST(a_refusal_takes_as_long_however_much_is_right),
    };
    return cmocka_run_group_tests_name("web_auth", tests, NULL, NULL);
}
