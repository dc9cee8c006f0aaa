/* The scan of the own provider's settlements in the last 30 days, by the hour.
 *
 * A settlement that failed names no provider, and which users a provider has had is not known: so
 * the logs of all settlements are read, and those that say nothing are asked for their sender. */
#include "panel/sources.h"
#include "panel/sum_scan.h"

#include <string.h>

enum { SECONDS_PER_HOUR = 3600 };

static bool is_ready(const struct round *round)
{
    return round->source->partner->value; /* with the ledger's address, and where to begin */
}

static uint64_t first_block(const struct round *round)
{
    const struct provider_value *provider = round->source->partner->value;
    return provider->month_block;
}

static const struct address *subject(const struct round *round)
{
    return &round->settings->provider;
}

static struct event_filter filter(const struct round *round, uint8_t word[HASH_BYTES])
{
    static const char *const signatures[] = {SETTLEMENT_BALANCE_UPDATED, SETTLEMENT_RESULT,
                                             SETTLEMENT_FUND_SPENT};
    (void)word;
    return (struct event_filter){
        .contract = &round->settings->serving,
        .also = &round->source->partner->contract,
        .signatures = signatures,
        .signature_count = sizeof signatures / sizeof *signatures,
    };
}

/* The hour's sum; the oldest hour makes room for a new one. ERR_CHANGED for an hour that has passed
 * already: blocks have times that only grow. */
static enum err hour_of(struct provider_totals *totals, uint64_t hour, struct provider_hour **out)
{
    struct provider_hour *newest = totals->count ? &totals->hours[totals->count - 1] : NULL;
    if (newest && newest->hour > hour)
        return ERR_CHANGED;
    if (!newest || newest->hour < hour) {
        enum { MOST = sizeof totals->hours / sizeof *totals->hours };
        if (totals->count == MOST)
            memmove(&totals->hours[0], &totals->hours[1], --totals->count * sizeof *newest);
        newest = &totals->hours[totals->count++];
        *newest = (struct provider_hour){.hour = hour};
    }
    *out = newest;
    return ERR_OK;
}

static enum err add_settlement(struct round *round, const struct settlement *s, uint64_t time,
                               struct provider_totals *totals)
{
    struct settlement_sum *sum;
    struct provider_hour *hour;
    size_t rows;
    enum err err = settlement_sums(s, 1, &round->work, &sum, &rows);
    if (!err)
        err = hour_of(totals, time / SECONDS_PER_HOUR, &hour);
    if (err)
        return err;
    settlement_sum_merge(&hour->sum, sum);
    if (!sum->failed) {
        totals->last_block = s->result->block;
        totals->last_time = time;
    }
    return ERR_OK;
}

/* Asks at once for all that is open: there is no step for what an answer leaves open. */
static bool is_known(struct settlement *s, uint64_t *time, struct lookups *lookups)
{
    *time = s->result->time;
    bool has_time = s->result->has_time || lookup_time(lookups, s->result, time);
    if (!s->has_provider)
        s->has_provider = lookup_sender(lookups, s->result, &s->provider);
    return has_time && s->has_provider;
}

static enum err add(struct round *round, const struct event *events, size_t count,
                    struct lookups *lookups, void *sums)
{
    const struct address *own = &round->settings->provider;
    const struct settlement_contracts contracts = {&round->settings->serving,
                                                   &round->source->partner->contract};
    struct settlement *list;
    size_t settlements;
    enum err err = settlement_join(events, count, &contracts, &round->work, &list, &settlements);
    for (size_t i = 0; i < settlements && !err; i++) {
        uint64_t time;
        bool is_others = list[i].has_provider && !address_equal(&list[i].provider, own);
        if (!is_others && is_known(&list[i], &time, lookups) &&
            address_equal(&list[i].provider, own))
            err = add_settlement(round, &list[i], time, sums);
    }
    return err;
}

uint64_t provider_since(int64_t now_ms, uint64_t hours)
{
    uint64_t hour = (uint64_t)now_ms / 1000 / SECONDS_PER_HOUR;
    return hour > hours ? (hour - hours) * SECONDS_PER_HOUR : 0;
}

bool provider_window(const struct source *scan, uint64_t hours, struct provider_window *window)
{
    bool is_complete;
    const struct provider_totals *totals = sum_scan_sums(scan, &is_complete);
    const struct provider_value *provider = scan->partner->value;
    *window = (struct provider_window){0};
    if (!totals || !provider)
        return false;
    uint64_t since = provider_since(scan->head.time_ms, hours);
    for (size_t i = 0; i < totals->count; i++)
        if (totals->hours[i].hour >= since / SECONDS_PER_HOUR)
            settlement_sum_merge(&window->sum, &totals->hours[i].sum);
    if (since < provider->month_time)
        since = provider->month_time;
    window->since_ms = (int64_t)since * 1000;
    return true;
}

/* --- keeping --- */

static void put_hour(struct json_writer *w, const struct provider_hour *h)
{
    char fees[AMOUNT_TEXT_BYTES];
    json_open_object(w, NULL);
    json_put_int(w, "hour", (int64_t)h->hour);
    json_put_str(w, "fees", h->sum.overflow ? NULL : amount_text(h->sum.fees, fees));
    json_put_int(w, "count", (int64_t)h->sum.count);
    json_put_int(w, "partial", (int64_t)h->sum.partial);
    json_put_int(w, "failed", (int64_t)h->sum.failed);
    json_put_int(w, "unknownFee", (int64_t)h->sum.unknown_fee);
    json_close_object(w);
}

static void put(struct json_writer *w, const void *sums)
{
    const struct provider_totals *totals = sums;
    json_put_int(w, "lastBlock", (int64_t)totals->last_block);
    json_put_int(w, "lastTime", (int64_t)totals->last_time);
    json_open_array(w, "hours");
    for (size_t i = 0; i < totals->count; i++)
        put_hour(w, &totals->hours[i]);
    json_close_array(w);
}

static bool read_hour(const cJSON *doc, struct provider_totals *totals)
{
    uint64_t hour;
    struct provider_hour *h;
    const char *fees = json_get_str(doc, "fees");
    if (!json_get_uint(doc, "hour", &hour) || hour_of(totals, hour, &h))
        return false;
    h->sum.overflow = !fees;
    return (!fees || !amount_parse(fees, &h->sum.fees)) &&
           json_get_uint(doc, "count", &h->sum.count) &&
           json_get_uint(doc, "partial", &h->sum.partial) &&
           json_get_uint(doc, "failed", &h->sum.failed) &&
           json_get_uint(doc, "unknownFee", &h->sum.unknown_fee);
}

static bool read(const cJSON *doc, void *sums)
{
    struct provider_totals *totals = sums;
    const cJSON *hour;
    cJSON_ArrayForEach(hour, json_get(doc, "hours"))
    {
        if (!read_hour(hour, totals))
            return false;
    }
    return json_get_uint(doc, "lastBlock", &totals->last_block) &&
           json_get_uint(doc, "lastTime", &totals->last_time);
}

static const struct sum_kind settlements = {
    .name = "own provider",
    .size = sizeof(struct provider_totals),
    .slides = true,
    .is_ready = is_ready,
    .first_block = first_block,
    .subject = subject,
    .filter = filter,
    .add = add,
    .put = put,
    .read = read,
};

enum err provider_scan_plan(struct round *round)
{
    return sum_scan_plan(round, &settlements);
}

enum err provider_scan_parse(struct round *round)
{
    return sum_scan_parse(round, &settlements);
}
