#include "panel/poller.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/gate.h"
#include "net/http.h"
#include "panel/history.h"
#include "panel/render.h"
#include "panel/source.h"
#include "store/cache.h"
#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_TIMEOUT_MS = 3000,
    REQUEST_TIMEOUT_MS = 5000,
    ROUND_TIMEOUT_MS = 15000, /* all steps, and waiting for a gate */
    MAX_WAIT_MS = 250,        /* how late a state that changes with time may be noticed */
    RENDER_EVERY_MS = 4500,   /* and that late is in time for renderedAt to move every 5 s */
    MAX_BACKOFF_MS = 60000,   /* on a public network; elsewhere the interval */
    DEFAULT_RETRY_AFTER_MS = 10000,
    MAX_RETRY_AFTER_MS = 10 * 60000,
};

struct poller {
    const struct settings *settings;
    struct snapshot_board *board;
    struct evidence_board *evidence; /* NULL: nobody wants it */
    struct http_client *http;
    struct gate_table gates;
    struct cache *cache; /* NULL: scans begin anew with the program */
    struct source sources[SOURCE_AND_SCAN_COUNT];

    uint8_t digest[32]; /* of what the published snapshot shows */
    enum source_state states[SOURCE_COUNT];
    int64_t shown_fetched_ms[SOURCE_COUNT];
    int64_t rendered_ms;
    bool changed; /* a round ended since */
    struct history history;

    pthread_t thread;
    bool started;
    atomic_bool stop;
};

/* Without a cache all is read all the same, only longer. */
static void open_cache(struct poller *p)
{
    if (!p->settings->cache_db || p->settings->keeps_nothing)
        return;
    struct buf problem = buf_make(BUF_NO_LIMIT);
    enum err err = cache_open(p->settings->cache_db, &problem, &p->cache);
    if (err)
        log_event(LOG_WARN, "cache_failed", "error", err_name(err), "reason", buf_str(&problem),
                  NULL);
    buf_free(&problem);
}

static void set_up_sources(struct poller *p)
{
    sources_init(p->sources, p->settings);
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        p->sources[i].round.poller = p;
        p->sources[i].round.cache = p->cache;
    }
}

struct poller *poller_new(const struct settings *settings, struct snapshot_board *board)
{
    struct poller *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->settings = settings;
    p->board = board;
    p->rendered_ms = INT64_MIN / 2; /* never */
    open_cache(p);
    set_up_sources(p);
    p->http = http_client_new();
    if (!p->http) {
        poller_free(p);
        return NULL;
    }
    return p;
}

void poller_keep_evidence(struct poller *p, struct evidence_board *board)
{
    p->evidence = board;
}

static struct view view_now(const struct poller *p)
{
    return (struct view){.settings = p->settings,
                         .sources = p->sources,
                         .mono_ms = clock_mono_ms(),
                         .wall_ms = clock_wall_ms(),
                         .history = &p->history};
}

/* Ends a round ------------------------------------------------------------------------------- */

static void drop_exchanges(struct round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        cJSON_Delete(round->exchanges[i].doc);
        rpc_batch_free(&round->exchanges[i].batch);
    }
    round->count = round->pending = 0;
}

/* The round's value becomes the source's, unless it found that the source's is right still. */
static void keep_value(struct source *s)
{
    struct round *round = &s->round;
    s->fetched_mono_ms = clock_mono_ms();
    s->fetched_wall_ms = clock_wall_ms();
    if (round->same)
        return;
    struct arena before = s->keep;
    s->keep = round->keep;
    round->keep = before;
    s->value = round->value;
    s->head = round->head;
    s->has_head = round->has_head;
    s->contract = round->contract;
    s->has_contract = round->has_contract;
    s->flawed = round->flaw != ERR_OK;
}

static int64_t backoff_ms(const struct poller *p, const struct source *s)
{
    int64_t wait = s->pace.interval_ms;
    if (p->settings->network->simulated)
        return wait; /* an own node may be asked as often while it is away */
    for (int i = 1; i < s->failures && wait < MAX_BACKOFF_MS; i++)
        wait *= 2;
    return wait < MAX_BACKOFF_MS ? wait : MAX_BACKOFF_MS;
}

static void note_outcome(struct source *s, enum err err)
{
    char reason[REASON_BYTES];
    enum err before = s->err;
    if (err == ERR_CANCELLED)
        return; /* by poller_free(): no failure of the source */
    if (err && !before)
        s->failing_since_ms = clock_wall_ms();
    s->failures = err ? s->failures + 1 : 0;
    s->err = err;
    if (err && err != before)
        log_event(LOG_WARN, "source_failed", "source", s->row->key, "error", err_name(err),
                  "reason", source_reason(s, reason), NULL);
    else if (!err && before)
        log_event(LOG_INFO, "source_healed", "source", s->row->key, NULL);
}

/* After the round's value has become the source's. A round that found nothing new leaves the
 * evidence of the one that did. */
static void publish_evidence(struct poller *p, struct source *s, enum err err)
{
    struct round *round = &s->round;
    struct evidence *e = round->evidence;
    round->evidence = NULL;
    if (!e || err == ERR_CANCELLED || (!err && round->same)) {
        evidence_release(e);
        return;
    }
    e->reader = s->row->key;
    enum source_id id = (enum source_id)(s - p->sources);
    e->shown_under = s->shown_under;
    e->good = !err;
    e->err = err ? err : round->flaw;
    e->read_ms = err ? clock_wall_ms() : s->fetched_wall_ms;
    e->head = round->head;
    e->has_head = round->has_head;
    e->contract = round->contract;
    e->has_contract = round->has_contract;
    if (!err && s->shown_under == id) {
        struct view view = view_now(p);
        render_figures(&view, e->shown_under, &e->values);
    }
    evidence_publish(p->evidence, id, e);
}

static void finish_round(struct poller *p, struct source *s, enum err err)
{
    struct round *round = &s->round;
    if (!err)
        keep_value(s);
    publish_evidence(p, s, err);
    note_outcome(s, err ? err : round->flaw);
    drop_exchanges(round);
    arena_reset(&round->work);
    arena_reset(&round->keep);
    round->running = false;
    int64_t wait = err ? backoff_ms(p, s) : round->again_ms ? round->again_ms : s->pace.interval_ms;
    s->due_ms = round->started_ms + wait;
    p->changed |= err || !(round->same || s->row->is_scan); /* a scan is quick, and no news */
}

/* Runs a round -------------------------------------------------------------------------------- */

static void run_step(struct poller *p, struct source *s);

/* What is wrong with an exchange as a whole; the first that fails and matters names the round's
 * failure. */
static enum err exchanges_error(const struct round *round)
{
    for (size_t i = 0; i < round->count; i++)
        if (round->exchanges[i].err && !round->exchanges[i].optional)
            return round->exchanges[i].err;
    return ERR_OK;
}

static void end_step(struct poller *p, struct source *s)
{
    struct round *round = &s->round;
    round->more = false;
    enum err err = exchanges_error(round);
    if (!err)
        err = s->row->parse(round);
    if (err || !round->more) {
        finish_round(p, s, err);
        return;
    }
    evidence_end_step(round->evidence, round->count);
    drop_exchanges(round);
    round->step++;
    run_step(p, s);
}

/* NULL without memory. */
static struct gate *gate_of(struct poller *p, const struct exchange *x)
{
    /* A network of one's own may be reached by a name that does not look private. */
    bool rationed = !x->endpoint->is_private && !p->settings->network->simulated;
    size_t per_minute = rationed ? (size_t)p->settings->max_requests_per_min : 0;
    return gate_table_find(&p->gates, x->endpoint->host, per_minute);
}

static void close_gate(struct poller *p, const struct exchange *x, int64_t retry_after_ms)
{
    int64_t wait = retry_after_ms < 0 ? DEFAULT_RETRY_AFTER_MS : retry_after_ms;
    if (wait > MAX_RETRY_AFTER_MS)
        wait = MAX_RETRY_AFTER_MS;
    gate_close(gate_of(p, x), clock_mono_ms() + wait); /* it was passed, so it is there */
    x->round->source->next_try_ms = clock_wall_ms() + wait;
}

static enum err read_batch(struct exchange *x, const struct http_response *reply)
{
    return rpc_parse(reply->body, reply->body_len, EXCHANGE_MAX_BYTES, x->batch.count, x->answers,
                     &x->round->work, &x->doc);
}

static enum err read_text(struct exchange *x, const struct http_response *reply)
{
    x->text = arena_strndup(&x->round->work, reply->body, reply->body_len);
    x->text_len = reply->body_len;
    return x->text ? ERR_OK : ERR_NO_MEMORY;
}

static enum err read_reply(struct poller *p, struct exchange *x, const struct http_response *reply)
{
    if (reply->err)
        return reply->err;
    if (reply->status == 429) {
        close_gate(p, x, reply->retry_after_ms);
        return ERR_RATE_LIMITED;
    }
    if (reply->status == 503 && reply->retry_after_ms >= 0)
        close_gate(p, x, reply->retry_after_ms);
    bool success = reply->status >= 200 && reply->status <= 299;
    enum err err = x->path ? read_text(x, reply) : read_batch(x, reply);
    /* Some nodes send errors as JSON-RPC under a 4xx or 5xx status; anything else there is noise.
     */
    if (!success && (err || x->path)) {
        err = ERR_HTTP_STATUS;
        if (!x->optional)
            x->round->source->http_status = reply->status;
    }
    return err;
}

/* `reply` is NULL when it was never sent. */
static void end_exchange(struct poller *p, struct exchange *x, const struct http_response *reply,
                         enum err err)
{
    struct round *round = x->round;
    evidence_ended(round->evidence, x, reply, err);
    x->err = err;
    x->ended = true;
    x->call = NULL;
    if (--round->pending == 0)
        end_step(p, round->source);
}

static void on_reply(void *user, const struct http_response *reply)
{
    struct exchange *x = user;
    struct poller *p = x->round->poller;
    x->status = reply->status;
    x->took_us = reply->timing.ended_us - reply->timing.started_us;
    end_exchange(p, x, reply, read_reply(p, x, reply));
}

static enum err send_exchange(struct poller *p, struct exchange *x, int64_t now_ms)
{
    assert(x->batch.count <= EXCHANGE_MAX_CALLS);
    size_t len = x->post ? strlen(x->post) : 0;
    const char *body = x->path ? x->post : rpc_batch_body(&x->batch, &len);
    if (!body && !x->path)
        return ERR_NO_MEMORY;
    int64_t left = x->round->started_ms + ROUND_TIMEOUT_MS - now_ms;
    struct http_request request = {
        .endpoint = x->endpoint,
        .path = x->path && *x->path ? x->path : NULL,
        .content_type = body ? "application/json" : NULL,
        .body = body,
        .body_len = len,
        .max_response = x->max_bytes,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = (int)(left < REQUEST_TIMEOUT_MS ? left : REQUEST_TIMEOUT_MS),
        .done = on_reply,
        .user = x,
    };
    evidence_sent(x->round->evidence, x, body, len);
    return http_submit(p->http, &request, &x->call);
}

/* Why an exchange may not be sent any more. */
static enum err lateness(struct source *s, const struct gate *gate, int64_t now_ms, int64_t wait_ms)
{
    if (!wait_ms)
        return ERR_TIMEOUT;
    s->next_try_ms = clock_wall_ms() + wait_ms;
    return gate_is_closed(gate, now_ms) ? ERR_RATE_LIMITED : ERR_OWN_LIMIT;
}

/* Sends what the gates let pass; the rest waits for the next turn of the loop, at most until the
 * round's deadline. Ending an exchange may end the round and plan the next step, so the round is
 * looked at afresh after each. */
static void push_round(struct poller *p, struct source *s)
{
    struct round *round = &s->round;
    for (size_t i = 0; round->running && i < round->count; i++) {
        struct exchange *x = &round->exchanges[i];
        if (x->ended || x->call)
            continue;
        struct gate *gate = gate_of(p, x);
        if (!gate) {
            end_exchange(p, x, NULL, ERR_NO_MEMORY);
            continue;
        }
        int64_t now = clock_mono_ms();
        int64_t wait = s->row->is_scan ? gate_scan_wait_ms(gate, now) : gate_wait_ms(gate, now);
        bool too_late = now - round->started_ms >= ROUND_TIMEOUT_MS || (wait && x->optional);
        bool late = too_late && !s->row->is_scan;
        if (wait && !late)
            continue;
        if (s->row->is_scan) {
            gate_pass_scan(gate, now);
            round->started_ms = now; /* it waits as long as it must, and that is no failure */
        } else if (!late) {
            gate_pass(gate, now);
        }
        enum err err = late ? lateness(s, gate, now, wait) : send_exchange(p, x, now);
        if (err)
            end_exchange(p, x, NULL, err);
    }
}

static void run_step(struct poller *p, struct source *s)
{
    struct round *round = &s->round;
    enum err err = s->row->plan(round);
    round->pending = round->count;
    if (err)
        finish_round(p, s, err);
    else if (round->count == 0)
        end_step(p, s); /* what it reads stands on this machine */
}

static void start_round(struct poller *p, struct source *s, int64_t now_ms)
{
    struct round *round = &s->round;
    round->started_ms = now_ms;
    round->running = true;
    round->step = 0;
    round->again_ms = 0;
    round->value = round->progress = NULL;
    round->same = false;
    round->has_head = round->has_contract = false;
    round->flaw = ERR_OK;
    round->evidence = p->evidence ? evidence_new() : NULL;
    run_step(p, s);
}

/* Publishes ----------------------------------------------------------------------------------- */

static bool states_changed(const struct poller *p, int64_t now_ms)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (source_state(&p->sources[i], now_ms) != p->states[i])
            return true;
    return false;
}

/* A shown fetchedAt may lag the real one by a third of its staleAfterMs, so that staleness computed
 * from it stays right while most polls find nothing new. */
static bool lags(const struct poller *p)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (p->sources[i].fetched_mono_ms - p->shown_fetched_ms[i] >
            p->sources[i].pace.stale_after_ms / 3)
            return true;
    return false;
}

static bool must_publish(struct poller *p, const struct view *view, uint8_t digest[32])
{
    bool restated = states_changed(p, view->mono_ms);
    bool moved = (p->changed || restated) &&
                 (render_digest(view, digest) || memcmp(digest, p->digest, sizeof p->digest) != 0);
    p->changed = false;
    return moved || restated || lags(p) || view->mono_ms - p->rendered_ms >= RENDER_EVERY_MS;
}

static enum err publish(struct poller *p)
{
    struct view view = view_now(p);
    uint8_t digest[32];
    memcpy(digest, p->digest, sizeof digest);
    if (!must_publish(p, &view, digest))
        return ERR_OK;
    struct snapshot *snapshot = render_snapshot(&view);
    if (!snapshot) {
        log_event(LOG_ERROR, "snapshot_failed", "error", err_name(ERR_NO_MEMORY), NULL);
        return ERR_NO_MEMORY;
    }
    for (int i = 0; i < SOURCE_COUNT; i++) {
        p->states[i] = source_state(&p->sources[i], view.mono_ms);
        p->shown_fetched_ms[i] = p->sources[i].fetched_mono_ms;
    }
    memcpy(p->digest, digest, sizeof digest);
    p->rendered_ms = view.mono_ms;
    snapshot_publish(p->board, snapshot);
    /* Replies of a round and the bodies before leave gaps between what stays; back with them. */
    malloc_trim(0);
    return ERR_OK;
}

/* The loop ------------------------------------------------------------------------------------ */

static int wait_ms(const struct poller *p, int64_t now_ms)
{
    int64_t wait = MAX_WAIT_MS;
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        const struct source *s = &p->sources[i];
        if (!s->off && !s->round.running && s->due_ms - now_ms < wait)
            wait = s->due_ms - now_ms;
    }
    return wait > 0 ? (int)wait : 0;
}

static void turn(struct poller *p)
{
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        struct source *s = &p->sources[i];
        int64_t now = clock_mono_ms();
        if (!s->off && !s->round.running && s->due_ms <= now)
            start_round(p, s, now);
        push_round(p, s);
    }
    struct view view = view_now(p);
    history_sample(&p->history, &view);
    publish(p);
    http_client_run(p->http, wait_ms(p, clock_mono_ms()));
}

static void *run(void *poller)
{
    struct poller *p = poller;
    while (!atomic_load(&p->stop))
        turn(p);
    return NULL;
}

enum err poller_start(struct poller *p)
{
    enum err err = publish(p);
    if (err)
        return err;
    if (pthread_create(&p->thread, NULL, run, p))
        return ERR_SYSTEM;
    p->started = true;
    return ERR_OK;
}

static bool all_read(const struct poller *p)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (!p->sources[i].off && !p->sources[i].value && !p->sources[i].err)
            return false;
    return true;
}

void poller_read_once(struct poller *p)
{
    while (!all_read(p))
        turn(p);
    publish(p);
}

void poller_free(struct poller *p)
{
    if (!p)
        return;
    if (p->started) {
        atomic_store(&p->stop, true);
        http_client_wake(p->http);
        pthread_join(p->thread, NULL);
    }
    /* Calls in flight end here, and their rounds with them, while the sources still exist. */
    http_client_free(p->http);
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        drop_exchanges(&p->sources[i].round);
        evidence_release(p->sources[i].round.evidence);
        source_free(&p->sources[i]);
    }
    gate_table_free(&p->gates);
    cache_close(p->cache);
    free(p);
}
