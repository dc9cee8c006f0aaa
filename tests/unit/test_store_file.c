/* The file itself: durability, upgrades, damage, a full disk, replacement under the writer, copies.
 */
#include "store/backup.h"
#include "store/schema.h"

#include "support_store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* SQLite calls these two through the dynamic linker, so ours come first. */
static atomic_int syncs;

int fsync(int fd)
{
    atomic_fetch_add(&syncs, 1);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    atomic_fetch_add(&syncs, 1);
    return (int)syscall(SYS_fdatasync, fd);
}

static const struct job job = {.id = "a", .status = JOB_COMPLETED, .latency_ms = {true, 9}};

static struct buf read_whole(const char *path)
{
    struct buf bytes = buf_make(BUF_NO_LIMIT);
    char part[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        buf_put(&bytes, part, got);
    fclose(file);
    return bytes;
}

static off_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void tell_db(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void put_one(const char *path, const struct job *record)
{
    struct store_writer *writer = open_writer(path);
    put_job(writer, record);
    store_writer_close(writer);
}

/* One line "what · what to do". */
static void assert_refused(const char *path, enum err expected)
{
    struct buf problem = buf_make(BUF_NO_LIMIT);
    struct store_writer *writer;
    assert_string_equal(err_name(store_writer_open(path, STORE_JOBS, &problem, &writer)),
                        err_name(expected));
    assert_null(writer);
    assert_non_null(strstr(buf_str(&problem), " · "));
    assert_ptr_equal(strchr(buf_str(&problem), '\n'), buf_str(&problem) + problem.len - 1);
    buf_free(&problem);
}

static enum err read_err(struct store_reader *reader)
{
    struct store_totals totals;
    return store_read_totals(reader, NOW_MS, &totals);
}

static void each_acceptance_is_on_the_disk(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    for (int i = 0; i < 20; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        struct job record = job;
        record.id = id;
        int before = atomic_load(&syncs);
        put_job(writer, &record);
        assert_true(atomic_load(&syncs) > before);
    }
    store_writer_close(writer);
    folder_remove(&f);
}

static void the_log_stays_empty_after_closing(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char wal[PATH_MAX], shm[PATH_MAX];
    put_one(f.store, &job);
    assert_int_equal(size_of(beside(&f, "jobs.db-wal", wal)), 0);
    assert_true(size_of(beside(&f, "jobs.db-shm", shm)) > 0);
    assert_true(size_of(f.store) > 0);
    folder_remove(&f);
}

static void a_reader_changes_no_byte_and_holds_nothing(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct arena arena = arena_make(0);
    char wal[PATH_MAX];
    beside(&f, "jobs.db-wal", wal);
    struct store_writer *writer = open_writer(f.store);
    put_job(writer, &job);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    off_t log_size = size_of(wal);
    struct job_page page;
    bool changed;
    assert_int_equal(read_err(reader), ERR_OK);
    assert_int_equal(store_read_page(&reader, 1, NULL, 1, &arena, &page), ERR_OK);
    assert_int_equal(store_changed(reader, &changed), ERR_OK);
    assert_int_equal(size_of(wal), log_size);
    assert_true(log_size > 0);
    /* A reader in a transaction would keep the log from being emptied. */
    sqlite3 *db;
    int left, done;
    assert_int_equal(sqlite3_open(f.store, &db), SQLITE_OK);
    assert_int_equal(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &done),
                     SQLITE_OK);
    sqlite3_close(db);
    struct buf before = read_whole(f.store);
    assert_int_equal(read_err(reader), ERR_OK);
    store_reader_free(reader);
    struct buf after = read_whole(f.store);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    buf_free(&before);
    buf_free(&after);
    store_writer_close(writer);
    arena_free(&arena);
    folder_remove(&f);
}

static void a_newer_store_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct folder f = folder_make();
    put_one(f.store, &job);
    tell_db(f.store, "PRAGMA user_version = 98");
    struct buf before = read_whole(f.store);
    assert_refused(f.store, ERR_CONFIG);
    /* Who may not write in the folder needs it to read what is wrong. */
    char wal[PATH_MAX];
    assert_int_equal(size_of(beside(&f, "jobs.db-wal", wal)), 0);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    assert_int_equal(read_err(reader), ERR_CONFIG);
    struct buf after = read_whole(f.store);
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, before.len);
    store_reader_free(reader);
    buf_free(&before);
    buf_free(&after);
    folder_remove(&f);
}

static void another_programs_file_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct folder f = folder_make();
    tell_db(f.store, "CREATE TABLE jobs (id TEXT); INSERT INTO jobs VALUES ('mine')");
    assert_refused(f.store, ERR_BAD_FORMAT);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM jobs WHERE id = 'mine'"), 1);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    assert_int_equal(read_err(reader), ERR_BAD_FORMAT);
    store_reader_free(reader);
    unlink(f.store);
    store_writer_close(open_writer(f.store)); /* and a job store is no cache */
    reader = store_reader_new(f.store, STORE_CACHE);
    assert_int_equal(read_err(reader), ERR_BAD_FORMAT);
    store_reader_free(reader);
    folder_remove(&f);
}

/* An own history of versions, to try what an upgrade does. */
static const char *const good_steps[] = {
    "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7)",
    "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b SELECT x + 1 FROM a",
    "DROP TABLE a",
};
static const char *const bad_steps[] = {
    "CREATE TABLE a (x INTEGER) STRICT",
    "CREATE TABLE b (x INTEGER) STRICT; DROP TABLE a; INSERT INTO nowhere VALUES (1)",
};

static enum err migrate(const char *path, const char *const *steps, int version)
{
    const struct schema schema = {.application_id = 77, .steps = steps, .version = version};
    struct buf problem = buf_make(BUF_NO_LIMIT);
    sqlite3 *db;
    assert_int_equal(db_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 1000, &db), ERR_OK);
    enum err err = schema_migrate(db, &schema, path, &problem);
    buf_free(&problem);
    sqlite3_close(db);
    return err;
}

static void an_upgrade_copies_first(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char copy[PATH_MAX], other[PATH_MAX];
    beside(&f, "jobs.db.v1", copy);
    assert_int_equal(migrate(f.store, good_steps, 1), ERR_OK);
    assert_int_equal(size_of(copy), -1); /* a new file has nothing to lose */
    assert_int_equal(migrate(f.store, good_steps, 1), ERR_OK);
    assert_int_equal(migrate(f.store, good_steps, 3), ERR_OK);
    assert_int_equal(ask(f.store, "PRAGMA user_version"), 3);
    assert_int_equal(ask(f.store, "SELECT x FROM b"), 8);
    assert_int_equal(ask(copy, "PRAGMA user_version"), 1);
    assert_int_equal(ask(copy, "SELECT x FROM a"), 7);
    assert_int_equal(size_of(beside(&f, "jobs.db.v2", other)), -1);
    assert_int_equal(migrate(f.store, good_steps, 1), ERR_CONFIG); /* the older program again */
    assert_int_equal(rename(copy, f.store), 0);                    /* with the copy it runs */
    assert_int_equal(migrate(f.store, good_steps, 1), ERR_OK);
    assert_int_equal(ask(f.store, "SELECT x FROM a"), 7);
    folder_remove(&f);
}

static void a_failed_upgrade_changes_nothing(void **state)
{
    (void)state;
    struct folder f = folder_make();
    assert_int_equal(migrate(f.store, bad_steps, 1), ERR_OK);
    assert_int_equal(migrate(f.store, bad_steps, 2), ERR_BAD_FORMAT);
    assert_int_equal(ask(f.store, "PRAGMA user_version"), 1);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM a"), 0);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM sqlite_schema"), 1);
    folder_remove(&f);
}

static void an_upgrade_that_cannot_copy_does_not_begin(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char blocked[PATH_MAX];
    assert_int_equal(migrate(f.store, good_steps, 1), ERR_OK);
    assert_int_equal(mkdir(beside(&f, "jobs.db.v1.part", blocked), 0700), 0);
    assert_int_equal(migrate(f.store, good_steps, 2), ERR_SYSTEM);
    assert_int_equal(ask(f.store, "PRAGMA user_version"), 1);
    rmdir(blocked);
    folder_remove(&f);
}

static void a_damaged_store_is_said_and_kept(void **state)
{
    (void)state;
    struct folder f = folder_make();
    FILE *file = fopen(f.store, "w");
    for (int i = 0; i < 5000; i++)
        fputs("precious all the same ", file);
    fclose(file);
    off_t size = size_of(f.store);
    assert_refused(f.store, ERR_BAD_FORMAT);
    assert_int_equal(size_of(f.store), size);

    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    for (int i = 0; i < 100; i++)
        assert_int_equal(read_err(reader), ERR_BAD_FORMAT);
    unlink(f.store);
    put_one(f.store, &job);
    enum err err = read_err(reader);
    for (int ms = 0; err && ms < 8000; ms += 20) {
        usleep(20000);
        err = read_err(reader);
    }
    assert_int_equal(err, ERR_OK);
    store_reader_free(reader);
    folder_remove(&f);
}

/* Pauses keep a broken store from being opened at every call. */
static void a_broken_store_is_not_asked_all_the_time(void **state)
{
    (void)state;
    struct folder f = folder_make();
    put_one(f.store, &job);
    tell_db(f.store, "PRAGMA user_version = 99");
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(read_err(reader), ERR_CONFIG);
    assert_in_range(store_generation(reader), 1, 5);
    store_reader_free(reader);
    folder_remove(&f);
}

/* Pages of a sound file that say what we never write. */
static void rows_that_are_not_ours_are_refused(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE jobs SET proof = 77",
        "UPDATE jobs SET endpoint = -1",
        "UPDATE jobs SET id = ''",
        "UPDATE jobs SET model = 'a' || char(0) || 'b'",
        "UPDATE jobs SET latency_ms = -5",
        "UPDATE jobs SET error = replace(hex(zeroblob(1000)), '0', 'x')",
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct folder f = folder_make();
        struct arena arena = arena_make(0);
        struct job_page page;
        put_one(f.store, &job);
        tell_db(f.store, changes[i]);
        struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
        assert_int_equal(store_read_page(&reader, 1, NULL, 10, &arena, &page), ERR_BAD_FORMAT);
        store_reader_free(reader);
        arena_free(&arena);
        folder_remove(&f);
    }
}

/* In a process whose files cannot grow. Returns how many jobs were accepted before the first that
 * was not; -1 when all were. */
static int fill_the_disk(const char *path)
{
    enum { MANY = 10000 };
    struct store_writer *writer = open_writer(path);
    char text[JOB_ERROR_BYTES + 1];
    memset(text, 'x', JOB_ERROR_BYTES);
    text[JOB_ERROR_BYTES] = '\0';
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {.rlim_cur = 300000, .rlim_max = 300000};
    setrlimit(RLIMIT_FSIZE, &limit);
    int accepted = 0;
    enum err err = ERR_OK;
    while (!err && accepted < MANY) {
        char id[16];
        struct store_outcome outcome;
        snprintf(id, sizeof id, "%d", accepted);
        const struct job record = {.id = id, .status = JOB_FAILED, .error = text};
        err = store_put_jobs(writer, &record, 1, NOW_MS, &outcome);
        accepted += !err;
    }
    store_writer_close(writer);
    return err ? accepted : -1;
}

static void a_full_disk_loses_nothing_accepted(void **state)
{
    (void)state;
    struct folder f = folder_make();
    int pipes[2], accepted, status;
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        accepted = fill_the_disk(f.store);
        _exit(write(pipes[1], &accepted, sizeof accepted) != sizeof accepted);
    }
    assert_int_equal(read(pipes[0], &accepted, sizeof accepted), sizeof accepted);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    close(pipes[0]);
    close(pipes[1]);
    assert_in_range(accepted, 5, 1000);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM jobs"), accepted);
    put_one(f.store, &job); /* there is room again */
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

static void put_numbered(struct store_writer *writer, int number)
{
    char id[16];
    snprintf(id, sizeof id, "job-%d", number);
    const struct job record = {.id = id, .status = JOB_COMPLETED};
    assert_int_equal(put_job(writer, &record), JOB_INSERTED);
}

/* The log of the old file, full of its pages, must not be played into the new one. */
static void a_file_replaced_under_the_writer_is_taken_over(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char copy[PATH_MAX], wal[PATH_MAX];
    struct store_writer *writer = open_writer(f.store);
    for (int i = 0; i < 10; i++)
        put_numbered(writer, i);
    assert_int_equal(store_backup(f.store, beside(&f, "copy.db", copy)), ERR_OK);
    for (int i = 10; i < 60; i++)
        put_numbered(writer, i);
    assert_true(size_of(beside(&f, "jobs.db-wal", wal)) > 0);
    assert_int_equal(rename(copy, f.store), 0);
    put_numbered(writer, 60);
    assert_int_equal(ask(f.store, "SELECT count(*) FROM jobs"), 11);
    assert_sound(f.store, NOW_MS);
    store_writer_close(writer);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

static void a_replaced_file_counts_as_a_change(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char other[PATH_MAX];
    put_one(f.store, &job);
    put_one(beside(&f, "other.db", other), &job);
    struct store_reader *reader = store_reader_new(f.store, STORE_JOBS);
    for (int i = 0; i < 4; i++) {
        bool changed;
        assert_int_equal(store_changed(reader, &changed), ERR_OK);
        assert_int_equal(changed, i % 2 == 0);
        if (i == 1)
            assert_int_equal(rename(other, f.store), 0);
    }
    assert_int_equal(store_generation(reader), 2);
    store_reader_free(reader);
    folder_remove(&f);
}

static void a_file_deleted_under_the_writer_is_made_anew(void **state)
{
    (void)state;
    struct folder f = folder_make();
    struct store_writer *writer = open_writer(f.store);
    put_numbered(writer, 1);
    unlink(f.store);
    put_numbered(writer, 2); /* accepted means: found by readers */
    assert_int_equal(totals_at(f.store, NOW_MS).completed, 1);
    store_writer_close(writer);
    assert_sound(f.store, NOW_MS);
    folder_remove(&f);
}

static void a_copy_stands_alone(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char copy[PATH_MAX], beside_copy[PATH_MAX];
    beside(&f, "copy.db", copy);
    struct store_writer *writer = open_writer(f.store);
    for (int i = 0; i < 100; i++)
        put_numbered(writer, i);
    assert_int_equal(chmod(f.store, 0640), 0);
    for (int i = 0; i < 2; i++) { /* the second replaces the first */
        put_numbered(writer, 100 + i);
        assert_int_equal(store_backup(f.store, copy), ERR_OK); /* the writer is at work */
    }
    assert_int_equal(size_of(beside(&f, "copy.db-wal", beside_copy)), -1);
    assert_int_equal(size_of(beside(&f, "copy.db.part", beside_copy)), -1);
    struct stat st;
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_sound(copy, NOW_MS);
    assert_int_equal(totals_at(copy, NOW_MS).completed, 102);
    store_writer_close(writer);
    folder_remove(&f);
}

static void a_copy_that_fails_leaves_the_old_one(void **state)
{
    (void)state;
    struct folder f = folder_make();
    char copy[PATH_MAX], part[PATH_MAX];
    beside(&f, "copy.db", copy);
    assert_int_equal(store_backup(f.store, copy), ERR_NOT_FOUND);
    assert_int_equal(size_of(copy), -1);
    put_one(f.store, &job);
    assert_int_equal(store_backup(f.store, copy), ERR_OK);
    FILE *file = fopen(f.store, "w");
    for (int i = 0; i < 5000; i++)
        fputs("no database", file);
    fclose(file);
    assert_int_equal(store_backup(f.store, copy), ERR_BAD_FORMAT);
    assert_int_equal(size_of(beside(&f, "copy.db.part", part)), -1);
    assert_int_equal(totals_at(copy, NOW_MS).completed, 1);
    assert_int_equal(store_backup(f.store, "/nonexistent/copy.db"), ERR_SYSTEM);
    folder_remove(&f);
}

/* SQLite would read these names as a URI, or keep the store in memory. */
static void any_name_is_a_file_name(void **state)
{
    (void)state;
    static const char *const names[] = {"file:odd?mode=memory", ":memory:", "a b#c%41.db"};
    struct folder f = folder_make();
    char home[PATH_MAX];
    assert_non_null(getcwd(home, sizeof home));
    assert_int_equal(chdir(f.path), 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        put_one(names[i], &job);
        assert_true(size_of(names[i]) > 0);
        assert_int_equal(totals_at(names[i], NOW_MS).completed, 1);
    }
    assert_int_equal(chdir(home), 0);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_acceptance_is_on_the_disk),
        cmocka_unit_test(the_log_stays_empty_after_closing),
        cmocka_unit_test(a_reader_changes_no_byte_and_holds_nothing),
        cmocka_unit_test(a_newer_store_is_refused_and_left_alone),
        cmocka_unit_test(another_programs_file_is_refused_and_left_alone),
        cmocka_unit_test(an_upgrade_copies_first),
        cmocka_unit_test(a_failed_upgrade_changes_nothing),
        cmocka_unit_test(an_upgrade_that_cannot_copy_does_not_begin),
        cmocka_unit_test(a_damaged_store_is_said_and_kept),
        cmocka_unit_test(a_broken_store_is_not_asked_all_the_time),
        cmocka_unit_test(rows_that_are_not_ours_are_refused),
        cmocka_unit_test(a_full_disk_loses_nothing_accepted),
        cmocka_unit_test(a_file_replaced_under_the_writer_is_taken_over),
        cmocka_unit_test(a_replaced_file_counts_as_a_change),
        cmocka_unit_test(a_file_deleted_under_the_writer_is_made_anew),
        cmocka_unit_test(a_copy_stands_alone),
        cmocka_unit_test(a_copy_that_fails_leaves_the_old_one),
        cmocka_unit_test(any_name_is_a_file_name),
    };
    return cmocka_run_group_tests_name("store file", tests, NULL, NULL);
}
