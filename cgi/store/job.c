#include "store/job.h"

#include "base/utf8.h"
#include <string.h>

enum { HEARD_STEP_MS = 1000 };

static const char *const status_names[JOB_STATUS_COUNT] = {"pending", "running", "completed",
                                                           "failed"};
static const char *const proof_names[PROOF_COUNT] = {NULL,     "reported", "absent",
                                                     "signer", "response", "bad"};
static const char *const endpoint_names[ENDPOINT_COUNT] = {NULL, "provider", "router", "baseline"};

const char *job_status_name(enum job_status status)
{
    return status_names[status];
}

const char *job_proof_name(enum job_proof proof)
{
    return proof_names[proof];
}

const char *job_endpoint_name(enum job_endpoint endpoint)
{
    return endpoint_names[endpoint];
}

/* The place of `word` among the names; `count` when it is none of them. */
static unsigned find_word(const char *const *names, unsigned count, const char *word)
{
    unsigned i = 0;
    while (i < count && (!names[i] || strcmp(names[i], word) != 0))
        i++;
    return i;
}

enum err job_status_parse(const char *word, enum job_status *status)
{
    unsigned found = find_word(status_names, JOB_STATUS_COUNT, word);
    if (found == JOB_STATUS_COUNT)
        return ERR_BAD_FORMAT;
    *status = (enum job_status)found;
    return ERR_OK;
}

enum err job_endpoint_parse(const char *word, enum job_endpoint *endpoint)
{
    unsigned found = find_word(endpoint_names, ENDPOINT_COUNT, word);
    if (found == ENDPOINT_COUNT)
        return ERR_BAD_FORMAT;
    *endpoint = (enum job_endpoint)found;
    return ERR_OK;
}

static bool is_control(const char *text, size_t bytes)
{
    unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    return first < 0x20 || first == 0x7f || (bytes == 2 && first == 0xc2 && second < 0xa0) ||
           utf8_is_line_separator(text, bytes);
}

/* At most `max` bytes of UTF-8, not empty; NULL is fine: unknown. */
static bool text_valid(const char *text, size_t max, bool allow_control)
{
    if (!text)
        return true;
    size_t len = strnlen(text, max + 1);
    if (len == 0 || len > max)
        return false;
    for (size_t i = 0; i < len;) {
        size_t bytes = utf8_sequence(text + i, len - i);
        if (!bytes || (!allow_control && is_control(text + i, bytes)))
            return false;
        i += bytes;
    }
    return true;
}

bool job_id_valid(const char *id)
{
    return id && text_valid(id, JOB_ID_BYTES, false);
}

static bool number_valid(const struct job_number *number, int64_t max)
{
    return !number->known || (number->value >= 0 && number->value <= max);
}

#define STRINGIFY(x)    #x
#define LIMIT(bytes)    STRINGIFY(bytes)
#define PLAIN_TEXT(max) "1 to " LIMIT(max) " bytes of UTF-8 without control characters"
_Static_assert(JOB_ID_BYTES == 128 && JOB_MODEL_BYTES == 256 && JOB_PROVIDER_BYTES == 128 &&
                   JOB_CHAT_ID_BYTES == 256 && JOB_AGENT_ID_BYTES == 128 &&
                   JOB_BENCHMARK_ID_BYTES == 64 && JOB_ERROR_BYTES == 1000,
               "the sentences below name these limits");

const char *job_check(const struct job *r)
{
    if (!job_id_valid(r->id))
        return "id is not " PLAIN_TEXT(128);
    if (!text_valid(r->model, JOB_MODEL_BYTES, false))
        return "model is not " PLAIN_TEXT(256);
    if ((unsigned)r->status >= JOB_STATUS_COUNT)
        return "status is none of pending, running, completed, failed";
    if (!number_valid(&r->started_ms, JOB_MAX_TIME_MS))
        return "startedAt is not within the years 1970 to 9999";
    if (!number_valid(&r->ended_ms, JOB_MAX_TIME_MS))
        return "endedAt is not within the years 1970 to 9999";
    if (!number_valid(&r->input_tokens, JOB_MAX_NUMBER) ||
        !number_valid(&r->output_tokens, JOB_MAX_NUMBER) ||
        !number_valid(&r->total_tokens, JOB_MAX_NUMBER))
        return "a number of tokens is not within 0 to 2^53";
    if (!number_valid(&r->latency_ms, JOB_MAX_NUMBER))
        return "latencyMs is not within 0 to 2^53";
    if (!text_valid(r->provider, JOB_PROVIDER_BYTES, false))
        return "provider is not " PLAIN_TEXT(128);
    if (!text_valid(r->chat_id, JOB_CHAT_ID_BYTES, false))
        return "chatId is not " PLAIN_TEXT(256);
    if ((unsigned)r->endpoint >= ENDPOINT_COUNT)
        return "endpointKind is none of provider, router, baseline";
    if (!text_valid(r->error, JOB_ERROR_BYTES, true))
        return "error is not 1 to 1000 bytes of UTF-8";
    if (!text_valid(r->agent_id, JOB_AGENT_ID_BYTES, false))
        return "agentId is not " PLAIN_TEXT(128);
    if (!text_valid(r->benchmark_id, JOB_BENCHMARK_ID_BYTES, false))
        return "benchmarkId is not " PLAIN_TEXT(64);
    if ((unsigned)r->proof >= PROOF_COUNT)
        return "proof is none that is known";
    return NULL;
}

bool job_has_ended(const struct job *job)
{
    return job->status == JOB_COMPLETED || job->status == JOB_FAILED;
}

bool job_is_lost(const struct job *job, int64_t now_ms)
{
    return job->status == JOB_RUNNING && now_ms - job->updated_ms >= JOB_LOST_MS;
}

/* An end in the future is a wrong clock: what we heard of has happened. */
static int64_t finish(const struct job *job, int64_t heard_ms)
{
    return job->ended_ms.known && job->ended_ms.value < heard_ms ? job->ended_ms.value : heard_ms;
}

struct job job_first(const struct job *record, int64_t now_ms)
{
    struct job row = *record;
    if (!row.model)
        row.model = JOB_MODEL_UNKNOWN;
    row.timestamp_ms = row.started_ms.known ? row.started_ms.value
                       : row.ended_ms.known ? row.ended_ms.value
                                            : now_ms;
    row.received_ms = row.updated_ms = now_ms;
    row.finished_ms = (struct job_number){0};
    if (job_has_ended(&row))
        row.finished_ms = (struct job_number){.known = true, .value = finish(&row, now_ms)};
    return row;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void complete_text(const char **known, const char *said, bool *changed)
{
    if (*known || !said)
        return;
    *known = said;
    *changed = true;
}

static void complete_hash(struct job_hash *known, const struct job_hash *said, bool *changed)
{
    if (known->known || !said->known)
        return;
    *known = *said;
    *changed = true;
}

static void move_text(const char **known, const char *said, bool replace, bool *changed)
{
    if (!said || same_text(*known, said) || (*known && !replace))
        return;
    *known = said;
    *changed = true;
}

static void move_number(struct job_number *known, const struct job_number *said, bool replace,
                        bool *changed)
{
    if (!said->known || (known->known && (!replace || known->value == said->value)))
        return;
    *known = *said;
    *changed = true;
}

static void complete_identity(struct job *row, const struct job *record, bool *changed)
{
    if (strcmp(row->model, JOB_MODEL_UNKNOWN) == 0 && record->model &&
        strcmp(record->model, JOB_MODEL_UNKNOWN) != 0) {
        row->model = record->model;
        *changed = true;
    }
    move_number(&row->started_ms, &record->started_ms, false, changed);
    complete_text(&row->provider, record->provider, changed);
    complete_text(&row->chat_id, record->chat_id, changed);
    complete_text(&row->agent_id, record->agent_id, changed);
    complete_hash(&row->request_sha256, &record->request_sha256, changed);
    complete_hash(&row->response_sha256, &record->response_sha256, changed);
    if (row->endpoint == ENDPOINT_NONE && record->endpoint != ENDPOINT_NONE) {
        row->endpoint = record->endpoint;
        *changed = true;
    }
}

const char *job_merge(struct job *row, const struct job *record, int64_t now_ms, bool *changed)
{
    *changed = false;
    if (!same_text(row->benchmark_id, record->benchmark_id))
        return "the id is already another job's";
    const bool had_ended = job_has_ended(row);
    if (had_ended && job_has_ended(record) && row->status != record->status)
        return "the job has already ended otherwise";

    const bool newer = !had_ended && record->status >= row->status;
    complete_identity(row, record, changed);
    move_number(&row->ended_ms, &record->ended_ms, newer, changed);
    move_number(&row->input_tokens, &record->input_tokens, newer, changed);
    move_number(&row->output_tokens, &record->output_tokens, newer, changed);
    move_number(&row->total_tokens, &record->total_tokens, newer, changed);
    move_number(&row->latency_ms, &record->latency_ms, newer, changed);
    move_text(&row->error, record->error, newer, changed);
    if (newer && record->status != row->status) {
        row->status = record->status;
        *changed = true;
    }
    if (record->proof > row->proof) {
        row->proof = record->proof;
        *changed = true;
    }
    if (job_has_ended(row)) {
        int64_t heard_ms = row->finished_ms.known ? row->finished_ms.value : now_ms;
        row->finished_ms = (struct job_number){.known = true, .value = finish(row, heard_ms)};
    }
    if (!had_ended && (now_ms >= row->updated_ms + HEARD_STEP_MS || now_ms < row->updated_ms))
        *changed = true;
    if (*changed)
        row->updated_ms = now_ms;
    return NULL;
}
