/* The load of the operator's own GPUs and inference server, from a Prometheus exporter beside them.
 * 0G publishes no such figure, so none of this is ever said to be 0G's. */
#include "panel/sources.h"

#include <string.h>

const char *gpu_off(const struct settings *settings)
{
    return settings->has_gpu_exporter
               ? NULL
               : "no GPU exporter is configured · since the start · set ZG_GPU_EXPORTER_URL";
}

const struct endpoint *gpu_endpoint(const struct settings *settings)
{
    return &settings->gpu_exporter;
}

/* A URL with nothing behind the host means the path that all exporters have. */
static const char *path_of(const struct endpoint *endpoint)
{
    const char *behind_scheme = strstr(endpoint->url, "://");
    const char *path = behind_scheme ? strchr(behind_scheme + strlen("://"), '/') : NULL;
    return !path || strcmp(path, "/") == 0 ? "/metrics" : "";
}

enum err gpu_plan(struct round *round)
{
    const struct endpoint *endpoint = gpu_endpoint(round->settings);
    return round_get(round, endpoint, path_of(endpoint)) ? ERR_OK : ERR_NO_MEMORY;
}

/* By how the names of its series begin. */
static const char *find_kind(const char *text)
{
    static const struct {
        const char *prefix, *kind;
    } kinds[] = {
        {"DCGM_FI_", "dcgm-exporter"},
        {"nvidia_smi_", "nvidia_gpu_exporter"},
        {"vllm:", "vLLM"},
    };
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, "\n");
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (strncmp(line, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
                return kinds[i].kind;
    }
    return "Prometheus exporter";
}

enum err gpu_parse(struct round *round)
{
    const struct exchange *x = &round->exchanges[0];
    struct gpu_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!v)
        return ERR_NO_MEMORY;
    enum err err = gpu_read(x->text, x->text_len, &round->keep, &v->reading);
    v->exporter = find_kind(x->text);
    round->value = v;
    return err == ERR_NOT_FOUND ? ERR_NO_FIGURES : err;
}

static void put_figure(struct json_writer *w, const char *key, bool known, double figure)
{
    if (known)
        json_put_decimal(w, key, figure, 1);
    else
        json_put_null(w, key);
}

static void put_bytes(struct json_writer *w, const char *key, bool known, uint64_t bytes)
{
    if (known)
        json_put_int(w, key, (int64_t)bytes);
    else
        json_put_null(w, key);
}

/* The devices' name, when all have the same. */
static const char *common_name(const struct gpu_reading *r)
{
    for (size_t i = 1; i < r->count; i++)
        if (strcmp(r->devices[i].name, r->devices[0].name) != 0)
            return NULL;
    return r->count && r->devices[0].name[0] ? r->devices[0].name : NULL;
}

struct told {
    bool known, yes;
};

static const struct service *find_service(const struct compute_value *v, const char *provider)
{
    struct address address;
    if (!v || !provider || address_parse(provider, &address))
        return NULL;
    for (size_t i = 0; i < v->count; i++)
        if (!v->services[i]->err && address_equal(&v->services[i]->provider, &address))
            return v->services[i];
    return NULL;
}

static bool is_reached_at(const struct service *service, const struct endpoint *machine,
                          struct arena *work)
{
    struct endpoint url;
    const struct serving_text *t = &service->url;
    const char *text = t->err ? NULL : arena_strndup(work, t->text.bytes, t->text.len);
    return text && !endpoint_make(&url, "", text, NULL, work) &&
           endpoint_same_machine(&url, machine);
}

/* Whether it went to the provider that the operator says is their own. */
static struct told went_to_own(const struct settings *settings, const struct job *job)
{
    struct address address;
    const bool known = job->provider && !address_parse(job->provider, &address);
    return (struct told){known, known && address_equal(&address, &settings->provider)};
}

/* Whether it went to a provider whose service is reached at the exporter's host. */
static struct told went_to_host(const struct endpoint *machine, const struct compute_value *compute,
                                const struct job *job, struct arena *work)
{
    const struct service *service = find_service(compute, job->provider);
    return (struct told){service != NULL, service && is_reached_at(service, machine, work)};
}

/* Whether the newest jobs of the agent ran on the exporter's machine: whether one of them did. Not
 * known while none names a provider that can be told. */
static struct told ran_jobs(const struct settings *settings, const struct compute_value *compute,
                            const struct jobs_value *jobs)
{
    struct told told = {0};
    struct arena work = arena_make(ROUND_MAX_BYTES);
    for (size_t i = 0; jobs && i < jobs->count && !told.yes; i++) {
        const struct job *job = &jobs->jobs[i];
        if (job->benchmark_id)
            continue;
        const struct told one = settings->has_provider
                                    ? went_to_own(settings, job)
                                    : went_to_host(gpu_endpoint(settings), compute, job, &work);
        told.known |= one.known;
        told.yes = one.yes;
    }
    arena_free(&work);
    return told;
}

static void put_node(struct json_writer *w, const struct gpu_value *v, struct told ran_jobs)
{
    const struct gpu_reading *r = &v->reading;
    bool memory = r->valid & GPU_MEMORY;
    json_open_object(w, "gpu");
    json_put_str(w, "exporter", v->exporter);
    json_put_str(w, "name", common_name(r));
    json_put_int(w, "count", (int64_t)r->count);
    put_figure(w, "worstUtilization", r->valid & GPU_UTILIZATION, r->utilization_percent);
    put_figure(w, "worstMemoryUtilization", memory, r->memory_worst_percent);
    put_bytes(w, "memoryUsedBytes", memory, r->memory_used);
    put_bytes(w, "memoryTotalBytes", memory, r->memory_total);
    put_figure(w, "runningRequests", r->valid & GPU_RUNNING, r->running);
    put_figure(w, "waitingRequests", r->valid & GPU_WAITING, r->waiting);
    put_figure(w, "kvCacheUtilization", r->valid & GPU_KV_CACHE, r->kv_cache_percent);
    if (ran_jobs.known)
        json_put_bool(w, "ranJobs", ran_jobs.yes);
    else
        json_put_null(w, "ranJobs");
    json_close_object(w);
}

void gpu_render(struct json_writer *w, const struct source *gpu, const struct source *compute,
                const struct source *jobs)
{
    static const struct gpu_value nothing;
    const struct gpu_value *v = gpu->value ? gpu->value : &nothing;
    const struct gpu_reading *r = &v->reading;
    put_figure(w, "gpuUtilization", r->valid & GPU_UTILIZATION, r->utilization_mean_percent);
    put_figure(w, "memoryUtilization", r->valid & GPU_MEMORY, r->memory_percent);
    if (gpu->value)
        put_node(w, v, ran_jobs(gpu->round.settings, compute->value, jobs->value));
    else
        json_put_null(w, "gpu");
}
