/* From parameters to the header of the reply, without a connection. */
#include "web/reply.h"

#include "support.h"

static const struct web_reply *next_reply; /* what the handler answers */

static void handler(const struct web_request *request, struct web_reply *reply)
{
    (void)request;
    *reply = *next_reply;
}

static const struct web_route routes[] = {{.path = "/x", .methods = WEB_GET, .handler = handler}};
static const struct web_config config = {.routes = routes, .route_count = 1};

struct exchange {
    struct arena arena;
    struct buf head;
    struct outgoing out;
    bool with_body;
};

static struct exchange ask(char **envp, size_t arena_limit, const struct web_reply *reply)
{
    struct exchange e = {.arena = arena_make(arena_limit), .head = buf_make(4096)};
    struct incoming in;
    next_reply = reply;
    request_read(&in, envp, &e.arena, NULL);
    dispatch(&config, &in, &e.out);
    e.with_body = reply_head(&e.head, &in, &e.out);
    assert_int_equal(e.head.err, ERR_OK);
    return e;
}

static void done(struct exchange *e)
{
    buf_free(&e->head);
    arena_free(&e->arena);
}

static void assert_head(char **envp, const struct web_reply *reply, const char *head,
                        bool with_body)
{
    struct exchange e = ask(envp, 0, reply);
    assert_string_equal(buf_str(&e.head), head);
    assert_int_equal(e.with_body, with_body);
    done(&e);
}

static void headers_of_a_reply(void **state)
{
    (void)state;
    const struct web_reply tagged = {.status = 200,
                                     .content_type = "text/plain",
                                     .etag = "\"e\"",
                                     .cache_control = "no-store",
                                     .body = "12345",
                                     .body_len = 5};
    char *get[] = {"REQUEST_METHOD=GET", "SCRIPT_NAME=/x", NULL};
    assert_head(get, &tagged,
                "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                "ETag: \"e\"\r\nCache-Control: no-store\r\n\r\n",
                true);
    char *head[] = {"REQUEST_METHOD=HEAD", "SCRIPT_NAME=/x", NULL};
    assert_head(head, &tagged,
                "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
                "ETag: \"e\"\r\nCache-Control: no-store\r\n\r\n",
                false);
    char *known[] = {"REQUEST_METHOD=GET", "SCRIPT_NAME=/x", "HTTP_IF_NONE_MATCH=\"e\"", NULL};
    assert_head(known, &tagged,
                "Status: 304 Not Modified\r\nETag: \"e\"\r\nCache-Control: no-store\r\n\r\n",
                false);
}

static void a_condition_concerns_only_success_with_a_tag(void **state)
{
    (void)state;
    char *star[] = {"REQUEST_METHOD=GET", "SCRIPT_NAME=/x", "HTTP_IF_NONE_MATCH=*", NULL};
    const struct web_reply untagged = {.status = 200, .content_type = "text/plain"};
    assert_head(star, &untagged,
                "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n", true);
    const struct web_reply broken = {.status = 503, .content_type = "text/plain", .etag = "\"e\""};
    assert_head(star, &broken,
                "Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n"
                "Content-Length: 0\r\nETag: \"e\"\r\n\r\n",
                true);
}

static void a_tag_cannot_add_a_header(void **state)
{
    (void)state;
    char *get[] = {"REQUEST_METHOD=GET", "SCRIPT_NAME=/x", NULL};
    const struct web_reply reply = {
        .status = 200, .content_type = "text/plain", .etag = "\"e\r\nX: y\""};
    assert_head(get, &reply,
                "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n", true);
}

static void problem_body(void **state)
{
    (void)state;
    struct arena arena = arena_make(0);
    const struct web_request request = {.arena = &arena};
    int owner;
    struct web_reply reply = {.etag = "\"e\"", .owner = &owner};
    web_problem(&request, &reply, 404, "not_found", "<a> \"b\"");
    assert_int_equal(reply.status, 404);
    assert_string_equal(reply.content_type, "application/problem+json");
    assert_string_equal(reply.body,
                        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                        "\"code\":\"not_found\",\"detail\":\"\\u003ca\\u003e \\\"b\\\"\"}");
    assert_int_equal(reply.body_len, strlen(reply.body));
    assert_null(reply.etag);
    assert_ptr_equal(reply.owner, &owner);
    web_problem(&request, &reply, 503, "starting", NULL);
    assert_string_equal(reply.body, "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\","
                                    "\"status\":503,\"code\":\"starting\"}");
    arena_free(&arena);
}

static void a_problem_without_memory_is_still_one(void **state)
{
    (void)state;
    char *unknown[] = {"REQUEST_METHOD=GET", "SCRIPT_NAME=/y", NULL};
    struct exchange e = ask(unknown, 1, NULL);
    assert_int_equal(e.out.reply.status, 500);
    assert_non_null(strstr(e.out.reply.body, "\"code\":\"out_of_memory\""));
    assert_int_equal(e.out.reply.body_len, strlen(e.out.reply.body));
    done(&e);
}

static void missing_parameters(void **state)
{
    (void)state;
    char *none[] = {NULL};
    struct arena arena = arena_make(0);
    struct incoming in;
    request_read(&in, none, &arena, &arena);
    assert_int_equal(in.request.method, 0);
    assert_string_equal(in.request.path, "");
    assert_string_equal(in.request.query, "");
    assert_string_equal(in.request.if_none_match, "");
    assert_string_equal(in.request.request_id, "");
    assert_ptr_equal(in.request.app, &arena);
    assert_false(in.has_body);
    struct exchange e = ask(none, 0, NULL);
    assert_int_equal(e.out.reply.status, 404);
    done(&e);
}

static bool body_of(char *content_length)
{
    char *envp[] = {content_length, NULL};
    struct incoming in;
    request_read(&in, envp, NULL, NULL);
    return in.has_body;
}

static void content_length(void **state)
{
    (void)state;
    assert_false(body_of("CONTENT_LENGTH="));
    assert_false(body_of("CONTENT_LENGTH=0"));
    assert_true(body_of("CONTENT_LENGTH=1"));
    assert_true(body_of("CONTENT_LENGTH=18446744073709551616"));
    assert_true(body_of("CONTENT_LENGTH=x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_a_reply),
        cmocka_unit_test(a_condition_concerns_only_success_with_a_tag),
        cmocka_unit_test(a_tag_cannot_add_a_header),
        cmocka_unit_test(problem_body),
        cmocka_unit_test(a_problem_without_memory_is_still_one),
        cmocka_unit_test(missing_parameters),
        cmocka_unit_test(content_length),
    };
    return cmocka_run_group_tests_name("web/reply", tests, NULL, NULL);
}
