/* The values that the sources produce, and the functions of their rows (sources.c). Values are
 * immutable once a round has succeeded. */
#ifndef PANEL_SOURCES_H
#define PANEL_SOURCES_H

#include "net/gpu.h"
#include "panel/source.h"
#include "zerog/ledger.h"
#include "zerog/serving.h"
#include "zerog/status.h"

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
/* With the health of the services, as far as the status source has it. */
void compute_render(struct json_writer *w, const struct source *compute,
                    const struct source *status);

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

struct gpu_value {
    struct gpu_reading reading;
    const char *exporter; /* its kind, static */
};
enum err gpu_plan(struct round *round);
enum err gpu_parse(struct round *round);
const char *gpu_off(const struct settings *settings);
const struct endpoint *gpu_endpoint(const struct settings *settings);
/* The members of `compute` that the exporter fills. */
void gpu_render(struct json_writer *w, const struct source *source);

struct status_value {
    struct health_report report; /* a provider's model once; its texts are the value's */
};
enum err status_plan(struct round *round);
enum err status_parse(struct round *round);
const char *status_off(const struct settings *settings);
const struct endpoint *status_endpoint(const struct settings *settings);
/* `health` of a service: the entry may be NULL, when the prober does not know the service. */
void status_render_health(struct json_writer *w, const struct service_health *health);

#endif
