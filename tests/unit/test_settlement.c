#include "zerog/settlement.h"

#include "support_calls.h"
#include "support_chain.h"

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

enum { SERVING = 100, LEDGER = 200 };

/* One log of a chain that a test makes up; `party` is the provider or the service. */
struct made {
    const char *signature;
    uint64_t block, index, tx, user, party;
    amount value;
    uint64_t status;
    uint64_t contract; /* 0: the right one */
};

#define SPENT(b, i, t, u, v)                                                                       \
    {                                                                                              \
        SETTLEMENT_FUND_SPENT, b, i, t, u, SERVING, v, 0, 0                                        \
    }
#define BALANCE(b, i, t, u, p, v)                                                                  \
    {                                                                                              \
        SETTLEMENT_BALANCE_UPDATED, b, i, t, u, p, v, 0, 0                                         \
    }
#define RESULT(b, i, t, u, s, v)                                                                   \
    {                                                                                              \
        SETTLEMENT_RESULT, b, i, t, u, 0, v, s, 0                                                  \
    }

static struct event make_event(const struct made *m)
{
    struct buf data = buf_make(BUF_NO_LIMIT);
    bool is_result = strcmp(m->signature, SETTLEMENT_RESULT) == 0;
    bool is_spent = strcmp(m->signature, SETTLEMENT_FUND_SPENT) == 0;
    struct event e = {.block = m->block, .index = m->index, .has_time = true};
    struct address user = numbered_address(m->user), party = numbered_address(m->party);
    e.contract = numbered_address(m->contract ? m->contract : is_spent ? LEDGER : SERVING);
    e.time = m->block * 10;
    e.tx[31] = (uint8_t)m->tx;
    assert_int_equal(hex_decode_fixed(m->signature, e.topics[0], HASH_BYTES), ERR_OK);
    event_address_word(&user, e.topics[1]);
    event_address_word(&party, e.topics[2]);
    e.topic_count = is_result ? 2 : 3;
    if (is_result)
        put_word(&data, m->status);
    put_word(&data, m->value);
    if (!is_result && !is_spent)
        put_word(&data, 0); /* pendingRefund */
    e.data_len = data.len;
    uint8_t *bytes = arena_alloc(&arena, data.len);
    assert_non_null(bytes);
    memcpy(bytes, data.data, data.len);
    e.data = bytes;
    buf_free(&data);
    return e;
}

struct joined {
    struct event events[32];
    size_t event_count;
    struct settlement *list;
    size_t count;
};

static enum err join_events(struct joined *j, bool with_ledger)
{
    static struct address serving, ledger;
    serving = numbered_address(SERVING);
    ledger = numbered_address(LEDGER);
    const struct settlement_contracts contracts = {&serving, with_ledger ? &ledger : NULL};
    return settlement_join(j->events, j->event_count, &contracts, &arena, &j->list, &j->count);
}

static void make_events(struct joined *j, const struct made *made, size_t count)
{
    *j = (struct joined){.event_count = count};
    assert_in_range(count, 0, COUNT(j->events));
    for (size_t i = 0; i < count; i++)
        j->events[i] = make_event(&made[i]);
}

static void join(struct joined *j, const struct made *made, size_t count)
{
    make_events(j, made, count);
    assert_int_equal(join_events(j, true), ERR_OK);
}

static void assert_provider(const struct settlement *s, uint64_t number)
{
    struct address expected = numbered_address(number);
    assert_int_equal(s->has_provider, number != 0);
    if (number)
        assert_true(address_equal(&s->provider, &expected));
}

static void assert_fee(const struct settlement *s, bool known, amount fee)
{
    assert_int_equal(s->has_fee, known);
    if (known)
        assert_true(s->fee == fee);
}

static void the_recorded_settlement_is_joined(void **state)
{
    (void)state;
    cJSON *doc = load_json_vectors("compute.json");
    struct event *events;
    size_t count, settlements, rows;
    assert_int_equal(events_parse(cJSON_GetObjectItem(doc, "logs"), 100, &arena, &events, &count),
                     ERR_OK);
    assert_int_equal(count, 12);
    struct address serving = parse_address(vector_str(doc, "inference"));
    const struct settlement_contracts contracts = {&serving, NULL};
    struct settlement *list;
    assert_int_equal(settlement_join(events, count, &contracts, &arena, &list, &settlements),
                     ERR_OK);
    assert_int_equal(settlements, 1);
    struct address user = parse_address(vector_str(doc, "user"));
    struct address provider = parse_address(vector_str(doc, "providerA"));
    assert_true(address_equal(&list->user, &user));
    assert_true(list->has_provider && address_equal(&list->provider, &provider));
    assert_int_equal(list->status, SETTLEMENT_SUCCESS);
    assert_int_equal(list->unsettled, 0);
    assert_true(list->has_fee && list->fee == 123456789000000);
    assert_int_equal(list->result->block, 16);
    struct settlement_sum *sums;
    assert_int_equal(settlement_sums(list, settlements, &arena, &sums, &rows), ERR_OK);
    assert_int_equal(rows, 1);
    assert_true(sums->fees == 123456789000000 && sums->count == 1 && sums->users == 1);
    assert_true(sums->has_last_time && sums->last_time == 0x6b02734b);
    cJSON_Delete(doc);
}

static void fund_spent_is_the_fee(void **state)
{
    (void)state;
    static const struct made made[] = {
        BALANCE(1, 0, 1, 7, 9, 1000), /* a deposit */
        SPENT(2, 0, 2, 7, 40),
        BALANCE(2, 1, 2, 7, 9, 960),
        RESULT(2, 2, 2, 7, SETTLEMENT_SUCCESS, 0),
        SPENT(2, 3, 2, 8, 50),
        BALANCE(2, 4, 2, 8, 9, 0),
        RESULT(2, 5, 2, 8, SETTLEMENT_PARTIAL, 11),
    };
    struct joined j;
    join(&j, made, COUNT(made));
    assert_int_equal(j.count, 2);
    assert_fee(&j.list[0], true, 40);
    assert_fee(&j.list[1], true, 50);
    assert_provider(&j.list[0], 9);
    assert_provider(&j.list[1], 9);
    assert_int_equal(j.list[1].status, SETTLEMENT_PARTIAL);
    assert_int_equal(j.list[1].unsettled, 11);
}

static void without_fund_spent_the_balance_tells_the_fee(void **state)
{
    (void)state;
    static const struct made made[] = {
        BALANCE(1, 0, 1, 7, 9, 1000),  BALANCE(1, 1, 2, 7, 8, 77),  /* with another provider */
        BALANCE(1, 2, 3, 6, 9, 5),     BALANCE(1, 3, 3, 3, 8, 500), /* another user */
        BALANCE(2, 0, 4, 7, 9, 960),   RESULT(2, 1, 4, 7, 0, 0),
        BALANCE(3, 0, 5, 7, 9, 2960), /* a deposit between */
        BALANCE(4, 0, 6, 7, 9, 2900),  RESULT(4, 1, 6, 7, 0, 0),
        BALANCE(5, 0, 7, 3, 9, 1),     RESULT(5, 1, 7, 3, 0, 0), /* nothing before it */
        BALANCE(6, 0, 8, 7, 9, 99999), RESULT(6, 1, 8, 7, 0, 0), /* more than before: no fee */
    };
    struct joined j;
    join(&j, made, COUNT(made));
    assert_int_equal(j.count, 4);
    assert_fee(&j.list[0], true, 40);
    assert_fee(&j.list[1], true, 60);
    assert_fee(&j.list[2], false, 0);
    assert_fee(&j.list[3], false, 0);
}

static void logs_may_come_in_any_order_and_twice(void **state)
{
    (void)state;
    static const struct made made[] = {
        RESULT(2, 5, 2, 8, 0, 0),     BALANCE(2, 1, 2, 7, 9, 960), SPENT(2, 0, 2, 7, 40),
        RESULT(2, 2, 2, 7, 0, 0),     SPENT(2, 3, 2, 8, 50),       BALANCE(2, 4, 2, 8, 9, 0),
        BALANCE(2, 1, 2, 7, 9, 960),  RESULT(2, 2, 2, 7, 0, 0),    SPENT(2, 0, 2, 7, 40),
        BALANCE(1, 0, 1, 7, 9, 1000), RESULT(2, 2, 2, 7, 0, 0),
    };
    struct joined j;
    join(&j, made, COUNT(made));
    assert_int_equal(j.count, 2);
    assert_fee(&j.list[0], true, 40);
    assert_fee(&j.list[1], true, 50);
}

static void what_is_not_adjacent_is_not_joined(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct made made[3];
        uint64_t provider;
        bool has_fee;
    } cases[] = {
        {"as it should be",
         {SPENT(2, 0, 2, 7, 40), BALANCE(2, 1, 2, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0)},
         9,
         true},
        {"a gap before the result",
         {SPENT(2, 0, 2, 7, 40), BALANCE(2, 1, 2, 7, 9, 1), RESULT(2, 3, 2, 7, 0, 0)},
         0,
         false},
        {"a gap before the balance",
         {SPENT(2, 0, 2, 7, 40), BALANCE(2, 2, 2, 7, 9, 1), RESULT(2, 3, 2, 7, 0, 0)},
         9,
         false},
        {"another transaction",
         {SPENT(2, 0, 1, 7, 40), BALANCE(2, 1, 1, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0)},
         0,
         false},
        {"another block",
         {SPENT(1, 0, 2, 7, 40), BALANCE(1, 1, 2, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0)},
         0,
         false},
        {"another user",
         {SPENT(2, 0, 2, 7, 40), BALANCE(2, 1, 2, 8, 9, 1), RESULT(2, 2, 2, 7, 0, 0)},
         0,
         false},
        {"spent by another user",
         {SPENT(2, 0, 2, 6, 40), BALANCE(2, 1, 2, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0)},
         9,
         false},
        {"spent on another service",
         {{SETTLEMENT_FUND_SPENT, 2, 0, 2, 7, 55, 40, 0, 0},
          BALANCE(2, 1, 2, 7, 9, 1),
          RESULT(2, 2, 2, 7, 0, 0)},
         9,
         false},
        {"spent in a contract that looks like the ledger",
         {{SETTLEMENT_FUND_SPENT, 2, 0, 2, 7, SERVING, 40, 0, 66},
          BALANCE(2, 1, 2, 7, 9, 1),
          RESULT(2, 2, 2, 7, 0, 0)},
         9,
         false},
        {"a balance of another contract",
         {SPENT(2, 0, 2, 7, 40),
          {SETTLEMENT_BALANCE_UPDATED, 2, 1, 2, 7, 9, 1, 0, 66},
          RESULT(2, 2, 2, 7, 0, 0)},
         0,
         false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct joined j;
        join(&j, cases[i].made, 3);
        if (j.count != 1 || j.list->has_fee != cases[i].has_fee ||
            j.list->has_provider != (cases[i].provider != 0))
            fail_msg("%s", cases[i].what);
        assert_provider(j.list, cases[i].provider);
    }
}

static void a_result_of_another_contract_is_none_of_ours(void **state)
{
    (void)state;
    static const struct made made[] = {{SETTLEMENT_RESULT, 2, 0, 2, 7, 0, 0, 0, LEDGER}};
    struct joined j;
    join(&j, made, COUNT(made));
    assert_int_equal(j.count, 0);
}

static void a_failed_settlement_takes_the_provider_of_its_transaction(void **state)
{
    (void)state;
    static const struct made made[] = {
        RESULT(2, 0, 2, 5, SETTLEMENT_INVALID_NONCE, 70),
        RESULT(2, 1, 2, 6, SETTLEMENT_INVALID_SIGNATURE, 71),
        SPENT(2, 2, 2, 7, 40),
        BALANCE(2, 3, 2, 7, 9, 1),
        RESULT(2, 4, 2, 7, SETTLEMENT_SUCCESS, 0),
        RESULT(2, 5, 2, 8, 9, 72), /* a status this program does not know */
        RESULT(2, 6, 3, 8, SETTLEMENT_NO_TEE_SIGNER, 73),
    };
    struct joined j;
    join(&j, made, COUNT(made));
    assert_int_equal(j.count, 5);
    for (size_t i = 0; i < 4; i++)
        assert_provider(&j.list[i], 9);
    assert_provider(&j.list[4], 0);
    assert_false(j.list[0].has_fee);
    struct settlement_sum *sums;
    size_t rows;
    assert_int_equal(settlement_sums(j.list, j.count, &arena, &sums, &rows), ERR_OK);
    assert_int_equal(rows, 2);
    assert_true(sums[0].has_provider);
    assert_int_equal(sums[0].count, 4);
    assert_int_equal(sums[0].failed, 3);
    assert_int_equal(sums[0].unknown_fee, 0);
    assert_int_equal(sums[0].users, 4);
    assert_true(sums[0].fees == 40);
    assert_false(sums[1].has_provider);
    assert_int_equal(sums[1].failed, 1);
}

static void a_malformed_log_spoils_the_join(void **state)
{
    (void)state;
    static const struct made good[] = {SPENT(2, 0, 2, 7, 40), BALANCE(2, 1, 2, 7, 9, 1),
                                       RESULT(2, 2, 2, 7, 0, 0)};
    static const struct {
        size_t event, topics, data_len;
        enum err err;
    } cases[] = {
        {0, 1, 32, ERR_TRUNCATED}, {0, 2, 32, ERR_TRUNCATED}, {0, 3, 31, ERR_TRUNCATED},
        {1, 2, 64, ERR_TRUNCATED}, {1, 3, 0, ERR_TRUNCATED},  {2, 1, 64, ERR_TRUNCATED},
        {2, 2, 63, ERR_TRUNCATED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct joined j;
        make_events(&j, good, COUNT(good));
        j.events[cases[i].event].topic_count = cases[i].topics;
        j.events[cases[i].event].data_len = cases[i].data_len;
        assert_int_equal(join_events(&j, true), cases[i].err);
        assert_int_equal(j.count, 0);
    }
    struct joined j;
    make_events(&j, good, COUNT(good));
    j.events[1].topics[2][0] = 1; /* no address */
    assert_int_equal(join_events(&j, true), ERR_BAD_FORMAT);
    make_events(&j, good, COUNT(good));
    ((uint8_t *)j.events[0].data)[0] = 1;
    assert_int_equal(join_events(&j, true), ERR_OVERFLOW);
    assert_int_equal(join_events(&j, false), ERR_OK); /* FundSpent is not looked at then */
    assert_int_equal(j.count, 1);
}

static void sums_are_by_provider(void **state)
{
    (void)state;
    static const struct made made[] = {
        SPENT(2, 0, 2, 7, 40),     BALANCE(2, 1, 2, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0),
        SPENT(4, 0, 3, 7, 50),     BALANCE(4, 1, 3, 7, 9, 1), RESULT(4, 2, 3, 7, 1, 5),
        SPENT(3, 0, 4, 8, 60),     BALANCE(3, 1, 4, 8, 9, 1), RESULT(3, 2, 4, 8, 0, 0),
        SPENT(9, 0, 5, 7, 70),     BALANCE(9, 1, 5, 7, 3, 1), RESULT(9, 2, 5, 7, 0, 0),
        BALANCE(9, 4, 6, 6, 3, 1), RESULT(9, 5, 6, 6, 0, 0), /* fee not known */
    };
    struct joined j;
    struct settlement_sum *sums;
    size_t rows;
    join(&j, made, COUNT(made));
    assert_int_equal(settlement_sums(j.list, j.count, &arena, &sums, &rows), ERR_OK);
    assert_int_equal(rows, 2);
    struct address three = numbered_address(3), nine = numbered_address(9);
    assert_true(address_equal(&sums[0].provider, &three));
    assert_true(sums[0].fees == 70 && sums[0].count == 2 && sums[0].unknown_fee == 1);
    assert_int_equal(sums[0].users, 2);
    assert_int_equal(sums[0].last_time, 90);
    assert_true(address_equal(&sums[1].provider, &nine));
    assert_true(sums[1].fees == 150 && sums[1].count == 3 && sums[1].partial == 1);
    assert_int_equal(sums[1].users, 2);
    assert_int_equal(sums[1].failed, 0);
    assert_int_equal(sums[1].last_block, 4);
    assert_int_equal(sums[1].last_time, 40);
    assert_false(sums[1].overflow);
}

static void a_sum_that_overflows_says_so(void **state)
{
    (void)state;
    static const struct made made[] = {
        SPENT(2, 0, 2, 7, (amount)-1), BALANCE(2, 1, 2, 7, 9, 1), RESULT(2, 2, 2, 7, 0, 0),
        SPENT(3, 0, 3, 7, 1),          BALANCE(3, 1, 3, 7, 9, 1), RESULT(3, 2, 3, 7, 0, 0),
    };
    struct joined j;
    struct settlement_sum *sums;
    size_t rows;
    join(&j, made, COUNT(made));
    assert_int_equal(settlement_sums(j.list, 1, &arena, &sums, &rows), ERR_OK);
    assert_false(sums->overflow);
    assert_int_equal(settlement_sums(j.list, 2, &arena, &sums, &rows), ERR_OK);
    assert_true(sums->overflow);
}

static void later_sums_are_added(void **state)
{
    (void)state;
    struct settlement_sum sum = {.count = 3, .partial = 1, .failed = 1, .fees = 5, .last_block = 9};
    const struct settlement_sum later = {.count = 2,
                                         .partial = 1,
                                         .failed = 1,
                                         .unknown_fee = 1,
                                         .fees = 7,
                                         .last_block = 12,
                                         .last_time = 120,
                                         .has_last_time = true};
    const struct settlement_sum most = {.fees = ~(amount)0, .last_block = 1};
    settlement_sum_merge(&sum, &later);
    assert_true(sum.fees == 12 && sum.count == 5 && sum.partial == 2 && sum.failed == 2);
    assert_true(sum.unknown_fee == 1 && sum.last_block == 12);
    assert_true(sum.has_last_time && sum.last_time == 120 && !sum.overflow);
    settlement_sum_merge(&sum, &most);
    assert_true(sum.overflow && sum.last_block == 12 && sum.last_time == 120);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    struct joined j = {0};
    struct settlement_sum *sums;
    size_t rows;
    assert_int_equal(join_events(&j, true), ERR_OK);
    assert_int_equal(j.count, 0);
    assert_int_equal(settlement_sums(j.list, 0, &arena, &sums, &rows), ERR_OK);
    assert_int_equal(rows, 0);
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    for (uint64_t s = 0; s < SETTLEMENT_STATUS_COUNT; s++)
        assert_string_not_equal(settlement_status_text(s), "unknown");
    assert_string_equal(settlement_status_text(SETTLEMENT_STATUS_COUNT), "unknown");
    assert_string_equal(settlement_status_text(UINT64_MAX), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recorded_settlement_is_joined),
        cmocka_unit_test(fund_spent_is_the_fee),
        cmocka_unit_test(without_fund_spent_the_balance_tells_the_fee),
        cmocka_unit_test(logs_may_come_in_any_order_and_twice),
        cmocka_unit_test(what_is_not_adjacent_is_not_joined),
        cmocka_unit_test(a_result_of_another_contract_is_none_of_ours),
        cmocka_unit_test(a_failed_settlement_takes_the_provider_of_its_transaction),
        cmocka_unit_test(a_malformed_log_spoils_the_join),
        cmocka_unit_test(sums_are_by_provider),
        cmocka_unit_test(a_sum_that_overflows_says_so),
        cmocka_unit_test(later_sums_are_added),
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(every_status_has_a_text),
    };
    return cmocka_run_group_tests_name("settlement", tests, NULL, free_arena);
}
