/* Which jobs are still to be proven, and when each is asked for next. The store is the list; this
 * remembers only what the store need not: how often a job was asked for in vain, and what is being
 * asked at the moment. Times named `now_ms` are monotonic, those of jobs wall-clock. Not
 * thread-safe. */
#ifndef PROOF_TASKS_H
#define PROOF_TASKS_H

#include "eth/address.h"
#include "store/job.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TASKS_MAX = 512,
    TASK_FIRST_PAUSE_MS = 250, /* a provider keeps the signature just after the last byte */
    TASK_LONGEST_PAUSE_MS = 60000,
    TASK_TRIES = 10, /* with pauses that double: within two and a half minutes */
};

/* A task keeps its place until it is freed, so that an answer finds it. */
struct task {
    char id[JOB_ID_BYTES + 1]; /* "": the place is free */
    char chat_id[JOB_CHAT_ID_BYTES + 1];
    struct address provider;
    struct job_hash request_sha256, response_sha256;
    int64_t until_ms; /* wall: then the provider has forgotten the signature */
    int64_t due_ms;   /* monotonic; INT64_MAX: given up */
    int tries;
    bool asking; /* never freed meanwhile */
    bool listed; /* by the last update */
};

struct tasks {
    struct task items[TASKS_MAX];
};

/* Takes over what the store lists: new jobs are due at once, known ones keep their tries, those
 * that are listed no more leave. Jobs whose provider is no address are left out, and of more than
 * TASKS_MAX those behind. */
void tasks_update(struct tasks *tasks, const struct job *jobs, size_t count, int64_t now_ms);

/* Lets go of what the providers have forgotten by `wall_ms`. */
void tasks_expire(struct tasks *tasks, int64_t wall_ms);

/* Asked in vain: due again after a pause that doubles, or given up. */
void task_put_off(struct task *task, int64_t now_ms);

/* Frees its place. */
void task_free(struct task *task);

#endif
