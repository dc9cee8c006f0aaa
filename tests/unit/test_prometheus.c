#include "net/prometheus.h"

#include "support.h"

#include "base/buf.h"
#include <math.h>

/* Writes what was read in one canonical line per sample. */
static enum err write_sample(void *user, const struct prometheus_sample *s)
{
    struct buf *out = user;
    buf_puts(out, s->name);
    for (size_t i = 0; i < s->label_count; i++)
        buf_printf(out, "|%s=%s", s->labels[i].name, s->labels[i].value);
    if (isnan(s->value))
        buf_puts(out, " nan;");
    else
        buf_printf(out, " %.17g;", s->value);
    return ERR_OK;
}

static enum err parse(const char *text, size_t len, struct buf *out)
{
    struct arena work = arena_make(1 << 20);
    /* Its own allocation, without a NUL behind it: the sanitizer sees a byte too far. */
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    enum err err = prometheus_parse(copy, len, &work, write_sample, out);
    free(copy);
    arena_free(&work);
    return err;
}

static void well_formed_texts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"\n\n  \n\t\n", ""},
        {"a 1\n", "a 1;"},
        {"a 1", "a 1;"}, /* a last line without its end */
        {"a 1\r\nb 2\r\n", "a 1;b 2;"},
        {"  a\t 1  \n", "a 1;"},
        {"# HELP a text \\n with \"anything\" {in=it\n# TYPE a gauge\na 1\n", "a 1;"},
        {"#\n# TYPE\n#HELP\n# a comment 1\n", ""},
        {"a{} 1\n", "a 1;"},
        {"a{b=\"c\"} 1\n", "a|b=c 1;"},
        {"a{b=\"c\",} 1\n", "a|b=c 1;"},
        {"a {b=\"c\" , d = \"e\" } 1\n", "a|b=c|d=e 1;"},
        {"a{b=\"c\"}1\n", "a|b=c 1;"},
        {"a{b=\"\"} 1\n", "a|b= 1;"},
        {"a{b=\"x\\\\y\\\"z\\nw\"} 1\n", "a|b=x\\y\"z\nw 1;"},
        {"a{b=\"}, {\"} 1\n", "a|b=}, { 1;"},
        {"a{b=\"\xc3\xa9\xff\"} 1\n", "a|b=\xc3\xa9\xff 1;"},
        {"a{le=\"+Inf\"} 1\n", "a|le=+Inf 1;"},
        {"vllm:num_requests_running{engine=\"0\"} 3.0\n", "vllm:num_requests_running|engine=0 3;"},
        {"_a1 1\n:b 2\n", "_a1 1;:b 2;"},
        {"a 1.5e3\na -1\na +2\na .5\na 5.\na 1E-2\n", "a 1500;a -1;a 2;a 0.5;a 5;a 0.01;"},
        {"a NaN\na nan\na +Inf\na -Inf\na inf\na Infinity\n",
         "a nan;a nan;a inf;a -inf;a inf;a inf;"},
        {"a 9.223372036854776e+18\n", "a 9.2233720368547758e+18;"},
        {"a 1 1395066363000\n", "a 1;"},
        {"a 1 -1\n", "a 1;"},
        {"a 1 1395066363.123\n", "a 1;"},
        {"a{b=\"c\"} 1 # {trace=\"x\"} 0.5\n", "a|b=c 1;"},
        {"a 1 1395066363 # {} 0.5 1.2\n", "a 1;"},
        {"a 1\n# EOF\n", "a 1;"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        enum err err = parse(cases[i].text, strlen(cases[i].text), &out);
        if (err || strcmp(buf_str(&out), cases[i].expected) != 0)
            fail_msg("%s: %s, %s", cases[i].text, err_name(err), buf_str(&out));
        buf_free(&out);
    }
}

static void malformed_lines_end_it(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a",
        "a ",
        "a{",
        "a{}",
        "a{b",
        "a{b=",
        "a{b=\"",
        "a{b=\"c",
        "a{b=\"c\"",
        "a{b=\"c\"}",
        "a{b=\"c\\",
        "a{b=\"c\\\"} 1",
        "a{b=\"c\\t\"} 1",
        "a{b=c} 1",
        "a{=\"c\"} 1",
        "a{,} 1",
        "a{b=\"c\",,} 1",
        "a{b=\"c\" d=\"e\"} 1",
        "a{b:x=\"c\"} 1",
        "a{1b=\"c\"} 1",
        "a{b=\"c\"}} 1",
        "1a 1",
        "a-b 1",
        "a.b 1",
        "{a=\"b\"} 1",
        "\"a\" 1",
        "\xc3\xa9 1",
        "a x",
        "a 1x",
        "a 0x10",
        "a 1_000",
        "a 1,5",
        "a --1",
        "a e",
        "a 1e",
        "a +",
        "a nan(1)",
        "a infinit",
        "a 1 x",
        "a 1 NaN",
        "a 1 +Inf",
        "a 1 2 3",
        "a 1111111111111111111111111111111111111111111111111111111111111111111111111111",
        "<html><body>502 Bad Gateway</body></html>",
        "{\"error\":\"not found\"}",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
        buf_printf(&text, "ok 1\n%s\nok 2\n", bad[i]);
        enum err err = parse(text.data, text.len, &out);
        if (err != ERR_BAD_FORMAT || strcmp(buf_str(&out), "ok 1;") != 0)
            fail_msg("%s: %s, %s", bad[i], err_name(err), buf_str(&out));
        buf_reset(&out);
        assert_int_equal(parse(bad[i], strlen(bad[i]), &out), ERR_BAD_FORMAT);
        buf_free(&text);
        buf_free(&out);
    }
}

static void zero_bytes_are_no_text(void **state)
{
    (void)state;
    static const char *const bad[] = {"a\0 1", "a{b=\"\0\"} 1", "a 1\0 ", "a 1 2\0", "\0 1"};
    static const size_t lens[] = {4, 10, 5, 6, 3};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        assert_int_equal(parse(bad[i], lens[i], &out), ERR_BAD_FORMAT);
        buf_free(&out);
    }
}

static enum err count_sample(void *user, const struct prometheus_sample *s)
{
    (void)s;
    ++*(size_t *)user;
    return ERR_OK;
}

static void samples_and_labels_are_bounded(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct arena work = arena_make(1 << 20);
    size_t count = 0;
    for (size_t i = 0; i < PROMETHEUS_MAX_SAMPLES; i++)
        buf_puts(&text, "a 1\n");
    assert_int_equal(prometheus_parse(text.data, text.len, &work, count_sample, &count), ERR_OK);
    assert_int_equal(count, PROMETHEUS_MAX_SAMPLES);
    buf_puts(&text, "a 1\n");
    assert_int_equal(prometheus_parse(text.data, text.len, &work, count_sample, &count),
                     ERR_TOO_LARGE);

    for (size_t labels = PROMETHEUS_MAX_LABELS; labels <= PROMETHEUS_MAX_LABELS + 1; labels++) {
        buf_reset(&text);
        buf_puts(&text, "a{");
        for (size_t i = 0; i < labels; i++)
            buf_printf(&text, "l%zu=\"x\",", i);
        buf_puts(&text, "} 1\n");
        enum err err = prometheus_parse(text.data, text.len, &work, count_sample, &count);
        assert_int_equal(err, labels > PROMETHEUS_MAX_LABELS ? ERR_TOO_LARGE : ERR_OK);
    }
    struct arena small = arena_make(8);
    assert_int_equal(prometheus_parse("abcdefghijklmnop 1", 18, &small, count_sample, &count),
                     ERR_NO_MEMORY);
    arena_free(&small);
    arena_free(&work);
    buf_free(&text);
}

static enum err stop(void *user, const struct prometheus_sample *s)
{
    (void)s;
    ++*(size_t *)user;
    return ERR_CANCELLED;
}

static void the_visitor_can_end_it(void **state)
{
    (void)state;
    struct arena work = arena_make(0);
    size_t count = 0;
    assert_int_equal(prometheus_parse("a 1\nb 2\n", 8, &work, stop, &count), ERR_CANCELLED);
    assert_int_equal(count, 1);
    arena_free(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_texts_are_read),
        cmocka_unit_test(malformed_lines_end_it),
        cmocka_unit_test(zero_bytes_are_no_text),
        cmocka_unit_test(samples_and_labels_are_bounded),
        cmocka_unit_test(the_visitor_can_end_it),
    };
    return cmocka_run_group_tests_name("prometheus", tests, NULL, NULL);
}
