#include "store/row.h"

#include <string.h>

/* Columns are bound and read one after the other, in the order of ROW_COLUMNS. */
struct binder {
    sqlite3_stmt *stmt;
    int index; /* of the last one, from 1 on */
    int rc;
};

static void keep(struct binder *b, int rc)
{
    if (b->rc == SQLITE_OK)
        b->rc = rc;
}

static void put_int(struct binder *b, int64_t value)
{
    keep(b, sqlite3_bind_int64(b->stmt, ++b->index, value));
}

static void put_number(struct binder *b, const struct job_number *number)
{
    if (number->known)
        put_int(b, number->value);
    else
        keep(b, sqlite3_bind_null(b->stmt, ++b->index));
}

static void put_text(struct binder *b, const char *text) /* NULL binds NULL */
{
    keep(b, sqlite3_bind_text(b->stmt, ++b->index, text, -1, SQLITE_STATIC));
}

static void put_hash(struct binder *b, const struct job_hash *hash)
{
    const void *bytes = hash->known ? hash->bytes : NULL; /* NULL binds NULL */
    keep(b, sqlite3_bind_blob(b->stmt, ++b->index, bytes, JOB_SHA256_BYTES, SQLITE_STATIC));
}

enum err row_bind(sqlite3_stmt *stmt, const struct job *job)
{
    struct binder b = {.stmt = stmt, .rc = SQLITE_OK};
    put_text(&b, job->id);
    put_int(&b, job->timestamp_ms);
    put_int(&b, job->received_ms);
    put_text(&b, job->benchmark_id);
    put_int(&b, job->updated_ms);
    put_number(&b, &job->finished_ms);
    put_text(&b, job->model);
    put_int(&b, (int64_t)job->status);
    put_number(&b, &job->started_ms);
    put_number(&b, &job->ended_ms);
    put_number(&b, &job->input_tokens);
    put_number(&b, &job->output_tokens);
    put_number(&b, &job->total_tokens);
    put_number(&b, &job->latency_ms);
    put_text(&b, job->provider);
    put_text(&b, job->chat_id);
    put_hash(&b, &job->request_sha256);
    put_hash(&b, &job->response_sha256);
    put_int(&b, (int64_t)job->endpoint);
    put_text(&b, job->error);
    put_text(&b, job->agent_id);
    put_int(&b, (int64_t)job->proof);
    return db_err(b.rc);
}

struct taker {
    sqlite3_stmt *stmt;
    struct arena *arena;
    int index; /* of the next one, from 0 on */
    enum err err;
};

static int64_t take_int(struct taker *t)
{
    return sqlite3_column_int64(t->stmt, t->index++);
}

static struct job_number take_number(struct taker *t)
{
    struct job_number number = {.known = sqlite3_column_type(t->stmt, t->index) == SQLITE_INTEGER};
    number.value = take_int(t); /* 0 for NULL */
    return number;
}

/* NULL for NULL. A text with a NUL inside is none of ours. */
static const char *take_text(struct taker *t)
{
    int column = t->index++;
    const char *text = (const char *)sqlite3_column_text(t->stmt, column);
    if (!text) {
        if (sqlite3_column_type(t->stmt, column) != SQLITE_NULL)
            t->err = ERR_NO_MEMORY;
        return NULL;
    }
    size_t len = (size_t)sqlite3_column_bytes(t->stmt, column);
    if (strlen(text) != len) {
        t->err = ERR_BAD_FORMAT;
        return NULL;
    }
    const char *copy = arena_strndup(t->arena, text, len);
    if (!copy)
        t->err = ERR_NO_MEMORY;
    return copy;
}

static struct job_hash take_hash(struct taker *t)
{
    struct job_hash hash = {0};
    int column = t->index++;
    const void *bytes = sqlite3_column_blob(t->stmt, column);
    if (bytes && sqlite3_column_bytes(t->stmt, column) == JOB_SHA256_BYTES) {
        hash.known = true;
        memcpy(hash.bytes, bytes, JOB_SHA256_BYTES);
    }
    return hash;
}

static unsigned take_enum(struct taker *t, unsigned count)
{
    int64_t value = take_int(t);
    if (value >= 0 && value < (int64_t)count)
        return (unsigned)value;
    t->err = ERR_BAD_FORMAT;
    return 0;
}

enum err row_read(sqlite3_stmt *stmt, struct arena *arena, struct job *job)
{
    struct taker t = {.stmt = stmt, .arena = arena};
    job->id = take_text(&t);
    job->timestamp_ms = take_int(&t);
    job->received_ms = take_int(&t);
    job->benchmark_id = take_text(&t);
    job->updated_ms = take_int(&t);
    job->finished_ms = take_number(&t);
    job->model = take_text(&t);
    job->status = (enum job_status)take_enum(&t, JOB_STATUS_COUNT);
    job->started_ms = take_number(&t);
    job->ended_ms = take_number(&t);
    job->input_tokens = take_number(&t);
    job->output_tokens = take_number(&t);
    job->total_tokens = take_number(&t);
    job->latency_ms = take_number(&t);
    job->provider = take_text(&t);
    job->chat_id = take_text(&t);
    job->request_sha256 = take_hash(&t);
    job->response_sha256 = take_hash(&t);
    job->endpoint = (enum job_endpoint)take_enum(&t, ENDPOINT_COUNT);
    job->error = take_text(&t);
    job->agent_id = take_text(&t);
    job->proof = (enum job_proof)take_enum(&t, PROOF_COUNT);
    if (!t.err && job_check(job))
        t.err = ERR_BAD_FORMAT;
    return t.err;
}
