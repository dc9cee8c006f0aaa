/* Bodies that clients post: records of jobs, and what a benchmark shall do. What is accepted keeps
 * the limits, and a plan survives being stored. */
#include "bench/plan.h"
#include "store/job_json.h"

#include "base/utf8.h"
#include "require.h"
#include <string.h>

enum { MAX_BODY = 1 << 16 };

static void require_text(const char *text, size_t most)
{
    if (!text)
        return;
    const size_t len = strlen(text);
    require(len <= most);
    for (size_t i = 0; i < len;) {
        const size_t bytes = utf8_sequence(text + i, len - i);
        require(bytes);
        i += bytes;
    }
}

static void require_number(struct job_number number, int64_t most)
{
    require(!number.known || (number.value >= 0 && number.value <= most));
}

static void look_at_job(const struct job *job)
{
    bool changed;
    require(!job_check(job));
    require(job_id_valid(job->id));
    require_text(job->id, JOB_ID_BYTES);
    require_text(job->model, JOB_MODEL_BYTES);
    require_text(job->provider, JOB_PROVIDER_BYTES);
    require_text(job->chat_id, JOB_CHAT_ID_BYTES);
    require_text(job->error, JOB_ERROR_BYTES);
    require_number(job->started_ms, JOB_MAX_TIME_MS);
    require_number(job->ended_ms, JOB_MAX_TIME_MS);
    require_number(job->input_tokens, JOB_MAX_NUMBER);
    require_number(job->output_tokens, JOB_MAX_NUMBER);
    require_number(job->latency_ms, JOB_MAX_NUMBER);
    /* The same again says nothing new. */
    struct job row = job_first(job, 1);
    require(!job_merge(&row, job, 1, &changed) && !changed);
}

static void read_jobs(const char *text, size_t len, struct arena *arena)
{
    struct job_batch batch;
    size_t stored = 0;
    if (job_json_parse(text, len, arena, &batch))
        return;
    require(batch.count <= JOB_BATCH_MAX && batch.record_count <= batch.count);
    for (size_t i = 0; i < batch.count; i++) {
        const struct job_entry *entry = &batch.entries[i];
        require_text(entry->id, JOB_ID_BYTES);
        if (entry->refused)
            continue;
        stored++;
        require(entry->id && entry->record < batch.record_count);
        require(strcmp(batch.records[entry->record].id, entry->id) == 0);
    }
    require(stored == batch.record_count);
    for (size_t i = 0; i < batch.record_count; i++)
        look_at_job(&batch.records[i]);
}

static void put(struct buf *out, const struct bench_plan *plan)
{
    struct json_writer w = json_writer_make(out);
    plan_put(&w, NULL, plan);
    require(!out->err);
}

static void read_plan(const char *text, size_t len, struct arena *arena)
{
    struct buf problem = buf_make(BUF_NO_LIMIT), stored = problem, again = problem;
    struct bench_plan plan, same;
    cJSON *doc = NULL;
    const enum err err = plan_parse(text, len, true, arena, &plan, &problem);
    require((err == ERR_BAD_FORMAT) == (problem.len > 0));
    require_text(buf_str(&problem), SIZE_MAX);
    if (!err) {
        require(plan.kind != ENDPOINT_NONE && plan.calls && plan.calls <= PLAN_MAX_CALLS);
        require(plan.max_tokens && plan.max_tokens <= PLAN_MAX_TOKENS);
        require(plan.warmup <= PLAN_MAX_WARMUP && plan.provider_count <= PLAN_MAX_PROVIDERS);
        put(&stored, &plan);
        require(!json_parse(stored.data, stored.len, stored.len, &doc));
        require(!plan_read(doc, arena, &same));
        put(&again, &same);
        require(again.len == stored.len && memcmp(again.data, stored.data, again.len) == 0);
    }
    cJSON_Delete(doc);
    buf_free(&problem);
    buf_free(&stored);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > MAX_BODY)
        return 0;
    struct arena arena = arena_make(1 << 22);
    read_jobs((const char *)data, len, &arena);
    read_plan((const char *)data, len, &arena);
    arena_free(&arena);
    return 0;
}
