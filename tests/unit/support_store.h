/* What the tests of the job store share: a folder of their own, short ways to records and figures,
 * and the store's figures counted anew from its rows. */
#ifndef TESTS_SUPPORT_STORE_H
#define TESTS_SUPPORT_STORE_H

#include "store/store.h"

#include "support.h"

#include <dirent.h>
#include <limits.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS INT64_C(1790000000000) /* a whole slot */

struct folder {
    char path[64];
    char store[96]; /* a file in it, not there yet */
};

static inline struct folder folder_make(void)
{
    struct folder f = {.path = "/tmp/zg-store-XXXXXX"};
    assert_non_null(mkdtemp(f.path));
    snprintf(f.store, sizeof f.store, "%s/jobs.db", f.path);
    return f;
}

static inline void folder_remove(const struct folder *f)
{
    DIR *dir = opendir(f->path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s/%s", f->path, entry->d_name);
        unlink(name);
    }
    closedir(dir);
    assert_int_equal(rmdir(f->path), 0);
}

static inline const char *beside(const struct folder *f, const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", f->path, name);
    return path;
}

static inline struct job_number known(int64_t value)
{
    return (struct job_number){.known = true, .value = value};
}

static inline void assert_number(struct job_number number, int64_t value)
{
    assert_true(number.known);
    assert_int_equal(number.value, value);
}

static inline struct store_writer *open_writer(const char *path)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct store_writer *writer = NULL;
    enum err err = store_writer_open(path, STORE_JOBS, &problem, &writer);
    if (err)
        fail_msg("%s: %s", err_name(err), buf_str(&problem));
    assert_int_equal(problem.len, 0);
    buf_free(&problem);
    return writer;
}

static inline struct store_outcome put_at(struct store_writer *writer, const struct job *record,
                                          int64_t now_ms)
{
    struct store_outcome outcome;
    assert_int_equal(store_put_jobs(writer, record, 1, now_ms, &outcome), ERR_OK);
    return outcome;
}

static inline enum job_outcome put_job(struct store_writer *writer, const struct job *record)
{
    return put_at(writer, record, NOW_MS).outcome;
}

static inline struct store_totals totals_at(const char *path, int64_t now_ms)
{
    struct store_reader *reader = store_reader_new(path, STORE_JOBS);
    struct store_totals totals;
    assert_non_null(reader);
    assert_int_equal(store_read_totals(reader, now_ms, &totals), ERR_OK);
    store_reader_free(reader);
    return totals;
}

/* The job of this id, by reading all pages; it lives in `arena`. */
static inline struct job get_job(const char *path, const char *id, struct arena *arena)
{
    struct store_reader *reader = store_reader_new(path, STORE_JOBS);
    struct job_page page = {0};
    struct job found = {0};
    assert_non_null(reader);
    do {
        assert_int_equal(store_read_page(&reader, 1, page.next, PAGE_MAX_JOBS, arena, &page),
                         ERR_OK);
        for (size_t i = 0; i < page.count; i++)
            if (strcmp(page.jobs[i].id, id) == 0)
                found = page.jobs[i];
    } while (page.next && !found.id);
    store_reader_free(reader);
    assert_non_null(found.id);
    return found;
}

static inline int64_t ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

/* The file is sound, and each figure that is kept is what counting the rows gives. */
static inline void assert_sound(const char *path, int64_t now_ms)
{
    assert_int_equal(ask(path, "SELECT count(*) FROM pragma_integrity_check"
                               " WHERE integrity_check <> 'ok'"),
                     0);
    struct store_totals t = totals_at(path, now_ms);
    char sql[512];
#define RECOUNT(value, ...)                                                                        \
    do {                                                                                           \
        snprintf(sql, sizeof sql, __VA_ARGS__);                                                    \
        assert_int_equal(value, ask(path, sql));                                                   \
    } while (0)
#define AGENT   "FROM jobs WHERE benchmark_id IS NULL AND "
#define SLOT_OF "%s / 5000 > %lld / 5000"
    RECOUNT(t.completed, "SELECT count(*) " AGENT "status = 2");
    RECOUNT(t.since_ms.value, "SELECT min(timestamp_ms) " AGENT "1");
    const long long from = now_ms - TOTALS_WINDOW_MS;
    RECOUNT(t.window.completed, "SELECT count(*) " AGENT "status = 2 AND " SLOT_OF, "finished_ms",
            from);
    RECOUNT(t.window.failed, "SELECT count(*) " AGENT "status = 3 AND " SLOT_OF, "finished_ms",
            from);
    RECOUNT(t.active, "SELECT count(*) " AGENT "status = 1 AND " SLOT_OF, "updated_ms", from);
    RECOUNT(t.window.output_tokens, "SELECT sum(output_tokens) " AGENT "status = 2 AND " SLOT_OF,
            "finished_ms", from);
    RECOUNT(t.window.timed_ms,
            "SELECT sum(latency_ms) " AGENT "output_tokens IS NOT NULL AND status = 2 AND " SLOT_OF,
            "finished_ms", from);
#undef RECOUNT
#undef AGENT
#undef SLOT_OF
}

#endif
