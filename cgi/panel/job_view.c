#include "panel/job_view.h"

static void put_number(struct json_writer *w, const char *key, struct job_number number)
{
    if (number.known)
        json_put_int(w, key, number.value);
    else
        json_put_null(w, key);
}

static void put_moment(struct json_writer *w, const char *key, struct job_number moment)
{
    if (moment.known)
        json_put_time(w, key, moment.value);
    else
        json_put_null(w, key);
}

static void put_job(struct json_writer *w, const struct job *job, int64_t now_ms)
{
    const bool lost = job_is_lost(job, now_ms);
    const char *error = lost && !job->error ? "lost: no word for an hour" : job->error;
    json_open_object(w, NULL);
    json_put_str(w, "id", job->id);
    json_put_str(w, "model", job->model ? job->model : JOB_MODEL_UNKNOWN);
    json_put_str(w, "status", job_status_name(lost ? JOB_FAILED : job->status));
    put_number(w, "inputTokens", job->input_tokens);
    put_number(w, "outputTokens", job->output_tokens);
    put_number(w, "totalTokens", job->total_tokens);
    put_number(w, "latencyMs", job->latency_ms);
    json_put_time(w, "timestamp", job->timestamp_ms);
    put_moment(w, "startedAt", job->started_ms);
    put_moment(w, "endedAt", job->ended_ms);
    json_put_time(w, "lastHeardAt", job->updated_ms);
    json_put_str(w, "provider", job->provider);
    json_put_str(w, "proof", job_proof_name(job->proof));
    json_put_str(w, "endpointKind", job_endpoint_name(job->endpoint));
    json_put_str(w, "benchmarkId", job->benchmark_id);
    json_put_str(w, "agentId", job->agent_id);
    json_put_str(w, "error", error);
    json_close_object(w);
}

void put_jobs(struct json_writer *w, const struct job *jobs, size_t count, int64_t now_ms)
{
    json_open_array(w, "jobs");
    for (size_t i = 0; i < count; i++)
        put_job(w, &jobs[i], now_ms);
    json_close_array(w);
}
