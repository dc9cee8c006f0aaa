#include "eth/event.h"

#include "support.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define WORD_1 "0x0000000000000000000000000000000000000000000000000000000000000001"
#define WALLET "0x000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"

/* A log with one member replaced by `value` (JSON text), or left out when it is NULL. */
static cJSON *make_log(const char *key, const char *value)
{
    static const char whole[] =
        "{\"address\":\"0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0\",\"topics\":[\"" WORD_1
        "\",\"" WALLET "\"],\"data\":\"0x0102\",\"transactionHash\":\"" WORD_1
        "\",\"blockNumber\":\"0x8\",\"logIndex\":\"0x3\",\"removed\":false}";
    cJSON *log = cJSON_Parse(whole);
    assert_non_null(log);
    if (key)
        cJSON_DeleteItemFromObject(log, key);
    if (value)
        assert_true(cJSON_AddItemToObject(log, key, cJSON_Parse(value)));
    return log;
}

static void a_log_is_read(void **state)
{
    (void)state;
    cJSON *log = make_log("blockTimestamp", "\"0x6b02718a\"");
    struct event event;
    struct address wallet;
    uint64_t number;
    assert_int_equal(event_parse(log, &arena, &event), ERR_OK);
    assert_int_equal(event.block, 8);
    assert_int_equal(event.index, 3);
    assert_int_equal(event.topic_count, 2);
    assert_int_equal(event.data_len, 2);
    assert_memory_equal(event.data, "\1\2", 2);
    assert_int_equal(event.tx[31], 1);
    assert_true(event.has_time && event.time == 0x6b02718a && !event.removed);
    assert_true(event_is(&event, WORD_1));
    assert_false(event_is(&event, WALLET));
    assert_int_equal(event_address(&event, 1, &wallet), ERR_OK);
    assert_int_equal(wallet.bytes[19], 0x66);
    assert_int_equal(event_u64(&event, 0, &number), ERR_OK);
    assert_int_equal(number, 1);
    assert_int_equal(event_u64(&event, 1, &number), ERR_OVERFLOW);
    assert_int_equal(event_u64(&event, 2, &number), ERR_TRUNCATED);
    assert_int_equal(event_address(&event, 4, &wallet), ERR_TRUNCATED);
    cJSON_Delete(log);
}

static void malformed_logs_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
        enum err err;
    } cases[] = {
        {"address", NULL, ERR_BAD_FORMAT},
        {"address", "\"0x9fe46736679d2d9a65f0992f2272de9f3c7fa6\"", ERR_BAD_FORMAT},
        {"address", "7", ERR_BAD_FORMAT},
        {"topics", NULL, ERR_BAD_FORMAT},
        {"topics", "{}", ERR_BAD_FORMAT},
        {"topics", "[1]", ERR_BAD_FORMAT},
        {"topics", "[\"0x01\"]", ERR_BAD_FORMAT},
        {"topics", "[\"" WORD_1 "\",\"" WORD_1 "\",\"" WORD_1 "\",\"" WORD_1 "\",\"" WORD_1 "\"]",
         ERR_BAD_FORMAT},
        {"data", NULL, ERR_BAD_FORMAT},
        {"data", "\"0x012\"", ERR_BAD_FORMAT},
        {"data", "null", ERR_BAD_FORMAT},
        {"transactionHash", "\"0x\"", ERR_BAD_FORMAT},
        {"blockNumber", "null", ERR_BAD_FORMAT}, /* a log in no block */
        {"blockNumber", "8", ERR_BAD_FORMAT},
        {"blockNumber", "\"0x10000000000000000\"", ERR_OVERFLOW},
        {"logIndex", "\"zz\"", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *log = make_log(cases[i].key, cases[i].value);
        struct event event;
        enum err err = event_parse(log, &arena, &event);
        if (err != cases[i].err)
            fail_msg("%s %s: %s", cases[i].key, cases[i].value, err_name(err));
        cJSON_Delete(log);
    }
}

static void an_array_is_read_without_the_removed_logs(void **state)
{
    (void)state;
    cJSON *logs = cJSON_CreateArray();
    cJSON_AddItemToArray(logs, make_log(NULL, NULL));
    cJSON_AddItemToArray(logs, make_log("removed", "true"));
    cJSON_AddItemToArray(logs, make_log("logIndex", "\"0x9\""));
    struct event *events;
    size_t count;
    assert_int_equal(events_parse(logs, 3, &arena, &events, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(events[1].index, 9);
    assert_true(event_compare(&events[0], &events[1]) < 0);
    assert_int_equal(events_parse(logs, 2, &arena, &events, &count), ERR_TOO_LARGE);
    assert_int_equal(count, 0);
    cJSON_AddItemToArray(logs, make_log("data", NULL));
    assert_int_equal(events_parse(logs, 9, &arena, &events, &count), ERR_BAD_FORMAT);
    assert_int_equal(count, 0);
    assert_int_equal(events_parse(NULL, 9, &arena, &events, &count), ERR_BAD_FORMAT);
    struct arena small = arena_make(64);
    assert_int_equal(events_parse(logs, 9, &small, &events, &count), ERR_NO_MEMORY);
    arena_free(&small);
    cJSON_Delete(logs);
}

static void events_are_ordered_by_block_and_place(void **state)
{
    (void)state;
    static const struct {
        uint64_t block, index, other_block, other_index;
        int sign;
    } cases[] = {
        {1, 9, 2, 0, -1},
        {2, 0, 1, 9, 1},
        {2, 1, 2, 2, -1},
        {2, 2, 2, 2, 0},
        {UINT64_MAX, 0, 0, UINT64_MAX, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct event a = {.block = cases[i].block, .index = cases[i].index};
        struct event b = {.block = cases[i].other_block, .index = cases[i].other_index};
        int order = event_compare(&a, &b);
        assert_int_equal((order > 0) - (order < 0), cases[i].sign);
    }
}

static void the_filter_names_only_what_is_asked_for(void **state)
{
    (void)state;
    static const char *const signatures[] = {WORD_1, WALLET};
    struct address contract = {{[19] = 7}};
    uint8_t wallet[HASH_BYTES];
    event_address_word(&contract, wallet);
    struct event_filter filter = {.contract = &contract,
                                  .from = 16,
                                  .to = 4095,
                                  .signatures = signatures,
                                  .signature_count = 2};
#define HEAD                                                                                       \
    "[{\"address\":\"0x0000000000000000000000000000000000000007\",\"fromBlock\":\"0x10\","         \
    "\"toBlock\":\"0xfff\",\"topics\":[[\"" WORD_1 "\",\"" WALLET "\"]"
#define SEVEN "\"0x0000000000000000000000000000000000000000000000000000000000000007\""
    struct buf out = buf_make(BUF_NO_LIMIT);
    event_put_filter(&out, &filter);
    assert_string_equal(buf_str(&out), HEAD "]}]");
    filter.arguments[1] = wallet;
    buf_reset(&out);
    event_put_filter(&out, &filter);
    assert_string_equal(buf_str(&out), HEAD ",null," SEVEN "]}]");
    filter.arguments[0] = wallet;
    filter.arguments[1] = NULL;
    buf_reset(&out);
    event_put_filter(&out, &filter);
    assert_string_equal(buf_str(&out), HEAD "," SEVEN "]}]");
    filter.also = &contract;
    buf_reset(&out);
    event_put_filter(&out, &filter);
    static const char two[] = "[{\"address\":[\"0x0000000000000000000000000000000000000007\","
                              "\"0x0000000000000000000000000000000000000007\"],\"fromBlock\"";
    assert_memory_equal(buf_str(&out), two, sizeof two - 1);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_read),
        cmocka_unit_test(malformed_logs_are_refused),
        cmocka_unit_test(an_array_is_read_without_the_removed_logs),
        cmocka_unit_test(events_are_ordered_by_block_and_place),
        cmocka_unit_test(the_filter_names_only_what_is_asked_for),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, free_arena);
}
