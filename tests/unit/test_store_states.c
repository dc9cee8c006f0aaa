/* The states in which a reader may find the store: never made, at work, closed, killed, replaced by
 * a copy, deleted; with one user, and as root with two, of whom the reading one may write nothing.
 */
#include "store/backup.h"

#include "support_store.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>

enum { WAIT_MS = 8000 }; /* longer than the reader's longest pause */

struct user {
    uid_t uid;
    gid_t gid;
    gid_t group; /* supplementary */
};

/* A process that does what it is told over a pipe, one letter at a time. */
struct process {
    pid_t pid;
    int orders, answers;
};

struct answer {
    enum err err;
    int64_t completed;
    size_t listed;
};

static void become(const struct user *user)
{
    umask(027);
    if (!user)
        return;
    if (setgroups(1, &user->group) != 0 || setgid(user->gid) != 0 || setuid(user->uid) != 0)
        _exit(2);
}

typedef void (*life)(const char *path, int orders, int answers);

static struct process start(life live, const char *path, const struct user *user)
{
    int orders[2], answers[2];
    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(orders[1]);
        close(answers[0]);
        become(user);
        live(path, orders[0], answers[1]);
        _exit(0);
    }
    close(orders[0]);
    close(answers[1]);
    return (struct process){.pid = pid, .orders = orders[1], .answers = answers[0]};
}

static struct answer tell(const struct process *p, char order)
{
    struct answer answer;
    assert_int_equal(write(p->orders, &order, 1), 1);
    assert_int_equal(read(p->answers, &answer, sizeof answer), sizeof answer);
    return answer;
}

static void finish(struct process *p, int signal)
{
    if (signal)
        kill(p->pid, signal);
    else
        assert_int_equal(write(p->orders, "q", 1), 1); /* siblings hold the pipe open */
    close(p->orders);
    close(p->answers);
    int status;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    if (!signal)
        assert_int_equal(status, 0);
}

/* 'o' opens, 'p' puts one completed job, 'c' closes, 'q' quits. */
static void write_on(const char *path, int orders, int answers)
{
    struct store_writer *writer = NULL;
    struct buf problem = buf_make(BUF_NO_LIMIT);
    char order;
    while (read(orders, &order, 1) == 1 && order != 'q') {
        struct answer answer = {.err = ERR_OK};
        if (order == 'o')
            answer.err = store_writer_open(path, STORE_JOBS, &problem, &writer);
        if (order == 'c') {
            store_writer_close(writer);
            writer = NULL;
        }
        if (order == 'p') {
            char id[32];
            struct store_outcome outcome;
            snprintf(id, sizeof id, "job-%u", arc4random());
            const struct job job = {.id = id, .status = JOB_COMPLETED};
            answer.err = store_put_jobs(writer, &job, 1, NOW_MS, &outcome);
        }
        if (write(answers, &answer, sizeof answer) != sizeof answer)
            _exit(3);
    }
    store_writer_close(writer);
    buf_free(&problem);
}

/* Any other letter than 'q': reads figures and the first page over the connection it has. */
static void read_on(const char *path, int orders, int answers)
{
    struct store_reader *reader = store_reader_new(path, STORE_JOBS);
    struct store_totals totals;
    struct job_page page;
    char order;
    while (read(orders, &order, 1) == 1 && order != 'q') {
        struct arena arena = arena_make(PAGE_MAX_BYTES);
        struct answer answer = {.err = store_read_totals(reader, NOW_MS, &totals)};
        enum err err = store_read_page(&reader, 1, NULL, PAGE_MAX_JOBS, &arena, &page);
        answer.err = answer.err ? answer.err : err;
        answer.completed = totals.completed;
        answer.listed = page.count;
        arena_free(&arena);
        if (write(answers, &answer, sizeof answer) != sizeof answer)
            _exit(3);
    }
    store_reader_free(reader);
}

struct scene {
    struct folder folder;
    const struct user *writing, *reading; /* NULL: as the test */
    struct process writer, reader;
};

static void assert_answer(const struct answer *answer, enum err err, int64_t jobs)
{
    assert_string_equal(err_name(answer->err), err_name(err));
    assert_int_equal(answer->completed, jobs);
    assert_int_equal(answer->listed, jobs);
}

/* What a reader that was there all along sees, and what one sees that comes now. */
static void expect(struct scene *s, enum err err, int64_t jobs)
{
    struct answer answer = tell(&s->reader, 'r');
    for (int ms = 0; ms < WAIT_MS && (answer.err != err || answer.completed != jobs); ms += 20) {
        usleep(20000);
        answer = tell(&s->reader, 'r');
    }
    assert_answer(&answer, err, jobs);
    struct process fresh = start(read_on, s->folder.store, s->reading);
    answer = tell(&fresh, 'r');
    assert_answer(&answer, err, jobs);
    finish(&fresh, 0);
}

static void order_writer(struct scene *s, const char *orders)
{
    for (; *orders; orders++)
        assert_int_equal(tell(&s->writer, *orders).err, ERR_OK);
}

static void remove_store(const struct scene *s)
{
    char path[PATH_MAX];
    unlink(s->folder.store);
    unlink(beside(&s->folder, "jobs.db-wal", path));
    unlink(beside(&s->folder, "jobs.db-shm", path));
}

static void give_to_writer(const struct scene *s, const char *path)
{
    if (s->writing)
        assert_int_equal(chown(path, s->writing->uid, s->reading->gid), 0);
}

static void copy_file(const char *from, const char *to)
{
    char part[4096];
    size_t got;
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    while ((got = fread(part, 1, sizeof part, in)) > 0)
        assert_int_equal(fwrite(part, 1, got, out), got);
    fclose(in);
    fclose(out);
    assert_int_equal(chmod(to, 0640), 0);
}

/* Through all states. Without the right to write, a file in WAL mode that came without its log
 * cannot be read until the writer was there. */
static void play(const struct user *writing, const struct user *reading)
{
    struct scene s = {.folder = folder_make(), .writing = writing, .reading = reading};
    char copy[PATH_MAX], aside[PATH_MAX];
    beside(&s.folder, "copy.db", copy);
    beside(&s.folder, "aside.db", aside);
    give_to_writer(&s, s.folder.path);
    assert_int_equal(chmod(s.folder.path, 02750), 0);
    s.writer = start(write_on, s.folder.store, writing);
    s.reader = start(read_on, s.folder.store, reading);

    expect(&s, ERR_NOT_FOUND, 0); /* never made */
    order_writer(&s, "o");
    expect(&s, ERR_OK, 0); /* at work */
    order_writer(&s, "p");
    expect(&s, ERR_OK, 1);
    order_writer(&s, "c"); /* closed */
    expect(&s, ERR_OK, 1);
    order_writer(&s, "op");
    expect(&s, ERR_OK, 2);
    finish(&s.writer, SIGKILL); /* killed */
    expect(&s, ERR_OK, 2);
    s.writer = start(write_on, s.folder.store, writing);
    order_writer(&s, "op");
    expect(&s, ERR_OK, 3);

    assert_int_equal(store_backup(s.folder.store, copy), ERR_OK);
    give_to_writer(&s, copy);
    order_writer(&s, "pc");
    expect(&s, ERR_OK, 4);
    char wal[PATH_MAX];
    unlink(beside(&s.folder, "jobs.db-wal", wal));
    unlink(beside(&s.folder, "jobs.db-shm", wal));
    assert_int_equal(rename(copy, s.folder.store), 0); /* restored */
    expect(&s, ERR_OK, 3);
    order_writer(&s, "op");
    expect(&s, ERR_OK, 4);

    order_writer(&s, "c");
    finish(&s.reader, 0); /* the last one out empties the log */
    order_writer(&s, "oc");
    copy_file(s.folder.store, aside);
    give_to_writer(&s, aside);
    remove_store(&s);
    assert_int_equal(rename(aside, s.folder.store), 0); /* a plain copy, without its log */
    s.reader = start(read_on, s.folder.store, reading);
    if (writing)
        expect(&s, ERR_SYSTEM, 0);
    else
        expect(&s, ERR_OK, 4);
    order_writer(&s, "op");
    expect(&s, ERR_OK, 5);

    finish(&s.writer, SIGKILL);
    remove_store(&s); /* deleted */
    expect(&s, ERR_NOT_FOUND, 0);
    s.writer = start(write_on, s.folder.store, writing);
    order_writer(&s, "op");
    expect(&s, ERR_OK, 1);
    finish(&s.reader, 0);
    finish(&s.writer, 0);
    folder_remove(&s.folder);
}

static void one_user_reads_in_every_state(void **state)
{
    (void)state;
    play(NULL, NULL);
}

static void another_user_reads_in_every_state(void **state)
{
    (void)state;
    const struct passwd *nobody = getpwnam("nobody");
    const struct user writing = {.uid = nobody ? nobody->pw_uid : 0,
                                 .gid = nobody ? nobody->pw_gid : 0};
    const struct passwd *www = getpwnam("www-data");
    if (geteuid() != 0 || !writing.uid || !www) {
        print_message("skipped: needs root and the users nobody and www-data\n");
        skip();
    }
    const struct user reading = {.uid = www->pw_uid, .gid = www->pw_gid, .group = www->pw_gid};
    struct user member = writing;
    member.group = www->pw_gid;
    play(&member, &reading);
}

enum { BATCH = 7, ROUNDS = 12 };

/* Batch after batch, first running, then completed; says each number when it is accepted. */
static void put_batches(const char *path, int orders, int answers)
{
    struct store_writer *writer;
    struct buf problem = buf_make(BUF_NO_LIMIT);
    char round;
    if (read(orders, &round, 1) != 1 ||
        store_writer_open(path, STORE_JOBS, &problem, &writer) != ERR_OK)
        _exit(2);
    for (int number = 0;; number++) {
        for (int step = 0; step < 2; step++) {
            char ids[BATCH][32];
            struct job batch[BATCH];
            struct store_outcome outcomes[BATCH];
            for (int i = 0; i < BATCH; i++) {
                snprintf(ids[i], sizeof ids[i], "%c-%d-%d", round, number, i);
                batch[i] = (struct job){
                    .id = ids[i], .status = step ? JOB_COMPLETED : JOB_RUNNING, .chat_id = "batch"};
            }
            if (store_put_jobs(writer, batch, BATCH, NOW_MS, outcomes) != ERR_OK)
                _exit(3);
        }
        if (write(answers, &number, sizeof number) != sizeof number)
            _exit(4);
    }
}

/* Killed anywhere in its transactions: what it accepted is there, and nothing is there by half. */
static void what_was_accepted_survives_a_kill(void **state)
{
    (void)state;
    struct folder f = folder_make();
    unsigned seed = 42;
    int64_t accepted_jobs = 0, accepted_batches = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct process writer = start(put_batches, f.store, NULL);
        char name = (char)('a' + round);
        assert_int_equal(write(writer.orders, &name, 1), 1);
        int number, accepted = 0;
        for (int i = rand_r(&seed) % 4; i >= 0; i--) {
            assert_int_equal(read(writer.answers, &number, sizeof number), sizeof number);
            accepted++;
        }
        usleep((useconds_t)(rand_r(&seed) % 3000));
        kill(writer.pid, SIGKILL);
        while (read(writer.answers, &number, sizeof number) == sizeof number)
            accepted++;
        finish(&writer, SIGKILL);
        accepted_batches += accepted;
        accepted_jobs = accepted_batches * BATCH;

        struct store_totals t = totals_at(f.store, NOW_MS); /* before any writer repairs it */
        assert_true(t.completed >= accepted_jobs);
        assert_int_equal((t.completed + t.active) % BATCH, 0);
        assert_int_equal(t.completed % BATCH, 0);
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM jobs WHERE id LIKE '%c-%%' AND status = 2",
                 name);
        assert_true(ask(f.store, sql) >= (int64_t)accepted * BATCH);
        assert_sound(f.store, NOW_MS);
    }
    assert_true(accepted_batches >= ROUNDS);
    folder_remove(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_user_reads_in_every_state),
        cmocka_unit_test(another_user_reads_in_every_state),
        cmocka_unit_test(what_was_accepted_survives_a_kill),
    };
    return cmocka_run_group_tests_name("store states", tests, NULL, NULL);
}
