#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/endpoint.h"
#include <string.h>

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_make(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void a_public_url_shows_scheme_host_and_port(void **state)
{
    (void)state;
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"https://evmrpc-testnet.0g.ai", "https://evmrpc-testnet.0g.ai"},
        {"https://evmrpc-testnet.0g.ai/", "https://evmrpc-testnet.0g.ai"},
        {"HTTP://Example.org:8545/", "http://Example.org:8545"},
        {"https://example.org:443", "https://example.org"},
        {"http://example.org:80", "http://example.org"},
        {"http://example.org:443", "http://example.org:443"},
        {"http://8.8.8.8:5678", "http://8.8.8.8:5678"},
        {"http://0x08080808", "http://8.8.8.8"},
        {"http://[2606:4700::1111]:9400/", "http://[2606:4700::1111]:9400"},
        {"http://[::ffff:8.8.8.8]", "http://[::ffff:8.8.8.8]"},
        {"http://localhost.example.org", "http://localhost.example.org"},
        {"http://notlocalhost.org", "http://notlocalhost.org"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint e;
        assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", cases[i].url, NULL, &arena), ERR_OK);
        assert_string_equal(e.shown, cases[i].shown);
        assert_string_equal(e.variable, "ZG_CHAIN_RPC");
        assert_false(e.is_private);
        assert_null(e.allow);
    }
}

static void a_url_with_a_secret_shows_the_variable(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "https://example.org/v3/s3cret",    "https://example.org/?key=s3cret",
        "https://example.org?s3cret",       "https://s3cret@example.org/",
        "https://user:s3cret@example.org/", "https://:s3cret@example.org/",
        "https://example.org:8545/s3cret",  "https://example.org//",
        "https://s3cret;x=y@example.org/",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct endpoint e;
        assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", urls[i], NULL, &arena), ERR_OK);
        assert_string_equal(e.shown, "$ZG_CHAIN_RPC");
        assert_false(e.is_private);
    }
}

static void a_private_host_shows_the_variable(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://127.0.0.1:8545",    "http://127.1",
        "http://2130706433",        "http://0x7f000001/",
        "http://0177.0.0.1",        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1./",       "http://10.1.2.3",
        "http://192.168.0.9:9400/", "http://169.254.169.254/",
        "http://100.64.0.1",        "http://0.0.0.0",
        "http://[::1]:8545",        "http://[::]",
        "http://[fd00::1]",         "http://[fe80::1]",
        "http://[::ffff:10.0.0.1]", "http://[64:ff9b::8.8.8.8]",
        "http://localhost:8545",    "http://LocalHost",
        "http://localhost./",       "http://a.b.localhost",
        "http://a.localhost./",     "http://node:8545",
        "http://exporter./",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct endpoint e;
        enum err err = endpoint_make(&e, "ZG_GPU_EXPORTER_URL", urls[i], NULL, &arena);
        if (err || !e.is_private || strcmp(e.shown, "$ZG_GPU_EXPORTER_URL") != 0)
            fail_msg("%s: %s, shown as %s", urls[i], err_name(err), err ? "" : e.shown);
    }
}

static void only_a_url_without_a_secret_shows_its_private_host_here(void **state)
{
    (void)state;
    static const struct {
        const char *url, *shown_here;
    } cases[] = {
        {"http://127.0.0.1:8545/", "http://127.0.0.1:8545"},
        {"http://[::1]:9400", "http://[::1]:9400"},
        {"http://localhost", "http://localhost"},
        {"https://example.org:8545", "https://example.org:8545"},
        {"http://127.0.0.1:8545/v3/key", "$ZG_CHAIN_RPC"},
        {"http://user@10.0.0.1", "$ZG_CHAIN_RPC"},
        {"http://10.0.0.1?key", "$ZG_CHAIN_RPC"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint e;
        assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", cases[i].url, NULL, &arena), ERR_OK);
        assert_string_equal(e.shown_here, cases[i].shown_here);
    }
}

static void what_is_no_web_address_is_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",
        "example.org",
        "example.org:8545",
        "//example.org",
        "http://",
        "http:///",
        "http://:80",
        "ftp://example.org",
        "file:///etc/passwd",
        "gopher://example.org",
        "ws://example.org",
        "javascript:alert(1)",
        "https://example.org/#part",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1",
        "http://[::g]",
        "http://example.org:0x50",
        "http://example.org:65536",
        "http://example.org:-1",
        "http://exa mple.org",
        "http://example.org/a b",
        "http://example.org/\r\nX: y",
        "http://example.org\n",
        "http://b\xc3\xbc"
        "cher.example",
        "http://a%00b.example",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct endpoint e = {.variable = "untouched"};
        enum err err = endpoint_make(&e, "ZG_CHAIN_RPC", urls[i], NULL, &arena);
        if (err != ERR_BAD_URL || strcmp(e.variable, "untouched") != 0)
            fail_msg("\"%s\" gives %s", urls[i], err_name(err));
    }
}

static void a_url_has_a_longest_length(void **state)
{
    (void)state;
    char url[ENDPOINT_URL_MAX + 2] = "http://example.org/";
    memset(url + strlen(url), 'a', ENDPOINT_URL_MAX - strlen(url));
    url[ENDPOINT_URL_MAX] = '\0';
    struct endpoint e;
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", url, NULL, &arena), ERR_OK);
    url[ENDPOINT_URL_MAX] = 'a';
    url[ENDPOINT_URL_MAX + 1] = '\0';
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", url, NULL, &arena), ERR_BAD_URL);
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    struct arena small = arena_make(16);
    struct endpoint e = {.variable = "untouched"};
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", "http://example.org", NULL, &small),
                     ERR_NO_MEMORY);
    assert_string_equal(e.variable, "untouched");
    arena_free(&small);
}

static void a_path_joins_the_url(void **state)
{
    (void)state;
    static const struct {
        const char *base, *path, *whole;
    } cases[] = {
        {"http://h.example", NULL, "http://h.example/"},
        {"http://h.example/rpc?key=1", NULL, "http://h.example/rpc?key=1"},
        {"http://h.example", "/nodes", "http://h.example/nodes"},
        {"http://h.example/", "/nodes", "http://h.example/nodes"},
        {"http://h.example/api", "/nodes", "http://h.example/api/nodes"},
        {"http://h.example/api/", "/nodes/", "http://h.example/api/nodes/"},
        {"http://h.example/?key=1", "/nodes", "http://h.example/nodes?key=1"},
        {"http://h.example/api?key=1", "/nodes?limit=5",
         "http://h.example/api/nodes?key=1&limit=5"},
        {"http://h.example", "/nodes?a=%20b&c=d", "http://h.example/nodes?a=%20b&c=d"},
        {"http://u:p@h.example:81", "/a%20b", "http://u:p@h.example:81/a%20b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint e;
        assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", cases[i].base, NULL, &arena), ERR_OK);
        struct buf url = buf_make(4096);
        assert_int_equal(endpoint_url(&e, cases[i].path, &url), ERR_OK);
        assert_string_equal(buf_str(&url), cases[i].whole);
        buf_free(&url);
    }
}

static void a_path_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"",      "nodes",           "@evil.example", "?a=b",
                                        "/a b",  "/a\r\nX: y",      "/a?b c",        "/a?b=\n",
                                        "/\x7f", "http://h.example"};
    struct endpoint e;
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", "http://h.example", NULL, &arena), ERR_OK);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct buf url = buf_make(4096);
        if (endpoint_url(&e, paths[i], &url) != ERR_BAD_URL || url.len != 0)
            fail_msg("\"%s\" gives %s", paths[i], buf_str(&url));
        buf_free(&url);
    }
}

static void a_url_that_does_not_fit_is_said(void **state)
{
    (void)state;
    char path[ENDPOINT_URL_MAX + 2] = "/";
    memset(path + 1, 'a', ENDPOINT_URL_MAX);
    struct endpoint e;
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", "http://h.example", NULL, &arena), ERR_OK);
    struct buf url = buf_make(8192);
    assert_int_equal(endpoint_url(&e, path, &url), ERR_BAD_URL);
    buf_free(&url);
    url = buf_make(10);
    assert_int_equal(endpoint_url(&e, "/nodes", &url), ERR_TOO_LARGE);
    buf_free(&url);
}

static void a_machine_is_known_by_its_name_whatever_the_port(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"http://h.example:9400/metrics", "https://H.example/v1", true},
        {"http://127.0.0.1:1", "http://127.0.0.1:2", true},
        {"http://[::1]:1", "http://[::1]:2", true},
        {"http://[::1]:1", "http://[::2]:1", false},
        {"http://h.example", "http://h.example.org", false},
        {"http://h.example:80", "http://g.example:80", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint a, b;
        assert_int_equal(endpoint_make(&a, "ZG_A", cases[i].a, NULL, &arena), ERR_OK);
        assert_int_equal(endpoint_make(&b, "ZG_B", cases[i].b, NULL, &arena), ERR_OK);
        if (endpoint_same_machine(&a, &b) != cases[i].same)
            fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_url_shows_scheme_host_and_port),
        cmocka_unit_test(a_url_with_a_secret_shows_the_variable),
        cmocka_unit_test(a_private_host_shows_the_variable),
        cmocka_unit_test(only_a_url_without_a_secret_shows_its_private_host_here),
        cmocka_unit_test(what_is_no_web_address_is_refused),
        cmocka_unit_test(a_url_has_a_longest_length),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(a_path_joins_the_url),
        cmocka_unit_test(a_path_that_is_none_is_refused),
        cmocka_unit_test(a_url_that_does_not_fit_is_said),
        cmocka_unit_test(a_machine_is_known_by_its_name_whatever_the_port),
    };
    return cmocka_run_group_tests_name("endpoint", tests, setup, teardown);
}
