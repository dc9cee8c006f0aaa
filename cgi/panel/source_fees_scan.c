/* The scan of the wallet's settlements, behind the ledger's figures: what each provider was paid.
 *
 * All logs that concern it have the wallet as their first argument, in both contracts. A settlement
 * that failed does not say whose it was: whoever sent its transaction. */
#include "panel/sources.h"
#include "panel/sum_scan.h"

#include <string.h>

static bool is_ready(const struct round *round)
{
    return round->source->partner->has_contract; /* the ledger's address */
}

static uint64_t first_block(const struct round *round)
{
    const struct settings *s = round->settings;
    return s->has_from_block ? s->from_block : s->serving_block;
}

static const struct address *subject(const struct round *round)
{
    return &round->settings->wallet;
}

static struct event_filter filter(const struct round *round, uint8_t word[HASH_BYTES])
{
    static const char *const signatures[] = {SETTLEMENT_BALANCE_UPDATED, SETTLEMENT_RESULT,
                                             SETTLEMENT_FUND_SPENT};
    event_address_word(&round->settings->wallet, word);
    return (struct event_filter){
        .contract = &round->settings->serving,
        .also = &round->source->partner->contract,
        .signatures = signatures,
        .signature_count = sizeof signatures / sizeof *signatures,
        .arguments = {word},
    };
}

const struct settlement_sum *fees_of(const struct fee_totals *totals,
                                     const struct address *provider)
{
    for (size_t i = 0; i < totals->count; i++)
        if (address_equal(&totals->rows[i].provider, provider))
            return &totals->rows[i];
    return NULL;
}

static struct settlement_sum *row_of(struct fee_totals *totals, const struct address *provider)
{
    const struct settlement_sum *row = fees_of(totals, provider);
    return row ? &totals->rows[row - totals->rows] : NULL;
}

/* In the order of addresses, so that it does not matter in how many pieces the logs came. */
static void insert_row(struct fee_totals *totals, const struct settlement_sum *sum)
{
    size_t at = totals->count++;
    for (; at > 0 && memcmp(totals->rows[at - 1].provider.bytes, sum->provider.bytes,
                            sizeof sum->provider.bytes) > 0;
         at--)
        totals->rows[at] = totals->rows[at - 1];
    totals->rows[at] = *sum;
}

static enum err add_sum(struct fee_totals *totals, const struct settlement_sum *sum)
{
    bool all_failed = sum->failed == sum->count;
    size_t most = all_failed ? FEE_ROWS_OF_FAILURES : FEE_ROWS_MAX;
    struct settlement_sum *row = sum->has_provider ? row_of(totals, &sum->provider) : NULL;
    if (row) {
        settlement_sum_merge(row, sum);
        return ERR_OK;
    }
    if (sum->has_provider && totals->count < most) {
        insert_row(totals, sum);
        return ERR_OK;
    }
    totals->others_failed += sum->failed;
    return all_failed ? ERR_OK : ERR_TOO_LARGE; /* no payment may be missed */
}

static enum err add(struct round *round, const struct event *events, size_t count,
                    struct lookups *lookups, void *sums)
{
    const struct settlement_contracts contracts = {&round->settings->serving,
                                                   &round->source->partner->contract};
    struct settlement *list;
    struct settlement_sum *found;
    size_t settlements, rows = 0;
    enum err err = settlement_join(events, count, &contracts, &round->work, &list, &settlements);
    for (size_t i = 0; i < settlements && !err; i++)
        if (!list[i].has_provider)
            list[i].has_provider = lookup_sender(lookups, list[i].result, &list[i].provider);
    if (!err)
        err = settlement_sums(list, settlements, &round->work, &found, &rows);
    for (size_t i = 0; i < rows && !err; i++)
        err = add_sum(sums, &found[i]);
    return err;
}

/* --- keeping --- */

static void put_row(struct json_writer *w, const struct settlement_sum *row)
{
    char text[ADDRESS_TEXT_BYTES], fees[AMOUNT_TEXT_BYTES];
    json_open_object(w, NULL);
    json_put_str(w, "provider", address_text(&row->provider, text));
    json_put_str(w, "fees", row->overflow ? NULL : amount_text(row->fees, fees));
    json_put_int(w, "count", (int64_t)row->count);
    json_put_int(w, "partial", (int64_t)row->partial);
    json_put_int(w, "failed", (int64_t)row->failed);
    json_put_int(w, "unknownFee", (int64_t)row->unknown_fee);
    json_put_int(w, "block", (int64_t)row->last_block);
    if (row->has_last_time)
        json_put_int(w, "time", (int64_t)row->last_time);
    json_close_object(w);
}

static void put(struct json_writer *w, const void *sums)
{
    const struct fee_totals *totals = sums;
    json_put_int(w, "othersFailed", (int64_t)totals->others_failed);
    json_open_array(w, "rows");
    for (size_t i = 0; i < totals->count; i++)
        put_row(w, &totals->rows[i]);
    json_close_array(w);
}

static bool read_row(const cJSON *doc, struct settlement_sum *row)
{
    const char *provider = json_get_str(doc, "provider"), *fees = json_get_str(doc, "fees");
    *row = (struct settlement_sum){.has_provider = true, .overflow = !fees};
    row->has_last_time = json_get_uint(doc, "time", &row->last_time);
    return provider && !address_parse(provider, &row->provider) &&
           (!fees || !amount_parse(fees, &row->fees)) && json_get_uint(doc, "count", &row->count) &&
           json_get_uint(doc, "partial", &row->partial) &&
           json_get_uint(doc, "failed", &row->failed) &&
           json_get_uint(doc, "unknownFee", &row->unknown_fee) &&
           json_get_uint(doc, "block", &row->last_block);
}

static bool read(const cJSON *doc, void *sums)
{
    struct fee_totals *totals = sums;
    const cJSON *row;
    if (!json_get_uint(doc, "othersFailed", &totals->others_failed))
        return false;
    cJSON_ArrayForEach(row, json_get(doc, "rows"))
    {
        if (totals->count == FEE_ROWS_MAX || !read_row(row, &totals->rows[totals->count++]))
            return false;
    }
    return true;
}

static const struct sum_kind fees = {
    .name = "settlements",
    .size = sizeof(struct fee_totals),
    .is_ready = is_ready,
    .first_block = first_block,
    .subject = subject,
    .filter = filter,
    .add = add,
    .put = put,
    .read = read,
};

enum err fees_scan_plan(struct round *round)
{
    return sum_scan_plan(round, &fees);
}

enum err fees_scan_parse(struct round *round)
{
    return sum_scan_parse(round, &fees);
}
