/* The jobs that the agent recorded, from the store that admin.fcgi writes. Nothing is asked over a
 * network: a round looks whether anything was written since the last one and reads again only then,
 * or when time alone may have changed a figure.
 *
 * A store that is not there yet is no failure: nobody has recorded a job. Its figures are unknown
 * then, not 0. */
#include "base/clock.h"
#include "panel/job_view.h"
#include "panel/sources.h"

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

enum err jobs_plan(struct round *round)
{
    struct source *source = round->source;
    if (!source->own)
        source->own = store_reader_new(round->settings->jobs_path, STORE_JOBS);
    return source->own ? ERR_OK : ERR_NO_MEMORY;
}

void jobs_free(void *reader)
{
    store_reader_free(reader);
}

/* Whether the source's value is what reading again would give. */
static bool is_current(const struct source *source, bool changed, int64_t now_ms)
{
    const struct jobs_value *v = source->value;
    return v && v->exists && !changed && !source->err && now_ms >= v->read_ms &&
           now_ms - v->read_ms < REREAD_MS;
}

static enum err read_store(struct round *round, struct store_reader *reader, struct jobs_value *v)
{
    struct store_totals totals;
    struct job_page page;
    enum err err = store_read_totals(reader, v->read_ms, &totals);
    if (!err)
        err = store_read_page(&reader, 1, NULL, FIRST_PAGE_JOBS, &round->keep, &page);
    if (err)
        return err;
    size_t samples;
    v->exists = true;
    v->active = totals.active;
    v->completed = totals.completed;
    v->since_ms = totals.since_ms;
    v->mean_latency_ms = totals_mean_latency(&totals, &samples);
    v->last_completed_ms.known = totals.recent_count > 0;
    v->last_completed_ms.value = totals.recent[0].finished_ms;
    v->window_completed = totals.window.completed;
    v->window_failed = totals.window.failed + totals.window.lost;
    v->window_lost = totals.window.lost;
    v->window_output_tokens = totals.window.output_tokens;
    v->window_tokens = totals.window.timed_tokens;
    v->window_token_ms = totals.window.timed_ms;
    v->jobs = page.jobs;
    v->count = page.count;
    v->next = page.next;
    return ERR_OK;
}

enum err jobs_parse(struct round *round)
{
    const struct source *source = round->source;
    struct store_reader *reader = source->own;
    const int64_t now = clock_wall_ms();
    bool changed = true;
    enum err err = store_changed(reader, &changed);
    if (!err && is_current(source, changed, now)) {
        round->same = true;
        return ERR_OK;
    }
    struct jobs_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!v)
        return ERR_NO_MEMORY;
    v->read_ms = now;
    round->value = v;
    if (!err)
        err = read_store(round, reader, v);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
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
