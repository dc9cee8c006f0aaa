/* The ledger as it is shown: what each provider holds of the wallet's money, whether that is enough
 * for it to go on serving, and what it was paid. */
#include "panel/money.h"
#include "panel/sources.h"
#include "panel/sum_scan.h"

#include "base/clock.h"
#include <stdio.h>

enum { WARNING_BYTES = 320 };

/* What an operator can do: the money comes from the ledger as far as it goes. */
static void put_remedy(char *text, size_t size, amount missing, amount available)
{
    char move[MONEY_TEXT_BYTES], deposit[MONEY_TEXT_BYTES];
    money_text(missing, true, move);
    if (missing <= available)
        snprintf(text, size, "move at least %s to it from the ledger", move);
    else
        snprintf(text, size, "deposit at least %s into the ledger and move at least %s to it",
                 money_text(missing - available, true, deposit), move);
}

static const char *warning_of(const struct ledger_value *v, size_t index, char text[WARNING_BYTES])
{
    const struct serving_account *a = &v->accounts[index];
    const struct account_funding *f = &v->fundings[index];
    amount spendable = funding_spendable(a->balance, a->pending_refund);
    char left[MONEY_TEXT_BYTES], since[TIME_TEXT_BYTES], remedy[128];
    if (f->level == FUNDING_OK)
        return NULL;
    put_remedy(remedy, sizeof remedy, PROVIDER_COMFORT - spendable,
               v->exists ? v->ledger.available : 0);
    snprintf(text, WARNING_BYTES, "%s is left with the provider, which %s · since %s · %s",
             money_text(spendable, false, left),
             f->level == FUNDING_SHORT ? "refuses requests: it wants 1 0G above its fees"
                                       : "will soon refuse: it wants 1 0G above its fees",
             time_text(f->since_ms, since), remedy);
    return text;
}

/* Of one provider. A provider that is in no log was paid nothing, once all logs were read. */
static void put_settled(struct json_writer *w, const struct fee_totals *totals, bool is_complete,
                        const struct address *provider)
{
    const struct settlement_sum *sum = totals ? fees_of(totals, provider) : NULL;
    bool known = sum ? !sum->overflow : is_complete;
    money_put(w, "settledFeesNeuron", known, sum ? sum->fees : 0);
}

static void put_account(struct json_writer *w, const struct ledger_value *v, size_t index,
                        const struct source *scan)
{
    const struct serving_account *a = &v->accounts[index];
    char provider[ADDRESS_TEXT_BYTES], generation[WORD_TEXT_BYTES], warning[WARNING_BYTES];
    bool is_complete;
    const struct fee_totals *totals = sum_scan_sums(scan, &is_complete);
    json_open_object(w, NULL);
    json_put_str(w, "provider", address_text(&a->provider, provider));
    money_put(w, "balanceNeuron", true, a->balance);
    money_put(w, "pendingRefundNeuron", true, a->pending_refund);
    money_put(w, "spendableNeuron", true, funding_spendable(a->balance, a->pending_refund));
    put_settled(w, totals, is_complete, &a->provider);
    json_put_bool(w, "acknowledged", a->acknowledged);
    json_put_str(w, "generation", word_text(a->generation, generation));
    json_put_str(w, "funding", funding_name(v->fundings[index].level));
    json_put_str(w, "warning", warning_of(v, index, warning));
    json_close_object(w);
}

static void put_row(struct json_writer *w, const struct settlement_sum *row)
{
    char provider[ADDRESS_TEXT_BYTES];
    json_open_object(w, NULL);
    json_put_str(w, "provider", address_text(&row->provider, provider));
    money_put(w, "feesNeuron", !row->overflow, row->fees);
    json_put_int(w, "settlements", (int64_t)row->count);
    json_put_int(w, "partial", (int64_t)row->partial);
    json_put_int(w, "failed", (int64_t)row->failed);
    json_put_int(w, "unknownFees", (int64_t)row->unknown_fee);
    json_put_int(w, "lastBlock", (int64_t)row->last_block);
    if (row->has_last_time && row->last_time < INT64_MAX / 1000)
        json_put_time(w, "lastAt", (int64_t)row->last_time * 1000);
    else
        json_put_null(w, "lastAt");
    json_close_object(w);
}

/* The sum of nothing is no lower bound worth a figure: a scan that has only begun knows nothing. */
static void put_total(struct json_writer *w, const struct fee_totals *totals, bool is_complete)
{
    amount sum = 0;
    bool known = is_complete || totals->count > 0;
    for (size_t i = 0; i < totals->count && known; i++)
        known = !totals->rows[i].overflow && !amount_add(sum, totals->rows[i].fees, &sum);
    money_put(w, "feesNeuron", known, sum);
}

static void put_settlements(struct json_writer *w, const struct source *scan)
{
    bool is_complete;
    const struct fee_totals *totals = sum_scan_sums(scan, &is_complete);
    if (!totals) {
        json_put_null(w, "settlements");
        return;
    }
    json_open_object(w, "settlements");
    put_total(w, totals, is_complete);
    json_open_array(w, "providers");
    for (size_t i = 0; i < totals->count; i++)
        put_row(w, &totals->rows[i]);
    json_close_array(w);
    json_put_int(w, "othersFailed", (int64_t)totals->others_failed);
    sum_scan_put_progress(w, "scan", scan);
    json_close_object(w);
}

void ledger_render(struct json_writer *w, const struct source *source)
{
    const struct ledger_value *v = source->value;
    if (!v) {
        json_put_null(w, "ledger");
        return;
    }
    char contract[ADDRESS_TEXT_BYTES];
    json_open_object(w, "ledger");
    json_put_bool(w, "exists", v->exists);
    json_put_str(w, "contract", address_text(&source->contract, contract));
    money_put(w, "availableNeuron", v->exists, v->ledger.available);
    money_put(w, "totalNeuron", v->exists, v->ledger.total);
    money_put(w, "minAccountBalanceNeuron", v->has_min_balance, v->min_balance);
    money_put(w, "minTransferNeuron", v->has_min_transfer, v->min_transfer);
    money_put(w, "providerMinimumNeuron", true, PROVIDER_MINIMUM);
    json_open_array(w, "accounts");
    for (size_t i = 0; i < v->account_count; i++)
        put_account(w, v, i, source->partner);
    json_close_array(w);
    put_settlements(w, source->partner);
    json_close_object(w);
}
