#include "net/redact.h"

#include "support.h"

static struct arena arena;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    out = buf_make(BUF_NO_LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&out);
    arena_free(&arena);
    return 0;
}

static struct endpoint endpoint_of(const char *url)
{
    struct endpoint e;
    assert_int_equal(endpoint_make(&e, "ZG_CHAIN_RPC", url, NULL, &arena), ERR_OK);
    return e;
}

static const char *without_secrets(const char *url, const char *text)
{
    struct endpoint e = endpoint_of(url);
    buf_reset(&out);
    assert_true(redact_secrets(&out, &e, text, strlen(text), SIZE_MAX));
    return buf_str(&out);
}

static void every_part_that_may_be_a_key_is_redacted(void **state)
{
    (void)state;
    static const struct {
        const char *url, *text, *shown;
    } cases[] = {
        {"https://x.example/v3/k3yk3yk3y", "no /v3/k3yk3yk3y here", "no /v3/[redacted] here"},
        {"https://x.example/abcdefghijkl/", "abcdefghijkl", "[redacted]"},
        {"https://x.example/?apikey=s3cr3t&x=4444", "s3cr3t 4444 apikey",
         "[redacted] [redacted] apikey"},
        {"https://x.example/?nameless", "nameless", "[redacted]"},
        {"https://user:pass@x.example", "user pass", "[redacted] [redacted]"},
        {"https://user:pass@x.example", "Basic dXNlcjpwYXNz", "Basic [redacted]"},
        {"https://x.example/a%2Fb%2Fc1", "a%2Fb%2Fc1", "[redacted]"},
        {"https://x.example/k%33y%33key", "k%33y%33key or k3y3key", "[redacted] or [redacted]"},
        {"https://x.example/aaaa1/aaaa1bbbb", "aaaa1bbbb aaaa1", "[redacted] [redacted]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(without_secrets(cases[i].url, cases[i].text), cases[i].shown);
}

static void what_is_no_key_stays(void **state)
{
    (void)state;
    static const struct {
        const char *url, *text;
    } cases[] = {
        {"https://x.example", "https://x.example says 0x1234"},
        {"https://x.example:9400/metrics", "# HELP metrics of x.example:9400"},
        {"https://x.example/v1/rpc/mainnet", "mainnet rpc v1"},
        {"https://a:b@x.example/", "a b"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(without_secrets(cases[i].url, cases[i].text), cases[i].text);
}

static void a_limit_never_cuts_a_secret_open(void **state)
{
    (void)state;
    struct endpoint e = endpoint_of("https://x.example/v3/k3yk3yk3yk3yk3y");
    static const char text[] = "ab k3yk3yk3yk3yk3y cd";
    for (size_t most = 0; most < sizeof text; most++) {
        buf_reset(&out);
        bool whole = redact_secrets(&out, &e, text, sizeof text - 1, most);
        assert_true(out.len <= most);
        assert_null(strstr(buf_str(&out), "k3y"));
        assert_int_equal(whole, most >= strlen("ab [redacted] cd"));
    }
}

static void private_addresses_are_masked_and_no_others(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"http://127.0.0.1:8545/x", "http://[private]/x"},
        {"10.1.2.3 and 192.168.0.9, 172.16.0.1.", "[private] and [private], [private]."},
        {"\"localhost:80\" LocalHost", "\"[private]\" [private]"},
        {"http://[::1]:8545 [fd00::1] [fe80::1]", "http://[private] [private] [private]"},
        {"8.8.8.8:53 [2606:4700::1111]", "8.8.8.8:53 [2606:4700::1111]"},
        {"version 10.1.2 and 1.10.1.2.3", "version 10.1.2 and 1.10.1.2.3"},
        {"0x10.0.0.1", "0x10.0.0.1"},
        {"[1,2,3] [\"a\"] []", "[1,2,3] [\"a\"] []"},
        {"10.0.0.300 999.0.0.1", "10.0.0.300 999.0.0.1"},
        {"", ""},
        {"10.0.0.1", "[private]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *text = malloc(len + 1); /* so that valgrind sees who reads behind it */
        memcpy(text, cases[i].text, len + 1);
        buf_reset(&out);
        redact_private(&out, text, len);
        assert_string_equal(buf_str(&out), cases[i].shown);
        free(text);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_part_that_may_be_a_key_is_redacted),
        TEST(what_is_no_key_stays),
        TEST(a_limit_never_cuts_a_secret_open),
        TEST(private_addresses_are_masked_and_no_others),
    };
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
