#include "panel/source.h"

#include "support_settings.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "panel/chain_read.h"

#define SEPARATOR " \xc2\xb7 "

static struct settings settings;
static struct source source;

static void set_up(char *const *environment, enum source_id id)
{
    load_good(&settings, environment);
    source_init(&source, &source_rows[id], &settings);
}

static int tear_down(void **state)
{
    (void)state;
    source_free(&source);
    settings_free(&settings);
    return 0;
}

#define GALILEO ENVIRONMENT("ZG_NETWORK=galileo")
#define LOCAL                                                                                      \
    ENVIRONMENT("ZG_CHAIN_RPC=http://127.0.0.1:8545",                                              \
                "ZG_SERVING_CONTRACT=0x0165878A594ca255338adfa4d48449f69242Eb8F")

static void give_value(int64_t mono_ms)
{
    static const int value;
    source.value = &value;
    source.fetched_mono_ms = mono_ms;
}

static void nothing_good_yet_is_an_error_that_asks_to_wait(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    set_up(GALILEO, SOURCE_CHAIN);
    assert_int_equal(source_state(&source, source.due_ms), STATE_ERROR);
    const char *reason = source_reason(&source, text);
    assert_memory_equal(reason, "not read yet" SEPARATOR "since 20", 23);
    assert_non_null(strstr(reason, SEPARATOR "wait for the first answer"));
}

static void a_value_is_fresh_until_its_time_is_over(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    set_up(GALILEO, SOURCE_CHAIN);
    give_value(1000);
    assert_int_equal(source_state(&source, 1000), STATE_FRESH);
    assert_int_equal(source_state(&source, 1000 + 15000), STATE_FRESH);
    assert_int_equal(source_state(&source, 1000 + 15001), STATE_STALE);
    assert_null(source_reason(&source, text));
}

static void a_failure_leaves_the_value_fresh_and_says_why(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    set_up(GALILEO, SOURCE_CHAIN);
    give_value(1000);
    source.err = ERR_TIMEOUT;
    assert_int_equal(source_state(&source, 2000), STATE_FRESH);
    assert_non_null(source_reason(&source, text));
    assert_int_equal(source_state(&source, 100000), STATE_STALE);
}

static void a_flaw_makes_it_stale_at_once(void **state)
{
    (void)state;
    set_up(GALILEO, SOURCE_CHAIN);
    give_value(1000);
    source.flawed = true;
    source.err = ERR_HEAD_STUCK;
    assert_int_equal(source_state(&source, 1000), STATE_STALE);
}

static void an_off_source_stays_off_and_says_how_to_turn_it_on(void **state)
{
    (void)state;
    char text[REASON_BYTES];
    set_up(GALILEO, SOURCE_LEDGER);
    give_value(1000);
    assert_int_equal(source_state(&source, 1000), STATE_OFF);
    assert_non_null(strstr(source_reason(&source, text), "set ZG_WALLET_ADDRESS"));
}

static void the_pace_is_the_network_s(void **state)
{
    (void)state;
    static const struct {
        enum source_id id;
        struct pace local, public_pace;
    } expected[] = {
        {SOURCE_CHAIN, {2000, 15000}, {4000, 15000}},
        {SOURCE_COMPUTE, {5000, 15000}, {15000, 45000}},
        {SOURCE_LEDGER, {5000, 15000}, {15000, 45000}},
        {SOURCE_STORAGE, {5000, 15000}, {15000, 45000}},
        {SOURCE_INFT, {5000, 15000}, {15000, 45000}},
        {SOURCE_GPU, {2000, 15000}, {2000, 15000}},
        {SOURCE_JOBS, {250, 15000}, {250, 15000}},
        {SOURCE_STATUS, {15000, 45000}, {15000, 45000}},
        {SOURCE_MIRROR, {15000, 45000}, {15000, 45000}},
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        set_up(GALILEO, expected[i].id);
        assert_memory_equal(&source.pace, &expected[i].public_pace, sizeof source.pace);
        tear_down(NULL);
        set_up(LOCAL, expected[i].id);
        assert_memory_equal(&source.pace, &expected[i].local, sizeof source.pace);
        if (i + 1 < COUNT(expected))
            tear_down(NULL);
    }
}

static void every_row_has_its_place_and_its_functions(void **state)
{
    (void)state;
    static const char *const keys[] = {"chain", "compute", "ledger", "storage", "inft",
                                       "gpu",   "jobs",    "status", "mirror",  "probe"};
    set_up(ENVIRONMENT("ZG_NETWORK=galileo",
                       "ZG_WALLET_ADDRESS=0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
           SOURCE_CHAIN);
    assert_int_equal(COUNT(keys), SOURCE_COUNT);
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const struct source_row *row = &source_rows[i];
        assert_string_equal(row->key, keys[i]);
        if (!row->off(&settings)) {
            assert_non_null(row->method);
            assert_non_null(row->plan);
            assert_non_null(row->parse);
            assert_non_null(row->endpoint(&settings));
        }
    }
}

static void states_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(source_state_name(STATE_FRESH), "fresh");
    assert_string_equal(source_state_name(STATE_STALE), "stale");
    assert_string_equal(source_state_name(STATE_ERROR), "error");
    assert_string_equal(source_state_name(STATE_OFF), "off");
}

/* "what · since when · what to do", none of the three empty. */
static void assert_form(const char *reason)
{
    size_t len = strlen(reason);
    assert_true(len > 0 && len < REASON_BYTES - 1); /* the last byte unused: nothing was cut */
    for (size_t at = 0, bytes; at < len; at += bytes) {
        bytes = utf8_sequence(reason + at, len - at);
        assert_int_not_equal(bytes, 0);
    }
    const char *since = strstr(reason, SEPARATOR "since ");
    assert_non_null(since);
    assert_true(since > reason);
    const char *remedy = strstr(since + 1, SEPARATOR);
    assert_non_null(remedy);
    assert_true(strlen(remedy) > strlen(SEPARATOR) + 10);
    assert_null(strstr(remedy + 1, SEPARATOR));
    assert_null(strchr(reason, '%'));
    assert_null(strstr(reason, "(null)"));
}

static void every_error_has_a_reason_in_three_parts(void **state)
{
    (void)state;
    set_up(GALILEO, SOURCE_CHAIN);
    source.failing_since_ms = 1767323045678;
    source.next_try_ms = 1767323055678;
    for (int err = ERR_OK + 1; err < ERR_COUNT; err++) {
        char text[REASON_BYTES];
        source.err = (enum err)err;
        const char *reason = source_reason(&source, text);
        assert_form(reason);
        assert_memory_equal(reason, err_text(source.err), strlen(err_text(source.err)));
        assert_non_null(strstr(reason, "(https://evmrpc-testnet.0g.ai)"));
        assert_non_null(strstr(reason, "since 2026-01-02T03:04:05.678Z"));
    }
}

static void being_slowed_down_says_when_it_goes_on(void **state)
{
    (void)state;
    static const enum err slow[] = {ERR_RATE_LIMITED, ERR_OWN_LIMIT};
    set_up(GALILEO, SOURCE_CHAIN);
    source.next_try_ms = 1767323055678;
    for (size_t i = 0; i < COUNT(slow); i++) {
        char text[REASON_BYTES];
        source.err = slow[i];
        assert_non_null(strstr(source_reason(&source, text), "2026-01-02T03:04:15.678Z"));
    }
    char text[REASON_BYTES];
    assert_non_null(strstr(source_reason(&source, text), "ZG_MAX_REQ_PER_MIN"));
}

static void off_reasons_have_the_form_too(void **state)
{
    (void)state;
    set_up(GALILEO, SOURCE_CHAIN);
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const char *off = source_rows[i].off(&settings);
        if (off)
            assert_form(off);
    }
}

static void a_url_that_may_hold_a_key_is_never_shown(void **state)
{
    (void)state;
    static char *const urls[] = {
        "ZG_CHAIN_RPC=https://node.example/v2/hunter2",
        "ZG_CHAIN_RPC=https://hunter2@node.example",
        "ZG_CHAIN_RPC=https://node.example?hunter2",
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        if (i > 0)
            tear_down(NULL);
        set_up(ENVIRONMENT("ZG_NETWORK=galileo", urls[i]), SOURCE_CHAIN);
        for (int err = ERR_OK + 1; err < ERR_COUNT; err++) {
            char text[REASON_BYTES];
            source.err = (enum err)err;
            const char *reason = source_reason(&source, text);
            assert_form(reason);
            assert_null(strstr(reason, "hunter2"));
            assert_null(strstr(reason, "node.example"));
            assert_non_null(strstr(reason, "$ZG_CHAIN_RPC"));
        }
    }
}

static void the_longest_host_name_cuts_no_remedy(void **state)
{
    (void)state;
    char line[2000] = "ZG_CHAIN_RPC=https://";
    size_t start = strlen(line);
    static const size_t lens[] = {253, 1500};
    for (size_t i = 0; i < COUNT(lens); i++) {
        memset(line + start, 'a', lens[i]);
        for (size_t k = 60; k < lens[i]; k += 61)
            line[start + k] = '.';
        strcpy(line + start + lens[i], ":65535");
        if (i > 0)
            tear_down(NULL);
        set_up(ENVIRONMENT("ZG_NETWORK=galileo", line), SOURCE_CHAIN);
        for (int err = ERR_OK + 1; err < ERR_COUNT; err++) {
            char text[REASON_BYTES];
            source.err = (enum err)err;
            assert_form(source_reason(&source, text));
        }
        if (i == 0) {
            char text[REASON_BYTES];
            assert_non_null(strstr(source_reason(&source, text), ":65535)"));
        }
    }
}

static void a_step_has_a_bounded_number_of_exchanges(void **state)
{
    (void)state;
    set_up(GALILEO, SOURCE_COMPUTE);
    struct round *round = &source.round;
    for (size_t i = 0; i < ROUND_MAX_EXCHANGES; i++) {
        struct exchange *x = round_rpc(round, &settings.chain_rpc);
        assert_non_null(x);
        assert_ptr_equal(x->round, round);
        assert_int_equal(x->batch.count, 0);
    }
    assert_null(round_rpc(round, &settings.chain_rpc));
    assert_int_equal(round->count, ROUND_MAX_EXCHANGES);
}

/* --- what every chain exchange proves --- */

/* An exchange that the node answered with this chain id and block. */
static enum err check_exchange(const char *chain_id, const char *number, int64_t time_ms)
{
    struct round *round = &source.round;
    struct exchange *x = chain_exchange(round);
    struct buf text = buf_make(BUF_NO_LIMIT);
    assert_non_null(x);
    assert_int_equal(x->batch.count, 2);
    buf_printf(&text,
               "[{\"id\":1,\"result\":%s},"
               "{\"id\":2,\"result\":{\"number\":%s,\"timestamp\":\"0x%llx\"}}]",
               chain_id, number, (unsigned long long)(time_ms / 1000));
    assert_int_equal(rpc_parse(text.data, text.len, text.len, 2, x->answers, &round->work, &x->doc),
                     ERR_OK);
    enum err err = chain_check(round, x);
    cJSON_Delete(x->doc);
    rpc_batch_free(&x->batch);
    buf_free(&text);
    return err;
}

static void an_exchange_proves_its_chain_and_block(void **state)
{
    (void)state;
    int64_t now = clock_wall_ms();
    static const struct {
        const char *chain_id, *number;
        enum err err;
    } cases[] = {
        {"\"0x40da\"", "\"0x10\"", ERR_OK}, /* 16602 */
        {"\"0x7a69\"", "\"0x10\"", ERR_WRONG_CHAIN},
        {"\"0x1000000000040da\"", "\"0x10\"", ERR_WRONG_CHAIN},
        {"\"0x100000000000040da\"", "\"0x10\"", ERR_OVERFLOW},
        {"16602", "\"0x10\"", ERR_BAD_FORMAT},
        {"null", "\"0x10\"", ERR_BAD_FORMAT},
        {"\"0x40da\"", "16", ERR_BAD_FORMAT},
        {"\"0x40da\"", "null", ERR_BAD_FORMAT}, /* a pending block */
        {"\"0x40da\"", "\"0x20000000000000\"", ERR_OK},
        {"\"0x40da\"", "\"0x20000000000001\"", ERR_OVERFLOW},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (i > 0)
            tear_down(NULL);
        set_up(GALILEO, SOURCE_CHAIN);
        enum err err = check_exchange(cases[i].chain_id, cases[i].number, now);
        if (err != cases[i].err)
            fail_msg("case %zu gives %s", i, err_name(err));
        assert_int_equal(source.round.has_head, err == ERR_OK);
    }
}

static void a_round_is_as_old_as_its_oldest_exchange(void **state)
{
    (void)state;
    int64_t now = clock_wall_ms();
    set_up(GALILEO, SOURCE_CHAIN);
    const struct head *head = &source.round.head;
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x14\"", now), ERR_OK);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x10\"", now - 90000), ERR_OK);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x15\"", now), ERR_OK);
    assert_int_equal(head->number, 0x10);
    assert_int_equal(head->time_ms, (now - 90000) / 1000 * 1000);
    assert_int_equal(source.round.flaw, ERR_HEAD_STUCK); /* older than 60 s */
}

static void a_recent_head_is_no_flaw(void **state)
{
    (void)state;
    int64_t now = clock_wall_ms();
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_HEAD_MAX_AGE_MS=5000"), SOURCE_CHAIN);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x14\"", now - 3000), ERR_OK);
    assert_int_equal(source.round.flaw, ERR_OK);
    tear_down(NULL);
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_HEAD_MAX_AGE_MS=5000"), SOURCE_CHAIN);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x14\"", now - 7000), ERR_OK);
    assert_int_equal(source.round.flaw, ERR_HEAD_STUCK);
}

static void a_head_from_the_future_says_that_a_clock_is_wrong(void **state)
{
    (void)state;
    int64_t now = clock_wall_ms();
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_HEAD_MAX_AGE_MS=5000"), SOURCE_CHAIN);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x14\"", now + 3000), ERR_OK);
    assert_int_equal(source.round.flaw, ERR_OK);
    tear_down(NULL);
    set_up(ENVIRONMENT("ZG_NETWORK=galileo", "ZG_HEAD_MAX_AGE_MS=5000"), SOURCE_CHAIN);
    assert_int_equal(check_exchange("\"0x40da\"", "\"0x14\"", now + 8000), ERR_OK);
    assert_int_equal(source.round.flaw, ERR_HEAD_AHEAD);
}

#define TEST(function) cmocka_unit_test_teardown(function, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_good_yet_is_an_error_that_asks_to_wait),
        TEST(a_value_is_fresh_until_its_time_is_over),
        TEST(a_failure_leaves_the_value_fresh_and_says_why),
        TEST(a_flaw_makes_it_stale_at_once),
        TEST(an_off_source_stays_off_and_says_how_to_turn_it_on),
        TEST(the_pace_is_the_network_s),
        TEST(every_row_has_its_place_and_its_functions),
        TEST(states_have_their_names),
        TEST(every_error_has_a_reason_in_three_parts),
        TEST(being_slowed_down_says_when_it_goes_on),
        TEST(off_reasons_have_the_form_too),
        TEST(a_url_that_may_hold_a_key_is_never_shown),
        TEST(the_longest_host_name_cuts_no_remedy),
        TEST(a_step_has_a_bounded_number_of_exchanges),
        TEST(an_exchange_proves_its_chain_and_block),
        TEST(a_round_is_as_old_as_its_oldest_exchange),
        TEST(a_recent_head_is_no_flaw),
        TEST(a_head_from_the_future_says_that_a_clock_is_wrong),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
