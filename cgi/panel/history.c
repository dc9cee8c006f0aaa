#include "panel/history.h"

#include "panel/sources.h"
#include <math.h>

/* The figures; NaN for what is not known ------------------------------------------------------ */

static const void *fresh_value(const struct view *view, enum source_id id)
{
    const struct source *s = &view->sources[id];
    return source_state(s, view->mono_ms) == STATE_FRESH ? s->value : NULL;
}

static double gpu_load(const struct view *view)
{
    const struct gpu_value *v = fresh_value(view, SOURCE_GPU);
    return v && (v->reading.valid & GPU_UTILIZATION) ? v->reading.utilization_mean_percent : NAN;
}

static double gpu_memory(const struct view *view)
{
    const struct gpu_value *v = fresh_value(view, SOURCE_GPU);
    return v && (v->reading.valid & GPU_MEMORY) ? v->reading.memory_percent : NAN;
}

/* NULL also while no job was ever recorded. */
static const struct jobs_value *fresh_jobs(const struct view *view)
{
    const struct jobs_value *v = fresh_value(view, SOURCE_JOBS);
    return v && v->exists ? v : NULL;
}

static double active_jobs(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    return v ? (double)v->active : NAN;
}

static double mean_latency(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    return v && v->mean_latency_ms.known ? (double)v->mean_latency_ms.value : NAN;
}

static double all_inferences(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    return v ? (double)v->completed : NAN;
}

static double recent_completed(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    return v ? (double)v->window_completed : NAN;
}

static double recent_failed(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    return v ? (double)v->window_failed : NAN;
}

static double tokens_per_second(const struct view *view)
{
    const struct jobs_value *v = fresh_jobs(view);
    double speed;
    return v && jobs_token_speed(v, &speed) ? speed : NAN;
}

static double used_storage(const struct view *view)
{
    uint64_t bytes;
    bool known =
        fresh_value(view, SOURCE_STORAGE) && storage_used(&view->sources[SOURCE_STORAGE], &bytes);
    return known ? (double)bytes / 1e9 : NAN;
}

static double objects(const struct view *view)
{
    uint64_t files;
    bool known = fresh_value(view, SOURCE_STORAGE) &&
                 storage_objects(&view->sources[SOURCE_STORAGE], &files);
    return known ? (double)files : NAN;
}

static double head_age(const struct view *view)
{
    const struct source *s = &view->sources[SOURCE_CHAIN];
    if (!fresh_value(view, SOURCE_CHAIN) || !s->has_head)
        return NAN;
    int64_t age = view->wall_ms - s->head.time_ms;
    return age > 0 ? (double)age : 0;
}

static const struct {
    const char *name;
    double (*get)(const struct view *view);
    int decimals;
} figures[HISTORY_FIGURES] = {
    {"gpuUtilization", gpu_load, 1},
    {"memoryUtilization", gpu_memory, 1},
    {"activeJobs", active_jobs, 0},
    {"avgLatencyMs", mean_latency, 0},
    {"totalInferences", all_inferences, 0},
    {"completedJobs", recent_completed, 0},
    {"failedJobs", recent_failed, 0},
    {"tokensPerSecond", tokens_per_second, 1},
    {"usedStorageGb", used_storage, 9}, /* to the byte, as the card has it */
    {"objectCount", objects, 0},
    {"headAgeMs", head_age, 0},
};

/* The ring ------------------------------------------------------------------------------------ */

/* The point of the moment that is due, with all figures unknown. */
static struct history_point *add_point(struct history *h, const struct view *view)
{
    struct history_point *point = &h->points[h->next];
    point->wall_ms = view->wall_ms - (view->mono_ms - h->due_ms);
    for (int i = 0; i < HISTORY_FIGURES; i++)
        point->figures[i] = NAN;
    h->next = (h->next + 1) % HISTORY_POINTS;
    h->count += h->count < HISTORY_POINTS;
    h->due_ms += HISTORY_STEP_MS;
    return point;
}

void history_sample(struct history *h, const struct view *view)
{
    if (!h->count)
        h->due_ms = view->mono_ms;
    if (view->mono_ms < h->due_ms)
        return;
    int64_t missed = (view->mono_ms - h->due_ms) / HISTORY_STEP_MS;
    if (missed > HISTORY_POINTS) /* the machine slept: older points would be overwritten anyway */
        h->due_ms += (missed - HISTORY_POINTS) * HISTORY_STEP_MS;
    while (view->mono_ms - h->due_ms >= HISTORY_STEP_MS)
        add_point(h, view);
    struct history_point *point = add_point(h, view);
    for (int i = 0; i < HISTORY_FIGURES; i++)
        point->figures[i] = figures[i].get(view);
}

/* Oldest first. */
static const struct history_point *point_at(const struct history *h, size_t index)
{
    return &h->points[(h->next + HISTORY_POINTS - h->count + index) % HISTORY_POINTS];
}

void history_put(struct json_writer *w, const struct history *h)
{
    size_t count = h ? h->count : 0;
    json_put_int(w, "stepMs", HISTORY_STEP_MS);
    json_open_array(w, "times");
    for (size_t i = 0; i < count; i++)
        json_put_time(w, NULL, point_at(h, i)->wall_ms);
    json_close_array(w);
    json_open_object(w, "series");
    for (int f = 0; f < HISTORY_FIGURES; f++) {
        json_open_array(w, figures[f].name);
        for (size_t i = 0; i < count; i++)
            json_put_decimal(w, NULL, point_at(h, i)->figures[f], figures[f].decimals);
        json_close_array(w);
    }
    json_close_object(w);
}
