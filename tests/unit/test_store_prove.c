/* What a provider's signature can still prove, and what becomes of it. */
#include "store/reader.h"
#include "support_store.h"

static struct job provable(const char *id)
{
    return (struct job){.id = id,
                        .model = "m",
                        .status = JOB_COMPLETED,
                        .ended_ms = known(NOW_MS - 1000),
                        .provider = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                        .chat_id = "chat",
                        .proof = PROOF_REPORTED};
}

enum { MOST = 10 };

/* The ids in their order, with blanks between. */
static void assert_to_prove(const char *path, int64_t since_ms, size_t max, const char *expected)
{
    struct store_reader *reader = store_reader_new(path, STORE_JOBS);
    struct arena arena = arena_make(0);
    struct buf ids = buf_make(BUF_NO_LIMIT);
    struct job jobs[MOST];
    size_t count;
    assert_int_equal(store_read_to_prove(reader, since_ms, jobs, max, &arena, &count), ERR_OK);
    for (size_t i = 0; i < count; i++)
        buf_printf(&ids, "%s%s", i ? " " : "", jobs[i].id);
    assert_string_equal(buf_str(&ids), expected);
    buf_free(&ids);
    arena_free(&arena);
    store_reader_free(reader);
}

static void only_completed_jobs_with_provider_and_chat_are_listed(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    struct job job = provable("provable");
    put_job(writer, &job);
    job = provable("running");
    job.status = JOB_RUNNING;
    put_job(writer, &job);
    job = provable("failed");
    job.status = JOB_FAILED;
    put_job(writer, &job);
    job = provable("no provider");
    job.provider = NULL;
    put_job(writer, &job);
    job = provable("no chat");
    job.chat_id = NULL;
    put_job(writer, &job);
    job = provable("call");
    job.benchmark_id = "run-1";
    put_job(writer, &job);
    job = provable("nothing said");
    job.proof = PROOF_NONE;
    put_job(writer, &job);
    assert_to_prove(f.store, 0, MOST, "provable");

    job = provable("no chat"); /* said later */
    put_job(writer, &job);
    assert_to_prove(f.store, 0, MOST, "no chat provable");
    store_writer_close(writer);
    folder_remove(&f);
}

static void the_newest_come_first_and_old_ones_not_at_all(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    static const char *const ids[] = {"a", "b", "c", "d"};
    for (int i = 0; i < (int)COUNT(ids); i++) {
        struct job job = provable(ids[i]);
        job.ended_ms = known(NOW_MS - 1000 * (i + 1));
        put_job(writer, &job);
    }
    assert_to_prove(f.store, 0, MOST, "a b c d");
    assert_to_prove(f.store, NOW_MS - 3001, MOST, "a b c");
    assert_to_prove(f.store, NOW_MS - 3000, MOST, "a b");
    assert_to_prove(f.store, 0, 2, "a b");
    assert_to_prove(f.store, NOW_MS, MOST, "");
    store_writer_close(writer);
    folder_remove(&f);
}

static void a_proof_replaces_a_weaker_one_and_takes_the_job_off(void **state)
{
    (void)state;
    static const struct {
        enum job_proof found, later, expected;
    } cases[] = {
        {PROOF_SIGNER, PROOF_SIGNER, PROOF_SIGNER},
        {PROOF_SIGNER, PROOF_RESPONSE, PROOF_RESPONSE},
        {PROOF_RESPONSE, PROOF_SIGNER, PROOF_RESPONSE},
        {PROOF_SIGNER, PROOF_BAD, PROOF_BAD},
        {PROOF_BAD, PROOF_RESPONSE, PROOF_BAD},
    };
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    struct arena arena = arena_make(0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char id[] = {(char)('a' + i), '\0'};
        struct job job = provable(id);
        put_job(writer, &job);
        assert_to_prove(f.store, 0, MOST, id);
        assert_int_equal(store_prove_job(writer, id, cases[i].found, NOW_MS), ERR_OK);
        assert_to_prove(f.store, 0, MOST, "");
        assert_int_equal(store_prove_job(writer, id, cases[i].later, NOW_MS + 9), ERR_OK);
        put_job(writer, &job); /* the agent says it again, which proves nothing less */
        struct job got = get_job(f.store, id, &arena);
        assert_int_equal(got.proof, cases[i].expected);
        assert_int_equal(got.status, JOB_COMPLETED);
        assert_int_equal(got.updated_ms, NOW_MS); /* when the agent was last heard of */
        assert_string_equal(got.chat_id, job.chat_id);
        assert_number(got.ended_ms, NOW_MS - 1000);
    }
    assert_sound(f.store, NOW_MS);
    arena_free(&arena);
    store_writer_close(writer);
    folder_remove(&f);
}

static void what_is_not_there_cannot_be_proven(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    assert_int_equal(store_prove_job(writer, "gone", PROOF_SIGNER, NOW_MS), ERR_NOT_FOUND);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM jobs"), 0);
    store_writer_close(writer);
    struct store_reader *reader = store_reader_new("/tmp/zg-no-such-store.db", STORE_JOBS);
    size_t count = 7;
    assert_int_equal(store_read_to_prove(reader, 0, NULL, 0, NULL, &count), ERR_NOT_FOUND);
    assert_int_equal(count, 0);
    store_reader_free(reader);
    folder_remove(&f);
}

static void tell_db(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Turns a store back into one of the first version, as far as the list is concerned. */
static void a_store_of_the_first_version_is_listed_after_its_upgrade(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char copy[PATH_MAX];
    struct job job = provable("old");
    struct store_writer *writer = open_writer(f.store);
    put_job(writer, &job);
    store_writer_close(writer);
    tell_db(f.store, "DROP INDEX jobs_to_prove; DROP INDEX jobs_of_run_on; DROP TABLE run_calls; "
                     "DROP TABLE runs; PRAGMA user_version = 1");
    store_writer_close(open_writer(f.store));
    assert_to_prove(f.store, 0, MOST, "old");
    assert_int_equal(ask(f.store, "PRAGMA user_version"), schema_jobs.version);
    assert_int_equal(ask(beside(&f, "jobs.db.v1", copy), "PRAGMA user_version"), 1);
    assert_int_equal(ask(copy, "SELECT count(*) FROM jobs"), 1);
    folder_remove(&f);
}

/* However long the history, only what is to be proven is looked at. */
static void the_list_is_read_from_its_index(void **state)
{
    (void)state;
    struct folder f = folder_make();
    store_writer_close(open_writer(f.store));
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    struct buf sql = buf_make(BUF_NO_LIMIT);
    sqlite3_stmt *plan;
    size_t count;
    assert_int_equal(store_read_to_prove(reader, 0, NULL, 0, NULL, &count), ERR_OK);
    buf_printf(&sql, "EXPLAIN QUERY PLAN %s", sqlite3_sql(reader->stmts[READ_TO_PROVE]));
    assert_int_equal(sqlite3_prepare_v2(reader->db, buf_str(&sql), -1, &plan, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
    assert_non_null(strstr((const char *)sqlite3_column_text(plan, 3), "INDEX jobs_to_prove"));
    assert_int_equal(sqlite3_step(plan), SQLITE_DONE); /* and nothing is sorted */
    sqlite3_finalize(plan);
    buf_free(&sql);
    store_reader_free(reader);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_completed_jobs_with_provider_and_chat_are_listed),
        cmocka_unit_test(the_newest_come_first_and_old_ones_not_at_all),
        cmocka_unit_test(a_proof_replaces_a_weaker_one_and_takes_the_job_off),
        cmocka_unit_test(what_is_not_there_cannot_be_proven),
        cmocka_unit_test(a_store_of_the_first_version_is_listed_after_its_upgrade),
        cmocka_unit_test(the_list_is_read_from_its_index),
    };
    return cmocka_run_group_tests_name("store_prove", tests, NULL, NULL);
}
