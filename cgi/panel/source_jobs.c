/* The jobs that the agent recorded, from the store that admin.fcgi writes, and those of a topic,
 * from the cache (source_mirror.c). Nothing is asked over a network: a round looks whether anything
 * was written since the last one and reads again only then, or when time alone may have changed a
 * figure.
 *
 * No job stands in both, or the figures could not be added: what is recorded is taken out of the
 * cache. When the job store has fewer jobs than it had (an older copy was restored, or it is gone),
 * jobs that were taken out may be missing, and the topic is read anew.
 *
 * A store that is not there yet is no failure: nobody has recorded a job. Its figures are unknown
 * then, not 0. */
#include "base/clock.h"
#include "panel/job_view.h"
#include "panel/sources.h"
#include <stdlib.h>

enum { REREAD_MS = 5000 /* the windows of store/store.h move in such steps */ };

static const struct endpoint store_endpoint = {.variable = "RUN", .shown = "jobs.db"};

const struct endpoint *jobs_endpoint(const struct settings *settings)
{
    (void)settings;
    return &store_endpoint;
}

const char *jobs_off(const struct settings *settings)
{
    return settings->jobs_path
               ? NULL
               : "no job store is configured · since the start · set RUN to the instance's folder";
}

const char *jobs_remedy(enum err err)
{
    switch (err) {
    case ERR_CONFIG:
        return "start admin.fcgi and metrics.fcgi of the same version";
    case ERR_BAD_FORMAT:
        return "restore it from a backup; log/admin.log says more";
    case ERR_TIMEOUT:
        return "wait for the writer to end; log/admin.log says more";
    default:
        return "start admin.fcgi, and check who may read jobs/ in the folder of %s";
    }
}

/* In the order of the table of stores that store_read_page() wants. */
enum { RECORDED, MIRRORED };

struct own {
    struct store_reader *stores[PAGE_MAX_STORES]; /* the second is NULL without a topic */
    enum err seen[PAGE_MAX_STORES];               /* what the last look at each gave */
    int64_t compared; /* no job of the first up to this one is in the second */
    bool has_compared;
};

enum err jobs_plan(struct round *round)
{
    struct source *source = round->source;
    if (source->own)
        return ERR_OK;
    struct own *own = source->own = calloc(1, sizeof *own);
    if (!own)
        return ERR_NO_MEMORY;
    bool has_cache = round->cache || round->settings->keeps_nothing;
    const char *mirrored = has_cache ? mirror_store(round->settings) : NULL;
    own->stores[RECORDED] = store_reader_new(round->settings->jobs_path, STORE_JOBS);
    own->stores[MIRRORED] = mirrored ? store_reader_new(mirrored, STORE_CACHE) : NULL;
    if (own->stores[RECORDED] && (own->stores[MIRRORED] || !mirrored))
        return ERR_OK;
    jobs_free(own);
    source->own = NULL;
    return ERR_NO_MEMORY;
}

void jobs_free(void *memory)
{
    struct own *own = memory;
    if (!own)
        return;
    for (size_t i = 0; i < PAGE_MAX_STORES; i++)
        store_reader_free(own->stores[i]);
    free(own);
}

/* --- no job in both --- */

static const struct scan_key compared_key = {.name = "recorded jobs", .contract = "", .wallet = ""};

static enum err save_compared(struct round *round, const struct own *own)
{
    const struct scan_state state = {.next_block = (uint64_t)own->compared, .totals = ""};
    return cache_put_scan(round->cache, &compared_key, &state);
}

/* What enters the cache is looked up in the store, up to its last job. */
static enum err compare_anew(struct round *round, struct own *own, int64_t last)
{
    enum err err = cache_drop_scan(round->cache, &mirror_scan_key);
    if (err)
        return err;
    own->compared = last;
    return save_compared(round, own);
}

static enum err load_compared(struct round *round, struct own *own, int64_t last)
{
    struct scan_state state;
    enum err err = cache_get_scan(round->cache, &compared_key, &round->work, &state);
    if (err == ERR_NOT_FOUND)
        err = compare_anew(round, own, last);
    else if (!err)
        own->compared = (int64_t)state.next_block;
    own->has_compared = !err;
    return err;
}

static enum err take_out_new(struct round *round, struct own *own, int64_t now_ms)
{
    enum { BATCH = 256 };
    const char *ids[BATCH];
    size_t count;
    do {
        enum err err = store_read_new_ids(own->stores[RECORDED], &own->compared, ids, BATCH,
                                          &round->work, &count);
        if (!err && count > 0)
            err = cache_remove_jobs(round->cache, ids, count, now_ms);
        if (err) {
            own->has_compared = false; /* from where it was kept, once more */
            return err;
        }
    } while (count == BATCH);
    return ERR_OK;
}

static enum err separate(struct round *round, struct own *own, int64_t now_ms)
{
    int64_t last = 0;
    enum err err = store_last_id(own->stores[RECORDED], &last);
    if (err && err != ERR_NOT_FOUND)
        return err;
    err = own->has_compared ? ERR_OK : load_compared(round, own, last);
    if (err || last == own->compared)
        return err;
    if (last < own->compared)
        return compare_anew(round, own, last);
    err = take_out_new(round, own, now_ms);
    return err ? err : save_compared(round, own);
}

/* --- reading --- */

/* Whether the source's value is what reading again would give. */
static bool is_current(const struct source *source, bool changed, int64_t now_ms)
{
    const struct jobs_value *v = source->value;
    return v && v->exists && !changed && !source->err && now_ms >= v->read_ms &&
           now_ms - v->read_ms < REREAD_MS;
}

static void set_figures(struct jobs_value *v, const struct store_totals *totals)
{
    size_t samples;
    v->active = totals->active;
    v->completed = totals->completed;
    v->since_ms = totals->since_ms;
    v->mean_latency_ms = totals_mean_latency(totals, &samples);
    v->last_completed_ms.known = totals->recent_count > 0;
    v->last_completed_ms.value = totals->recent[0].finished_ms;
    v->window_completed = totals->window.completed;
    v->window_failed = totals->window.failed + totals->window.lost;
    v->window_lost = totals->window.lost;
    v->window_output_tokens = totals->window.output_tokens;
    v->window_tokens = totals->window.timed_tokens;
    v->window_token_ms = totals->window.timed_ms;
}

/* The figures of the cache. Without them those of the job store are shown alone: it must not suffer
 * from what can be read again, and source_mirror.c says what is wrong. */
static bool read_mirrored(struct round *round, struct own *own, int64_t now_ms,
                          struct store_totals *totals)
{
    if (!own->stores[MIRRORED] || (round->cache && separate(round, own, now_ms)))
        return false;
    return !store_read_totals(own->stores[MIRRORED], now_ms, totals) && totals->since_ms.known;
}

static enum err read_stores(struct round *round, struct own *own, struct jobs_value *v)
{
    struct store_totals totals, more;
    struct job_page page;
    bool is_mirrored = read_mirrored(round, own, v->read_ms, &more);
    enum err err = store_read_totals(own->stores[RECORDED], v->read_ms, &totals);
    v->exists = !err || (err == ERR_NOT_FOUND && is_mirrored);
    if (!v->exists)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (is_mirrored)
        totals_add(&totals, &more);
    set_figures(v, &totals);
    err = store_read_page(own->stores, is_mirrored ? 2 : 1, NULL, FIRST_PAGE_JOBS, &round->keep,
                          &page);
    v->jobs = page.jobs;
    v->count = page.count;
    v->next = page.next;
    return err;
}

/* Whether anything was written to one of them. Asks both, so that the next answer is about both. */
static enum err look(struct own *own, bool *changed)
{
    *changed = false;
    for (size_t i = 0; i < PAGE_MAX_STORES && own->stores[i]; i++) {
        bool written;
        enum err err = store_changed(own->stores[i], &written);
        *changed = *changed || written || err != own->seen[i];
        own->seen[i] = err;
    }
    return own->seen[RECORDED] == ERR_NOT_FOUND ? ERR_OK : own->seen[RECORDED];
}

enum err jobs_parse(struct round *round)
{
    const struct source *source = round->source;
    const int64_t now = clock_wall_ms();
    bool changed;
    enum err err = look(source->own, &changed);
    if (!err && is_current(source, changed, now)) {
        round->same = true;
        return ERR_OK;
    }
    struct jobs_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!v)
        return ERR_NO_MEMORY;
    v->read_ms = now;
    round->value = v;
    return err ? err : read_stores(round, source->own, v);
}

void jobs_render(struct json_writer *w, const struct source *source)
{
    const struct jobs_value *v = source->value;
    put_jobs(w, v ? v->jobs : NULL, v ? v->count : 0, v ? v->read_ms : 0);
}

static void put_count(struct json_writer *w, const char *key, bool known, int64_t count)
{
    if (known)
        json_put_int(w, key, count);
    else
        json_put_null(w, key);
}

bool jobs_token_speed(const struct jobs_value *v, double *per_second)
{
    if (v->window_token_ms <= 0)
        return false;
    *per_second = 1000.0 * (double)v->window_tokens / (double)v->window_token_ms;
    return true;
}

static void put_window(struct json_writer *w, const struct jobs_value *v)
{
    json_open_object(w, "recent");
    json_put_int(w, "windowMs", TOTALS_WINDOW_MS);
    json_put_int(w, "completed", v->window_completed);
    json_put_int(w, "failed", v->window_failed);
    double speed;
    if (jobs_token_speed(v, &speed))
        json_put_decimal(w, "tokensPerSecond", speed, 1);
    else
        json_put_null(w, "tokensPerSecond");
    json_close_object(w);
}

void jobs_put_figures(struct json_writer *w, const struct source *source)
{
    static const struct jobs_value nothing;
    const struct jobs_value *v = source->value ? source->value : &nothing;
    put_count(w, "activeJobs", v->exists, v->active);
    put_count(w, "avgLatencyMs", v->mean_latency_ms.known, v->mean_latency_ms.value);
    put_count(w, "totalInferences", v->exists, v->completed);
    if (v->since_ms.known)
        json_put_time(w, "totalSince", v->since_ms.value);
    else
        json_put_null(w, "totalSince");
    if (v->exists)
        put_window(w, v);
    else
        json_put_null(w, "recent");
}

void jobs_put_next(struct json_writer *w, const struct source *source)
{
    const struct jobs_value *v = source->value;
    json_put_str(w, "next", v ? v->next : NULL);
}
