#include "eth/rpc.h"

#include "base/json.h"
#include "support.h"

enum { MAX_REPLY = 1 << 20 };

/* ---- building ---- */

static void a_batch_numbers_its_calls(void **state)
{
    (void)state;
    struct rpc_batch batch = rpc_batch_make();
    assert_int_equal(rpc_add(&batch, "eth_chainId", "[]"), 0);
    assert_int_equal(rpc_add(&batch, "eth_getBlockByNumber", "[\"latest\",false]"), 1);
    assert_int_equal(batch.count, 2);
    size_t len;
    const char *body = rpc_batch_body(&batch, &len);
    assert_string_equal(body,
                        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[]},"
                        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"eth_getBlockByNumber\","
                        "\"params\":[\"latest\",false]}]");
    assert_int_equal(len, strlen(body));
    rpc_batch_free(&batch);
    assert_int_equal(batch.count, 0);
}

static void an_empty_batch_is_an_empty_array(void **state)
{
    (void)state;
    struct rpc_batch batch = rpc_batch_make();
    size_t len;
    assert_string_equal(rpc_batch_body(&batch, &len), "[]");
    assert_int_equal(len, 2);
    rpc_batch_free(&batch);
}

static void an_eth_call_names_contract_data_and_block(void **state)
{
    (void)state;
    struct address to;
    assert_int_equal(address_parse("0x0165878a594ca255338adfa4d48449f69242eb8f", &to), ERR_OK);
    struct rpc_batch batch = rpc_batch_make();
    rpc_add(&batch, "eth_chainId", "[]");
    assert_int_equal(rpc_add_eth_call(&batch, &to, (const uint8_t *)"\xa0\x9c\xfc\xa9", 4), 1);
    assert_int_equal(rpc_add_eth_call(&batch, &to, NULL, 0), 2);
    size_t len;
    assert_non_null(strstr(rpc_batch_body(&batch, &len),
                           "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"eth_call\",\"params\":"
                           "[{\"to\":\"0x0165878A594ca255338adfa4d48449f69242Eb8F\","
                           "\"data\":\"0xa09cfca9\"},\"latest\"]},"
                           "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"eth_call\",\"params\":"
                           "[{\"to\":\"0x0165878A594ca255338adfa4d48449f69242Eb8F\","
                           "\"data\":\"0x\"},\"latest\"]}]"));
    rpc_batch_free(&batch);
}

static void a_batch_that_failed_has_no_body(void **state)
{
    (void)state;
    struct rpc_batch batch = rpc_batch_make();
    batch.body.limit = 60; /* as if memory ran out at the second call */
    rpc_add(&batch, "eth_chainId", "[]");
    assert_int_equal(rpc_add(&batch, "eth_blockNumber", "[]"), 1);
    size_t len;
    assert_null(rpc_batch_body(&batch, &len));
    rpc_batch_free(&batch);
}

/* ---- matching ---- */

enum { CALLS = 3 };

struct reply {
    struct arena arena;
    cJSON *doc;
    struct rpc_answer answers[CALLS];
};

static enum err parse(struct reply *reply, const char *text)
{
    *reply = (struct reply){.arena = arena_make(MAX_REPLY)};
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1); /* of the exact length, for the tools */
    memcpy(copy, text, len);
    enum err err =
        rpc_parse(copy, len, MAX_REPLY, CALLS, reply->answers, &reply->arena, &reply->doc);
    free(copy);
    return err;
}

static void drop(struct reply *reply)
{
    cJSON_Delete(reply->doc);
    arena_free(&reply->arena);
}

static void assert_results(const struct reply *reply, const char *const expected[CALLS])
{
    for (size_t i = 0; i < CALLS; i++) {
        const struct rpc_answer *a = &reply->answers[i];
        assert_string_equal(a->message, "");
        if (expected[i]) {
            assert_int_equal(a->err, ERR_OK);
            assert_string_equal(cJSON_GetStringValue(a->result), expected[i]);
        } else {
            assert_int_equal(a->err, ERR_BAD_FORMAT);
            assert_null(a->result);
        }
    }
}

static void answers_are_matched_by_id(void **state)
{
    (void)state;
    static const struct {
        const char *what, *text;
        const char *results[CALLS]; /* NULL: ERR_BAD_FORMAT */
    } cases[] = {
        {"in order",
         "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"a\"},"
         "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"b\"},"
         "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":\"c\"}]",
         {"a", "b", "c"}},
        {"out of order",
         "[{\"id\":3,\"result\":\"c\"},{\"id\":1,\"result\":\"a\"},{\"id\":2,\"result\":\"b\"}]",
         {"a", "b", "c"}},
        {"missing", "[{\"id\":3,\"result\":\"c\"},{\"id\":1,\"result\":\"a\"}]", {"a", NULL, "c"}},
        {"none", "[]", {NULL, NULL, NULL}},
        {"doubled: neither can be trusted",
         "[{\"id\":1,\"result\":\"a\"},{\"id\":2,\"result\":\"b\"},{\"id\":1,\"result\":\"x\"},"
         "{\"id\":3,\"result\":\"c\"}]",
         {NULL, "b", "c"}},
        {"three times",
         "[{\"id\":2,\"result\":\"x\"},{\"id\":2,\"result\":\"x\"},{\"id\":2,\"result\":\"x\"}]",
         {NULL, NULL, NULL}},
        {"ids that were never given",
         "[{\"id\":0,\"result\":\"x\"},{\"id\":4,\"result\":\"x\"},{\"id\":-1,\"result\":\"x\"},"
         "{\"id\":1e300,\"result\":\"x\"},{\"id\":18446744073709551617,\"result\":\"x\"},"
         "{\"id\":2,\"result\":\"b\"}]",
         {NULL, "b", NULL}},
        {"ids of another type",
         "[{\"id\":\"1\",\"result\":\"x\"},{\"id\":1.5,\"result\":\"x\"},"
         "{\"id\":true,\"result\":\"x\"},{\"id\":null,\"result\":\"x\"},"
         "{\"id\":[2],\"result\":\"x\"},{\"id\":{},\"result\":\"x\"},{\"result\":\"x\"},"
         "{\"ID\":3,\"result\":\"x\"}]",
         {NULL, NULL, NULL}},
        {"elements that are no objects",
         "[null,1,\"x\",[],{},{\"id\":1,\"result\":\"a\"}]",
         {"a", NULL, NULL}},
        {"neither result nor error",
         "[{\"id\":1},{\"id\":2,\"Result\":\"x\"},{\"id\":3,\"result\":\"c\"}]",
         {NULL, NULL, "c"}},
        {"null error beside a result",
         "[{\"id\":1,\"result\":\"a\",\"error\":null}]",
         {"a", NULL, NULL}},
        {"one object that is no error", "{\"id\":1,\"result\":\"x\"}", {NULL, NULL, NULL}},
        {"an empty object", "{}", {NULL, NULL, NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reply reply;
        print_message("  %s\n", cases[i].what);
        assert_int_equal(parse(&reply, cases[i].text), ERR_OK);
        assert_results(&reply, cases[i].results);
        drop(&reply);
    }
}

static void a_null_result_is_a_result(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply, "[{\"id\":1,\"result\":null}]"), ERR_OK);
    assert_int_equal(reply.answers[0].err, ERR_OK);
    assert_true(cJSON_IsNull(reply.answers[0].result));
    drop(&reply);
}

static void one_error_spoils_no_other_answer(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply,
                           "[{\"id\":1,\"result\":\"a\"},{\"id\":2,\"error\":{\"code\":-32601,"
                           "\"message\":\"method not found\"}},{\"id\":3,\"result\":\"c\"}]"),
                     ERR_OK);
    assert_int_equal(reply.answers[0].err, ERR_OK);
    assert_int_equal(reply.answers[1].err, ERR_RPC);
    assert_int_equal(reply.answers[1].code, -32601);
    assert_string_equal(reply.answers[1].message, "method not found");
    assert_null(reply.answers[1].result);
    assert_null(reply.answers[1].revert);
    assert_int_equal(reply.answers[2].err, ERR_OK);
    drop(&reply);
}

static void an_error_object_in_place_of_the_array_is_every_calls_answer(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":"
                                   "{\"code\":-32005,\"message\":\"batch limit exceeded\"}}"),
                     ERR_OK);
    for (size_t i = 0; i < CALLS; i++) {
        assert_int_equal(reply.answers[i].err, ERR_RPC);
        assert_int_equal(reply.answers[i].code, -32005);
        assert_string_equal(reply.answers[i].message, "batch limit exceeded");
    }
    drop(&reply);
}

static void an_error_without_id_is_that_of_the_calls_without_answer(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply,
                           "[{\"id\":null,\"error\":{\"code\":-32600,\"message\":\"invalid\"}},"
                           "{\"id\":2,\"result\":\"b\"}]"),
                     ERR_OK);
    assert_int_equal(reply.answers[0].err, ERR_RPC);
    assert_int_equal(reply.answers[1].err, ERR_OK);
    assert_int_equal(reply.answers[2].err, ERR_RPC);
    assert_string_equal(reply.answers[2].message, "invalid");
    drop(&reply);
}

static void errors_of_an_odd_form_stay_errors(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        int64_t code;
        const char *message;
    } cases[] = {
        {"{}", 0, ""},
        {"{\"code\":-32000}", -32000, ""},
        {"{\"message\":\"no code\"}", 0, "no code"},
        {"{\"code\":\"-32000\",\"message\":7}", 0, ""},
        {"{\"code\":1e300,\"message\":\"far\"}", 0, "far"},
        {"{\"code\":-9007199254740992}", -9007199254740992, ""},
        {"\"a string\"", 0, "a string"},
        {"[1]", 0, ""},
        {"true", 0, ""},
        {"{\"code\":-32000,\"message\":\"with data\",\"data\":\"0x01\"}", -32000, "with data"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, "[{\"id\":1,\"result\":\"x\",\"error\":%s}]", cases[i].error);
        struct reply reply;
        assert_int_equal(parse(&reply, text), ERR_OK);
        assert_int_equal(reply.answers[0].err, ERR_RPC);
        assert_null(reply.answers[0].result);
        assert_null(reply.answers[0].revert);
        assert_true(reply.answers[0].code == cases[i].code);
        assert_string_equal(reply.answers[0].message, cases[i].message);
        drop(&reply);
    }
}

/* ---- reverts ---- */

#define NOT_EXISTS "098eda7e00000000000000000000000090f79bf6eb2c4f870365e785982e1f101e93b906"

static void reverts_are_told_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        uint32_t selector;
        int revert_len; /* -1: no data */
    } cases[] = {
        /* geth and anvil: code 3, data as hex */
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x" NOT_EXISTS "\"}",
         0x098eda7e, 36},
        {"{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0x\"}", 0, 0},
        {"{\"code\":3,\"message\":\"execution reverted\"}", 0, -1},
        {"{\"code\":3}", 0, -1},
        {"{\"code\":3,\"data\":\"0xabcdef01\"}", 0xabcdef01, 4},
        {"{\"code\":3,\"data\":\"0xabcdef\"}", 0, 3},
        /* a message alone, in any case */
        {"{\"code\":-32000,\"message\":\"execution reverted: too late\"}", 0, -1},
        {"{\"code\":-32000,\"message\":\"VM Exception: Revert\"}", 0, -1},
        {"\"execution reverted\"", 0, -1},
        /* OpenEthereum */
        {"{\"code\":-32015,\"message\":\"VM execution error.\",\"data\":\"Reverted 0x" NOT_EXISTS
         "\"}",
         0x098eda7e, 36},
        {"{\"code\":-32015,\"message\":\"VM execution error.\",\"data\":\"Reverted\"}", 0, -1},
        /* Hardhat, Ganache, a wallet's relay */
        {"{\"code\":-32603,\"message\":\"Error: reverted with a custom error\",\"data\":"
         "{\"message\":\"x\",\"data\":\"0x" NOT_EXISTS "\"}}",
         0x098eda7e, 36},
        {"{\"code\":-32000,\"message\":\"VM Exception while processing transaction: revert\","
         "\"data\":{\"hash\":null,\"result\":\"0x" NOT_EXISTS "\"}}",
         0x098eda7e, 36},
        {"{\"code\":-32603,\"message\":\"Internal JSON-RPC error.\",\"data\":{\"originalError\":"
         "{\"code\":3,\"data\":\"0x" NOT_EXISTS "\",\"message\":\"execution reverted\"}}}",
         0x098eda7e, 36},
        {"{\"code\":-32603,\"message\":\"Internal JSON-RPC error.\",\"data\":{\"code\":3,"
         "\"message\":\"execution reverted\",\"data\":\"0x" NOT_EXISTS "\"}}",
         0x098eda7e, 36},
        /* data that cannot be read is no data, and the next place is looked at */
        {"{\"code\":3,\"data\":\"0x098eda7\"}", 0, -1},
        {"{\"code\":3,\"data\":\"0x098eda7g\"}", 0, -1},
        {"{\"code\":3,\"data\":7}", 0, -1},
        {"{\"code\":3,\"data\":null}", 0, -1},
        {"{\"code\":3,\"data\":[\"0x098eda7e\"]}", 0, -1},
        {"{\"code\":3,\"data\":{\"data\":{\"data\":\"0x098eda7e\"}}}", 0, -1},
        {"{\"code\":3,\"data\":{\"data\":\"bad\",\"result\":\"0x098eda7e\"}}", 0x098eda7e, 4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, "[{\"id\":1,\"error\":%s},{\"id\":2,\"result\":\"b\"}]",
                 cases[i].error);
        struct reply reply;
        assert_int_equal(parse(&reply, text), ERR_OK);
        const struct rpc_answer *a = &reply.answers[0];
        if (a->err != ERR_REVERTED)
            fail_msg("%s: %s", cases[i].error, err_name(a->err));
        assert_int_equal(a->revert ? (int)a->revert_len : -1, cases[i].revert_len);
        assert_int_equal(rpc_revert_selector(a), cases[i].selector);
        assert_int_equal(reply.answers[1].err, ERR_OK);
        drop(&reply);
    }
}

static void the_arguments_of_a_custom_error_are_kept(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply,
                           "[{\"id\":2,\"error\":{\"code\":3,\"message\":\"execution reverted\","
                           "\"data\":\"0x" NOT_EXISTS "\"}}]"),
                     ERR_OK);
    uint8_t expected[36];
    assert_int_equal(hex_decode_fixed("0x" NOT_EXISTS, expected, sizeof expected), ERR_OK);
    assert_memory_equal(reply.answers[1].revert, expected, sizeof expected);
    drop(&reply);
}

/* ---- replies that are no replies ---- */

static void assert_refused(const char *text, size_t len, size_t max, size_t arena_limit,
                           enum err expected)
{
    struct arena arena = arena_make(arena_limit);
    struct rpc_answer answers[CALLS];
    memset(answers, 0x55, sizeof answers);
    cJSON *doc = NULL;
    enum err err = rpc_parse(text, len, max, CALLS, answers, &arena, &doc);
    if (err != expected)
        fail_msg("%.60s: %s, not %s", text, err_name(err), err_name(expected));
    assert_null(doc);
    for (size_t i = 0; i < CALLS; i++) { /* nothing points into what was freed */
        assert_int_equal(answers[i].err, expected);
        assert_string_equal(answers[i].message, "");
        assert_null(answers[i].result);
        assert_null(answers[i].revert);
    }
    arena_free(&arena);
}

static void other_bodies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        {"", ERR_NOT_JSON},
        {"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", ERR_NOT_JSON},
        {"[{\"id\":1,\"result\":\"a\"}", ERR_NOT_JSON},
        {"[{\"id\":1,\"result\":\"a\"}]]", ERR_NOT_JSON},
        {"[{\"id\":1,\"result\":\"a\"}][]", ERR_NOT_JSON},
        {"null", ERR_BAD_FORMAT},
        {"\"error\"", ERR_BAD_FORMAT},
        {"429", ERR_BAD_FORMAT},
        {"true", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_refused(cases[i].text, strlen(cases[i].text), MAX_REPLY, 0, cases[i].err);
}

static void size_depth_and_number_are_bounded(void **state)
{
    (void)state;
    static const char small[] = "[{\"id\":1,\"result\":\"a\"}]";
    assert_refused(small, strlen(small), strlen(small) - 1, 0, ERR_TOO_LARGE);

    struct buf deep = buf_make(BUF_NO_LIMIT);
    buf_puts(&deep, "[{\"id\":1,\"result\":");
    for (int i = 0; i < 50000; i++)
        buf_puts(&deep, "[");
    for (int i = 0; i < 50000; i++)
        buf_puts(&deep, "]");
    buf_puts(&deep, "}]");
    assert_refused(deep.data, deep.len, MAX_REPLY, 0, ERR_NOT_JSON);
    buf_free(&deep);

    struct buf many = buf_make(BUF_NO_LIMIT);
    buf_puts(&many, "[");
    for (int i = 0; i < JSON_MAX_VALUES; i++)
        buf_puts(&many, "0,");
    buf_puts(&many, "0]");
    assert_refused(many.data, many.len, MAX_REPLY, 0, ERR_TOO_LARGE);
    buf_free(&many);
}

static void a_full_arena_leaves_no_answer_behind(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    buf_puts(&text, "[{\"id\":1,\"result\":\"a\"},{\"id\":2,\"error\":{\"code\":3,\"data\":\"0x");
    for (int i = 0; i < 5000; i++)
        buf_puts(&text, "00");
    buf_puts(&text, "\"}}]");
    assert_refused(text.data, text.len, MAX_REPLY, 4096, ERR_NO_MEMORY);
    assert_refused(text.data, text.len, MAX_REPLY, 1, ERR_NO_MEMORY);
    buf_free(&text);
}

/* In the smallest arena that suffices, the tools see a byte touched behind what was reserved, and
 * the arena one before it. */
static void ids_out_of_range_touch_nothing(void **state)
{
    (void)state;
    static const char text[] = "[{\"id\":0,\"result\":\"x\"},{\"id\":4,\"result\":\"x\"},"
                               "{\"id\":5,\"result\":\"x\"},{\"id\":9007199254740992}]";
    enum err err = ERR_NO_MEMORY;
    for (size_t limit = 1; err == ERR_NO_MEMORY && limit < 4096; limit++) {
        struct arena arena = arena_make(limit);
        struct rpc_answer answers[CALLS];
        cJSON *doc;
        err = rpc_parse(text, strlen(text), MAX_REPLY, CALLS, answers, &arena, &doc);
        for (size_t i = 0; i < CALLS; i++)
            assert_int_equal(answers[i].err, err ? err : ERR_BAD_FORMAT);
        if (!err)
            assert_null(arena_alloc(&arena, 1)); /* it still knows that it is full */
        cJSON_Delete(doc);
        arena_free(&arena);
    }
    assert_int_equal(err, ERR_OK);
}

/* ---- results ---- */

static void results_are_read_as_bytes_and_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *result;
        enum err bytes, quantity;
        size_t len;
        uint64_t number;
    } cases[] = {
        {"\"0x\"", ERR_OK, ERR_BAD_FORMAT, 0, 0},
        {"\"0x7a69\"", ERR_OK, ERR_OK, 2, 31337},
        {"\"0x7a6\"", ERR_BAD_FORMAT, ERR_OK, 0, 1958},
        {"\"0x010000000000000000\"", ERR_OK, ERR_OVERFLOW, 9, 0},
        {"\"31337\"", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
        {"\"\"", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
        {"31337", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
        {"null", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
        {"{}", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
        {"[\"0x7a69\"]", ERR_BAD_FORMAT, ERR_BAD_FORMAT, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[128];
        snprintf(text, sizeof text, "[{\"id\":1,\"result\":%s}]", cases[i].result);
        struct reply reply;
        assert_int_equal(parse(&reply, text), ERR_OK);
        const uint8_t *bytes = NULL;
        size_t len = 0;
        uint64_t number = 0;
        if (rpc_bytes(&reply.answers[0], &reply.arena, &bytes, &len) != cases[i].bytes ||
            rpc_quantity(&reply.answers[0], &number) != cases[i].quantity)
            fail_msg("%s", cases[i].result);
        assert_int_equal(len, cases[i].len);
        assert_int_equal(number, cases[i].number);
        drop(&reply);
    }
}

static void an_answers_error_is_handed_on(void **state)
{
    (void)state;
    struct reply reply;
    assert_int_equal(parse(&reply, "[{\"id\":1,\"error\":{\"code\":3}},{\"id\":2,\"error\":{}}]"),
                     ERR_OK);
    static const enum err expected[CALLS] = {ERR_REVERTED, ERR_RPC, ERR_BAD_FORMAT};
    for (size_t i = 0; i < CALLS; i++) {
        const uint8_t *bytes;
        size_t len;
        uint64_t number;
        assert_int_equal(rpc_bytes(&reply.answers[i], &reply.arena, &bytes, &len), expected[i]);
        assert_int_equal(rpc_quantity(&reply.answers[i], &number), expected[i]);
    }
    drop(&reply);
}

static void a_recorded_answer_travels_through(void **state)
{
    (void)state;
    cJSON *vectors = load_json_vectors("compute.json");
    const char *expected = vector_str(vectors, "getAllServicesReturn");
    struct buf text = buf_make(BUF_NO_LIMIT);
    buf_printf(&text, "[{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"%s\"}]", expected);
    struct reply reply;
    assert_int_equal(parse(&reply, buf_str(&text)), ERR_OK);
    const uint8_t *bytes;
    size_t len;
    assert_int_equal(rpc_bytes(&reply.answers[1], &reply.arena, &bytes, &len), ERR_OK);
    buf_reset(&text);
    hex_put(&text, bytes, len);
    assert_string_equal(buf_str(&text), expected);
    buf_free(&text);
    drop(&reply);
    cJSON_Delete(vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_numbers_its_calls),
        cmocka_unit_test(an_empty_batch_is_an_empty_array),
        cmocka_unit_test(an_eth_call_names_contract_data_and_block),
        cmocka_unit_test(a_batch_that_failed_has_no_body),
        cmocka_unit_test(answers_are_matched_by_id),
        cmocka_unit_test(a_null_result_is_a_result),
        cmocka_unit_test(one_error_spoils_no_other_answer),
        cmocka_unit_test(an_error_object_in_place_of_the_array_is_every_calls_answer),
        cmocka_unit_test(an_error_without_id_is_that_of_the_calls_without_answer),
        cmocka_unit_test(errors_of_an_odd_form_stay_errors),
        cmocka_unit_test(reverts_are_told_in_many_ways),
        cmocka_unit_test(the_arguments_of_a_custom_error_are_kept),
        cmocka_unit_test(other_bodies_are_refused),
        cmocka_unit_test(size_depth_and_number_are_bounded),
        cmocka_unit_test(a_full_arena_leaves_no_answer_behind),
        cmocka_unit_test(ids_out_of_range_touch_nothing),
        cmocka_unit_test(results_are_read_as_bytes_and_numbers),
        cmocka_unit_test(an_answers_error_is_handed_on),
        cmocka_unit_test(a_recorded_answer_travels_through),
    };
    return cmocka_run_group_tests_name("rpc", tests, NULL, NULL);
}
