/* From the JSON that agents send to records of jobs: one object or an array of them, with the
 * fields id, model, status, startedAt, endedAt, inputTokens, outputTokens, totalTokens, latencyMs,
 * provider, chatId, requestSha256, responseSha256, endpointKind, error (docs/recording-jobs.md). A
 * field that is null counts as not given; an unknown or repeated one refuses the record, because a
 * misspelt figure would be lost in silence. What is wrong with one record hinders no other. Pure,
 * thread-safe. */
#ifndef STORE_JOB_JSON_H
#define STORE_JOB_JSON_H

#include "base/arena.h"
#include "base/error.h"
#include "store/job.h"
#include <stddef.h>

enum { JOB_BATCH_MAX = 1000 };

/* One element of what was sent. */
struct job_entry {
    const char *id;      /* as sent; NULL when it has none that may be shown */
    const char *refused; /* why, or NULL */
    size_t record;       /* its place in `records`; not refused only */
};

struct job_batch {
    struct job_entry *entries; /* in the order of the text */
    size_t count;
    struct job *records; /* those that may be stored */
    size_t record_count;
};

/* Everything lives in `arena`, nothing points into `text`. ERR_NOT_JSON; ERR_BAD_FORMAT when it is
 * neither object nor array; ERR_TOO_LARGE beyond JOB_BATCH_MAX; ERR_NO_MEMORY. */
enum err job_json_parse(const char *text, size_t len, struct arena *arena, struct job_batch *batch);

#endif
