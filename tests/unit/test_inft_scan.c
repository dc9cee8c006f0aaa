/* The scan of a token's logs over a chain of our own, which limits ranges, replaces its newest
 * blocks and starts afresh. */
#include "panel/inft.h"

#include "support_chain.h"

#include "base/clock.h"
#include "panel/chain_read.h"

#define TRANSFER "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
#define UPDATED  "0x0950ea0f010b000d7cfc9ef49213d3385d8512dd80de45ce2fbf8fc123c4f9a4"
#define CONTRACT "0x8A791620dd6260079BF849Dc5567aDC3F2FdC318"

enum { LOGS_MAX = 8, TOKEN = 7 };

/* A change of the token, or its mint. */
struct made_log {
    uint64_t block;
    bool is_mint;
};

static struct {
    uint64_t head, max_range; /* of blocks in one call */
    struct made_log logs[LOGS_MAX];
    size_t count;
    enum err err; /* of the whole exchange */
    size_t calls;
} chain;

static struct settings settings;
static struct source source;
static struct inft_value values[2]; /* of this round and of the one before */
static size_t rounds;

static int start_over(void **state)
{
    (void)state;
    memset(&chain, 0, sizeof chain);
    memset(values, 0, sizeof values);
    chain.max_range = UINT64_MAX;
    settings =
        (struct settings){.network = network_find("local"), .head_max_age_ms = INT64_MAX / 2};
    assert_int_equal(address_parse(CONTRACT, &settings.inft), ERR_OK);
    source = (struct source){0};
    rounds = 0;
    return 0;
}

static void add_log(uint64_t block, bool is_mint)
{
    chain.logs[chain.count++] = (struct made_log){block, is_mint};
}

static cJSON *topic(uint64_t number)
{
    char text[2 + 64 + 1];
    snprintf(text, sizeof text, "0x%064llx", (unsigned long long)number);
    return cJSON_CreateString(text);
}

static void put_quantity(cJSON *object, const char *key, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)number);
    cJSON_AddStringToObject(object, key, text);
}

static cJSON *log_object(const struct made_log *made, size_t index)
{
    cJSON *log = cJSON_CreateObject(), *topics = cJSON_AddArrayToObject(log, "topics");
    cJSON_AddItemToArray(topics, cJSON_CreateString(made->is_mint ? TRANSFER : UPDATED));
    if (made->is_mint) {
        cJSON_AddItemToArray(topics, topic(0));
        cJSON_AddItemToArray(topics, topic(99));
    }
    cJSON_AddItemToArray(topics, topic(TOKEN));
    cJSON_AddStringToObject(log, "address", CONTRACT);
    cJSON_AddStringToObject(log, "data", "0x");
    cJSON_AddItemToObject(log, "transactionHash", topic(index + 1));
    put_quantity(log, "blockNumber", made->block);
    put_quantity(log, "logIndex", 0);
    return log;
}

static struct rpc_answer answer_logs(uint64_t from, uint64_t to)
{
    chain.calls++;
    if (to - from >= chain.max_range)
        return (struct rpc_answer){.err = ERR_RPC, .message = "range too large"};
    cJSON *logs = cJSON_CreateArray();
    for (size_t i = 0; i < chain.count; i++)
        if (chain.logs[i].block >= from && chain.logs[i].block <= to)
            cJSON_AddItemToArray(logs, log_object(&chain.logs[i], i));
    return (struct rpc_answer){.result = logs, .message = ""};
}

static struct rpc_answer answer_head(void)
{
    cJSON *block = cJSON_CreateObject();
    put_quantity(block, "number", chain.head);
    put_quantity(block, "timestamp", (uint64_t)clock_wall_ms() / 1000);
    return (struct rpc_answer){.result = block, .message = ""};
}

/* One round of the scan; gives its value. */
static const struct inft_value *scan_once(void)
{
    struct round round = {.source = &source,
                          .settings = &settings,
                          .work = arena_make(0),
                          .keep = arena_make(0),
                          .head = {.number = chain.head},
                          .has_head = true};
    struct inft_value *v = &values[rounds++ % 2];
    *v = (struct inft_value){.has_id = true, .id.word[31] = TOKEN};
    round.value = v;
    struct inft_windows windows;
    struct exchange *x = inft_plan_scan(&round, &windows);
    assert_non_null(x);
    assert_true(x->optional);
    assert_in_range(x->batch.count, 2, 2 + SCAN_CALLS);
    x->err = chain.err;
    x->answers[0] = (struct rpc_answer){.result = cJSON_CreateString("0x7a69"), .message = ""};
    x->answers[1] = answer_head();
    for (size_t i = 0; i < windows.count; i++)
        x->answers[windows.items[i].call] = answer_logs(windows.items[i].from, windows.items[i].to);
    inft_parse_scan(&round, x, &windows);
    for (size_t i = 0; i < x->batch.count; i++)
        cJSON_Delete((cJSON *)(uintptr_t)x->answers[i].result);
    rpc_batch_free(&x->batch);
    arena_free(&round.work);
    arena_free(&round.keep);
    source.value = v;
    return v;
}

static void a_short_chain_is_read_in_one_round(void **state)
{
    (void)state;
    chain.head = 120;
    add_log(3, true);
    add_log(50, false);
    const struct inft_value *v = scan_once();
    assert_true(v->scan.complete);
    assert_int_equal(v->scan.seen.minted.block, 3);
    assert_int_equal(v->scan.seen.updated.block, 50);
}

static void the_newest_change_is_found_first_and_the_mint_ends_the_scan(void **state)
{
    (void)state;
    chain.head = 1000000;
    chain.max_range = 1000;
    add_log(400000, true);
    add_log(999990, false);
    assert_int_equal(scan_once()->scan.seen.updated.block, 999990);
    const struct inft_value *v = source.value;
    for (int i = 0; i < 400 && !v->scan.complete; i++)
        v = scan_once();
    assert_true(v->scan.complete);
    assert_int_equal(v->scan.seen.minted.block, 400000);
    assert_true(v->scan.low > 390000); /* and no further */
    assert_true(chain.calls < 1600);   /* near the limit most of the time */
}

static void every_log_is_found_whatever_the_limit(void **state)
{
    (void)state;
    static const uint64_t limits[] = {64, 100, 1000, 5000, UINT64_MAX};
    for (size_t i = 0; i < COUNT(limits); i++) {
        start_over(NULL);
        chain.head = 30000;
        chain.max_range = limits[i];
        settings.from_block = 5000;
        add_log(5000, false); /* the very first block */
        const struct inft_value *v = scan_once();
        for (int k = 0; k < 500 && !v->scan.complete; k++)
            v = scan_once();
        assert_true(v->scan.complete);
        assert_int_equal(v->scan.low, 5000);
        assert_int_equal(v->scan.seen.updated.block, 5000);
    }
}

static void what_comes_is_seen_and_what_was_read_is_not_read_again(void **state)
{
    (void)state;
    chain.head = 5000;
    add_log(10, true);
    assert_true(scan_once()->scan.complete);
    for (uint64_t n = 0; n < 50; n++) {
        chain.head += 40;
        chain.count = 1;
        add_log(chain.head - 3, false);
        chain.calls = 0;
        const struct inft_value *v = scan_once();
        assert_int_equal(chain.calls, 1);
        assert_int_equal(v->scan.seen.updated.block, chain.head - 3);
        assert_int_equal(v->scan.seen.minted.block, 10);
    }
}

static void a_log_in_a_replaced_block_is_forgotten(void **state)
{
    (void)state;
    chain.head = 5000;
    add_log(10, true);
    add_log(4995, false);
    assert_int_equal(scan_once()->scan.seen.updated.block, 4995);
    chain.count = 1;
    chain.head = 5002;
    assert_int_equal(scan_once()->scan.seen.updated.block, 10);
}

static void a_failure_keeps_what_is_known_and_the_gap_is_read_afterwards(void **state)
{
    (void)state;
    chain.head = 5000;
    add_log(10, true);
    scan_once();
    chain.err = ERR_TIMEOUT;
    add_log(5100, false);
    for (int i = 0; i < 10; i++) {
        chain.head += 1000;
        assert_int_equal(scan_once()->scan.seen.updated.block, 10);
    }
    chain.err = ERR_OK;
    const struct inft_value *v = scan_once();
    for (int i = 0; i < 40 && v->scan.seen.updated.block == 10; i++)
        v = scan_once();
    assert_int_equal(v->scan.seen.updated.block, 5100);
}

static void a_limit_on_requests_leaves_the_window_as_it_is(void **state)
{
    (void)state;
    chain.head = 1000000;
    uint64_t window = scan_once()->scan.window;
    chain.err = ERR_OWN_LIMIT;
    assert_int_equal(scan_once()->scan.window, window);
    chain.err = ERR_RATE_LIMITED;
    assert_int_equal(scan_once()->scan.window, window);
    chain.err = ERR_TOO_LARGE;
    assert_int_equal(scan_once()->scan.window, window / 2);
}

static void a_chain_that_started_afresh_is_read_afresh(void **state)
{
    (void)state;
    chain.head = 5000;
    add_log(4000, true);
    assert_true(scan_once()->scan.seen.minted.known);
    chain.head = 30;
    chain.count = 0;
    const struct inft_value *v = scan_once();
    assert_false(v->scan.seen.minted.known);
    assert_true(v->scan.complete);
}

static void a_node_that_gives_no_logs_is_said_to(void **state)
{
    (void)state;
    chain.head = 100000;
    chain.max_range = 0;
    const struct inft_value *v = scan_once();
    for (int i = 0; i < 20 && !(v->notes & INFT_NOTE_LOGS_REFUSED); i++)
        v = scan_once();
    assert_true(v->notes & INFT_NOTE_LOGS_REFUSED);
    assert_false(v->scan.complete);
    assert_false(v->scan.seen.updated.known);
}

#define TEST(function) cmocka_unit_test_setup(function, start_over)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_short_chain_is_read_in_one_round),
        TEST(the_newest_change_is_found_first_and_the_mint_ends_the_scan),
        TEST(every_log_is_found_whatever_the_limit),
        TEST(what_comes_is_seen_and_what_was_read_is_not_read_again),
        TEST(a_log_in_a_replaced_block_is_forgotten),
        TEST(a_failure_keeps_what_is_known_and_the_gap_is_read_afterwards),
        TEST(a_limit_on_requests_leaves_the_window_as_it_is),
        TEST(a_chain_that_started_afresh_is_read_afresh),
        TEST(a_node_that_gives_no_logs_is_said_to),
    };
    return cmocka_run_group_tests_name("inft_scan", tests, NULL, NULL);
}
