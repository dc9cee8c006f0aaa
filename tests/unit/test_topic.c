#include "zerog/topic.h"

#include "support.h"

#include "base/json.h"

static struct arena arena;
static cJSON *doc;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cJSON_Delete(doc);
    doc = NULL;
    arena_free(&arena);
    return 0;
}

/* The page lives until the test ends. */
static enum err read_page(const char *text, struct topic_page *page)
{
    cJSON_Delete(doc);
    assert_int_equal(json_parse(text, strlen(text), SIZE_MAX, &doc), ERR_OK);
    return topic_read_page(doc, &arena, page);
}

#define MESSAGE(number, base64, chunk)                                                             \
    "{\"consensus_timestamp\":\"170000000" number ".000000001\",\"message\":\"" base64             \
    "\",\"sequence_number\":" number ",\"chunk_info\":" chunk "}"
#define CHUNK(account, number, total)                                                              \
    "{\"initial_transaction_id\":{\"account_id\":\"" account                                       \
    "\",\"transaction_valid_start\":\"1.2\"},\"number\":" number ",\"total\":" total "}"
#define PAGE(...) "{\"links\":{\"next\":null},\"messages\":[" __VA_ARGS__ "]}"

static void times_are_exact(void **state)
{
    (void)state;
    static const char *const good[] = {"1700000000.000000001", "0.000000000",
                                       "9223372035.999999999"};
    static const char *const bad[] = {"",
                                      "1700000000",
                                      "1700000000.",
                                      "1.0",
                                      "1.0000000000",
                                      "-1.000000000",
                                      "1.00000000x",
                                      "1.000000000 ",
                                      " 1.000000000",
                                      "1e3.000000000",
                                      "9999999999.000000000",
                                      "92233720368547758070.000000000"};
    for (size_t i = 0; i < COUNT(good); i++) {
        char text[CONSENSUS_TEXT_BYTES];
        consensus_ns time;
        assert_int_equal(consensus_parse(good[i], &time), ERR_OK);
        assert_string_equal(consensus_text(time, text), good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        consensus_ns time;
        if (consensus_parse(bad[i], &time) != ERR_BAD_FORMAT)
            fail_msg("%s is taken", bad[i]);
    }
}

static void only_an_id_gets_into_the_path(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "0.0",
                                      "0.0.",
                                      "0.0.1.2",
                                      "a.0.1",
                                      "0.0.1 ",
                                      "0.0.1/..",
                                      "0.0.1?x=1",
                                      "0..1",
                                      "-1.0.1",
                                      "0.0.12345678901234567890"};
    char path[TOPIC_PATH_BYTES];
    assert_true(topic_id_valid("0.0.4210"));
    assert_string_equal(
        topic_path("0.0.4210", 1700000000000000001, path),
        "/api/v1/topics/0.0.4210/messages?limit=100&order=asc&timestamp=gt:1700000000.000000001");
    for (size_t i = 0; i < COUNT(bad); i++)
        if (topic_id_valid(bad[i]))
            fail_msg("%s is taken", bad[i]);
    /* The longest there is still fits. */
    static const char longest[] = "123456789012345678.123456789012345678.123456789012345678";
    assert_true(topic_id_valid(longest));
    assert_true(strlen(topic_path(longest, INT64_MAX, path)) < TOPIC_PATH_BYTES - 1);
}

static void a_page_is_read_and_its_link_only_noted(void **state)
{
    (void)state;
    struct topic_page page;
    assert_int_equal(read_page("{\"links\":{\"next\":\"http://169.254.169.254/\"},\"messages\":[" //
                               MESSAGE("1", "aGk=", "null") "," MESSAGE("2", "aGkh", "null") "]}",
                               &page),
                     ERR_OK);
    assert_true(page.more);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.messages[1].sequence, 2);
    assert_int_equal(page.messages[1].time, 1700000002000000001);
    assert_int_equal(read_page(PAGE(), &page), ERR_OK);
    assert_false(page.more);
    assert_int_equal(page.count, 0);
}

static void what_is_no_page_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "[]",
        "{}",
        "{\"messages\":{}}",
        "{\"messages\":[1]}",
        "{\"messages\":[{}]}",
        "{\"messages\":[{\"consensus_timestamp\":\"1.000000001\",\"sequence_number\":1}]}",
        PAGE(MESSAGE("2", "aGk=", "null") "," MESSAGE("1", "aGk=", "null")),
        PAGE(MESSAGE("1", "aGk=", "null") "," MESSAGE("1", "aGk=", "null")),
        "{\"messages\":[{\"consensus_timestamp\":\"1\",\"message\":\"\",\"sequence_number\":1}]}",
        "{\"messages\":[{\"consensus_timestamp\":\"1.000000001\",\"message\":\"\","
        "\"sequence_number\":-1}]}",
    };
    struct topic_page page;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (read_page(cases[i], &page) != ERR_BAD_FORMAT)
            fail_msg("%s is taken", cases[i]);

    struct buf many = buf_make(BUF_NO_LIMIT);
    buf_puts(&many, "{\"messages\":[1");
    for (int i = 0; i < TOPIC_PAGE_MAX; i++)
        buf_puts(&many, ",1");
    buf_puts(&many, "]}");
    assert_int_equal(read_page(buf_str(&many), &page), ERR_BAD_LENGTH);
    buf_free(&many);
}

/* What begins at the first message; `last` is checked on success only. */
static void assert_whole(const char *text, enum err expected, const char *whole, size_t last)
{
    struct topic_page page;
    struct buf out = buf_make(64);
    size_t at = 0;
    assert_int_equal(read_page(text, &page), ERR_OK);
    enum err err = topic_assemble(&page, 0, &out, &at);
    if (err != expected)
        fail_msg("%s gives %s", text, err_name(err));
    if (!err) {
        assert_string_equal(buf_str(&out), whole);
        assert_int_equal(at, last);
    }
    buf_free(&out);
}

static void chunks_are_put_together(void **state)
{
    (void)state;
    assert_whole(PAGE(MESSAGE("1", "aGk=", "null")), ERR_OK, "hi", 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "1", "1"))), ERR_OK, "hi", 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "1", "2")) "," //
                      MESSAGE("2", "aGkh", CHUNK("a", "2", "2"))),
                 ERR_OK, "hihi!", 1);
    /* Others' messages and chunks between them, and one of them said twice. */
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "1", "3")) "," //
                      MESSAGE("2", "aGkh", CHUNK("b", "2", "3")) "," //
                      MESSAGE("3", "aA==", CHUNK("a", "2", "3")) "," //
                      MESSAGE("4", "aGkh", "null") ","               //
                      MESSAGE("5", "aGkh", CHUNK("a", "2", "3")) "," //
                      MESSAGE("6", "aGkh", CHUNK("a", "3", "4")) "," //
                      MESSAGE("7", "aGkh", CHUNK("a", "3", "3"))),
                 ERR_OK, "hihhi!", 6);
}

static void what_cannot_be_put_together_is_told_apart(void **state)
{
    (void)state;
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "1", "2"))), ERR_TRUNCATED, NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "1", "9007199254740992"))), ERR_TRUNCATED,
                 NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", CHUNK("a", "2", "2"))), ERR_NOT_FOUND, NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", "{}")), ERR_NOT_FOUND, NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", "{\"number\":1,\"total\":2}")), ERR_NOT_FOUND, NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "aGk=", "\"x\"")), ERR_NOT_FOUND, NULL, 0);
    assert_whole(PAGE(MESSAGE("1", "a", "null")), ERR_BAD_FORMAT, NULL, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(times_are_exact),
        TEST(only_an_id_gets_into_the_path),
        TEST(a_page_is_read_and_its_link_only_noted),
        TEST(what_is_no_page_is_refused),
        TEST(chunks_are_put_together),
        TEST(what_cannot_be_put_together_is_told_apart),
    };
    return cmocka_run_group_tests_name("topic", tests, NULL, NULL);
}
