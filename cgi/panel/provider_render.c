/* The operator's own provider as it is shown: what the contract lists, who pays it, and what it
 * earned as far as logs were read. */
#include "panel/money.h"
#include "panel/sources.h"
#include "panel/sum_scan.h"

static void put_payers(struct json_writer *w, const struct provider_value *v)
{
    if (!v || !v->has_payers) {
        json_put_null(w, "payers");
        return;
    }
    json_open_object(w, "payers");
    json_put_int(w, "accounts", (int64_t)v->payers);
    json_put_int(w, "accountsRead", (int64_t)v->payers_read);
    money_put(w, "heldNeuron", true, v->held);
    money_put(w, "pendingRefundNeuron", true, v->refunds);
    json_close_object(w);
}

static void put_window(struct json_writer *w, const char *key, const struct source *scan,
                       uint64_t hours)
{
    struct provider_window window;
    if (!provider_window(scan, hours, &window)) {
        json_put_null(w, key);
        return;
    }
    const struct settlement_sum *sum = &window.sum;
    json_open_object(w, key);
    json_put_time(w, "since", window.since_ms);
    money_put(w, "feesNeuron", !sum->overflow, sum->fees);
    json_put_int(w, "settlements", (int64_t)sum->count);
    json_put_int(w, "partial", (int64_t)sum->partial);
    json_put_int(w, "failed", (int64_t)sum->failed);
    json_put_int(w, "unknownFees", (int64_t)sum->unknown_fee);
    json_close_object(w);
}

static void put_last(struct json_writer *w, const struct source *scan)
{
    bool is_complete;
    const struct provider_totals *totals = sum_scan_sums(scan, &is_complete);
    if (!totals || !totals->last_time) {
        json_put_null(w, "lastSettlement");
        return;
    }
    json_open_object(w, "lastSettlement");
    json_put_int(w, "block", (int64_t)totals->last_block);
    json_put_time(w, "time", (int64_t)totals->last_time * 1000);
    json_close_object(w);
}

void provider_render(struct json_writer *w, const struct source *sources,
                     const struct settings *settings)
{
    if (!settings->has_provider) {
        json_put_null(w, "provider");
        return;
    }
    const struct source *source = &sources[SOURCE_PROVIDER];
    const struct source *scan = &sources[SOURCE_PROVIDER_SCAN];
    const struct provider_value *v = source->value;
    char address[ADDRESS_TEXT_BYTES], reason[REASON_BYTES];
    amount stake;
    bool is_known, has_stake = stake_of(&sources[SOURCE_STAKE_SCAN], &stake);
    const struct service *service =
        compute_find(sources[SOURCE_COMPUTE].value, &settings->provider, &is_known);
    json_open_object(w, "provider");
    json_put_str(w, "address", address_text(&settings->provider, address));
    if (service || is_known)
        json_put_bool(w, "listed", service);
    else
        json_put_null(w, "listed");
    compute_put_service(w, "service", service, sources);
    money_put(w, "stakeNeuron", has_stake, stake);
    money_put(w, "minStakeNeuron", v && v->has_min_stake, v ? v->min_stake : 0);
    put_payers(w, v);
    put_window(w, "last24h", scan, PROVIDER_DAY_HOURS);
    put_window(w, "last30d", scan, PROVIDER_MONTH_HOURS);
    put_last(w, scan);
    sum_scan_put_progress(w, "scan", scan);
    sum_scan_put_progress(w, "stakeScan", &sources[SOURCE_STAKE_SCAN]);
    json_put_str(w, "reason", source_reason(source, reason));
    json_close_object(w);
}
