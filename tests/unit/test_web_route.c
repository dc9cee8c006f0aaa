#include "web/route.h"

#include "support.h"

static void list(const struct web_request *request, struct web_reply *reply)
{
    (void)request;
    (void)reply;
}

static void create(const struct web_request *request, struct web_reply *reply)
{
    (void)request;
    (void)reply;
}

static void one(const struct web_request *request, struct web_reply *reply)
{
    (void)request;
    (void)reply;
}

static const struct web_route routes[] = {
    {.path = "/runs/*", .methods = WEB_GET | WEB_DELETE, .handler = one},
    {.path = "/runs", .methods = WEB_GET, .handler = list},
    {.path = "/runs", .methods = WEB_POST, .handler = create},
    {.path = "/runs/last", .methods = WEB_GET, .handler = list},
    {.path = "/runs/old/*", .methods = WEB_GET, .handler = list},
};

static struct route_match find(const char *path, unsigned method)
{
    struct route_match match;
    assert_true(route_find(routes, COUNT(routes), path, method, &match));
    return match;
}

static void exact_before_prefix_longer_before_shorter(void **state)
{
    (void)state;
    assert_ptr_equal(find("/runs/last", WEB_GET).handler, list);
    assert_string_equal(find("/runs/last", WEB_GET).tail, "");
    assert_ptr_equal(find("/runs/last/", WEB_GET).handler, one);
    assert_ptr_equal(find("/runs/old/7", WEB_GET).handler, list);
    assert_string_equal(find("/runs/old/7", WEB_GET).tail, "7");
    assert_ptr_equal(find("/runs/old", WEB_GET).handler, one);
    assert_string_equal(find("/runs/7/events", WEB_GET).tail, "7/events");
    assert_string_equal(find("/runs/", WEB_GET).tail, "");
}

static void methods_of_one_path(void **state)
{
    (void)state;
    assert_ptr_equal(find("/runs", WEB_GET).handler, list);
    assert_ptr_equal(find("/runs", WEB_POST).handler, create);
    assert_int_equal(find("/runs", WEB_GET).methods, WEB_GET | WEB_POST);
    assert_null(find("/runs", WEB_DELETE).handler);
    assert_null(find("/runs", 0).handler);
    /* the better path decides, even when only the worse one has the method */
    assert_null(find("/runs/last", WEB_DELETE).handler);
}

static void unknown_paths(void **state)
{
    (void)state;
    const char *const paths[] = {"", "/", "/run", "/runsx", "/runs*", "runs/", "/RUNS"};
    struct route_match match;
    for (size_t i = 0; i < COUNT(paths); i++)
        assert_false(route_find(routes, COUNT(routes), paths[i], WEB_GET, &match));
    assert_false(route_find(NULL, 0, "/runs", WEB_GET, &match));
}

static void allow_header(void **state)
{
    (void)state;
    char text[ALLOW_BYTES];
    assert_string_equal(route_allow(WEB_GET, text), "GET, HEAD, OPTIONS");
    assert_string_equal(route_allow(WEB_POST, text), "POST, OPTIONS");
    assert_string_equal(route_allow(WEB_GET | WEB_POST | WEB_DELETE, text),
                        "GET, HEAD, POST, DELETE, OPTIONS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_before_prefix_longer_before_shorter),
        cmocka_unit_test(methods_of_one_path),
        cmocka_unit_test(unknown_paths),
        cmocka_unit_test(allow_header),
    };
    return cmocka_run_group_tests_name("web/route", tests, NULL, NULL);
}
