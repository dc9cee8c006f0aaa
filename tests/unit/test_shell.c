/* A word that a real shell takes as it was meant. */
#include "base/shell.h"

#include "support.h"

/* What `sh` makes of the word: printf writes its one argument. */
static char *through_shell(const char *word, char *out, size_t size)
{
    struct buf line = buf_make(BUF_NO_LIMIT);
    buf_puts(&line, "printf '%s.' ");
    shell_put_word(&line, word);
    FILE *shell = popen(buf_str(&line), "r"); // NOLINT(cert-env33-c) ; that is what is tested
    assert_non_null(shell);
    size_t len = fread(out, 1, size - 1, shell);
    out[len] = '\0';
    assert_int_equal(pclose(shell), 0);
    buf_free(&line);
    return out;
}

static void whatever_it_holds_is_one_literal_word(void **state)
{
    (void)state;
    static const char *const words[] = {
        "",
        "plain",
        "two words",
        "'",
        "''",
        "it's",
        "'; touch /tmp/owned; '",
        "$(id) `id` ${HOME} $HOME $((1+1)) !!",
        "\\ \\' \\\" \"",
        "* ? [a-z] ~ {a,b} # > < | & ;",
        "line\nfeed\ttab\rreturn",
        "--version",
        "\x01\x1b[31m\x7f \xc3\xa9 \xff",
        "'\\''",
        "[{\"jsonrpc\":\"2.0\"}]",
    };
    for (size_t i = 0; i < COUNT(words); i++) {
        char expected[256], got[256];
        snprintf(expected, sizeof expected, "%s.", words[i]);
        assert_string_equal(through_shell(words[i], got, sizeof got), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_it_holds_is_one_literal_word),
    };
    return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}
