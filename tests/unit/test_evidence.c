/* Evidence from the exchanges of a round to the JSON of its route. */
#include "panel/evidence_view.h"

#include "support_settings.h"

#include "net/http.h"
#include "panel/evidence_names.h"

#define WALLET "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

static struct settings settings;
static struct evidence_board board;
static struct round round_;
static struct arena arena;

static void set_up(char *const *environment)
{
    load_good(&settings, environment);
    evidence_board_init(&board);
    arena = arena_make(0);
    round_ = (struct round){.settings = &settings};
}

static int tear_down(void **state)
{
    (void)state;
    evidence_board_free(&board);
    settings_free(&settings);
    arena_free(&arena);
    return 0;
}

static void set_up_galileo(void)
{
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_WALLET_ADDRESS=" WALLET));
}

static const struct endpoint *endpoint_of(const char *variable, const char *url)
{
    struct endpoint *e = arena_alloc(&arena, sizeof *e);
    assert_int_equal(endpoint_make(e, variable, url, NULL, &arena), ERR_OK);
    return e;
}

/* The exchange at that place of the step; path NULL: a batch. */
static struct exchange *exchange_at(size_t index, const struct endpoint *endpoint, const char *path)
{
    struct exchange *x = &round_.exchanges[index];
    *x = (struct exchange){.round = &round_, .endpoint = endpoint, .path = path};
    return x;
}

static void answer(struct evidence *e, const struct exchange *x, const char *text)
{
    const struct http_response reply = {
        .status = 200, .body = text, .body_len = strlen(text), .timing = {.ended_us = 12345}};
    evidence_ended(e, x, &reply, ERR_OK);
}

static void publish(struct evidence *e, enum source_id id, enum err err)
{
    e->shown_under = id;
    e->reader = source_rows[id].key;
    e->err = err;
    e->good = !err;
    e->read_ms = 1767323100000;
    evidence_publish(&board, id, e);
}

static cJSON *view_of(enum source_id id, bool here)
{
    cJSON *doc;
    const struct evidence_view view = {.settings = &settings,
                                       .board = &board,
                                       .source = id,
                                       .reason = "",
                                       .here = here,
                                       .site = "http://[::1]:8080"};
    struct buf text = buf_make(EVIDENCE_REPLY_BYTES);
    struct json_writer w = json_writer_make(&text);
    evidence_put(&w, &view);
    assert_int_equal(text.err, ERR_OK);
    assert_int_equal(json_parse(text.data, text.len, SIZE_MAX, &doc), ERR_OK);
    buf_free(&text);
    return doc;
}

static const cJSON *reading_at(const cJSON *doc, int index)
{
    return cJSON_GetArrayItem(json_get(doc, "readings"), index);
}

static const cJSON *request_at(const cJSON *doc, int index)
{
    return cJSON_GetArrayItem(json_get(reading_at(doc, 0), "requests"), index);
}

static void a_request_comes_with_its_answer_and_its_line(void **state)
{
    (void)state;
    static const char body[] =
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":[{\"to\":\"" WALLET
        "\",\"data\":\"0xf7cd6af90000\"},\"latest\"]}]";
    set_up_galileo();
    struct evidence *e = evidence_new();
    const struct exchange *x = exchange_at(0, &settings.chain_rpc, NULL);
    evidence_sent(e, x, body, sizeof body - 1);
    answer(e, x, "[{\"id\":1,\"result\":\"0x\"}]");
    publish(e, SOURCE_LEDGER, ERR_OK);

    cJSON *doc = view_of(SOURCE_LEDGER, false);
    const cJSON *request = request_at(doc, 0);
    assert_string_equal(json_get_str(request, "method"), "POST");
    assert_string_equal(json_get_str(request, "url"), "https://evmrpc-testnet.0g.ai");
    assert_string_equal(json_get_str(request, "body"), body);
    assert_string_equal(json_get_str(request, "answer"), "[{\"id\":1,\"result\":\"0x\"}]");
    assert_int_equal(json_get(request, "tookMs")->valueint, 12);
    assert_int_equal(json_get(request, "status")->valueint, 200);
    char line[512];
    snprintf(line, sizeof line,
             "curl -gsS -H 'content-type: application/json' --data-raw '%s' "
             "'https://evmrpc-testnet.0g.ai'",
             body);
    assert_string_equal(json_get_str(request, "curl"), line);
    const cJSON *call = cJSON_GetArrayItem(json_get(request, "calls"), 0);
    assert_string_equal(json_get_str(call, "contract"), WALLET);
    assert_string_equal(json_get_str(call, "function"), "getLedger(address)");
    assert_string_equal(json_get_str(call, "explorer"),
                        "https://chainscan-galileo.0g.ai/address/" WALLET);
    cJSON_Delete(doc);
}

static void the_line_names_the_variable_of_what_may_not_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *url, *path, *there, *here;
    } cases[] = {
        {"http://127.0.0.1:1", "/a?b=c", "\"${ZG_STATUS_URL%/}\"'/a?b=c'",
         "'http://127.0.0.1:1/a?b=c'"},
        {"http://127.0.0.1:1", "", "\"$ZG_STATUS_URL\"", "'http://127.0.0.1:1'"},
        {"http://127.0.0.1:1/key12", "/a", "\"${ZG_STATUS_URL%/}\"'/a'",
         "\"${ZG_STATUS_URL%/}\"'/a'"},
        {"https://x.example", "/it's", "'https://x.example/it'\\''s'",
         "'https://x.example/it'\\''s'"},
        {"https://x.example/?k=1234", "", "\"$ZG_STATUS_URL\"", "\"$ZG_STATUS_URL\""},
        {"https://x.example/?k=1234", "/a", NULL, NULL}, /* nothing can just follow a query */
    };
    set_up_galileo();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct evidence *e = evidence_new();
        const struct exchange *x =
            exchange_at(0, endpoint_of("ZG_STATUS_URL", cases[i].url), cases[i].path);
        evidence_sent(e, x, NULL, 0);
        answer(e, x, "{}");
        publish(e, SOURCE_STATUS, ERR_OK);
        for (int here = 0; here < 2; here++) {
            char line[128];
            const char *target = here ? cases[i].here : cases[i].there;
            cJSON *doc = view_of(SOURCE_STATUS, here);
            const char *given = json_get_str(request_at(doc, 0), "curl");
            snprintf(line, sizeof line, "curl -gsS %s", target ? target : "");
            if (target)
                assert_string_equal(given, line);
            else
                assert_null(given);
            cJSON_Delete(doc);
        }
    }
}

/* The text of `len` times that byte. */
static const char *repeated(char byte, size_t len)
{
    char *text = arena_alloc(&arena, len + 1);
    memset(text, byte, len);
    return text;
}

/* Of what stands on the chain the name is a description. */
static void a_name_that_is_no_variable_makes_no_line(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *line;
    } cases[] = {
        {"tokenURI", "curl -gsS \"$tokenURI\""},
        {"the provider's URL", NULL},
        {"", NULL},
        {"a`id`", NULL},
    };
    set_up_galileo();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct evidence *e = evidence_new();
        const struct exchange *x =
            exchange_at(0, endpoint_of(cases[i].variable, "https://x.example/some/where"), "");
        evidence_sent(e, x, NULL, 0);
        answer(e, x, "{}");
        publish(e, SOURCE_INFT, ERR_OK);
        cJSON *doc = view_of(SOURCE_INFT, false);
        const char *line = json_get_str(request_at(doc, 0), "curl");
        if (cases[i].line)
            assert_string_equal(line, cases[i].line);
        else
            assert_null(line);
        cJSON_Delete(doc);
    }
}

/* With a key in the node's URL the line asks the node that everybody may. */
static void the_line_asks_the_public_node_in_place_of_a_secret_one(void **state)
{
    (void)state;
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_CHAIN_RPC=https://x.example/v3/k3yk3yk3y"));
    struct evidence *e = evidence_new();
    const struct exchange *x = exchange_at(0, &settings.chain_rpc, NULL);
    evidence_sent(e, x, "[]", 2);
    answer(e, x, "no such path: /v3/k3yk3yk3y");
    publish(e, SOURCE_CHAIN, ERR_OK);
    for (int here = 0; here < 2; here++) {
        cJSON *doc = view_of(SOURCE_CHAIN, here);
        const cJSON *request = request_at(doc, 0);
        const char *line = json_get_str(request, "curl");
        assert_string_equal(json_get_str(request, "url"), "$ZG_CHAIN_RPC");
        assert_string_equal(json_get_str(request, "answer"), "no such path: /v3/[redacted]");
        assert_string_equal(strrchr(line, ' '), " 'https://evmrpc-testnet.0g.ai'");
        cJSON_Delete(doc);
    }
}

static void what_is_too_long_is_cut_and_says_so(void **state)
{
    (void)state;
    set_up_galileo();
    struct evidence *e = evidence_new();
    const struct exchange *x = exchange_at(0, &settings.chain_rpc, NULL);
    evidence_sent(e, x, repeated('b', EVIDENCE_BODY_BYTES + 1), EVIDENCE_BODY_BYTES + 1);
    answer(e, x, repeated('a', EVIDENCE_ANSWER_BYTES + 1));
    const struct exchange *y = exchange_at(1, &settings.chain_rpc, NULL);
    evidence_sent(e, y, repeated('b', EVIDENCE_BODY_BYTES), EVIDENCE_BODY_BYTES);
    answer(e, y, repeated('a', EVIDENCE_ANSWER_BYTES));
    publish(e, SOURCE_CHAIN, ERR_OK);
    cJSON *doc = view_of(SOURCE_CHAIN, false);
    const cJSON *cut = request_at(doc, 0), *whole = request_at(doc, 1);
    assert_true(cJSON_IsNull(json_get(cut, "body")));
    assert_true(cJSON_IsNull(json_get(cut, "curl")));
    assert_int_equal(strlen(json_get_str(cut, "answer")), EVIDENCE_ANSWER_BYTES);
    assert_int_equal(json_get(cut, "answerBytes")->valueint, EVIDENCE_ANSWER_BYTES + 1);
    assert_true(cJSON_IsTrue(json_get(cut, "answerTruncated")));
    assert_int_equal(strlen(json_get_str(whole, "body")), EVIDENCE_BODY_BYTES);
    assert_non_null(json_get_str(whole, "curl"));
    assert_true(cJSON_IsFalse(json_get(whole, "answerTruncated")));
    cJSON_Delete(doc);
}

/* However much a round asks, its evidence stays small. */
static void a_reading_has_a_limit(void **state)
{
    (void)state;
    enum { STEPS = 10 };
    set_up_galileo();
    struct evidence *e = evidence_new();
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < ROUND_MAX_EXCHANGES; i++) {
            const struct exchange *x = exchange_at(i, &settings.chain_rpc, NULL);
            evidence_sent(e, x, repeated('b', EVIDENCE_BODY_BYTES), EVIDENCE_BODY_BYTES);
            answer(e, x, repeated('a', 1000000));
        }
        evidence_end_step(e, ROUND_MAX_EXCHANGES);
    }
    assert_true(e->texts.used <= EVIDENCE_TEXT_BYTES);
    publish(e, SOURCE_CHAIN, ERR_OK);
    cJSON *doc = view_of(SOURCE_CHAIN, false);
    int shown = cJSON_GetArraySize(json_get(reading_at(doc, 0), "requests"));
    assert_in_range(shown, 4, EVIDENCE_REQUESTS);
    assert_int_equal(json_get(reading_at(doc, 0), "requestsOmitted")->valueint,
                     STEPS * ROUND_MAX_EXCHANGES - shown);
    cJSON_Delete(doc);
}

/* Answers come in any order. */
static void requests_stand_in_the_order_they_were_planned(void **state)
{
    (void)state;
    set_up_galileo();
    struct evidence *e = evidence_new();
    const struct endpoint *web = endpoint_of("ZG_STATUS_URL", "https://x.example");
    const struct exchange *first = exchange_at(0, web, "/first");
    const struct exchange *second = exchange_at(1, web, "/second");
    evidence_sent(e, first, NULL, 0);
    evidence_sent(e, second, NULL, 0);
    answer(e, second, "2");
    answer(e, first, "1");
    evidence_end_step(e, 2);
    const struct exchange *third = exchange_at(0, web, "/third");
    evidence_ended(e, third, NULL, ERR_OWN_LIMIT); /* it was never sent */
    publish(e, SOURCE_STATUS, ERR_OK);
    cJSON *doc = view_of(SOURCE_STATUS, false);
    static const char *const urls[] = {"https://x.example/first", "https://x.example/second",
                                       "https://x.example/third"};
    static const char *const answers[] = {"1", "2", NULL};
    for (int i = 0; i < 3; i++) {
        const char *text = json_get_str(request_at(doc, i), "answer");
        assert_string_equal(json_get_str(request_at(doc, i), "url"), urls[i]);
        if (answers[i])
            assert_string_equal(text, answers[i]);
        else
            assert_null(text);
    }
    assert_true(cJSON_IsNull(json_get(request_at(doc, 2), "sentAt")));
    assert_string_equal(json_get_str(request_at(doc, 2), "code"), err_name(ERR_OWN_LIMIT));
    cJSON_Delete(doc);
}

static void a_good_reading_ends_the_failed_one(void **state)
{
    (void)state;
    set_up_galileo();
    static const struct {
        enum err err;
        int readings;
    } steps[] = {{ERR_TIMEOUT, 1}, {ERR_OK, 1}, {ERR_TIMEOUT, 2}, {ERR_CONNECT, 2}, {ERR_OK, 1}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        publish(evidence_new(), SOURCE_CHAIN, steps[i].err);
        cJSON *doc = view_of(SOURCE_CHAIN, false);
        const cJSON *last = reading_at(doc, steps[i].readings - 1);
        assert_int_equal(cJSON_GetArraySize(json_get(doc, "readings")), steps[i].readings);
        assert_int_equal(cJSON_IsTrue(json_get(last, "good")), !steps[i].err);
        if (steps[i].err)
            assert_string_equal(json_get_str(last, "code"), err_name(steps[i].err));
        cJSON_Delete(doc);
    }
}

static void who_holds_evidence_keeps_it(void **state)
{
    (void)state;
    set_up_galileo();
    publish(evidence_new(), SOURCE_CHAIN, ERR_TIMEOUT);
    struct evidence_pair held = evidence_acquire(&board, SOURCE_CHAIN);
    assert_null(held.good);
    publish(evidence_new(), SOURCE_CHAIN, ERR_OK);
    assert_int_equal(held.failed->err, ERR_TIMEOUT);
    evidence_release(held.good);
    evidence_release(held.failed);
}

static void figures_are_named_and_say_where_they_come_from(void **state)
{
    (void)state;
    set_up_galileo();
    struct evidence *e = evidence_new();
    buf_puts(&e->values, "{\"ledger\":{\"availableNeuron\":\"12\",\"accounts\":"
                         "[{\"balanceNeuron\":\"9007199254740993\"}],\"more\":[");
    publish(e, SOURCE_LEDGER, ERR_OK);
    cJSON *doc = view_of(SOURCE_LEDGER, false);
    const cJSON *values = json_get(reading_at(doc, 0), "values");
    const cJSON *account = cJSON_GetArrayItem(values, 1);
    assert_int_equal(cJSON_GetArraySize(values), 2);
    assert_string_equal(json_get_str(account, "name"), "ledger.accounts[0].balanceNeuron");
    assert_string_equal(json_get_str(account, "value"), "9007199254740993");
    assert_string_equal(json_get_str(account, "from"), "getAccountsByUser: accounts[].balance");
    assert_true(cJSON_IsTrue(json_get(reading_at(doc, 0), "valuesTruncated")));
    cJSON_Delete(doc);
}

static void a_scan_stands_under_the_source_it_works_for(void **state)
{
    (void)state;
    set_up_galileo();
    struct evidence *scan = evidence_new();
    publish(scan, SOURCE_STORAGE_SCAN, ERR_OK);
    scan->shown_under = SOURCE_STORAGE;
    static const struct {
        enum source_id id;
        int readings;
    } cases[] = {{SOURCE_STORAGE, 1}, {SOURCE_CHAIN, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *doc = view_of(cases[i].id, false);
        assert_int_equal(cJSON_GetArraySize(json_get(doc, "readings")), cases[i].readings);
        cJSON_Delete(doc);
    }
}

static void every_function_that_is_called_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(evidence_function("0xfd54b228"), "tree()");
    assert_string_equal(evidence_function("0xa09cfca9000000"), "getAllServices(uint256,uint256)");
    assert_string_equal(evidence_function("0xb09afec1"), "getTokenData(uint256)");
    assert_null(evidence_function("0xdeadbeef"));
    assert_null(evidence_function("0x"));
    assert_null(evidence_function(""));
    assert_null(evidence_function("0xfd54b22z"));
}

static void an_index_fits_any_in_the_table(void **state)
{
    (void)state;
    assert_non_null(evidence_origin(SOURCE_COMPUTE, "services[12].model"));
    assert_null(evidence_origin(SOURCE_COMPUTE, "services[12].modelName"));
    assert_null(evidence_origin(SOURCE_COMPUTE, "services[12].mod"));
    assert_null(evidence_origin(SOURCE_LEDGER, "services[12].model"));
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_comes_with_its_answer_and_its_line),
        TEST(the_line_names_the_variable_of_what_may_not_be_shown),
        TEST(a_name_that_is_no_variable_makes_no_line),
        TEST(the_line_asks_the_public_node_in_place_of_a_secret_one),
        TEST(what_is_too_long_is_cut_and_says_so),
        TEST(a_reading_has_a_limit),
        TEST(requests_stand_in_the_order_they_were_planned),
        TEST(a_good_reading_ends_the_failed_one),
        TEST(who_holds_evidence_keeps_it),
        TEST(figures_are_named_and_say_where_they_come_from),
        TEST(a_scan_stands_under_the_source_it_works_for),
        cmocka_unit_test(every_function_that_is_called_has_its_name),
        cmocka_unit_test(an_index_fits_any_in_the_table),
    };
    return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
