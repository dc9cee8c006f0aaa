#include "panel/prometheus_fees.h"

#include "panel/prometheus_put.h"
#include "panel/sources.h"
#include "panel/sum_scan.h"

/* The wallet's sub-accounts -------------------------------------------------------------------- */

/* A series that stands twice spoils the whole scrape, and what a node answers may be anything. */
static bool is_first_account(const struct ledger_value *v, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (address_equal(&v->accounts[i].provider, &v->accounts[index].provider))
            return false;
    return true;
}

/* One sample for each sub-account. */
static void put_each_account(struct buf *out, const char *name, const struct view *view,
                             amount (*figure)(const struct serving_account *a))
{
    const struct ledger_value *v = view->sources[SOURCE_LEDGER].value;
    for (size_t i = 0; v && i < v->account_count; i++) {
        char provider[ADDRESS_TEXT_BYTES];
        if (!is_first_account(v, i))
            continue;
        put_series(out, name,
                   LABELS({"provider", address_text(&v->accounts[i].provider, provider)}));
        put_neuron(out, figure(&v->accounts[i]));
    }
}

static amount balance_of(const struct serving_account *a)
{
    return a->balance;
}

static amount refund_of(const struct serving_account *a)
{
    return a->pending_refund;
}

static amount spendable_of(const struct serving_account *a)
{
    return funding_spendable(a->balance, a->pending_refund);
}

void put_accounts(struct buf *out, const char *name, const struct view *view)
{
    put_each_account(out, name, view, balance_of);
}

void put_refunds(struct buf *out, const char *name, const struct view *view)
{
    put_each_account(out, name, view, refund_of);
}

void put_spendable(struct buf *out, const char *name, const struct view *view)
{
    put_each_account(out, name, view, spendable_of);
}

void put_provider_minimum(struct buf *out, const char *name, const struct view *view)
{
    if (!view->sources[SOURCE_LEDGER].value)
        return;
    put_series(out, name, NULL, 0);
    put_neuron(out, PROVIDER_MINIMUM);
}

/* What the wallet's logs say; lower bounds while the scan runs ------------------------------- */

static const struct fee_totals *fees_in(const struct view *view)
{
    bool is_complete;
    return sum_scan_sums(&view->sources[SOURCE_FEES_SCAN], &is_complete);
}

void put_settled_fees(struct buf *out, const char *name, const struct view *view)
{
    const struct fee_totals *totals = fees_in(view);
    for (size_t i = 0; totals && i < totals->count; i++) {
        char provider[ADDRESS_TEXT_BYTES];
        if (totals->rows[i].overflow)
            continue;
        put_series(out, name,
                   LABELS({"provider", address_text(&totals->rows[i].provider, provider)}));
        put_neuron(out, totals->rows[i].fees);
    }
}

static void put_results(struct buf *out, const char *name, struct label whose,
                        const struct settlement_sum *sum)
{
    const struct {
        const char *name;
        uint64_t count;
    } results[] = {{"success", sum->count - sum->partial - sum->failed},
                   {"partial", sum->partial},
                   {"failed", sum->failed}};
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        put_series(out, name, LABELS(whose, {"result", results[i].name}));
        put_number(out, (double)results[i].count);
    }
}

void put_settlements(struct buf *out, const char *name, const struct view *view)
{
    const struct fee_totals *totals = fees_in(view);
    for (size_t i = 0; totals && i < totals->count; i++) {
        char provider[ADDRESS_TEXT_BYTES];
        address_text(&totals->rows[i].provider, provider);
        put_results(out, name, (struct label){"provider", provider}, &totals->rows[i]);
    }
}

void put_settlement_progress(struct buf *out, const char *name, const struct view *view)
{
    double progress;
    bool known = sum_scan_progress(&view->sources[SOURCE_FEES_SCAN], &progress);
    put_gauge(out, name, known, progress);
}

/* The operator's own provider ------------------------------------------------------------------ */

static const struct service *own_service(const struct view *view, bool *is_known)
{
    *is_known = false;
    if (!view->settings->has_provider)
        return NULL;
    return compute_find(view->sources[SOURCE_COMPUTE].value, &view->settings->provider, is_known);
}

void put_provider_listed(struct buf *out, const char *name, const struct view *view)
{
    bool is_known;
    const struct service *s = own_service(view, &is_known);
    put_gauge(out, name, s || is_known, s ? 1 : 0);
}

void put_provider_acknowledged(struct buf *out, const char *name, const struct view *view)
{
    bool is_known;
    const struct service *s = own_service(view, &is_known);
    put_gauge(out, name, s && s->has_tee, s ? s->tee_acknowledged : 0);
}

static void put_known_neuron(struct buf *out, const char *name, bool known, amount neuron)
{
    if (!known)
        return;
    put_series(out, name, NULL, 0);
    put_neuron(out, neuron);
}

void put_provider_stake(struct buf *out, const char *name, const struct view *view)
{
    amount stake;
    bool known = stake_of(&view->sources[SOURCE_STAKE_SCAN], &stake);
    put_known_neuron(out, name, known, stake);
}

void put_provider_payers(struct buf *out, const char *name, const struct view *view)
{
    const struct provider_value *v = view->sources[SOURCE_PROVIDER].value;
    put_gauge(out, name, v && v->has_payers, v ? (double)v->payers : 0);
}

/* Where only a part of the accounts was read, what all hold is not known. */
void put_provider_held(struct buf *out, const char *name, const struct view *view)
{
    const struct provider_value *v = view->sources[SOURCE_PROVIDER].value;
    bool known = v && v->has_payers && v->payers == v->payers_read;
    put_known_neuron(out, name, known, known ? v->held : 0);
}

static const struct {
    const char *name;
    uint64_t hours;
} windows[] = {{"24h", PROVIDER_DAY_HOURS}, {"30d", PROVIDER_MONTH_HOURS}};
enum { WINDOWS = sizeof windows / sizeof *windows };

void put_provider_fees(struct buf *out, const char *name, const struct view *view)
{
    for (size_t i = 0; i < WINDOWS; i++) {
        struct provider_window window;
        if (!provider_window(&view->sources[SOURCE_PROVIDER_SCAN], windows[i].hours, &window) ||
            window.sum.overflow)
            continue;
        put_series(out, name, LABELS({"window", windows[i].name}));
        put_neuron(out, window.sum.fees);
    }
}

void put_provider_settlements(struct buf *out, const char *name, const struct view *view)
{
    for (size_t i = 0; i < WINDOWS; i++) {
        struct provider_window window;
        if (provider_window(&view->sources[SOURCE_PROVIDER_SCAN], windows[i].hours, &window))
            put_results(out, name, (struct label){"window", windows[i].name}, &window.sum);
    }
}

void put_provider_last(struct buf *out, const char *name, const struct view *view)
{
    bool is_complete;
    const struct provider_totals *totals =
        sum_scan_sums(&view->sources[SOURCE_PROVIDER_SCAN], &is_complete);
    if (!totals || !totals->last_time)
        return;
    put_series(out, name, NULL, 0);
    put_seconds(out, (int64_t)totals->last_time * 1000);
}

void put_provider_progress(struct buf *out, const char *name, const struct view *view)
{
    double progress;
    bool known = sum_scan_progress(&view->sources[SOURCE_PROVIDER_SCAN], &progress);
    put_gauge(out, name, known, progress);
}
