#include "bench/runner.h"

#include "base/clock.h"
#include "base/log.h"
#include "bench/archive.h"
#include "bench/calibrate.h"
#include "bench/course.h"
#include "bench/events.h"
#include "bench/proofs.h"
#include "bench/reconcile.h"
#include "bench/resettle.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PROOFS_MS = 30000,         /* to fetch the signatures of a whole run */
    PROOFS_CANCELLED_MS = 250, /* a cancelled run ends within a second */
    RESETTLE_FIRST_MS = 5000,  /* after a run; the pauses then double */
    RESETTLE_LONGEST_MS = 10 * 60 * 1000
};

struct runner {
    const struct bench_means *means;
    struct store_writer *store;
    pthread_t thread;
    atomic_bool stopping, cancelled;
    atomic_bool wanted; /* for a run: what is only looked up again is given up */

    pthread_mutex_t lock; /* over all below */
    pthread_cond_t changed;
    struct bench_order *order; /* to be run, or running; NULL: no run is on */
    struct bench_head head;    /* of the last run; its texts only while `order` is there */
    struct caller *caller;     /* to be woken; while it runs */
    char **events;             /* of the last run */
    size_t event_count;
};

static struct timespec in_ms(int wait_ms)
{
    const int64_t at = clock_mono_ms() + wait_ms;
    return (struct timespec){.tv_sec = at / 1000, .tv_nsec = (long)(at % 1000) * 1000000L};
}

static bool is_last(const struct runner *r, const char *id)
{
    return strcmp(r->head.id, id) == 0;
}

/* Telling -------------------------------------------------------------------------------------- */

static void forget_events(struct runner *r)
{
    for (size_t i = 0; i < r->event_count; i++)
        free(r->events[i]);
    free(r->events);
    r->events = NULL;
    r->event_count = 0;
}

/* Without memory an event is lost, and the run goes on. */
static void tell(struct runner *r, const struct bench_record *record, size_t place)
{
    struct buf text = buf_make(BUF_NO_LIMIT);
    events_put(&text, record, place);
    char *event = text.err ? NULL : buf_take(&text);
    pthread_mutex_lock(&r->lock);
    char **events = event ? realloc(r->events, (r->event_count + 1) * sizeof *events) : NULL;
    if (events) {
        events[r->event_count++] = event;
        r->events = events;
        pthread_cond_broadcast(&r->changed);
    } else {
        free(event);
    }
    pthread_mutex_unlock(&r->lock);
    buf_free(&text);
}

static struct bench_record record_of(const struct course *course)
{
    return (struct bench_record){
        .head = *course->head, .calls = course->calls, .call_count = course->count};
}

static void call_told(void *user, const struct course *course)
{
    const struct bench_record record = record_of(course);
    tell(user, &record, course->count);
}

/* Carrying out --------------------------------------------------------------------------------- */

/* Writes the end, which makes the run one of the past. */
static enum err put_end(struct runner *r, struct bench_tail *tail, const char *id)
{
    struct arena arena = arena_make(0);
    struct buf text = buf_make(RUN_TEXT_BYTES);
    struct stored_run run;
    enum err err = store_read_run(r->store, id, &arena, &run);
    if (!err)
        err = archive_seal(&run, r->means->account, &arena, tail);
    if (!err) {
        record_put_tail(&text, tail);
        err = text.err;
    }
    if (!err)
        err = store_end_run(r->store, id, (struct run_text){buf_str(&text), text.len},
                            "interrupted", tail->ended_wall_ms);
    buf_free(&text);
    tail->signer = tail->signature = NULL; /* they lived in the arena */
    arena_free(&arena);
    return err;
}

static void finish(struct runner *r, struct course *course, const struct money *before,
                   enum run_end end)
{
    struct bench_reconciliation rows[PLAN_MAX_ENDPOINTS] = {0};
    struct bench_tail tail = {.end = end,
                              .ended_wall_ms = clock_wall_ms(),
                              .reconciliations = rows,
                              .reconciliation_count = course->head->endpoint_count};
    const bool in_haste = end == RUN_END_CANCELLED;
    gpu_watch_close(&course->gpu, &tail.gpu);
    proofs_fetch(course, in_haste ? PROOFS_CANCELLED_MS : PROOFS_MS);
    money_after(course, before, !in_haste, rows);
    enum err err = put_end(r, &tail, course->head->id);
    if (err)
        log_event(LOG_ERROR, "run_end_not_kept", "run", course->head->id, "error", err_name(err),
                  NULL);
    struct bench_record record = record_of(course);
    record.ended = true;
    record.tail = tail;
    tell(r, &record, course->count + 1);
}

static void set_caller(struct runner *r, struct caller *caller)
{
    pthread_mutex_lock(&r->lock);
    r->caller = caller;
    pthread_mutex_unlock(&r->lock);
}

static void carry_out(struct runner *r)
{
    struct money before[PLAN_MAX_ENDPOINTS];
    struct course *course = calloc(1, sizeof *course);
    struct caller *caller = caller_new();
    struct http_client *aside = http_client_new();
    const struct bench_record record = {.head = r->head};
    log_event(LOG_INFO, "run_started", "run", r->head.id, NULL);
    tell(r, &record, 0);
    if (!course || !caller || !aside) {
        log_event(LOG_ERROR, "run_failed", "error", err_name(ERR_NO_MEMORY), NULL);
        archive_close_interrupted(r->store, r->means->account);
        goto out;
    }
    *course = (struct course){.means = r->means,
                              .order = r->order,
                              .head = &r->head,
                              .store = r->store,
                              .caller = caller,
                              .aside = aside,
                              .cancelled = &r->cancelled,
                              .stopping = &r->stopping,
                              .told = call_told,
                              .user = r};
    set_caller(r, caller);
    enum err err = course_open(course);
    if (err) {
        log_event(LOG_ERROR, "run_failed", "error", err_name(err), NULL);
        archive_close_interrupted(r->store, r->means->account);
    } else {
        money_before(course, before);
        finish(r, course, before, course_run(course));
    }
    course_close(course);
    set_caller(r, NULL);
    log_event(LOG_INFO, "run_ended", "run", r->head.id, NULL);
out:
    http_client_free(aside);
    caller_free(caller);
    free(course);
}

/* Looks again what became of the last run's money; gives the pause until the next time. */
static int look_again(struct runner *r, int pause_ms)
{
    bool pending = false;
    pthread_mutex_unlock(&r->lock);
    enum err err = resettle(r->means, r->store, &r->wanted, &pending);
    if (err && err != ERR_CANCELLED)
        log_event(LOG_WARN, "money_not_read", "error", err_name(err), NULL);
    pthread_mutex_lock(&r->lock);
    const bool soon = pending && pause_ms < RESETTLE_LONGEST_MS / 2;
    return soon ? pause_ms * 2 : RESETTLE_LONGEST_MS;
}

static void *work(void *arg)
{
    struct runner *r = arg;
    int pause_ms = RESETTLE_FIRST_MS;
    pthread_mutex_lock(&r->lock);
    while (!atomic_load(&r->stopping)) {
        const struct timespec until = in_ms(pause_ms);
        int rc = 0;
        while (!r->order && !atomic_load(&r->stopping) && rc != ETIMEDOUT)
            rc = pthread_cond_timedwait(&r->changed, &r->lock, &until);
        if (!r->order) {
            pause_ms = atomic_load(&r->stopping) ? pause_ms : look_again(r, pause_ms);
            continue;
        }
        pthread_mutex_unlock(&r->lock);
        carry_out(r);
        pthread_mutex_lock(&r->lock);
        order_free(r->order);
        r->order = NULL;
        atomic_store(&r->wanted, false);
        pause_ms = RESETTLE_FIRST_MS;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* For others ----------------------------------------------------------------------------------- */

enum err runner_new(const struct bench_means *means, struct store_writer *store,
                    struct runner **runner)
{
    struct runner *r = calloc(1, sizeof *r);
    pthread_condattr_t attributes;
    *runner = NULL;
    if (!r)
        return ERR_NO_MEMORY;
    r->means = means;
    r->store = store;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    enum err err = archive_close_interrupted(store, means->account);
    if (!err && pthread_create(&r->thread, NULL, work, r) != 0)
        err = ERR_SYSTEM;
    if (!err) {
        *runner = r;
        return ERR_OK;
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
    return err;
}

void runner_free(struct runner *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    atomic_store(&r->stopping, true);
    atomic_store(&r->cancelled, true);
    atomic_store(&r->wanted, true);
    if (r->caller)
        caller_wake(r->caller);
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    order_free(r->order); /* taken, and not begun */
    forget_events(r);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* Under the lock. */
static enum err take(struct runner *r, struct bench_order *order)
{
    struct bench_calibration calibration;
    struct bench_head head;
    struct buf text = buf_make(RUN_TEXT_BYTES);
    enum err err = calibrate(&calibration);
    if (err)
        log_event(LOG_WARN, "not_calibrated", "error", err_name(err), NULL);
    err = order_head(order, r->means, &calibration, &head);
    if (!err) {
        record_put_head(&text, &head);
        err = text.err
                  ? text.err
                  : store_begin_run(r->store, head.id, (struct run_text){buf_str(&text), text.len},
                                    head.started_wall_ms);
    }
    buf_free(&text);
    if (err)
        return err;
    forget_events(r);
    r->head = head;
    r->order = order;
    atomic_store(&r->cancelled, false);
    atomic_store(&r->wanted, true);
    pthread_cond_broadcast(&r->changed);
    return ERR_OK;
}

enum err runner_start(struct runner *r, struct bench_order *order, char id[RUN_ID_BYTES])
{
    pthread_mutex_lock(&r->lock);
    enum err err = r->order ? ERR_OWN_LIMIT : take(r, order);
    memcpy(id, r->head.id, RUN_ID_BYTES);
    pthread_mutex_unlock(&r->lock);
    return err;
}

bool runner_cancel(struct runner *r, const char *id)
{
    pthread_mutex_lock(&r->lock);
    const bool on = r->order && is_last(r, id);
    if (on)
        atomic_store(&r->cancelled, true);
    if (on && r->caller)
        caller_wake(r->caller);
    pthread_mutex_unlock(&r->lock);
    return on;
}

bool runner_has(struct runner *r, const char *id)
{
    return !runner_wait(r, id, 0);
}

enum watched runner_watch(struct runner *r, const char *id, size_t place, int wait_ms,
                          struct buf *out)
{
    const struct timespec until = in_ms(wait_ms);
    enum watched watched = WATCH_SILENT;
    pthread_mutex_lock(&r->lock);
    for (int rc = 0; is_last(r, id) && r->order && place >= r->event_count && rc != ETIMEDOUT;)
        rc = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    if (!is_last(r, id) || (!r->order && place >= r->event_count)) {
        watched = WATCH_OTHER;
    } else if (place < r->event_count) {
        buf_puts(out, r->events[place]);
        watched = WATCH_EVENT;
    }
    pthread_mutex_unlock(&r->lock);
    return watched;
}

bool runner_wait(struct runner *r, const char *id, int wait_ms)
{
    const struct timespec until = in_ms(wait_ms);
    pthread_mutex_lock(&r->lock);
    for (int rc = 0; is_last(r, id) && r->order && rc != ETIMEDOUT;)
        rc = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    const bool ended = !is_last(r, id) || !r->order;
    pthread_mutex_unlock(&r->lock);
    return ended;
}
