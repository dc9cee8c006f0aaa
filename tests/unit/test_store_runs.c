/* Runs in the job store: each call beside its job, an upgrade of an older file, what an end leaves.
 */
#include "store/runs.h"

#include "support_store.h"

static struct run_text text(const char *bytes)
{
    return (struct run_text){bytes, strlen(bytes)};
}

static struct job call_job(const char *id, enum job_status status)
{
    return (struct job){.id = id,
                        .model = "m",
                        .status = status,
                        .started_ms = known(NOW_MS),
                        .benchmark_id = "b-1"};
}

static void put_call(struct store_writer *w, unsigned sequence, const char *record,
                     const struct job *job)
{
    const struct run_text line = text(record ? record : "");
    assert_int_equal(store_put_call(w, sequence, record ? &line : NULL, job, NOW_MS), ERR_OK);
}

static void assert_text(struct run_text got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_string_equal(got.bytes, expected);
}

static void a_run_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *w = open_writer(f.store);
    struct job one = call_job("b-1/0", JOB_RUNNING), two = call_job("b-1/1", JOB_COMPLETED);
    struct stored_run run;
    const struct run_summary *list;
    size_t count;

    assert_int_equal(store_begin_run(w, "b-1", text("head"), NOW_MS), ERR_OK);
    assert_int_equal(store_begin_run(w, "b-1", text("again"), NOW_MS), ERR_BAD_FORMAT);
    assert_int_equal(store_begin_run(w, "b-2", text("later"), NOW_MS + 1), ERR_OK);
    put_call(w, 0, NULL, &one);
    put_call(w, 1, "second", &two);
    one.status = JOB_COMPLETED;
    put_call(w, 0, "first", &one);
    put_call(w, 0, "first, proven", &one);

    assert_int_equal(store_read_run(w, "b-1", &arena, &run), ERR_OK);
    assert_text(run.summary.head, "head");
    assert_null(run.summary.tail.bytes);
    assert_int_equal(run.summary.call_count, 2);
    assert_text(run.calls[0], "first, proven");
    assert_text(run.calls[1], "second");
    assert_int_equal(store_end_run(w, "b-1", text("tail"), "interrupted", NOW_MS), ERR_OK);

    assert_int_equal(store_list_runs(w, 10, &arena, &list, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].id, "b-2");
    assert_text(list[1].tail, "tail");
    assert_int_equal(list[1].call_count, 2);
    assert_int_equal(store_read_run(w, "b-3", &arena, &run), ERR_NOT_FOUND);
    store_writer_close(w);
    assert_int_equal(get_job(f.store, "b-1/0", &arena).status, JOB_COMPLETED);
    assert_sound(f.store, NOW_MS);
    arena_free(&arena);
    folder_remove(&f);
}

static void a_call_without_its_job_is_not_kept(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *w = open_writer(f.store);
    struct job job = call_job("b-1/0", JOB_COMPLETED);
    const struct run_text record = text("record");
    struct stored_run run;

    assert_int_equal(store_put_call(w, 0, &record, &job, NOW_MS), ERR_NOT_FOUND);
    assert_int_equal(store_begin_run(w, "b-1", text("head"), NOW_MS), ERR_OK);
    job.model = ""; /* refused */
    assert_int_equal(store_put_call(w, 0, &record, &job, NOW_MS), ERR_BAD_FORMAT);
    assert_int_equal(store_read_run(w, "b-1", &arena, &run), ERR_OK);
    assert_int_equal(run.summary.call_count, 0);
    store_writer_close(w);
    arena_free(&arena);
    folder_remove(&f);
}

static void an_end_fails_what_still_runs(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *w = open_writer(f.store);
    struct job running = call_job("b-1/1", JOB_RUNNING), done = call_job("b-1/0", JOB_COMPLETED);
    struct job other = call_job("b-2/0", JOB_RUNNING);
    other.benchmark_id = "b-2";

    assert_int_equal(store_begin_run(w, "b-1", text("head"), NOW_MS), ERR_OK);
    assert_int_equal(store_begin_run(w, "b-2", text("head"), NOW_MS), ERR_OK);
    put_call(w, 0, "done", &done);
    put_call(w, 1, NULL, &running);
    put_call(w, 0, NULL, &other);
    assert_int_equal(store_end_run(w, "b-1", text("tail"), "interrupted", NOW_MS + 5), ERR_OK);
    assert_int_equal(store_end_run(w, "b-9", text("tail"), "interrupted", NOW_MS), ERR_NOT_FOUND);

    struct job failed = get_job(f.store, "b-1/1", &arena);
    assert_int_equal(failed.status, JOB_FAILED);
    assert_string_equal(failed.error, "interrupted");
    assert_number(failed.ended_ms, NOW_MS + 5);
    assert_int_equal(get_job(f.store, "b-1/0", &arena).status, JOB_COMPLETED);
    assert_int_equal(get_job(f.store, "b-2/0", &arena).status, JOB_RUNNING);
    store_writer_close(w);
    arena_free(&arena);
    folder_remove(&f);
}

/* As it was before there were runs. */
static void a_file_without_runs_is_upgraded(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    struct store_writer *w = open_writer(f.store);
    const struct job job = {.id = "a", .status = JOB_COMPLETED};
    sqlite3 *db;
    put_job(w, &job);
    store_writer_close(w);
    assert_int_equal(sqlite3_open(f.store, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP INDEX jobs_of_run_on; DROP TABLE run_calls;"
                                  "DROP TABLE runs; PRAGMA user_version = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);

    w = open_writer(f.store);
    assert_int_equal(store_begin_run(w, "b-1", text("head"), NOW_MS), ERR_OK);
    store_writer_close(w);
    assert_int_equal(ask(f.store, "PRAGMA user_version"), 3);
    assert_int_equal(get_job(f.store, "a", &arena).status, JOB_COMPLETED);
    assert_sound(f.store, NOW_MS);
    arena_free(&arena);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_read_as_it_was_written),
        cmocka_unit_test(a_call_without_its_job_is_not_kept),
        cmocka_unit_test(an_end_fails_what_still_runs),
        cmocka_unit_test(a_file_without_runs_is_upgraded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
