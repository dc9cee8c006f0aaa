#include "web/request.h"

#include "support.h"

/* Who may see what is only for people at this machine. */
static void only_nginx_and_the_address_together_make_a_request_direct(void **state)
{
    (void)state;
    static const struct {
        char *client, *word;
        bool is_direct;
    } cases[] = {
        {"REMOTE_ADDR=127.0.0.1", "IS_DIRECT=1", true},
        {"REMOTE_ADDR=127.1.2.3", "IS_DIRECT=1", true},
        {"REMOTE_ADDR=::1", "IS_DIRECT=1", true},
        {"REMOTE_ADDR=127.0.0.1", "IS_DIRECT=0", false},
        {"REMOTE_ADDR=127.0.0.1", "IS_DIRECT=", false},
        {"REMOTE_ADDR=127.0.0.1", "OTHER=1", false},
        {"REMOTE_ADDR=127.0.0.1", "IS_DIRECT=11", false},
        {"REMOTE_ADDR=203.0.113.7", "IS_DIRECT=1", false},
        {"REMOTE_ADDR=1270.0.0.1", "IS_DIRECT=1", false},
        {"REMOTE_ADDR=::1:2", "IS_DIRECT=1", false},
        {"REMOTE_ADDR=10.0.0.1", "IS_DIRECT=1", false},
        {"REMOTE_ADDR=", "IS_DIRECT=1", false},
        {"OTHER=127.0.0.1", "IS_DIRECT=1", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *envp[] = {"REQUEST_METHOD=GET", cases[i].client, cases[i].word, NULL};
        struct incoming in;
        request_read(&in, envp, NULL, NULL);
        if (in.request.is_direct != cases[i].is_direct)
            fail_msg("%s %s", cases[i].client, cases[i].word);
    }
}

static void what_nginx_does_not_say_is_empty(void **state)
{
    (void)state;
    char *nothing[] = {NULL}, *site[] = {"SITE=http://127.0.0.1:8080", NULL};
    struct incoming in;
    request_read(&in, nothing, NULL, NULL);
    assert_string_equal(in.request.site, "");
    assert_false(in.request.is_direct);
    request_read(&in, site, NULL, NULL);
    assert_string_equal(in.request.site, "http://127.0.0.1:8080");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_nginx_and_the_address_together_make_a_request_direct),
        cmocka_unit_test(what_nginx_does_not_say_is_empty),
    };
    return cmocka_run_group_tests_name("web request", tests, NULL, NULL);
}
