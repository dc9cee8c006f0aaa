#include "store/cache.h"

#include "support_store.h"

#include <pthread.h>

static struct cache *open_cache(const char *path)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct cache *cache = NULL;
    enum err err = cache_open(path, &problem, &cache);
    if (err)
        fail_msg("%s: %s", err_name(err), buf_str(&problem));
    buf_free(&problem);
    return cache;
}

static const struct scan_key key = {
    .name = "submit", .chain_id = 16602, .contract = "0x22E0", .wallet = "0xf39F"};
static const struct scan_state half = {
    .from_block = 100, .next_block = 5000, .totals = "{\"files\":2,\"bytes\":\"700016\"}"};

static void assert_scan(struct cache *cache, const struct scan_key *k,
                        const struct scan_state *expected)
{
    struct arena arena = arena_make(0);
    struct scan_state state;
    assert_int_equal(cache_get_scan(cache, k, &arena, &state), ERR_OK);
    assert_int_equal(state.from_block, expected->from_block);
    assert_int_equal(state.next_block, expected->next_block);
    assert_string_equal(state.totals, expected->totals);
    arena_free(&arena);
}

static void assert_no_scan(struct cache *cache, const struct scan_key *k)
{
    struct arena arena = arena_make(0);
    struct scan_state state;
    assert_int_equal(cache_get_scan(cache, k, &arena, &state), ERR_NOT_FOUND);
    assert_null(state.totals);
    arena_free(&arena);
}

static void a_scan_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    assert_no_scan(cache, &key);
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    cache_close(cache);
    cache = open_cache(f.store);
    assert_scan(cache, &key, &half);
    const struct scan_state done = {
        .from_block = 50, .next_block = INT64_MAX, .totals = "'; DROP TABLE scans; --"};
    assert_int_equal(cache_put_scan(cache, &key, &done), ERR_OK);
    assert_scan(cache, &key, &done);
    cache_close(cache);
    folder_remove(&f);
}

static void each_part_of_the_key_counts(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    struct scan_key others[] = {key, key, key, key};
    others[0].name = "settlement";
    others[1].chain_id = 16661;
    others[2].contract = "";
    others[3].wallet = "0x7099";
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    for (size_t i = 0; i < COUNT(others); i++) {
        const struct scan_state own = {.next_block = i, .totals = "{}"};
        assert_no_scan(cache, &others[i]);
        assert_int_equal(cache_put_scan(cache, &others[i], &own), ERR_OK);
        assert_scan(cache, &others[i], &own);
    }
    assert_scan(cache, &key, &half);
    cache_close(cache);
    folder_remove(&f);
}

static void scans_have_limits(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    char text[SCAN_TOTALS_BYTES + 2];
    memset(text, 'x', sizeof text - 1);
    text[SCAN_TOTALS_BYTES] = '\0';
    struct scan_state s = half;
    s.totals = text;
    assert_int_equal(cache_put_scan(cache, &key, &s), ERR_OK);
    assert_scan(cache, &key, &s);
    text[SCAN_TOTALS_BYTES] = 'x';
    text[SCAN_TOTALS_BYTES + 1] = '\0';
    assert_int_equal(cache_put_scan(cache, &key, &s), ERR_TOO_LARGE);
    s = half;
    s.next_block = (uint64_t)INT64_MAX + 1;
    assert_int_equal(cache_put_scan(cache, &key, &s), ERR_OVERFLOW);
    struct scan_key k = key;
    k.chain_id = UINT64_MAX;
    assert_int_equal(cache_put_scan(cache, &k, &half), ERR_OVERFLOW);
    k = key;
    k.wallet = text;
    assert_int_equal(cache_put_scan(cache, &k, &half), ERR_TOO_LARGE);
    cache_close(cache);
    folder_remove(&f);
}

static const struct scan_key topic = {.name = "topic", .contract = "", .wallet = ""};
static const struct scan_state first = {.next_block = 1, .totals = "one"};
static const struct scan_state second = {.next_block = 2, .totals = "two"};

static struct heard_job heard(const char *id, int64_t at_ms)
{
    return (struct heard_job){.record = {.id = id, .status = JOB_COMPLETED}, .heard_ms = at_ms};
}

static int64_t jobs_in(const struct folder *f)
{
    return ask(f->store, "SELECT count(*) FROM jobs");
}

static void heard_jobs_are_read_as_others(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct cache *cache = open_cache(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_CACHE);
    struct job_page page;
    struct store_totals totals;
    struct heard_job jobs[] = {heard("task-1", NOW_MS - 60000), heard("", NOW_MS),
                               heard("task-2", NOW_MS)};
    jobs[0].record.total_tokens = known(640);
    assert_int_equal(cache_advance(cache, &topic, NULL, &first, jobs, COUNT(jobs)), ERR_OK);
    assert_scan(cache, &topic, &first);
    assert_int_equal(store_read_page(&reader, 1, NULL, 10, &arena, &page), ERR_OK);
    assert_int_equal(page.count, 2); /* the one without an id hinders none */
    assert_string_equal(page.jobs[1].model, JOB_MODEL_UNKNOWN);
    assert_number(page.jobs[1].total_tokens, 640);
    assert_int_equal(page.jobs[1].updated_ms, NOW_MS - 60000);
    const char *const ids[] = {"task-1"};
    assert_int_equal(cache_remove_jobs(cache, ids, 1, NOW_MS), ERR_OK);
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_OK);
    assert_int_equal(totals.completed, 1);
    store_reader_free(reader);
    cache_close(cache);
    arena_free(&arena);
    folder_remove(&f);
}

static void a_scan_moves_with_its_jobs_or_not_at_all(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    const struct heard_job a = heard("a", NOW_MS), b = heard("b", NOW_MS);
    assert_int_equal(cache_advance(cache, &topic, &first, &second, &a, 1), ERR_CHANGED);
    assert_int_equal(jobs_in(&f), 0);
    assert_no_scan(cache, &topic);

    assert_int_equal(cache_advance(cache, &topic, NULL, &first, &a, 1), ERR_OK);
    assert_int_equal(cache_advance(cache, &topic, NULL, &second, &b, 1), ERR_CHANGED);
    const struct scan_state other = {.next_block = 1, .totals = "other"};
    assert_int_equal(cache_advance(cache, &topic, &other, &second, &b, 1), ERR_CHANGED);
    assert_int_equal(jobs_in(&f), 1);
    assert_int_equal(cache_advance(cache, &topic, &first, &second, &b, 1), ERR_OK);
    assert_int_equal(jobs_in(&f), 2);
    assert_scan(cache, &topic, &second);
    cache_close(cache);
    folder_remove(&f);
}

static void a_scan_that_begins_forgets_earlier_jobs(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_CACHE);
    struct store_totals totals;
    const struct heard_job a = heard("a", NOW_MS);
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    assert_int_equal(cache_advance(cache, &topic, NULL, &first, &a, 1), ERR_OK);
    assert_int_equal(cache_drop_scan(cache, &topic), ERR_OK);
    assert_int_equal(cache_drop_scan(cache, &topic), ERR_OK);
    assert_no_scan(cache, &topic);
    assert_int_equal(jobs_in(&f), 1); /* shown until the new scan knows better */
    assert_int_equal(cache_advance(cache, &topic, NULL, &first, NULL, 0), ERR_OK);
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_OK);
    assert_int_equal(totals.completed + totals.window.completed + (int64_t)totals.recent_count, 0);
    assert_false(totals.since_ms.known);
    assert_scan(cache, &key, &half); /* other scans stay */
    store_reader_free(reader);
    cache_close(cache);
    folder_remove(&f);
}

static void fill(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 2000; i++)
        fputs(text, file);
    fclose(file);
}

static void a_damaged_or_foreign_file_is_made_anew(void **state)
{
    (void)state;
    struct folder f = folder_make();
    fill(f.store, "no database ");
    struct cache *cache = open_cache(f.store);
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    cache_close(cache);

    sqlite3 *db; /* a newer program's */
    assert_int_equal(sqlite3_open(f.store, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    cache = open_cache(f.store);
    assert_no_scan(cache, &key);
    cache_close(cache);

    char wal[PATH_MAX]; /* a job store at the wrong path is no cache, and neither is kept */
    unlink(f.store);
    unlink(beside(&f, "jobs.db-wal", wal));
    unlink(beside(&f, "jobs.db-shm", wal));
    store_writer_close(open_writer(f.store));
    cache = open_cache(f.store);
    assert_no_scan(cache, &key);
    cache_close(cache);
    folder_remove(&f);
}

static void damage_while_open_heals(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct cache *cache = open_cache(f.store);
    struct store_reader *reader = store_reader_new(f.store, STORE_CACHE);
    struct store_totals totals;
    struct scan_state s;
    char name[PATH_MAX];
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    cache_close(cache);
    cache = open_cache(f.store); /* all is in the file now, nothing in the log */
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_OK);
    FILE *file = fopen(f.store, "r+");
    for (int i = 0; i < 60000; i++)
        fputc('x', file);
    fclose(file);
    enum err err = cache_get_scan(cache, &key, &arena, &s);
    assert_int_equal(err, ERR_BAD_FORMAT);
    assert_no_scan(cache, &key);
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    assert_scan(cache, &key, &half);
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_OK);

    unlink(f.store); /* it may be deleted at any time */
    unlink(beside(&f, "jobs.db-wal", name));
    unlink(beside(&f, "jobs.db-shm", name));
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_NOT_FOUND);
    assert_no_scan(cache, &key);
    assert_int_equal(cache_put_scan(cache, &key, &half), ERR_OK);
    assert_int_equal(store_read_totals(reader, NOW_MS, &totals), ERR_OK);
    store_reader_free(reader);
    cache_close(cache);
    arena_free(&arena);
    folder_remove(&f);
}

enum { PUTS = 150, READS = 300 };

struct sharer {
    const char *path;
    int failures, backwards;
};

static void *read_figures(void *user)
{
    struct sharer *own = user;
    struct store_reader *reader = store_reader_new(own->path, STORE_CACHE);
    int64_t before = 0;
    for (int i = 0; i < READS; i++) {
        struct arena arena = arena_make(PAGE_MAX_BYTES);
        struct store_totals totals;
        struct job_page page;
        own->failures += store_read_totals(reader, NOW_MS, &totals) != ERR_OK;
        own->failures += store_read_page(&reader, 1, NULL, 30, &arena, &page) != ERR_OK;
        own->backwards += totals.completed < before;
        before = totals.completed;
        arena_free(&arena);
    }
    store_reader_free(reader);
    return NULL;
}

/* As in metrics.fcgi: the poller writes, workers read pages. */
static void threads_of_one_process_read_while_one_writes(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct cache *cache = open_cache(f.store);
    struct sharer sharers[3];
    pthread_t threads[COUNT(sharers)];
    for (size_t i = 0; i < COUNT(sharers); i++) {
        sharers[i] = (struct sharer){.path = f.store};
        assert_int_equal(pthread_create(&threads[i], NULL, read_figures, &sharers[i]), 0);
    }
    struct scan_state before = {.totals = ""}, after = before;
    for (int i = 0; i < PUTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        const struct heard_job job = heard(id, NOW_MS);
        after.next_block++;
        assert_int_equal(cache_advance(cache, &topic, i ? &before : NULL, &after, &job, 1), ERR_OK);
        before = after;
    }
    for (size_t i = 0; i < COUNT(sharers); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(sharers[i].failures, 0);
        assert_int_equal(sharers[i].backwards, 0);
    }
    cache_close(cache);
    folder_remove(&f);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    (void)state;
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct cache *cache;
    assert_int_equal(cache_open("/nonexistent/cache.db", &problem, &cache), ERR_SYSTEM);
    assert_null(cache);
    assert_true(problem.len > 0);
    buf_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_goes_on_where_it_stopped),
        cmocka_unit_test(each_part_of_the_key_counts),
        cmocka_unit_test(scans_have_limits),
        cmocka_unit_test(heard_jobs_are_read_as_others),
        cmocka_unit_test(a_scan_moves_with_its_jobs_or_not_at_all),
        cmocka_unit_test(a_scan_that_begins_forgets_earlier_jobs),
        cmocka_unit_test(a_damaged_or_foreign_file_is_made_anew),
        cmocka_unit_test(damage_while_open_heals),
        cmocka_unit_test(threads_of_one_process_read_while_one_writes),
        cmocka_unit_test(a_folder_that_is_not_there_is_said),
    };
    return cmocka_run_group_tests_name("store cache", tests, NULL, NULL);
}
