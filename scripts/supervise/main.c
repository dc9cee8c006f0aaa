/*
 * supervise TABLE: starts the programs of a table (table.h), keeps them running, and ends them all.
 *
 * TERM, INT or HUP ends the rows in their stop order; what is left after STOP_DEADLINE_MS is
 * killed. The exit status is 0 after such a signal and 1 when a start failed. When the supervisor
 * itself is killed, the kernel signals its children.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "process.h"
#include "table.h"

enum {
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 1500, /* a killed program is back within 2 s, however often it was killed */
    STABLE_MS = 5000,      /* a program that ran this long starts again with the first back-off */
    READY_POLL_MS = 50,
    STOP_STAGE_MS = 700, /* the next order is told to stop after this, though one is not done */
    STOP_DEADLINE_MS = 3000,
    KILL_AGAIN_MS = 100,
    STRAYS_PAUSE_MS = 10,
    STRAYS_TRIES = 50,
    IDLE_MS = 3600 * 1000
};

enum phase { WAITING, STARTING, RUNNING, BACKING_OFF, DONE };

struct program {
    const struct row *row;
    enum phase phase;
    int listen_fd;
    pid_t pid;
    int64_t started_ms;
    int64_t due_ms; /* BACKING_OFF: when it is started again */
    int backoff_ms;
    struct stat ready_before; /* the ready file as it was before the start; st_ino 0: absent */
};

struct supervisor {
    struct table table;
    struct program programs[ROWS_MAX];
    int count;
    int next; /* the first row that was not started yet */
    bool stopping;
    int stop_order; /* rows up to this order were told to stop */
    int64_t stop_started_ms;
    int64_t stage_started_ms;
    int64_t killed_ms; /* 0: nothing was killed yet */
    int status;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_alive(const struct program *program)
{
    return program->phase == STARTING || program->phase == RUNNING;
}

static bool any_alive(const struct supervisor *s)
{
    for (int i = 0; i < s->count; i++) {
        if (is_alive(&s->programs[i]))
            return true;
    }
    return false;
}

static void begin_stop(struct supervisor *s, const char *why, int status)
{
    if (s->stopping)
        return;
    log_event("stop", NULL, "\"why\":\"%s\"", why);
    s->stopping = true;
    s->status = status;
    s->stop_order = 0;
    s->stop_started_ms = now_ms();
}

static void schedule_restart(struct program *program, int64_t now)
{
    if (program->backoff_ms == 0 || now - program->started_ms >= STABLE_MS)
        program->backoff_ms = BACKOFF_FIRST_MS;
    else if (program->backoff_ms * 2 < BACKOFF_MAX_MS)
        program->backoff_ms *= 2;
    else
        program->backoff_ms = BACKOFF_MAX_MS;
    program->phase = BACKING_OFF;
    program->due_ms = now + program->backoff_ms;
    log_event("restart", program->row->name, "\"delayMs\":%d", program->backoff_ms);
}

static void start(struct supervisor *s, struct program *program)
{
    const struct row *row = program->row;
    struct start_context context = {program->listen_fd, getpid()};
    pid_t pid;

    if (!socket_listen(row, program->listen_fd)) {
        begin_stop(s, "cannot listen", 1);
        return;
    }
    memset(&program->ready_before, 0, sizeof program->ready_before);
    if (row->ready_file && stat(row->ready_file, &program->ready_before) != 0)
        program->ready_before.st_ino = 0;
    pid = process_start(row, &context);
    program->started_ms = now_ms();
    if (pid < 0) {
        if (s->next < s->count || !row->restart)
            begin_stop(s, "cannot start", 1);
        else
            schedule_restart(program, program->started_ms);
        return;
    }
    program->pid = pid;
    program->phase = row->is_task || row->ready_file ? STARTING : RUNNING;
    log_event("start", row->name, "\"pid\":%d", pid);
}

/* The file is there, and is not the one that an earlier run left. */
static bool ready_file_is_new(const struct program *program)
{
    const struct stat *before = &program->ready_before;
    struct stat after;

    if (stat(program->row->ready_file, &after) != 0)
        return false;
    return after.st_ino != before->st_ino || after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
           after.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

static bool is_ready(struct program *program)
{
    if (program->phase == STARTING && !program->row->is_task && ready_file_is_new(program)) {
        program->phase = RUNNING;
        log_event("ready", program->row->name, NULL);
    }
    return program->phase != STARTING;
}

/* Starts the rows whose turn has come, and those whose back-off is over. */
static void start_due(struct supervisor *s)
{
    int64_t now = now_ms();

    while (!s->stopping && s->next < s->count) {
        if (s->next > 0 && !is_ready(&s->programs[s->next - 1]))
            break;
        if (s->programs[s->next].row->announcement)
            say("%s", s->programs[s->next].row->announcement);
        start(s, &s->programs[s->next++]);
    }
    for (int i = 0; i < s->count && !s->stopping; i++) {
        struct program *program = &s->programs[i];

        if (program->phase == BACKING_OFF && program->due_ms <= now)
            start(s, program);
    }
}

static void ended(struct supervisor *s, struct program *program, int wait_status)
{
    bool was_starting = program->phase == STARTING;
    bool succeeded = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;

    if (WIFEXITED(wait_status))
        log_event("exit", program->row->name, "\"pid\":%d,\"status\":%d", program->pid,
                  WEXITSTATUS(wait_status));
    else
        log_event("exit", program->row->name, "\"pid\":%d,\"signal\":%d", program->pid,
                  WTERMSIG(wait_status));
    program->phase = DONE;
    if (s->stopping || (program->row->is_task && succeeded))
        return;
    if (program->row->restart) {
        schedule_restart(program, now_ms());
    } else if (was_starting) {
        say("%s did not come up", program->row->name);
        begin_stop(s, "a start failed", 1);
    }
}

static struct program *program_of(struct supervisor *s, pid_t pid)
{
    for (int i = 0; i < s->count; i++) {
        if (is_alive(&s->programs[i]) && s->programs[i].pid == pid)
            return &s->programs[i];
    }
    return NULL;
}

static void reap(struct supervisor *s)
{
    siginfo_t info = {0};

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        struct program *program = program_of(s, info.si_pid);
        int wait_status;

        /* Workers of a killed master would go on and serve beside the new ones. While the master is
         * not reaped, its session's number cannot be another's. */
        if (program)
            session_kill(program->pid);
        waitpid(info.si_pid, &wait_status, 0);
        if (program)
            ended(s, program, wait_status);
        info.si_pid = 0;
    }
}

/* What left its session and lost its parent, at the end of everything. */
static void end_strays(void)
{
    const struct timespec pause = {0, STRAYS_PAUSE_MS * 1000000L};

    for (int i = 0; i < STRAYS_TRIES; i++) {
        strays_kill();
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (waitpid(-1, NULL, WNOHANG) < 0)
            return;
        nanosleep(&pause, NULL);
    }
}

static bool order_is_done(const struct supervisor *s, int order)
{
    for (int i = 0; i < s->count; i++) {
        if (is_alive(&s->programs[i]) && s->programs[i].row->stop_order <= order)
            return false;
    }
    return true;
}

static void kill_all(struct supervisor *s)
{
    for (int i = 0; i < s->count; i++) {
        if (is_alive(&s->programs[i])) {
            log_event("kill", s->programs[i].row->name, "\"pid\":%d", s->programs[i].pid);
            session_kill(s->programs[i].pid);
        }
    }
}

static void continue_stop(struct supervisor *s)
{
    int64_t now = now_ms();

    while (s->stop_order < STOP_ORDER_LAST &&
           (s->stop_order == 0 || order_is_done(s, s->stop_order) ||
            now - s->stage_started_ms >= STOP_STAGE_MS)) {
        s->stop_order++;
        s->stage_started_ms = now;
        for (int i = 0; i < s->count; i++) {
            const struct program *program = &s->programs[i];

            if (is_alive(program) && program->row->stop_order == s->stop_order)
                kill(program->pid, program->row->stop_signal);
        }
    }
    if (now - s->stop_started_ms >= STOP_DEADLINE_MS && now - s->killed_ms >= KILL_AGAIN_MS) {
        s->killed_ms = now;
        kill_all(s);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long nothing can be due, unless a signal comes. */
static int64_t idle_ms(const struct supervisor *s)
{
    int64_t now = now_ms();
    int64_t due = now + IDLE_MS;

    if (s->stopping) {
        due = s->killed_ms ? s->killed_ms + KILL_AGAIN_MS : s->stop_started_ms + STOP_DEADLINE_MS;
        if (s->stop_order < STOP_ORDER_LAST)
            due = earlier(due, s->stage_started_ms + STOP_STAGE_MS);
    } else {
        for (int i = 0; i < s->count; i++) {
            const struct program *program = &s->programs[i];

            if (program->phase == BACKING_OFF)
                due = earlier(due, program->due_ms);
            if (program->phase == STARTING && program->row->ready_file)
                due = earlier(due, now + READY_POLL_MS);
        }
    }
    return due > now ? due - now : 0;
}

static void wait_for_signal(struct supervisor *s, const sigset_t *signals)
{
    int64_t timeout = idle_ms(s);
    struct timespec limit = {timeout / 1000, (timeout % 1000) * 1000000};
    int number = sigtimedwait(signals, NULL, &limit);

    if (number == SIGTERM || number == SIGINT || number == SIGHUP)
        begin_stop(s, "signal", 0);
    reap(s);
}

static bool bind_sockets(struct supervisor *s)
{
    for (int i = 0; i < s->count; i++) {
        s->programs[i].listen_fd = socket_bind(s->programs[i].row);
        if (s->programs[i].listen_fd == SOCKET_FAILED)
            return false;
    }
    return true;
}

static void remove_sockets(const struct supervisor *s)
{
    for (int i = 0; i < s->count; i++) {
        if (s->programs[i].row->unix_path && s->programs[i].listen_fd >= 0)
            unlink(s->programs[i].row->unix_path);
    }
}

static bool open_log(const char *path)
{
    int fd;

    if (!path)
        return true;
    fd = high_fd(open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640));
    if (fd < 0) {
        say("cannot open %s: %s", path, strerror(errno));
        return false;
    }
    log_to(fd);
    return true;
}

/* Blocked, so that they wait for sigtimedwait. A hang-up that nohup ignores stays ignored. */
static void block_signals(sigset_t *signals)
{
    struct sigaction hangup;

    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGCHLD);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaddset(signals, SIGHUP);
    signal(SIGINT, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, signals, NULL);
}

int main(int argc, char **argv)
{
    static struct supervisor s;
    sigset_t signals;

    if (argc != 2) {
        say("usage: supervise TABLE");
        return 2;
    }
    block_signals(&signals);
    /* Grandchildren whose parent dies come to the supervisor and are found at the end. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (!table_read(&s.table, argv[1]))
        return 1;
    s.count = s.table.count;
    for (int i = 0; i < s.count; i++) {
        s.programs[i].row = &s.table.rows[i];
        s.programs[i].listen_fd = NO_SOCKET;
    }
    s.status = 1;
    if (open_log(s.table.log) && bind_sockets(&s)) {
        s.status = 0;
        while (!s.stopping || any_alive(&s)) {
            if (s.stopping)
                continue_stop(&s);
            else
                start_due(&s);
            if (!s.stopping || any_alive(&s))
                wait_for_signal(&s, &signals);
        }
        end_strays();
        log_event("end", NULL, "\"status\":%d", s.status);
    }
    remove_sockets(&s);
    table_free(&s.table);
    return s.status;
}
