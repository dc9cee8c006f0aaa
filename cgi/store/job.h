/* One inference job as the store knows it, and the rules by which records of it become one row.
 * A record is what somebody said about a job at one moment: running, later completed. Records come
 * repeated, late and in any order; the rules make the row the same whatever the order:
 *
 * - The status only moves forward: pending, running, then completed or failed. What ended has
 *   ended: completed never becomes failed or the reverse.
 * - What is known is never erased by a record that does not say it.
 * - Times, tokens, latency and error move while the job runs: a record of the same or a later
 *   status replaces them. Once the job ended they are only completed where they were unknown.
 * - What says which call it was (model, provider, chat, hashes, kind, agent, start) stays as first
 *   said.
 * - The timestamp (start, else end, else receipt) is set once, because pages are ordered by it.
 * - A job belongs to the same benchmark, or to none, for ever.
 *
 * Pure functions, thread-safe. Times are wall-clock milliseconds since 1970. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>

/* The numbers of these three enumerations stand in the database: never change one. */
enum job_status { JOB_PENDING, JOB_RUNNING, JOB_COMPLETED, JOB_FAILED, JOB_STATUS_COUNT };

/* How far a job is proven, weakest first: a later proof replaces a weaker one, and a bad signature
 * stays bad. */
enum job_proof {
    PROOF_NONE,     /* nothing yet */
    PROOF_REPORTED, /* only the agent says so */
    PROOF_ABSENT,   /* looked for, and the provider has none */
    PROOF_SIGNER,   /* the listed signer signed; the content cannot be compared */
    PROOF_RESPONSE, /* and the hashes of request and response match */
    PROOF_BAD,
    PROOF_COUNT
};

enum job_endpoint {
    ENDPOINT_NONE,
    ENDPOINT_PROVIDER,
    ENDPOINT_ROUTER,
    ENDPOINT_BASELINE,
    ENDPOINT_COUNT
};

/* Limits in bytes, without the closing NUL. All texts are valid UTF-8; only `error` may hold
 * control characters. */
enum {
    JOB_ID_BYTES = 128,
    JOB_MODEL_BYTES = 256,
    JOB_PROVIDER_BYTES = 128,
    JOB_CHAT_ID_BYTES = 256,
    JOB_AGENT_ID_BYTES = 128,
    JOB_BENCHMARK_ID_BYTES = 64,
    JOB_ERROR_BYTES = 1000,
    JOB_SHA256_BYTES = 32,
};

#define JOB_MODEL_UNKNOWN "unknown"
#define JOB_MAX_NUMBER    (INT64_C(1) << 53)        /* tokens and latency: exact in a double */
#define JOB_MAX_TIME_MS   INT64_C(253402300799999)  /* the end of the year 9999 */
#define JOB_SILENT_MS     (INT64_C(15) * 60 * 1000) /* running, no word: not active any more */
#define JOB_LOST_MS       (INT64_C(60) * 60 * 1000) /* running, no word: counts as failed */

struct job_number {
    bool known;
    int64_t value;
};

struct job_hash {
    bool known;
    uint8_t bytes[JOB_SHA256_BYTES];
};

/* A NULL text is unknown. Texts are not owned. */
struct job {
    const char *id;
    const char *model; /* NULL in a record: unknown */
    enum job_status status;
    struct job_number started_ms, ended_ms;
    struct job_number input_tokens, output_tokens;
    struct job_number total_tokens; /* where the split is unknown */
    struct job_number latency_ms;
    const char *provider; /* address text */
    const char *chat_id;
    struct job_hash request_sha256, response_sha256;
    enum job_endpoint endpoint;
    const char *error;
    const char *agent_id;
    const char *benchmark_id; /* NULL: a job of the agent */
    enum job_proof proof;

    /* Set by the store; not looked at in a record. */
    int64_t timestamp_ms;
    int64_t received_ms;           /* first record */
    int64_t updated_ms;            /* last record that said something: "last heard of" */
    struct job_number finished_ms; /* with an end only: ended_ms, else when we heard of it */
};

/* Words of the API; NULL for PROOF_NONE and ENDPOINT_NONE. Static storage. */
const char *job_status_name(enum job_status status);
const char *job_proof_name(enum job_proof proof);
const char *job_endpoint_name(enum job_endpoint endpoint);

/* ERR_BAD_FORMAT for any other word. */
enum err job_status_parse(const char *word, enum job_status *status);
enum err job_endpoint_parse(const char *word, enum job_endpoint *endpoint);

/* Whether this text may be a job's id. */
bool job_id_valid(const char *id);

/* NULL when the record may be stored, else what is wrong with it ("id is ..."). Static storage. */
const char *job_check(const struct job *record);

/* The row that a first record makes. */
struct job job_first(const struct job *record, int64_t now_ms);

/* Adds a record to the row of the same id. *changed says whether the row differs now. NULL, or why
 * the record is refused (then the row is as it was). Static storage. A job that has not ended and
 * is heard of again is changed by that alone, at most once a second. */
const char *job_merge(struct job *row, const struct job *record, int64_t now_ms, bool *changed);

bool job_has_ended(const struct job *job);

/* Running and silent for an hour: shown and counted as failed, never written, because the next
 * record may still say otherwise. */
bool job_is_lost(const struct job *job, int64_t now_ms);

#endif
