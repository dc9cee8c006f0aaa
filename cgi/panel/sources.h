/* The values that the sources produce, and the functions of their rows (sources.c). Values are
 * immutable once a round has succeeded. */
#ifndef PANEL_SOURCES_H
#define PANEL_SOURCES_H

#include "panel/source.h"
#include "store/store.h"
#include "zerog/ledger.h"
#include "zerog/serving.h"

struct chain_value {
    amount balance; /* neuron of the configured wallet; has_balance only */
    bool has_balance;
};
enum err chain_plan(struct round *round);
enum err chain_parse(struct round *round);

struct compute_value {
    const struct service **services; /* in the order of the contract */
    size_t count;
    uint64_t total; /* as the contract says; more than `count` when a limit cut the list */
    enum serving_generation generation;
};
enum err compute_plan(struct round *round);
enum err compute_parse(struct round *round);
void compute_render(struct json_writer *w, const struct source *source);

struct ledger_value {
    struct ledger ledger; /* exists only */
    bool exists;
    struct serving_account *accounts;
    size_t account_count;
    uint64_t accounts_total; /* as the contract says; equal when the round is complete */
};
enum err ledger_plan(struct round *round);
enum err ledger_parse(struct round *round);
void ledger_render(struct json_writer *w, const struct source *source);

struct jobs_value {
    bool exists; /* else nothing below is known: no job was ever recorded */
    int64_t active, completed;
    struct job_number since_ms, mean_latency_ms;
    int64_t window_completed, window_failed; /* of TOTALS_WINDOW_MS */
    int64_t window_tokens, window_token_ms;  /* output tokens of timed jobs and their time */
    const struct job *jobs;                  /* the newest FIRST_PAGE_JOBS */
    size_t count;
    const char *next; /* cursor, or NULL */
    int64_t read_ms;  /* wall */
};
const struct endpoint *jobs_endpoint(const struct settings *settings);
const char *jobs_off(const struct settings *settings);
const char *jobs_remedy(enum err err);
enum err jobs_plan(struct round *round);
enum err jobs_parse(struct round *round);
void jobs_free(void *reader);
void jobs_render(struct json_writer *w, const struct source *source);
/* The figures of `compute` that come from the job history; the value may be NULL. */
void jobs_put_figures(struct json_writer *w, const struct source *source);
void jobs_put_next(struct json_writer *w, const struct source *source);

#endif
