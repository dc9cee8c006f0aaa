/* The scan of the own provider's stake: no function of the contract says it, its logs do. */
#include "panel/sources.h"
#include "panel/sum_scan.h"

#include "zerog/stake.h"

static bool is_ready(const struct round *round)
{
    (void)round;
    return true;
}

/* What was staked before the configured block still counts: a part of the stake would be wrong. */
static uint64_t first_block(const struct round *round)
{
    return round->settings->serving_block;
}

static const struct address *subject(const struct round *round)
{
    return &round->settings->provider;
}

static struct event_filter filter(const struct round *round, uint8_t word[HASH_BYTES])
{
    static const char *const signatures[] = {STAKE_STAKED, STAKE_RETURNED};
    event_address_word(&round->settings->provider, word);
    return (struct event_filter){
        .contract = &round->settings->serving,
        .signatures = signatures,
        .signature_count = sizeof signatures / sizeof *signatures,
        .arguments = {word},
    };
}

static enum err add(struct round *round, const struct event *events, size_t count,
                    struct lookups *lookups, void *sums)
{
    struct stake_totals *totals = sums;
    enum err err = ERR_OK;
    (void)lookups;
    for (size_t i = 0; i < count && !err; i++) {
        struct stake_change change;
        err = stake_decode(&events[i], &change);
        if (!err && !address_equal(&change.provider, &round->settings->provider))
            err = ERR_BAD_FORMAT;
        amount *sum = change.is_return ? &totals->returned : &totals->staked;
        if (!err)
            err = amount_add(*sum, change.neuron, sum);
    }
    return err;
}

static void put(struct json_writer *w, const void *sums)
{
    const struct stake_totals *totals = sums;
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, "staked", amount_text(totals->staked, text));
    json_put_str(w, "returned", amount_text(totals->returned, text));
}

static bool read(const cJSON *doc, void *sums)
{
    struct stake_totals *totals = sums;
    const char *staked = json_get_str(doc, "staked"), *returned = json_get_str(doc, "returned");
    return staked && returned && !amount_parse(staked, &totals->staked) &&
           !amount_parse(returned, &totals->returned);
}

static const struct sum_kind stakes = {
    .name = "stake",
    .size = sizeof(struct stake_totals),
    .is_ready = is_ready,
    .first_block = first_block,
    .subject = subject,
    .filter = filter,
    .add = add,
    .put = put,
    .read = read,
};

enum err stake_scan_plan(struct round *round)
{
    return sum_scan_plan(round, &stakes);
}

enum err stake_scan_parse(struct round *round)
{
    return sum_scan_parse(round, &stakes);
}

bool stake_of(const struct source *scan, amount *stake)
{
    bool is_complete;
    const struct stake_totals *totals = sum_scan_sums(scan, &is_complete);
    *stake = 0;
    return is_complete && !amount_sub(totals->staked, totals->returned, stake);
}
