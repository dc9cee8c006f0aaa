#include "panel/log_scan.h"

#include "support.h"

#include <unistd.h>

enum { RANGES = 8 };

/* Reads the whole chain as a node would let it be read. Gives how many calls it took. */
static size_t read_all(struct log_scan *scan, uint64_t most, uint64_t *blocks)
{
    size_t calls = 0;
    struct log_range ranges[RANGES];
    size_t count;
    while ((count = log_scan_plan(scan, ranges, RANGES)) > 0) {
        bool reaches = log_scan_reaches_head(scan, ranges, count);
        size_t given = 0;
        for (size_t i = 0; i < count; i++) {
            calls++;
            assert_true(calls < 100000);
            if (ranges[i].to - ranges[i].from + 1 > most) {
                assert_true(log_scan_refused(scan, &ranges[i]));
                reaches = false;
                break;
            }
            *blocks += ranges[i].to - ranges[i].from + 1;
            given++;
            if (ranges[i].settles)
                log_scan_settle(scan, &ranges[i]);
        }
        if (given == count)
            log_scan_given(scan, given);
        if (reaches)
            break;
    }
    return calls;
}

static struct log_scan scan_to(uint64_t from, uint64_t head)
{
    struct log_scan scan = log_scan_begin(from, 0);
    scan.head = head;
    scan.has_head = true;
    return scan;
}

static void nothing_is_planned_before_the_head_is_known(void **state)
{
    (void)state;
    struct log_range ranges[RANGES];
    struct log_scan scan = log_scan_begin(5, 0);
    assert_int_equal(log_scan_plan(&scan, ranges, RANGES), 0);
    assert_false(log_scan_reaches_head(&scan, ranges, 0));
}

static void the_newest_blocks_never_settle(void **state)
{
    (void)state;
    struct log_range ranges[RANGES];
    struct log_scan scan = scan_to(5, 100);
    assert_int_equal(log_scan_plan(&scan, ranges, RANGES), 2);
    assert_int_equal(ranges[0].from, 5);
    assert_int_equal(ranges[0].to, 100 - LOG_SCAN_OVERLAP);
    assert_true(ranges[0].settles);
    assert_int_equal(ranges[1].from, 100 - LOG_SCAN_OVERLAP + 1);
    assert_int_equal(ranges[1].to, 100);
    assert_false(ranges[1].settles);
    assert_true(log_scan_reaches_head(&scan, ranges, 2));
    assert_false(log_scan_reaches_head(&scan, ranges, 1));
    log_scan_settle(&scan, &ranges[0]);
    assert_int_equal(log_scan_plan(&scan, ranges, RANGES), 1);
    assert_int_equal(ranges[0].from, 100 - LOG_SCAN_OVERLAP + 1);
    assert_false(ranges[0].settles);
}

static void a_young_chain_settles_nothing(void **state)
{
    (void)state;
    struct log_range ranges[RANGES];
    for (uint64_t head = 0; head < LOG_SCAN_OVERLAP; head++) {
        struct log_scan scan = scan_to(0, head);
        assert_int_equal(log_scan_plan(&scan, ranges, RANGES), 1);
        assert_int_equal(ranges[0].to, head);
        assert_false(ranges[0].settles);
    }
}

static void ranges_cover_every_block_once_whatever_the_limit(void **state)
{
    (void)state;
    for (uint64_t most = 2; most < 5000; most = most * 3 + 1) {
        uint64_t blocks = 0;
        struct log_scan scan = scan_to(17, 20000);
        read_all(&scan, most, &blocks);
        assert_int_equal(scan.next, 20000 - LOG_SCAN_OVERLAP + 1);
        assert_in_range(blocks, 20000 - 17 + 1, 20000 - 17 + 1 + 16 * LOG_SCAN_OVERLAP);
    }
}

static void windows_come_close_to_a_limit_and_stay_there(void **state)
{
    (void)state;
    uint64_t blocks = 0;
    struct log_scan scan = scan_to(0, 1000000);
    size_t calls = read_all(&scan, 1000, &blocks);
    /* 1000 would be the fewest; halving and doubling alone would need about twice that. */
    assert_in_range(calls, 1000, 1150);
}

static void windows_grow_again_once_a_limit_is_gone(void **state)
{
    (void)state;
    uint64_t blocks = 0;
    struct log_scan scan = scan_to(0, 100000);
    read_all(&scan, 100, &blocks);
    assert_true(scan.window <= 100);
    scan.head = 100000000;
    read_all(&scan, UINT64_MAX, &blocks);
    assert_int_equal(scan.window, LOG_SCAN_MAX_WINDOW);
}

static void a_single_block_cannot_be_made_smaller(void **state)
{
    (void)state;
    struct log_scan scan = scan_to(0, 100);
    struct log_range range = {.from = 7, .to = 8};
    assert_true(log_scan_refused(&scan, &range));
    assert_int_equal(scan.window, 1);
    range.to = 7;
    assert_false(log_scan_refused(&scan, &range));
}

static void progress_and_what_remains_follow_the_blocks(void **state)
{
    (void)state;
    struct log_scan scan = scan_to(1000, 1999);
    assert_int_equal(log_scan_remaining_ms(&scan, 50), -1);
    scan.next = 1250;
    assert_true(log_scan_progress(&scan) == 0.25);
    assert_int_equal(log_scan_remaining_ms(&scan, 249), 750);
    scan.next = 2000;
    assert_true(log_scan_progress(&scan) == 1);
    assert_int_equal(log_scan_remaining_ms(&scan, 300), 0);
}

/* --- keeping --- */

static const struct scan_key key = {
    .name = "test", .chain_id = 7, .contract = "0x01", .wallet = "0x02"};

static void put_answer(struct json_writer *w, const void *totals)
{
    json_put_int(w, "answer", *(const int *)totals);
}

static void goes_on_where_it_was_kept(void **state)
{
    (void)state;
    char path[] = "/tmp/test_log_scan.XXXXXX";
    assert_non_null(mkdtemp(path));
    char file[64];
    snprintf(file, sizeof file, "%s/cache.db", path);
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct cache *cache;
    struct arena arena = arena_make(0);
    cJSON *doc;
    const int answer = 42;
    assert_int_equal(cache_open(file, &problem, &cache), ERR_OK);

    struct log_scan loaded, scan = scan_to(1000, 90000);
    assert_int_equal(log_scan_load(&loaded, 1000, 5, cache, &key, &arena, &doc), ERR_NOT_FOUND);
    assert_null(doc);
    memset(scan.from.hash, 0xab, sizeof scan.from.hash);
    scan.next = 5000;
    scan.window = 77;
    scan.anchor = (struct block_mark){.number = 5001, .hash = {1, 2, 3}};
    scan.has_anchor = true;
    assert_int_equal(log_scan_save(&scan, cache, &key, put_answer, &answer), ERR_OK);

    cache_close(cache);
    assert_int_equal(cache_open(file, &problem, &cache), ERR_OK);
    assert_int_equal(log_scan_load(&loaded, 1000, 5, cache, &key, &arena, &doc), ERR_OK);
    assert_int_equal(loaded.next, 5000);
    assert_int_equal(loaded.window, 77);
    assert_false(loaded.has_head);
    assert_memory_equal(loaded.from.hash, scan.from.hash, sizeof scan.from.hash);
    assert_true(loaded.has_anchor);
    assert_int_equal(loaded.anchor.number, 5001);
    assert_memory_equal(loaded.anchor.hash, scan.anchor.hash, sizeof scan.anchor.hash);
    uint64_t number;
    assert_true(json_get_uint(doc, "answer", &number));
    assert_int_equal(number, 42);
    cJSON_Delete(doc);

    /* Another beginning is another scan. */
    assert_int_equal(log_scan_load(&loaded, 999, 5, cache, &key, &arena, &doc), ERR_NOT_FOUND);
    assert_null(doc);

    /* What no scan of ours can have written is not gone on with. */
    static const char *const bad[] = {
        "", "[]", "{}", "{\"from\":{\"number\":1000,\"hash\":\"0x12\"},\"window\":5}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan_state kept = {.from_block = 1000, .next_block = 5000, .totals = bad[i]};
        assert_int_equal(cache_put_scan(cache, &key, &kept), ERR_OK);
        assert_int_not_equal(log_scan_load(&loaded, 1000, 5, cache, &key, &arena, &doc), ERR_OK);
        assert_null(doc);
    }
    cache_close(cache);
    static const char *const files[] = {"cache.db", "cache.db-wal", "cache.db-shm"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(file, sizeof file, "%s/%s", path, files[i]);
        unlink(file);
    }
    rmdir(path);
    arena_free(&arena);
    buf_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_planned_before_the_head_is_known),
        cmocka_unit_test(the_newest_blocks_never_settle),
        cmocka_unit_test(a_young_chain_settles_nothing),
        cmocka_unit_test(ranges_cover_every_block_once_whatever_the_limit),
        cmocka_unit_test(windows_come_close_to_a_limit_and_stay_there),
        cmocka_unit_test(windows_grow_again_once_a_limit_is_gone),
        cmocka_unit_test(a_single_block_cannot_be_made_smaller),
        cmocka_unit_test(progress_and_what_remains_follow_the_blocks),
        cmocka_unit_test(goes_on_where_it_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
