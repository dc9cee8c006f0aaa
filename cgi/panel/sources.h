/* The values that the sources produce, and the functions of their rows (sources.c). Values are
 * immutable once a round has succeeded. */
#ifndef PANEL_SOURCES_H
#define PANEL_SOURCES_H

#include "panel/inft.h"
#include "panel/source.h"
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

/* Value: struct inft_value of panel/inft.h. */
const char *inft_off(const struct settings *settings);
enum err inft_plan(struct round *round);
enum err inft_parse(struct round *round);
void inft_render(struct json_writer *w, const struct source *source);

#endif
