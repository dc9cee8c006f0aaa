#include "base/json.h"

#include "support.h"
#include <math.h>

/* ---- writing ---- */

static void objects_and_arrays_nest(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "name", "x");
    json_open_array(&w, "list");
    json_put_int(&w, NULL, 1);
    json_open_object(&w, NULL);
    json_close_object(&w);
    json_open_array(&w, NULL);
    json_put_bool(&w, NULL, true);
    json_put_null(&w, NULL);
    json_close_array(&w);
    json_close_array(&w);
    json_put_bool(&w, "ok", false);
    json_put_raw(&w, "raw", "{\"a\":1}", 7);
    json_put_time(&w, "at", 1);
    json_put_str(&w, "none", NULL);
    json_close_object(&w);
    assert_string_equal(buf_str(&out),
                        "{\"name\":\"x\",\"list\":[1,{},[true,null]],\"ok\":false,"
                        "\"raw\":{\"a\":1},\"at\":\"1970-01-01T00:00:00.001Z\",\"none\":null}");
    assert_int_equal(out.err, ERR_OK);
    buf_free(&out);
}

static void strings_can_stand_in_html_and_scripts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *json;
    } cases[] = {
        {"", 0, "\"\""},
        {"plain text", 10, "\"plain text\""},
        {"\"\\/", 3, "\"\\\"\\\\/\""},
        {"\n\t\r\b\f", 5, "\"\\n\\u0009\\u000d\\u0008\\u000c\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\x1f\x7f", 2, "\"\\u001f\\u007f\""},
        {"</script><!--&amp;", 18, "\"\\u003c/script\\u003e\\u003c!--\\u0026amp;\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\xe2\x80\xa8\xe2\x80\xa9", 6, "\"\\u2028\\u2029\""},
        /* every byte that belongs to no sequence becomes one replacement */
        {"a\xff"
         "b",
         3,
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xf0\x9f\x98", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xe2<", 2, "\"\xef\xbf\xbd\\u003c\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        struct json_writer w = json_writer_make(&out);
        json_put_strn(&w, NULL, cases[i].text, cases[i].len);
        assert_string_equal(buf_str(&out), cases[i].json);
        buf_free(&out);
    }
}

static void integers_are_written_in_full(void **state)
{
    (void)state;
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    json_open_array(&w, NULL);
    json_put_int(&w, NULL, INT64_MIN);
    json_put_int(&w, NULL, 9007199254740993);
    json_put_int(&w, NULL, INT64_MAX);
    json_close_array(&w);
    assert_string_equal(buf_str(&out),
                        "[-9223372036854775808,9007199254740993,9223372036854775807]");
    buf_free(&out);
}

static void measured_values_have_few_places(void **state)
{
    (void)state;
    static const struct {
        double number;
        int decimals;
        const char *json;
    } cases[] = {
        {0, 0, "0"},
        {0, 2, "0"},
        {-0.0, 2, "0"},
        {-0.001, 2, "0"},
        {-0.4, 0, "0"},
        {-0.5, 1, "-0.5"},
        {100, 0, "100"},
        {100, 2, "100"},
        {1.5, 2, "1.5"},
        {2.0 / 3, 2, "0.67"},
        {2.0 / 3, 0, "1"},
        {2.0 / 3, 6, "0.666667"},
        {1e-7, 6, "0"},
        {89742 / 1e9, 9, "0.000089742"},
        {NAN, 2, "null"},
        {INFINITY, 2, "null"},
        {-INFINITY, 2, "null"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_make(BUF_NO_LIMIT);
        struct json_writer w = json_writer_make(&out);
        json_put_decimal(&w, NULL, cases[i].number, cases[i].decimals);
        assert_string_equal(buf_str(&out), cases[i].json);
        buf_free(&out);
    }
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    json_put_decimal(&w, NULL, -1.7976931348623157e308, 9);
    assert_int_equal(out.len, 310);
    buf_free(&out);
}

static void a_full_buffer_is_the_writers_error(void **state)
{
    (void)state;
    struct buf out = buf_make(10);
    struct json_writer w = json_writer_make(&out);
    json_put_str(&w, NULL, "longer than the limit");
    assert_int_equal(out.err, ERR_TOO_LARGE);
    buf_free(&out);
}

/* ---- reading ---- */

/* Parses a copy of the exact length on the heap, so that a tool sees a byte read too many. */
static enum err parse(const char *text, size_t len, size_t max, cJSON **doc)
{
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    enum err err = json_parse(copy, len, max, doc);
    free(copy);
    return err;
}

static void values_are_parsed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}", "[]", "null", "1", "\"x\"", " {\"a\" : [1, 2]} \r\n\t", "\xef\xbb\xbf{}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        cJSON *doc;
        assert_int_equal(parse(texts[i], strlen(texts[i]), 100, &doc), ERR_OK);
        assert_non_null(doc);
        cJSON_Delete(doc);
    }
}

static void everything_else_is_not_json(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      " ",         "<!DOCTYPE html><html></html>",
        "{",     "{\"a\":1,", "{\"a\"",
        "[1,",   "[1",        "\"x",
        "\"x\\", "tru",       "{} {}",
        "{}x",   "[1]]",      "nan",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        cJSON *doc;
        enum err err = parse(texts[i], strlen(texts[i]), 100, &doc);
        if (err != ERR_NOT_JSON || doc)
            fail_msg("%s: %s", texts[i], err_name(err));
    }
    cJSON *doc;
    assert_int_equal(parse("{}\0{}", 5, 100, &doc), ERR_NOT_JSON);
    assert_int_equal(parse("{}\0", 3, 100, &doc), ERR_NOT_JSON);
}

static void the_size_is_bounded(void **state)
{
    (void)state;
    cJSON *doc;
    assert_int_equal(parse("[1,2]", 5, 4, &doc), ERR_TOO_LARGE);
    assert_null(doc);
    assert_int_equal(parse("[1,2]", 5, 5, &doc), ERR_OK);
    cJSON_Delete(doc);
}

static void the_number_of_values_is_bounded(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    buf_puts(&text, "[0"); /* the bracket counts as one */
    for (int i = 1; i < JSON_MAX_VALUES; i++)
        buf_puts(&text, ",0");
    cJSON *doc;
    struct buf most = buf_make(BUF_NO_LIMIT);
    buf_printf(&most, "%s]", buf_str(&text));
    assert_int_equal(parse(most.data, most.len, most.len, &doc), ERR_OK);
    cJSON_Delete(doc);
    buf_puts(&text, ",0]");
    assert_int_equal(parse(text.data, text.len, text.len, &doc), ERR_TOO_LARGE);
    assert_null(doc);
    buf_free(&most);
    buf_free(&text);
}

static void the_depth_is_bounded(void **state)
{
    (void)state;
    static const char *const openings[] = {"[", "{\"a\":"};
    for (size_t i = 0; i < COUNT(openings); i++) {
        struct buf text = buf_make(BUF_NO_LIMIT);
        for (int depth = 0; depth < 100000; depth++)
            buf_puts(&text, openings[i]);
        cJSON *doc;
        assert_int_equal(parse(text.data, text.len, text.len, &doc), ERR_NOT_JSON);
        buf_free(&text);
    }
}

static void members_are_found_by_exact_name_and_type(void **state)
{
    (void)state;
    static const char text[] = "{\"Key\":\"upper\",\"key\":\"lower\",\"n\":7,\"yes\":true,"
                               "\"no\":false,\"null\":null,\"list\":[1]}";
    cJSON *doc;
    assert_int_equal(parse(text, strlen(text), 1000, &doc), ERR_OK);
    assert_string_equal(json_get_str(doc, "key"), "lower");
    assert_string_equal(json_get_str(doc, "Key"), "upper");
    assert_null(json_get_str(doc, "KEY"));
    assert_null(json_get_str(doc, "n"));
    assert_null(json_get_str(doc, "null"));
    assert_null(json_get(doc, "absent"));
    assert_null(json_get(json_get(doc, "list"), "key"));
    assert_null(json_get(json_get(doc, "n"), "key"));
    assert_null(json_get(NULL, "key"));
    bool flag = false;
    assert_true(json_get_bool(doc, "yes", &flag));
    assert_true(flag);
    assert_true(json_get_bool(doc, "no", &flag));
    assert_false(flag);
    assert_false(json_get_bool(doc, "n", &flag));
    assert_false(json_get_bool(doc, "null", &flag));
    cJSON_Delete(doc);
}

static void only_exact_integers_are_integers(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool is_integer;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"42", true, 42},
        {"4.2e1", true, 42},
        {"9007199254740991", true, 9007199254740991},
        {"9007199254740992", true, 9007199254740992},
        {"9007199254740994", false, 0},
        {"-1", false, 0},
        {"1.5", false, 0},
        {"1e300", false, 0},
        {"1e999", false, 0},
        {"-1e999", false, 0},
        {"\"42\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
        {"[1]", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"n\":%s}", cases[i].json);
        cJSON *doc;
        assert_int_equal(parse(text, strlen(text), 100, &doc), ERR_OK);
        uint64_t value = 99;
        if (json_get_uint(doc, "n", &value) != cases[i].is_integer)
            fail_msg("%s", cases[i].json);
        assert_int_equal(value, cases[i].is_integer ? cases[i].value : 99);
        cJSON_Delete(doc);
    }
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    char hostile[512];
    for (size_t i = 0; i < 256; i++) {
        hostile[2 * i] = (char)i;
        hostile[2 * i + 1] = (char)(255 - i);
    }
    struct buf out = buf_make(BUF_NO_LIMIT);
    struct json_writer w = json_writer_make(&out);
    json_open_object(&w, NULL);
    json_put_strn(&w, "hostile", hostile, sizeof hostile);
    json_put_str(&w, "next", "still here");
    json_close_object(&w);
    assert_null(strpbrk(buf_str(&out), "<>&"));
    cJSON *doc;
    assert_int_equal(parse(out.data, out.len, out.len, &doc), ERR_OK);
    assert_string_equal(json_get_str(doc, "next"), "still here");
    cJSON_Delete(doc);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_arrays_nest),
        cmocka_unit_test(strings_can_stand_in_html_and_scripts),
        cmocka_unit_test(integers_are_written_in_full),
        cmocka_unit_test(measured_values_have_few_places),
        cmocka_unit_test(a_full_buffer_is_the_writers_error),
        cmocka_unit_test(values_are_parsed),
        cmocka_unit_test(everything_else_is_not_json),
        cmocka_unit_test(the_size_is_bounded),
        cmocka_unit_test(the_number_of_values_is_bounded),
        cmocka_unit_test(the_depth_is_bounded),
        cmocka_unit_test(members_are_found_by_exact_name_and_type),
        cmocka_unit_test(only_exact_integers_are_integers),
        cmocka_unit_test(what_is_written_can_be_read),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
