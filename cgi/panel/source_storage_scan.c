/* The scan of the wallet's Submit logs, behind the storage card: what it stores, and when each part
 * expires.
 *
 * A round is one batch: the marks that tell whether this is still the same chain, then as many
 * windows of logs as fit. Blocks have times that only grow, so what has expired is always the older
 * end: `oldest` is the first block whose logs are counted, and once its files are expired they are
 * taken out again and `oldest` moves to the next block with logs. */
#include "panel/chain_read.h"
#include "panel/scan_round.h"
#include "panel/sources.h"

#include "base/clock.h"
#include "base/log.h"
#include <string.h>

enum {
    CALL_FROM = 2, /* the blocks with marks, behind chain id and head */
    CALL_ANCHOR,
    CALL_OLDEST,
    CALL_BORDER, /* the last settled block of this batch */
    CALL_LOGS,
    RANGES_MAX = EXCHANGE_MAX_CALLS - CALL_LOGS - 1, /* one is for what expires */
};

/* What a round notes between planning and reading. */
struct batch {
    struct log_range ranges[RANGES_MAX], expired;
    size_t count;
    bool has_expired;
};

static struct scan_key key_of(const struct round *round, char contract[ADDRESS_TEXT_BYTES],
                              char wallet[ADDRESS_TEXT_BYTES])
{
    return (struct scan_key){.name = "submissions",
                             .chain_id = round->settings->network->chain_id,
                             .contract = address_text(&round->settings->flow, contract),
                             .wallet = address_text(&round->settings->wallet, wallet)};
}

/* --- keeping --- */

static void put_totals(struct json_writer *w, const void *totals)
{
    const struct storage_scan_value *v = totals;
    json_put_int(w, "oldest", (int64_t)v->oldest);
    json_put_int(w, "files", (int64_t)v->settled.files);
    json_put_int(w, "sectors", (int64_t)v->settled.sectors);
    json_put_int(w, "bytes", (int64_t)v->settled.bytes);
}

static bool read_totals(const cJSON *doc, struct storage_scan_value *v)
{
    return json_get_uint(doc, "oldest", &v->oldest) &&
           json_get_uint(doc, "files", &v->settled.files) &&
           json_get_uint(doc, "sectors", &v->settled.sectors) &&
           json_get_uint(doc, "bytes", &v->settled.bytes) && v->oldest <= v->scan.next;
}

/* Where the scan begins: as configured, else with the contract. */
static uint64_t first_block(const struct round *round)
{
    const struct storage_value *storage = round->source->partner->value;
    const struct settings *settings = round->settings;
    if (settings->has_from_block)
        return settings->from_block;
    return storage->first_block > settings->network->flow_block ? storage->first_block
                                                                : settings->network->flow_block;
}

static void begin(struct storage_scan_value *v, uint64_t from)
{
    *v = (struct storage_scan_value){.scan = log_scan_begin(from, clock_mono_ms()), .oldest = from};
}

static void begin_or_go_on(struct round *round, struct storage_scan_value *v)
{
    char contract[ADDRESS_TEXT_BYTES], wallet[ADDRESS_TEXT_BYTES];
    const struct scan_key key = key_of(round, contract, wallet);
    uint64_t from = first_block(round);
    cJSON *doc = NULL;
    begin(v, from);
    if (round->cache &&
        !log_scan_load(&v->scan, from, clock_mono_ms(), round->cache, &key, &round->work, &doc))
        v->was_kept = read_totals(doc, v);
    if (!v->was_kept)
        begin(v, from);
    cJSON_Delete(doc);
}

/* Failing to keep costs time after the next start, nothing else. */
static void save(const struct round *round, struct storage_scan_value *v)
{
    char contract[ADDRESS_TEXT_BYTES], wallet[ADDRESS_TEXT_BYTES];
    const struct scan_key key = key_of(round, contract, wallet);
    int64_t now = clock_mono_ms();
    bool can_wait = !v->is_complete && now - v->saved_ms < SCAN_SAVE_EVERY_MS;
    if (!round->cache || v->scan.next == v->saved_next || can_wait)
        return;
    enum err err = log_scan_save(&v->scan, round->cache, &key, put_totals, v);
    if (err)
        log_event(LOG_WARN, "scan_not_kept", "error", err_name(err), NULL);
    v->saved_ms = now;
    v->saved_next = v->scan.next;
}

/* --- asking --- */

static struct event_filter filter_of(const struct round *round, const struct log_range *range,
                                     const uint8_t wallet[HASH_BYTES])
{
    return (struct event_filter){
        .contract = &round->settings->flow,
        .from = range->from,
        .to = range->to,
        .signatures = storage_submit_signatures,
        .signature_count = SUBMIT_SIGNATURES,
        .arguments = {wallet},
    };
}

static void ask_logs(struct round *round, struct exchange *x, const struct log_range *range)
{
    uint8_t wallet[HASH_BYTES];
    event_address_word(&round->settings->wallet, wallet);
    const struct event_filter filter = filter_of(round, range, wallet);
    scan_ask_logs(x, &filter);
}

/* The value of before, to be changed; the first round's is what was kept. */
static struct storage_scan_value *take_up(struct round *round)
{
    struct storage_scan_value *v = arena_alloc(&round->keep, sizeof *v);
    const struct storage_scan_value *before = round->source->value;
    if (v && before)
        *v = *before;
    else if (v)
        begin_or_go_on(round, v);
    round->value = v;
    return v;
}

enum err storage_scan_plan(struct round *round)
{
    if (!round->source->partner->value)
        return ERR_OK; /* how long files are kept is not known yet */
    struct storage_scan_value *v = take_up(round);
    struct batch *batch = arena_alloc(&round->work, sizeof *batch);
    struct exchange *x = v && batch ? chain_exchange(round) : NULL;
    if (!x)
        return ERR_NO_MEMORY;
    round->progress = batch;
    x->optional = true; /* being too slow or too long is a refusal */
    size_t max = v->is_careful ? 1 : RANGES_MAX;
    batch->count = log_scan_plan(&v->scan, batch->ranges, max);
    scan_ask_block(x, v->scan.from.number);
    scan_ask_block(x, v->scan.has_anchor ? v->scan.anchor.number : v->scan.from.number);
    scan_ask_block(x, v->oldest);
    scan_ask_block(x, scan_border(&v->scan, batch->ranges, batch->count));
    for (size_t i = 0; i < batch->count; i++)
        ask_logs(round, x, &batch->ranges[i]);
    batch->has_expired = v->oldest_expired && v->oldest < v->scan.next;
    if (batch->has_expired) {
        uint64_t left = v->scan.next - v->oldest;
        uint64_t size = left < v->scan.window ? left : v->scan.window;
        batch->expired = (struct log_range){.from = v->oldest, .to = v->oldest + size - 1};
        ask_logs(round, x, &batch->expired);
    }
    return ERR_OK;
}

/* --- reading --- */

/* Whether these are the blocks that the scan has seen. When they are not, it begins anew. */
static enum err check_marks(struct storage_scan_value *v, const struct exchange *x, bool *same)
{
    struct seen_block from, anchor;
    enum err err = scan_read_block(x, CALL_FROM, &from);
    if (!err)
        err = scan_read_block(x, CALL_ANCHOR, &anchor);
    if (!err)
        err = scan_check_marks(&v->scan, v->scan.has_head || v->was_kept, &from, &anchor, same);
    if (!err && !*same) {
        log_event(LOG_WARN, "scan_begins_anew", "reason", "the chain was reorganised", NULL);
        begin(v, v->scan.from.number);
    }
    return err;
}

static enum err read_logs(struct round *round, const struct exchange *x, size_t call,
                          const struct log_range *range, struct event **events, size_t *count)
{
    const struct event_filter filter = filter_of(round, range, NULL);
    return scan_read_logs(round, x, call, &filter, events, count);
}

static enum err
change_totals(struct round *round, const struct event *event, struct storage_totals *totals,
              enum err (*change)(struct storage_totals *, const struct submission *))
{
    struct submission submission;
    enum err err = storage_decode_submit(event, &submission);
    if (!err && !address_equal(&submission.sender, &round->settings->wallet))
        err = ERR_BAD_FORMAT;
    return err ? err : change(totals, &submission);
}

static bool is_expired(const struct round *round, uint64_t time)
{
    const struct storage_value *storage = round->source->partner->value;
    uint64_t now = (uint64_t)(round->head.time_ms / 1000);
    return storage_expiry(time, storage->release_seconds) <= now;
}

static enum err add_range(struct round *round, const struct exchange *x, size_t call,
                          const struct log_range *range, struct storage_totals *totals)
{
    struct event *events = NULL;
    size_t count = 0;
    enum err err = read_logs(round, x, call, range, &events, &count);
    struct storage_totals sum = *totals;
    for (size_t i = 0; i < count && !err; i++)
        err = change_totals(round, &events[i], &sum, storage_totals_add);
    if (!err)
        *totals = sum;
    return err;
}

/* Takes out what is expired: the logs of the oldest block. */
static enum err drop_expired(struct round *round, const struct exchange *x,
                             const struct batch *batch, struct storage_scan_value *v)
{
    struct event *events = NULL;
    size_t count = 0;
    size_t call = CALL_LOGS + batch->count;
    const struct log_range *range = &batch->expired;
    enum err err = read_logs(round, x, call, range, &events, &count);
    if (err)
        return scan_shrink(&v->scan, range, err);
    struct storage_totals rest = v->settled;
    size_t i = 0;
    for (; i < count && events[i].block == v->oldest && !err; i++)
        err = change_totals(round, &events[i], &rest, storage_totals_remove);
    if (err)
        return err;
    v->settled = rest;
    v->oldest = i < count ? events[i].block : range->to + 1;
    return ERR_OK;
}

/* Adds range after range, up to the first that is refused; sets v->is_complete. A sum that was
 * complete stays until there is a better one. */
static enum err add_ranges(struct round *round, const struct exchange *x, const struct batch *batch,
                           struct storage_scan_value *v)
{
    struct storage_scan_value sum = *v;
    sum.recent = (struct storage_totals){0};
    sum.is_complete = log_scan_reaches_head(&v->scan, batch->ranges, batch->count);
    for (size_t i = 0; i < batch->count; i++) {
        const struct log_range *range = &batch->ranges[i];
        struct storage_totals *totals = range->settles ? &sum.settled : &sum.recent;
        enum err err = add_range(round, x, CALL_LOGS + i, range, totals);
        if (err && v->is_complete)
            return scan_shrink(&v->scan, range, err);
        if (err) {
            sum.recent = (struct storage_totals){0};
            sum.is_complete = false;
            *v = sum;
            return scan_shrink(&v->scan, range, err);
        }
        if (range->settles)
            log_scan_settle(&sum.scan, range);
    }
    if (batch->count)
        log_scan_given(&sum.scan, batch->count);
    *v = sum;
    return ERR_OK;
}

static enum err set_anchor(struct storage_scan_value *v, const struct exchange *x,
                           const struct batch *batch)
{
    struct seen_block border;
    enum err err = scan_read_block(x, CALL_BORDER, &border);
    uint64_t number = scan_border(&v->scan, batch->ranges, batch->count);
    return err ? err : scan_set_anchor(&v->scan, number, &border);
}

static enum err read_batch(struct round *round, const struct exchange *x, const struct batch *batch,
                           struct storage_scan_value *v)
{
    bool same;
    struct seen_block oldest;
    uint64_t window = v->scan.window;
    enum err err = check_marks(v, x, &same);
    if (!err)
        err = scan_read_block(x, CALL_OLDEST, &oldest);
    if (err || !same)
        return err;
    if (batch->count)
        err = set_anchor(v, x, batch);
    if (!err)
        err = batch->has_expired ? drop_expired(round, x, batch, v) : ERR_OK;
    if (!err)
        err = add_ranges(round, x, batch, v);
    if (err)
        return err;
    bool refused = v->scan.window < window;
    v->scan.head = round->head.number;
    v->scan.has_head = true;
    v->oldest_expired = !batch->has_expired && oldest.exists && is_expired(round, oldest.time);
    if (v->oldest_expired && v->oldest < v->scan.next)
        v->is_complete = false;
    round->again_ms = v->is_complete && !batch->has_expired && !refused ? 0 : SCAN_AT_ONCE_MS;
    return ERR_OK;
}

/* The whole reply was too long, too late or a refusal. */
static enum err refused_batch(const struct batch *batch, struct storage_scan_value *v, enum err err)
{
    if (!batch->count)
        return err;
    if (batch->count > 1 && scan_is_refusal(err, &batch->ranges[0])) {
        v->is_careful = true;
        return ERR_OK;
    }
    return scan_shrink(&v->scan, &batch->ranges[0], err);
}

enum err storage_scan_parse(struct round *round)
{
    struct storage_scan_value *v = round->value;
    const struct exchange *x = &round->exchanges[0];
    const struct batch *batch = round->progress;
    round->again_ms = v ? SCAN_AT_ONCE_MS : SCAN_WAIT_FOR_PARTNER_MS;
    if (!v)
        return ERR_OK;
    if (x->err)
        return refused_batch(batch, v, x->err);
    enum err err = chain_check(round, x);
    if (!err)
        err = read_batch(round, x, batch, v);
    if (err)
        return err;
    v->is_careful = false;
    save(round, v);
    return ERR_OK;
}
