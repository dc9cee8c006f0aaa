#include "zerog/storage.h"

#include "support_calls.h"
#include "support_chain.h"

#include "zerog/answer.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* --- contracts --- */

static void calls_are_the_recorded_ones(void **state)
{
    (void)state;
    static const struct {
        enum storage_call call;
        const char *label; /* or the data, where nothing is recorded */
    } cases[] = {
        {FLOW_TREE, "flow.tree"},         {FLOW_NUM_SUBMISSIONS, "flow.numSubmissions"},
        {FLOW_MARKET, "flow.market"},     {FLOW_PAUSED, "flow.paused"},
        {MARKET_FLOW, "market.flow"},     {MARKET_PRICE, "market.pricePerSector"},
        {MARKET_REWARD, "market.reward"}, {FLOW_FIRST_BLOCK, "flow.firstBlock"},
        {REWARD_RELEASE_SECONDS, NULL},
    };
    cJSON *vectors = load_json_vectors("inft-and-storage-calls.json");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT), text = buf_make(BUF_NO_LIMIT);
        storage_put_call(&data, cases[i].call);
        hex_put(&text, (const uint8_t *)data.data, data.len);
        const char *label = cases[i].label;
        assert_string_equal(buf_str(&text),
                            label ? vector_str(find_call(vectors, label), "data") : "0x21295931");
        buf_free(&data);
        buf_free(&text);
    }
    cJSON_Delete(vectors);
}

static void recorded_answers_are_read(void **state)
{
    (void)state;
    cJSON *vectors = load_json_vectors("inft-and-storage-calls.json");
    size_t len;
    uint64_t number, bytes;
    amount price;
    const uint8_t *data = call_result(vectors, "flow.tree", &arena, &len);
    assert_int_equal(storage_decode_tree(data, len, &number), ERR_OK);
    assert_int_equal(number, 4864);
    assert_int_equal(storage_network_bytes(number, &bytes), ERR_OK);
    assert_int_equal(bytes, 1244928);
    data = call_result(vectors, "market.pricePerSector", &arena, &len);
    assert_int_equal(answer_amount(data, len, &price), ERR_OK);
    assert_true(price == 30733644962);
    cJSON_Delete(vectors);
}

static void a_tree_that_cannot_be_is_refused(void **state)
{
    (void)state;
    uint8_t words[64] = {0};
    uint64_t sectors = 77;
    assert_int_equal(storage_decode_tree(NULL, 0, &sectors), ERR_NO_CONTRACT);
    assert_int_equal(storage_decode_tree(words, 64, &sectors), ERR_BAD_FORMAT); /* even empty: 1 */
    words[31] = 1;
    assert_int_equal(storage_decode_tree(words, 63, &sectors), ERR_TRUNCATED);
    assert_int_equal(storage_decode_tree(words, 32, &sectors), ERR_TRUNCATED);
    words[23] = 1;
    assert_int_equal(storage_decode_tree(words, 64, &sectors), ERR_OVERFLOW);
    assert_int_equal(sectors, 77);
    words[23] = 0;
    assert_int_equal(storage_decode_tree(words, 64, &sectors), ERR_OK);
    assert_int_equal(sectors, 1);
}

static void network_bytes_leave_the_place_holder_out(void **state)
{
    (void)state;
    static const struct {
        uint64_t sectors, bytes;
        enum err err;
    } cases[] = {
        {0, 0, ERR_OVERFLOW},
        {1, 0, ERR_OK},
        {2, 256, ERR_OK},
        {(UINT64_C(1) << 56), UINT64_MAX - 255, ERR_OK},
        {(UINT64_C(1) << 56) + 1, 0, ERR_OVERFLOW},
        {UINT64_MAX, 0, ERR_OVERFLOW},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t bytes;
        assert_int_equal(storage_network_bytes(cases[i].sectors, &bytes), cases[i].err);
        if (!cases[i].err)
            assert_int_equal(bytes, cases[i].bytes);
    }
}

/* --- submissions --- */

static struct event *recorded_submits(const cJSON *vectors, const char *key, size_t *count)
{
    const cJSON *answer = cJSON_GetObjectItem(cJSON_GetObjectItem(vectors, "logs"), key);
    const cJSON *response = cJSON_GetObjectItem(answer, "response");
    struct event *events;
    assert_int_equal(events_parse(cJSON_GetObjectItem(response ? response : answer, "result"), 100,
                                  &arena, &events, count),
                     ERR_OK);
    return events;
}

static void recorded_submissions_are_read_field_by_field(void **state)
{
    (void)state;
    cJSON *vectors = load_json_vectors("inft-and-storage-calls.json");
    const cJSON *logs = cJSON_GetObjectItem(vectors, "logs");
    size_t count;
    struct event *events = recorded_submits(vectors, "submitAll", &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        const cJSON *expected =
            cJSON_GetArrayItem(cJSON_GetObjectItem(logs, "decodedSubmit"), (int)i);
        struct submission s;
        char text[ADDRESS_TEXT_BYTES];
        assert_int_equal(storage_decode_submit(&events[i], &s), ERR_OK);
        assert_string_equal(address_text(&s.sender, text), vector_str(expected, "sender"));
        assert_int_equal(s.index, strtoull(vector_str(expected, "submissionIndex"), NULL, 10));
        assert_int_equal(s.start, strtoull(vector_str(expected, "startPos"), NULL, 10));
        assert_int_equal(s.sectors, strtoull(vector_str(expected, "length"), NULL, 10));
        const cJSON *file = cJSON_GetObjectItem(expected, "submission");
        assert_int_equal(s.bytes, strtoull(vector_str(file, "length"), NULL, 10));
        assert_int_equal(events[i].block, 6 + i);
    }
    cJSON_Delete(vectors);
}

static struct storage_totals total_of(const struct event *events, size_t count)
{
    struct storage_totals totals = {0};
    for (size_t i = 0; i < count; i++) {
        struct submission s;
        assert_int_equal(storage_decode_submit(&events[i], &s), ERR_OK);
        assert_int_equal(storage_totals_add(&totals, &s), ERR_OK);
    }
    return totals;
}

static void wallet_a_has_two_files(void **state)
{
    (void)state;
    cJSON *vectors = load_json_vectors("inft-and-storage-calls.json");
    size_t count;
    struct event *events = recorded_submits(vectors, "submitBySender", &count);
    struct storage_totals totals = total_of(events, count);
    assert_int_equal(totals.files, 2);
    assert_int_equal(totals.bytes, 700016);
    assert_int_equal(totals.sectors, 2817);
    cJSON_Delete(vectors);
}

static void the_recorded_request_is_what_the_filter_writes(void **state)
{
    (void)state;
    cJSON *vectors = load_json_vectors("inft-and-storage-calls.json");
    const cJSON *request = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(vectors, "logs"), "submitBySender"), "request");
    const cJSON *params = cJSON_GetArrayItem(cJSON_GetObjectItem(request, "params"), 0);
    const cJSON *topics = cJSON_GetObjectItem(params, "topics");
    struct address flow = parse_address(vector_str(params, "address"));
    struct address wallet = parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    uint8_t word[HASH_BYTES];
    event_address_word(&wallet, word);
    struct event_filter filter = {.contract = &flow,
                                  .signatures = storage_submit_signatures,
                                  .signature_count = SUBMIT_SIGNATURES,
                                  .arguments = {word}};
    struct buf out = buf_make(BUF_NO_LIMIT);
    event_put_filter(&out, &filter);
    cJSON *written = cJSON_Parse(buf_str(&out));
    const cJSON *own = cJSON_GetObjectItem(written->child, "topics");
    assert_string_equal(vector_str(written->child, "address"), vector_str(params, "address"));
    assert_string_equal(cJSON_GetArrayItem(own, 0)->child->valuestring,
                        cJSON_GetArrayItem(topics, 0)->valuestring);
    assert_string_equal(cJSON_GetArrayItem(own, 1)->valuestring,
                        cJSON_GetArrayItem(topics, 1)->valuestring);
    cJSON_Delete(written);
    buf_free(&out);
    cJSON_Delete(vectors);
}

enum { W_INDEX, W_START, W_SECTORS, W_TUPLE, W_BYTES };

/* A Submit log of `sectors` with a file of `bytes`. */
static struct event make_submit(struct buf *data, uint64_t sectors, uint64_t bytes)
{
    struct event event = {.topic_count = 3};
    assert_int_equal(hex_decode_fixed(storage_submit_signatures[0], event.topics[0], HASH_BYTES),
                     ERR_OK);
    event.topics[1][31] = 5;
    put_word(data, 9);
    put_word(data, 100);
    put_word(data, sectors);
    put_word(data, 128);
    put_word(data, bytes);
    event.data = (const uint8_t *)data->data;
    event.data_len = data->len;
    return event;
}

static void hostile_submissions_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t word; /* which is 2^bit */
        unsigned bit;
        enum err err;
    } cases[] = {
        {W_INDEX, 63, ERR_OK},          {W_INDEX, 64, ERR_OVERFLOW},
        {W_START, 63, ERR_OK},          {W_START, 64, ERR_OVERFLOW},
        {W_SECTORS, 55, ERR_OK},        {W_SECTORS, 56, ERR_OVERFLOW},
        {W_SECTORS, 200, ERR_OVERFLOW}, {W_TUPLE, 7, ERR_OK},
        {W_TUPLE, 8, ERR_BAD_OFFSET},   {W_TUPLE, 63, ERR_BAD_OFFSET},
        {W_TUPLE, 255, ERR_BAD_OFFSET}, {W_BYTES, 9, ERR_OK},
        {W_BYTES, 10, ERR_BAD_FORMAT},  {W_BYTES, 64, ERR_OVERFLOW},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct event event = make_submit(&data, 2, 300);
        struct submission s = {.index = 77};
        set_power(&data, cases[i].word * 32, cases[i].bit);
        enum err err = storage_decode_submit(&event, &s);
        if (err != cases[i].err)
            fail_msg("word %zu as 2^%u: %s", cases[i].word, cases[i].bit, err_name(err));
        if (err)
            assert_int_equal(s.index, 77);
        buf_free(&data);
    }
}

static void sectors_and_bytes_must_fit_each_other(void **state)
{
    (void)state;
    static const struct {
        uint64_t sectors, bytes;
        enum err err;
    } cases[] = {
        {1, 1, ERR_OK},         {1, 256, ERR_OK},         {1, 257, ERR_BAD_FORMAT},
        {2, 512, ERR_OK},       {2, 513, ERR_BAD_FORMAT}, {0, 0, ERR_BAD_FORMAT},
        {0, 1, ERR_BAD_FORMAT}, {5, 0, ERR_OK}, /* odd, yet nothing is counted wrong */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf data = buf_make(BUF_NO_LIMIT);
        struct event event = make_submit(&data, cases[i].sectors, cases[i].bytes);
        struct submission s;
        assert_int_equal(storage_decode_submit(&event, &s), cases[i].err);
        buf_free(&data);
    }
}

static void a_submission_does_not_end_outside_the_numbers(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct event event = make_submit(&data, 2, 300);
    struct submission s;
    set_word(&data, W_START * 32, UINT64_MAX - 2);
    assert_int_equal(storage_decode_submit(&event, &s), ERR_OK);
    set_word(&data, W_START * 32, UINT64_MAX - 1);
    assert_int_equal(storage_decode_submit(&event, &s), ERR_OVERFLOW);
    buf_free(&data);
}

static void only_submit_logs_are_submissions(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct event event = make_submit(&data, 2, 300);
    struct submission s;
    hex_decode_fixed(storage_submit_signatures[1], event.topics[0], HASH_BYTES);
    assert_int_equal(storage_decode_submit(&event, &s), ERR_OK);
    event.topics[0][31] ^= 1;
    assert_int_equal(storage_decode_submit(&event, &s), ERR_NOT_FOUND);
    event.topics[0][31] ^= 1;
    event.topic_count = 1;
    assert_int_equal(storage_decode_submit(&event, &s), ERR_TRUNCATED);
    event.topic_count = 0;
    assert_int_equal(storage_decode_submit(&event, &s), ERR_NOT_FOUND);
    buf_free(&data);
}

static void a_shorter_log_is_never_read_past(void **state)
{
    (void)state;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct event event = make_submit(&data, 2, 300);
    for (size_t len = 0; len < data.len; len++) {
        uint8_t *part = malloc(len ? len : 1);
        assert_non_null(part);
        memcpy(part, data.data, len);
        event.data = part;
        event.data_len = len;
        struct submission s;
        enum err err = storage_decode_submit(&event, &s);
        if (err != ERR_TRUNCATED && err != ERR_BAD_OFFSET)
            fail_msg("%zu bytes: %s", len, err_name(err));
        free(part);
    }
    buf_free(&data);
}

static void totals_go_up_and_down_exactly(void **state)
{
    (void)state;
    const struct submission small = {.sectors = 1, .bytes = 16};
    const struct submission large = {.sectors = 2816, .bytes = 700000};
    const struct submission huge = {.sectors = 1, .bytes = UINT64_MAX - 16};
    struct storage_totals totals = {0};
    assert_int_equal(storage_totals_add(&totals, &small), ERR_OK);
    assert_int_equal(storage_totals_add(&totals, &large), ERR_OK);
    assert_int_equal(storage_totals_remove(&totals, &small), ERR_OK);
    assert_int_equal(totals.files, 1);
    assert_int_equal(totals.sectors, 2816);
    assert_int_equal(totals.bytes, 700000);
    assert_int_equal(storage_totals_add(&totals, &huge), ERR_OVERFLOW);
    assert_int_equal(storage_totals_remove(&totals, &huge), ERR_OVERFLOW);
    assert_int_equal(totals.files, 1);
    assert_int_equal(totals.sectors, 2816);
    assert_int_equal(totals.bytes, 700000);
    assert_int_equal(storage_totals_remove(&totals, &large), ERR_OK);
    assert_int_equal(storage_totals_remove(&totals, &small), ERR_OVERFLOW);
    assert_int_equal(totals.files, 0);
}

static void a_file_expires_after_its_time(void **state)
{
    (void)state;
    assert_int_equal(storage_expiry(1000, 32140800), 32141800);
    assert_int_equal(storage_expiry(1000, UINT64_MAX), UINT64_MAX);
    assert_int_equal(storage_expiry(UINT64_MAX, 0), UINT64_MAX);
}

static void the_total_is_never_invented(void **state)
{
    (void)state;
    const struct storage_totals wallet_a = {.files = 2, .sectors = 2817, .bytes = 700016};
    const struct storage_totals all = {.sectors = UINT64_MAX / 256};
    const amount price = 30733644962;
    const struct {
        const char *what;
        const struct storage_totals *totals;
        struct storage_funds funds;
        struct storage_capacity expected;
    } cases[] = {
        {"nothing known", &wallet_a, {0}, {STORAGE_NO_TOTAL, 0}},
        {"a budget", &wallet_a, {.budget = 50}, {STORAGE_BUDGET, 50}},
        {"the budget goes first",
         &wallet_a,
         {.budget = 50, .balance = price, .price = price, .has_market = true},
         {STORAGE_BUDGET, 50}},
        {"one more sector",
         &wallet_a,
         {.balance = price, .price = price, .has_market = true},
         {STORAGE_AFFORDABLE, 2818 * 256}},
        {"not quite one",
         &wallet_a,
         {.balance = price - 1, .price = price, .has_market = true},
         {STORAGE_AFFORDABLE, 2817 * 256}},
        {"no balance",
         &wallet_a,
         {.price = price, .has_market = true},
         {STORAGE_AFFORDABLE, 721152}},
        {"a price of nothing",
         &wallet_a,
         {.balance = 5, .price = 0, .has_market = true},
         {STORAGE_NO_TOTAL, 0}},
        {"more than fits 64 bits",
         &wallet_a,
         {.balance = (amount)-1, .price = 1, .has_market = true},
         {STORAGE_NO_TOTAL, 0}},
        {"the last byte that fits",
         &all,
         {.balance = 0, .price = 1, .has_market = true},
         {STORAGE_AFFORDABLE, UINT64_MAX - 255}},
        {"one sector above",
         &all,
         {.balance = 1, .price = 1, .has_market = true},
         {STORAGE_NO_TOTAL, 0}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct storage_capacity c = storage_capacity(cases[i].totals, &cases[i].funds);
        if (c.basis != cases[i].expected.basis || c.bytes != cases[i].expected.bytes)
            fail_msg("%s: basis %d, %llu bytes", cases[i].what, c.basis,
                     (unsigned long long)c.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_the_recorded_ones),
        cmocka_unit_test(recorded_answers_are_read),
        cmocka_unit_test(a_tree_that_cannot_be_is_refused),
        cmocka_unit_test(network_bytes_leave_the_place_holder_out),
        cmocka_unit_test(recorded_submissions_are_read_field_by_field),
        cmocka_unit_test(wallet_a_has_two_files),
        cmocka_unit_test(the_recorded_request_is_what_the_filter_writes),
        cmocka_unit_test(hostile_submissions_are_refused),
        cmocka_unit_test(sectors_and_bytes_must_fit_each_other),
        cmocka_unit_test(a_submission_does_not_end_outside_the_numbers),
        cmocka_unit_test(only_submit_logs_are_submissions),
        cmocka_unit_test(a_shorter_log_is_never_read_past),
        cmocka_unit_test(totals_go_up_and_down_exactly),
        cmocka_unit_test(a_file_expires_after_its_time),
        cmocka_unit_test(the_total_is_never_invented),
    };
    return cmocka_run_group_tests_name("storage", tests, NULL, free_arena);
}
