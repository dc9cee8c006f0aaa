#include "panel/sum_scan.h"

#include "base/clock.h"
#include "base/log.h"
#include "eth/hex.h"
#include "panel/chain_read.h"
#include <string.h>

enum {
    CALL_FROM = 2, /* the blocks with marks, behind chain id and head */
    CALL_ANCHOR,
    CALL_BORDER, /* the last settled block of this batch */
    CALL_LOGS,
    CALL_LOOKUPS = 2,
    RANGES_MAX = EXCHANGE_MAX_CALLS - CALL_LOGS,
};

enum { STEP_LOGS, STEP_LOOKUPS };

struct logs {
    struct event *events;
    size_t count;
};

/* What a round notes between its steps. */
struct batch {
    struct log_range ranges[RANGES_MAX];
    struct logs logs[RANGES_MAX];
    size_t count; /* planned */
    size_t read;  /* of these, from the first on */
    struct lookups lookups;
};

/* --- what is left open --- */

static struct lookup *find(struct lookups *lookups, const struct lookup *wanted)
{
    for (size_t i = 0; i < lookups->count; i++) {
        struct lookup *l = &lookups->items[i];
        if (l->is_sender == wanted->is_sender && l->block == wanted->block &&
            memcmp(l->tx, wanted->tx, sizeof l->tx) == 0)
            return l;
    }
    return NULL;
}

static const struct lookup *look_up(struct lookups *lookups, const struct lookup *wanted)
{
    const struct lookup *known = find(lookups, wanted);
    if (known)
        return known->found ? known : NULL;
    if (lookups->answered)
        return NULL;
    if (lookups->count == LOOKUPS_MAX)
        lookups->overflow = true;
    else
        lookups->items[lookups->count++] = *wanted;
    return NULL;
}

bool lookup_sender(struct lookups *lookups, const struct event *event, struct address *sender)
{
    struct lookup wanted = {.is_sender = true, .block = event->block};
    memcpy(wanted.tx, event->tx, sizeof wanted.tx);
    const struct lookup *known = look_up(lookups, &wanted);
    if (known)
        *sender = known->sender;
    return known;
}

bool lookup_time(struct lookups *lookups, const struct event *event, uint64_t *time)
{
    const struct lookup wanted = {.block = event->block};
    const struct lookup *known = look_up(lookups, &wanted);
    if (known)
        *time = known->time;
    return known;
}

static void ask_sender(struct exchange *x, const uint8_t tx[HASH_BYTES])
{
    struct buf params = buf_make(BUF_NO_LIMIT);
    buf_puts(&params, "[\"");
    hex_put(&params, tx, HASH_BYTES);
    buf_puts(&params, "\"]");
    rpc_add(&x->batch, "eth_getTransactionByHash", buf_str(&params));
    buf_free(&params);
}

static enum err plan_lookups(struct round *round)
{
    const struct batch *batch = round->progress;
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < batch->lookups.count; i++) {
        const struct lookup *l = &batch->lookups.items[i];
        if (l->is_sender)
            ask_sender(x, l->tx);
        else
            scan_ask_block(x, l->block);
    }
    return ERR_OK;
}

static enum err read_sender(const struct rpc_answer *answer, struct lookup *l)
{
    if (answer->err || cJSON_IsNull(answer->result))
        return answer->err;
    const char *from = json_get_str(answer->result, "from");
    l->found = from && !address_parse(from, &l->sender);
    return l->found ? ERR_OK : ERR_BAD_FORMAT;
}

static enum err read_lookups(const struct exchange *x, struct lookups *lookups)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < lookups->count && !err; i++) {
        struct lookup *l = &lookups->items[i];
        struct seen_block block;
        if (l->is_sender) {
            err = read_sender(&x->answers[CALL_LOOKUPS + i], l);
            continue;
        }
        err = scan_read_block(x, CALL_LOOKUPS + i, &block);
        l->found = !err && block.exists;
        l->time = block.time;
        if (!err && !block.exists)
            err = ERR_CHANGED; /* it was there a moment ago */
    }
    lookups->answered = true;
    return err;
}

/* --- keeping --- */

static struct scan_key key_of(const struct round *round, const struct sum_kind *kind,
                              char contract[ADDRESS_TEXT_BYTES], char subject[ADDRESS_TEXT_BYTES])
{
    return (struct scan_key){.name = kind->name,
                             .chain_id = round->settings->network->chain_id,
                             .contract = address_text(&round->settings->serving, contract),
                             .wallet = address_text(kind->subject(round), subject)};
}

static enum err begin(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                      uint64_t from)
{
    void *sums = arena_alloc(&round->keep, kind->size);
    if (!sums)
        return ERR_NO_MEMORY;
    *v = (struct sum_scan){
        .log = log_scan_begin(from, clock_mono_ms()), .settled = sums, .sums = sums};
    return ERR_OK;
}

/* Where a kept scan that slides began; `from` where there is none that can be gone on with. */
static uint64_t kept_from(struct round *round, const struct scan_key *key, uint64_t from)
{
    struct scan_state state;
    enum err err = cache_get_scan(round->cache, key, &round->work, &state);
    return !err && state.from_block <= from && state.next_block >= from ? state.from_block : from;
}

static enum err begin_or_go_on(struct round *round, const struct sum_kind *kind, struct sum_scan *v)
{
    char contract[ADDRESS_TEXT_BYTES], subject[ADDRESS_TEXT_BYTES];
    const struct scan_key key = key_of(round, kind, contract, subject);
    uint64_t first = kind->first_block(round);
    uint64_t from = kind->slides && round->cache ? kept_from(round, &key, first) : first;
    cJSON *doc = NULL;
    enum err err = begin(round, kind, v, from);
    void *sums = err ? NULL : arena_alloc(&round->keep, kind->size);
    if (!sums)
        return ERR_NO_MEMORY;
    if (round->cache &&
        !log_scan_load(&v->log, from, clock_mono_ms(), round->cache, &key, &round->work, &doc))
        v->was_kept = kind->read(doc, sums);
    cJSON_Delete(doc);
    if (!v->was_kept)
        return begin(round, kind, v, first);
    v->settled = v->sums = sums;
    return ERR_OK;
}

struct kept_sums {
    const struct sum_kind *kind;
    const void *sums;
};

static void put_kept(struct json_writer *w, const void *kept)
{
    const struct kept_sums *k = kept;
    k->kind->put(w, k->sums);
}

/* Failing to keep costs time after the next start, nothing else. */
static void save(const struct round *round, const struct sum_kind *kind, struct sum_scan *v)
{
    char contract[ADDRESS_TEXT_BYTES], subject[ADDRESS_TEXT_BYTES];
    const struct scan_key key = key_of(round, kind, contract, subject);
    const struct kept_sums kept = {kind, v->settled};
    int64_t now = clock_mono_ms();
    bool can_wait = !v->is_complete && now - v->saved_ms < SCAN_SAVE_EVERY_MS;
    if (!round->cache || v->log.next == v->saved_next || can_wait)
        return;
    enum err err = log_scan_save(&v->log, round->cache, &key, put_kept, &kept);
    if (err)
        log_event(LOG_WARN, "scan_not_kept", "error", err_name(err), NULL);
    v->saved_ms = now;
    v->saved_next = v->log.next;
}

/* --- asking --- */

static void *copy_sums(struct round *round, const struct sum_kind *kind, const void *sums)
{
    void *copy = arena_alloc(&round->keep, kind->size);
    return copy ? memcpy(copy, sums, kind->size) : NULL;
}

/* The value of before, to be changed; the first round's is what was kept. */
static enum err take_up(struct round *round, const struct sum_kind *kind, struct sum_scan **value)
{
    struct sum_scan *v = arena_alloc(&round->keep, sizeof *v);
    const struct sum_scan *before = round->source->value;
    round->value = *value = v;
    if (!v)
        return ERR_NO_MEMORY;
    if (!before)
        return begin_or_go_on(round, kind, v);
    *v = *before;
    v->settled = copy_sums(round, kind, before->settled);
    v->sums = copy_sums(round, kind, before->sums);
    return v->settled && v->sums ? ERR_OK : ERR_NO_MEMORY;
}

static struct event_filter filter_of(const struct round *round, const struct sum_kind *kind,
                                     const struct log_range *range, uint8_t word[HASH_BYTES])
{
    struct event_filter filter = kind->filter(round, word);
    filter.from = range->from;
    filter.to = range->to;
    return filter;
}

static enum err plan_logs(struct round *round, const struct sum_kind *kind)
{
    struct sum_scan *v;
    enum err err = take_up(round, kind, &v);
    struct batch *batch = arena_alloc(&round->work, sizeof *batch);
    struct exchange *x = batch && !err ? chain_exchange(round) : NULL;
    if (!x)
        return ERR_NO_MEMORY;
    round->progress = batch;
    x->optional = true; /* being too slow or too long is a refusal */
    batch->count = log_scan_plan(&v->log, batch->ranges, v->is_careful ? 1 : RANGES_MAX);
    scan_ask_block(x, v->log.from.number);
    scan_ask_block(x, v->log.has_anchor ? v->log.anchor.number : v->log.from.number);
    scan_ask_block(x, scan_border(&v->log, batch->ranges, batch->count));
    for (size_t i = 0; i < batch->count; i++) {
        uint8_t word[HASH_BYTES];
        const struct event_filter filter = filter_of(round, kind, &batch->ranges[i], word);
        scan_ask_logs(x, &filter);
    }
    return ERR_OK;
}

enum err sum_scan_plan(struct round *round, const struct sum_kind *kind)
{
    if (round->step == STEP_LOOKUPS)
        return plan_lookups(round);
    return kind->is_ready(round) ? plan_logs(round, kind) : ERR_OK;
}

/* --- reading --- */

static enum err check_marks(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                            bool *same)
{
    const struct exchange *x = &round->exchanges[0];
    struct seen_block from, anchor;
    enum err err = scan_read_block(x, CALL_FROM, &from);
    if (!err)
        err = scan_read_block(x, CALL_ANCHOR, &anchor);
    if (!err)
        err = scan_check_marks(&v->log, v->log.has_head || v->was_kept, &from, &anchor, same);
    if (err || *same)
        return err;
    log_event(LOG_WARN, "scan_begins_anew", "reason", "the chain was reorganised", NULL);
    return begin(round, kind, v, kind->first_block(round));
}

static enum err set_anchor(struct sum_scan *v, const struct exchange *x, const struct batch *batch)
{
    struct seen_block border;
    enum err err = batch->count ? scan_read_block(x, CALL_BORDER, &border) : ERR_OK;
    if (err || !batch->count)
        return err;
    return scan_set_anchor(&v->log, scan_border(&v->log, batch->ranges, batch->count), &border);
}

/* Reads the logs of range after range, up to the first that is refused. */
static enum err read_logs(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                          struct batch *batch)
{
    const struct exchange *x = &round->exchanges[0];
    for (; batch->read < batch->count; batch->read++) {
        uint8_t word[HASH_BYTES];
        size_t i = batch->read;
        const struct event_filter filter = filter_of(round, kind, &batch->ranges[i], word);
        enum err err = scan_read_logs(round, x, CALL_LOGS + i, &filter, &batch->logs[i].events,
                                      &batch->logs[i].count);
        if (err)
            return scan_shrink(&v->log, &batch->ranges[i], err);
    }
    return ERR_OK;
}

/* A range that leaves more open than can still be asked for waits, with those behind it. One that
 * does so alone is cut, and a single block is taken as it is. */
static void leave_rest(struct sum_scan *v, struct batch *batch, size_t index, size_t lookups)
{
    bool is_one_block = index == 0 && !log_scan_refused(&v->log, &batch->ranges[0]);
    batch->read = is_one_block ? 1 : index;
    batch->lookups.count = is_one_block ? LOOKUPS_MAX : lookups;
}

/* Adds the ranges that were read to copies of the sums. */
static enum err add_up(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                       struct batch *batch, void **settled, void **all)
{
    *settled = copy_sums(round, kind, v->settled);
    *all = NULL;
    for (size_t i = 0; *settled && i < batch->read; i++) {
        const struct log_range *range = &batch->ranges[i];
        if (!range->settles && !*all && !(*all = copy_sums(round, kind, *settled)))
            return ERR_NO_MEMORY;
        size_t known = batch->lookups.count;
        enum err err = kind->add(round, batch->logs[i].events, batch->logs[i].count,
                                 &batch->lookups, range->settles ? *settled : *all);
        if (err)
            return err;
        if (batch->lookups.overflow)
            leave_rest(v, batch, i, known);
    }
    if (!*all)
        *all = *settled;
    return *settled ? ERR_OK : ERR_NO_MEMORY;
}

/* Makes what was added the value. A sum that was complete stays until there is a better one. */
static void take_over(struct round *round, struct sum_scan *v, const struct batch *batch,
                      const void *settled, const void *all)
{
    bool is_whole = batch->read == batch->count;
    bool is_complete = is_whole && log_scan_reaches_head(&v->log, batch->ranges, batch->count);
    if (is_whole || !v->is_complete) {
        for (size_t i = 0; i < batch->read && batch->ranges[i].settles; i++)
            log_scan_settle(&v->log, &batch->ranges[i]);
        if (is_whole && batch->count)
            log_scan_given(&v->log, batch->count);
        v->settled = settled;
        v->sums = is_whole ? all : settled;
        v->is_complete = is_complete;
    }
    v->log.head = round->head.number;
    v->log.has_head = true;
    round->again_ms = is_complete ? 0 : SCAN_AT_ONCE_MS;
}

/* The whole reply was too long, too late or a refusal. */
static enum err refused_batch(const struct batch *batch, struct sum_scan *v, enum err err)
{
    if (!batch->count)
        return err;
    if (batch->count > 1 && scan_is_refusal(err, &batch->ranges[0])) {
        v->is_careful = true;
        return ERR_OK;
    }
    return scan_shrink(&v->log, &batch->ranges[0], err);
}

static enum err parse_logs(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                           struct batch *batch)
{
    const struct exchange *x = &round->exchanges[0];
    bool same = true;
    if (x->err)
        return refused_batch(batch, v, x->err);
    enum err err = chain_check(round, x);
    if (!err)
        err = check_marks(round, kind, v, &same);
    if (err || !same)
        return err;
    err = set_anchor(v, x, batch);
    if (!err)
        err = read_logs(round, kind, v, batch);
    void *settled, *all;
    if (!err)
        err = add_up(round, kind, v, batch, &settled, &all);
    if (!err && batch->lookups.overflow) /* now without the ranges that have to wait */
        err = add_up(round, kind, v, batch, &settled, &all);
    if (err)
        return err;
    v->is_careful = false;
    round->more = batch->lookups.count > 0;
    if (!round->more)
        take_over(round, v, batch, settled, all);
    return ERR_OK;
}

static enum err parse_lookups(struct round *round, const struct sum_kind *kind, struct sum_scan *v,
                              struct batch *batch)
{
    const struct exchange *x = &round->exchanges[0];
    void *settled, *all;
    enum err err = chain_check(round, x);
    if (!err)
        err = read_lookups(x, &batch->lookups);
    if (!err)
        err = add_up(round, kind, v, batch, &settled, &all);
    if (!err)
        take_over(round, v, batch, settled, all);
    return err;
}

enum err sum_scan_parse(struct round *round, const struct sum_kind *kind)
{
    struct sum_scan *v = round->value;
    struct batch *batch = round->progress;
    round->again_ms = v ? SCAN_AT_ONCE_MS : SCAN_WAIT_FOR_PARTNER_MS;
    if (!v)
        return ERR_OK;
    enum err err = round->step == STEP_LOOKUPS ? parse_lookups(round, kind, v, batch)
                                               : parse_logs(round, kind, v, batch);
    if (!err)
        save(round, kind, v);
    return err;
}

/* --- showing --- */

const void *sum_scan_sums(const struct source *source, bool *is_complete)
{
    const struct sum_scan *v = source->value;
    bool known = !source->off && v && v->log.has_head;
    *is_complete = known && v->is_complete;
    return known ? v->sums : NULL;
}

bool sum_scan_progress(const struct source *source, double *progress)
{
    const struct sum_scan *v = source->value;
    bool is_complete;
    bool known = sum_scan_sums(source, &is_complete);
    *progress = is_complete ? 1 : known ? log_scan_progress(&v->log) : 0;
    return known;
}

void sum_scan_put_progress(struct json_writer *w, const char *key, const struct source *source)
{
    const struct sum_scan *v = source->value;
    scan_put(w, key, source, v ? &v->log : NULL, v && v->is_complete);
}
