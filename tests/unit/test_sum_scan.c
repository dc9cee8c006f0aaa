/* Adding up what logs say, over a chain of our own that limits ranges, replaces blocks and knows
 * when they were: after any of it the sum is what the chain holds. */
#include "panel/sum_scan.h"

#include "support_stderr.h"

#include "support.h"

#include "base/clock.h"
#include <stdlib.h>
#include <unistd.h>

#define CONTRACT "0x8A791620dd6260079BF849Dc5567aDC3F2FdC318"
#define PAID     "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

enum { BLOCKS_MAX = 70000, FIRST_BLOCK = 5, TIME_OF_GENESIS = 1700000000, ROUNDS_MAX = 400 };

/* How many logs each block holds, and which version of the chain it is of. */
static struct {
    uint8_t logs[BLOCKS_MAX], version[BLOCKS_MAX];
    uint64_t head, max_range;
    enum err err; /* of the whole exchange with logs, `err_times` times */
    unsigned err_times;
    size_t max_calls;          /* for logs in one exchange; 0: any number */
    size_t log_calls, lookups; /* counted */
} chain;

/* What is summed: the logs, and the times of their blocks since genesis. */
struct sums {
    uint64_t logs, times;
};

static bool asks_for_times;
static struct settings settings;
static struct source source;
static struct arena keeps[2]; /* of this round's value and of the one before */
static size_t rounds;         /* that gave a value */
static struct cache *cache;

/* --- the kind --- */

static bool is_ready(const struct round *round)
{
    (void)round;
    return true;
}

static uint64_t first_block(const struct round *round)
{
    (void)round;
    return FIRST_BLOCK;
}

static const struct address *subject(const struct round *round)
{
    return &round->settings->wallet;
}

static struct event_filter filter(const struct round *round, uint8_t word[HASH_BYTES])
{
    static const char *const signatures[] = {PAID};
    (void)word;
    return (struct event_filter){
        .contract = &round->settings->serving, .signatures = signatures, .signature_count = 1};
}

static enum err add(struct round *round, const struct event *events, size_t count,
                    struct lookups *lookups, void *sums)
{
    struct sums *s = sums;
    (void)round;
    for (size_t i = 0; i < count; i++) {
        uint64_t time = TIME_OF_GENESIS;
        if (asks_for_times && !lookup_time(lookups, &events[i], &time))
            continue;
        s->logs++;
        s->times += time - TIME_OF_GENESIS;
    }
    return ERR_OK;
}

static void put(struct json_writer *w, const void *sums)
{
    const struct sums *s = sums;
    json_put_int(w, "logs", (int64_t)s->logs);
    json_put_int(w, "times", (int64_t)s->times);
}

static bool read_sums(const cJSON *doc, void *sums)
{
    struct sums *s = sums;
    return json_get_uint(doc, "logs", &s->logs) && json_get_uint(doc, "times", &s->times);
}

static const struct sum_kind kind = {
    .name = "test",
    .size = sizeof(struct sums),
    .is_ready = is_ready,
    .first_block = first_block,
    .subject = subject,
    .filter = filter,
    .add = add,
    .put = put,
    .read = read_sums,
};

/* --- the node --- */

static void put_quantity(cJSON *object, const char *key, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "0x%llx", (unsigned long long)number);
    cJSON_AddStringToObject(object, key, text);
}

static uint64_t quantity_of(const cJSON *item)
{
    return strtoull(item->valuestring, NULL, 16);
}

static cJSON *hash_of(uint64_t number, unsigned version)
{
    char text[2 + 64 + 1];
    snprintf(text, sizeof text, "0x%032x%032llx", version, (unsigned long long)number);
    return cJSON_CreateString(text);
}

static cJSON *block_at(uint64_t number)
{
    if (number > chain.head)
        return cJSON_CreateNull();
    cJSON *block = cJSON_CreateObject();
    put_quantity(block, "number", number);
    cJSON_AddItemToObject(block, "hash", hash_of(number, chain.version[number]));
    put_quantity(block, "timestamp", TIME_OF_GENESIS + number);
    return block;
}

static cJSON *logs_between(uint64_t from, uint64_t to)
{
    cJSON *logs = cJSON_CreateArray();
    for (uint64_t number = from; number <= to && number <= chain.head; number++)
        for (unsigned i = 0; i < chain.logs[number]; i++) {
            cJSON *log = cJSON_CreateObject(), *topics = cJSON_AddArrayToObject(log, "topics");
            cJSON_AddItemToArray(topics, cJSON_CreateString(PAID));
            cJSON_AddStringToObject(log, "address", CONTRACT);
            cJSON_AddStringToObject(log, "data", "0x");
            cJSON_AddItemToObject(log, "transactionHash", hash_of(number, i));
            put_quantity(log, "blockNumber", number);
            put_quantity(log, "logIndex", i);
            cJSON_AddItemToArray(logs, log);
        }
    return logs;
}

static struct rpc_answer answer(const cJSON *request)
{
    const char *method = json_get_str(request, "method");
    const cJSON *params = json_get(request, "params"), *first = params->child;
    cJSON *result;
    if (strcmp(method, "eth_chainId") == 0) {
        result = cJSON_CreateString("0x7a69");
    } else if (strcmp(method, "eth_getLogs") == 0) {
        const uint64_t from = quantity_of(json_get(first, "fromBlock"));
        const uint64_t to = quantity_of(json_get(first, "toBlock"));
        chain.log_calls++;
        if (to - from >= chain.max_range)
            return (struct rpc_answer){.err = ERR_RPC, .message = "range too large"};
        result = logs_between(from, to);
    } else {
        assert_string_equal(method, "eth_getBlockByNumber");
        const bool is_latest = strcmp(first->valuestring, "latest") == 0;
        result = block_at(is_latest ? chain.head : quantity_of(first));
    }
    return (struct rpc_answer){.result = result, .message = ""};
}

static void answer_exchange(struct exchange *x, bool has_logs)
{
    const size_t before = chain.log_calls;
    size_t len, i = 0;
    const char *body = rpc_batch_body(&x->batch, &len);
    cJSON *requests = cJSON_ParseWithLength(body, len), *request;
    cJSON_ArrayForEach(request, requests)
    {
        x->answers[i++] = answer(request);
    }
    assert_int_equal(i, x->batch.count);
    cJSON_Delete(requests);
    if (!has_logs)
        chain.lookups += x->batch.count - 2;
    else if (chain.err_times > 0 && chain.err_times--)
        x->err = chain.err;
    else if (chain.max_calls && chain.log_calls - before > chain.max_calls)
        x->err = ERR_TOO_LARGE;
}

static void free_answers(struct exchange *x)
{
    for (size_t i = 0; i < x->batch.count; i++)
        cJSON_Delete((cJSON *)(uintptr_t)x->answers[i].result);
    rpc_batch_free(&x->batch);
}

/* --- rounds --- */

/* One round, as the poller carries it out; gives what the scan came to. */
static enum err scan_once(void)
{
    struct arena *keep = &keeps[rounds % 2];
    struct round round = {.source = &source,
                          .settings = &settings,
                          .cache = cache,
                          .work = arena_make(0),
                          .head = {.number = chain.head}};
    enum err err;
    arena_reset(keep);
    round.keep = *keep;
    do {
        round.count = 0;
        round.more = false;
        err = sum_scan_plan(&round, &kind);
        assert_int_equal(err, ERR_OK);
        assert_int_equal(round.count, 1);
        answer_exchange(&round.exchanges[0], round.step == 0);
        err = sum_scan_parse(&round, &kind);
        free_answers(&round.exchanges[0]);
        round.step++;
    } while (round.more && !err);
    *keep = round.keep;
    if (!err) {
        source.value = round.value;
        rounds++;
    }
    arena_free(&round.work);
    return err;
}

static struct sums truth(void)
{
    struct sums sums = {0};
    for (uint64_t number = FIRST_BLOCK; number <= chain.head; number++) {
        sums.logs += chain.logs[number];
        sums.times += asks_for_times ? chain.logs[number] * number : 0;
    }
    return sums;
}

/* Whether the sums are complete and what the chain holds now. */
static bool is_up_to_date(void)
{
    bool is_complete;
    const struct sums *sums = sum_scan_sums(&source, &is_complete), expected = truth();
    return is_complete && sums->logs == expected.logs && sums->times == expected.times;
}

/* The head that a round sees is read up to in the next one. */
static void scan_twice(void)
{
    assert_int_equal(scan_once(), ERR_OK);
    assert_int_equal(scan_once(), ERR_OK);
}

static void scan_all(void)
{
    for (unsigned n = 0; n < ROUNDS_MAX; n++) {
        assert_int_equal(scan_once(), ERR_OK);
        if (is_up_to_date())
            return;
    }
    fail_msg("not up to date after %d rounds", ROUNDS_MAX);
}

static void forget_scan(void)
{
    source.value = NULL;
    arena_free(&keeps[0]);
    arena_free(&keeps[1]);
}

static int start_over(void **state)
{
    (void)state;
    memset(&chain, 0, sizeof chain);
    chain.max_range = UINT64_MAX;
    chain.head = 30000;
    for (uint64_t number = 0; number < BLOCKS_MAX; number += 7)
        chain.logs[number] = (uint8_t)(1 + number % 3);
    asks_for_times = false;
    settings =
        (struct settings){.network = network_find("local"), .head_max_age_ms = INT64_MAX / 2};
    assert_int_equal(address_parse(CONTRACT, &settings.serving), ERR_OK);
    source = (struct source){0};
    rounds = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    forget_scan();
    return 0;
}

static void every_log_is_added_once_whatever_the_limit(void **state)
{
    static const uint64_t limits[] = {256, 1000, 9999, UINT64_MAX};
    for (size_t i = 0; i < COUNT(limits); i++) {
        start_over(state);
        chain.max_range = limits[i];
        scan_all();
        forget_scan();
    }
}

static void what_comes_is_added_and_what_was_read_is_not_read_again(void **state)
{
    (void)state;
    scan_all();
    for (int i = 0; i < 20; i++) {
        chain.head += 40;
        chain.log_calls = 0;
        scan_twice();
        assert_true(is_up_to_date());
        assert_in_range(chain.log_calls, 2, 4); /* in each what settles, and the newest */
    }
}

static void logs_of_replaced_newest_blocks_are_taken_back(void **state)
{
    (void)state;
    scan_all();
    for (uint64_t number = chain.head - LOG_SCAN_OVERLAP + 1; number <= chain.head; number++) {
        chain.version[number]++;
        chain.logs[number] = number % 2;
    }
    assert_int_equal(scan_once(), ERR_OK);
    assert_true(is_up_to_date());
}

static void a_deeper_reorganisation_begins_anew(void **state)
{
    (void)state;
    struct kept_stderr kept = stderr_keep();
    scan_all();
    for (uint64_t number = 20000; number <= chain.head; number++) {
        chain.version[number]++;
        chain.logs[number] = 0;
    }
    assert_int_equal(scan_once(), ERR_OK);
    scan_all();
    struct buf said = stderr_kept(&kept);
    stderr_restore(&kept);
    assert_non_null(strstr(buf_str(&said), "scan_begins_anew"));
    buf_free(&said);
}

static void a_complete_sum_stays_until_there_is_a_better_one(void **state)
{
    (void)state;
    scan_all();
    const uint64_t before = truth().logs;
    bool is_complete;
    chain.head += 70;
    assert_int_equal(scan_once(), ERR_OK);
    chain.max_range = 5; /* what is asked for now is refused */
    assert_int_equal(scan_once(), ERR_OK);
    const struct sums *sums = sum_scan_sums(&source, &is_complete);
    assert_true(is_complete);
    assert_int_equal(sums->logs, before);
    chain.max_range = UINT64_MAX;
    scan_all();
    assert_true(truth().logs > before);
}

/* Each alone would do: a node that bounds its replies, not the windows. */
static void windows_that_are_too_many_together_are_read_one_by_one(void **state)
{
    (void)state;
    chain.max_range = 1000;
    chain.max_calls = 1;
    scan_all();
}

static void a_reply_that_is_too_much_is_asked_for_in_pieces(void **state)
{
    (void)state;
    static const enum err refusals[] = {ERR_TOO_LARGE, ERR_TIMEOUT, ERR_RPC};
    for (size_t i = 0; i < COUNT(refusals); i++) {
        start_over(state);
        assert_int_equal(scan_once(), ERR_OK);
        chain.head += 30000;
        chain.err = refusals[i];
        chain.err_times = 3;
        scan_all();
        forget_scan();
    }
    start_over(state);
    assert_int_equal(scan_once(), ERR_OK);
    chain.err = ERR_CONNECT; /* no refusal: the source is in error */
    chain.err_times = 1;
    assert_int_equal(scan_once(), ERR_CONNECT);
    scan_all();
}

static void what_logs_leave_open_is_asked_for_once(void **state)
{
    (void)state;
    asks_for_times = true;
    memset(chain.logs, 0, sizeof chain.logs);
    chain.logs[100] = 3;
    chain.logs[29990] = 2;
    scan_all();
    assert_int_equal(chain.lookups, 2); /* blocks, not logs */
}

/* More is open than one step can ask for: the windows wait, and nothing is lost. */
static void more_open_than_a_step_holds_is_added_all_the_same(void **state)
{
    (void)state;
    asks_for_times = true;
    chain.head = 6000;
    scan_all();
    assert_true(chain.lookups > LOOKUPS_MAX);
}

static void a_scan_goes_on_where_it_was_kept(void **state)
{
    (void)state;
    char folder[] = "/tmp/test-sum-scan-XXXXXX", path[64];
    struct buf problem = buf_make(1024);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/cache.db", folder);
    assert_int_equal(cache_open(path, &problem, &cache), ERR_OK);
    scan_all();
    forget_scan(); /* the program ends */
    source = (struct source){0};
    chain.log_calls = 0;
    chain.head += 20;
    scan_all();
    assert_true(((const struct sum_scan *)source.value)->was_kept);
    assert_in_range(chain.log_calls, 1, 4);
    cache_close(cache);
    cache = NULL;
    buf_free(&problem);
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < COUNT(endings); i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    rmdir(folder);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start_over, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_log_is_added_once_whatever_the_limit),
        TEST(what_comes_is_added_and_what_was_read_is_not_read_again),
        TEST(logs_of_replaced_newest_blocks_are_taken_back),
        TEST(a_deeper_reorganisation_begins_anew),
        TEST(a_complete_sum_stays_until_there_is_a_better_one),
        TEST(a_reply_that_is_too_much_is_asked_for_in_pieces),
        TEST(windows_that_are_too_many_together_are_read_one_by_one),
        TEST(what_logs_leave_open_is_asked_for_once),
        TEST(more_open_than_a_step_holds_is_added_all_the_same),
        TEST(a_scan_goes_on_where_it_was_kept),
    };
    return cmocka_run_group_tests_name("sum scan", tests, NULL, NULL);
}
