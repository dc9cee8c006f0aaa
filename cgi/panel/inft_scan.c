/* The token's logs. A node gives the logs of a limited range only, so that windows of blocks are
 * read: first those up to the head, then back from where the first round began, until the token's
 * mint is found, or the first block that is to be looked at. The newest log is what the card shows,
 * and it is found first. What a round learns it hands to the next in the source's value. */
#include "panel/inft.h"

#include "panel/chain_read.h"

enum {
    SETTLE_BLOCKS = 64,  /* newer blocks may be replaced by others and are read again */
    WINDOW_START = 8192, /* of blocks */
    WINDOW_MIN = 64,     /* with SCAN_CALLS of them the newest blocks are still read at once */
    WINDOW_MAX = 1 << 17,
    LOGS_MAX = 10000 /* of one window */
};

static struct inft_scan scan_before(const struct round *round)
{
    const struct inft_value *before = round->source->value, *v = round->value;
    uint64_t head = round->head.number;
    /* A head that is so much older is that of another chain: a local network started afresh. */
    if (before && before->has_id && token_id_equal(&before->id, &v->id) && before->scan.started &&
        before->scan.next <= head)
        return before->scan;
    uint64_t start = head > SETTLE_BLOCKS ? head - SETTLE_BLOCKS : 0;
    return (struct inft_scan){.low = start, .next = start, .window = WINDOW_START, .started = true};
}

/* The oldest block that can hold a log of the token. */
static uint64_t first_block(const struct round *round)
{
    const struct inft_value *v = round->value;
    uint64_t first = round->settings->from_block;
    return v->facts.mint == INFT_MINT_DONE && v->mint_block > first ? v->mint_block : first;
}

static void add_window(struct inft_windows *w, struct round *round, struct exchange *x,
                       uint64_t from, uint64_t to)
{
    const char *signatures[INFT_EVENTS];
    inft_event_signatures(signatures);
    const struct event_filter filter = {.contract = &round->settings->inft,
                                        .from = from,
                                        .to = to,
                                        .signatures = signatures,
                                        .signature_count = INFT_EVENTS};
    struct buf params = buf_make(BUF_NO_LIMIT);
    event_put_filter(&params, &filter);
    w->items[w->count].from = from;
    w->items[w->count].to = to;
    w->items[w->count++].call = rpc_add(&x->batch, "eth_getLogs", buf_str(&params));
    if (params.err)
        x->batch.body.err = params.err; /* the whole batch then fails where it is sent */
    buf_free(&params);
}

static void add_windows_ahead(struct inft_windows *w, struct round *round, struct exchange *x,
                              const struct inft_scan *scan)
{
    uint64_t from = scan->next, head = round->head.number;
    for (; from <= head && w->count < SCAN_CALLS; from += scan->window) {
        uint64_t to = head - from < scan->window ? head : from + scan->window - 1;
        add_window(w, round, x, from, to);
    }
    w->ahead = w->count;
    w->reaches_head = from > head;
}

static void add_windows_back(struct inft_windows *w, struct round *round, struct exchange *x,
                             const struct inft_scan *scan)
{
    uint64_t first = first_block(round), end = scan->low; /* the block behind the window */
    while (!scan->complete && end > first && w->count < SCAN_CALLS) {
        uint64_t from = end - first > scan->window ? end - scan->window : first;
        add_window(w, round, x, from, end - 1);
        end = from;
    }
}

struct exchange *inft_plan_scan(struct round *round, struct inft_windows *windows)
{
    struct inft_value *v = round->value;
    if (!v->scan.started)
        v->scan = scan_before(round);
    *windows = (struct inft_windows){0};
    struct exchange *x = chain_exchange(round);
    if (!x)
        return NULL;
    x->optional = true; /* the token can be read without its past */
    add_windows_ahead(windows, round, x, &v->scan);
    add_windows_back(windows, round, x, &v->scan);
    return x;
}

bool inft_scan_goes_on(const struct round *round, const struct exchange *x)
{
    const struct settings *s = round->settings;
    const struct inft_value *v = round->value;
    bool is_own_node = s->network->simulated || s->chain_rpc.is_private;
    return is_own_node && !x->err && !v->scan.complete;
}

/* Reads the logs of one window into the histories that are given. */
static enum err read_window(struct round *round, const struct exchange *x, size_t call,
                            uint64_t settled_to, struct inft_history *settled,
                            struct inft_history *seen)
{
    const struct inft_value *v = round->value;
    struct event *events;
    size_t count;
    if (x->answers[call].err)
        return x->answers[call].err;
    enum err err = events_parse(x->answers[call].result, LOGS_MAX, &round->work, &events, &count);
    for (size_t i = 0; !err && i < count; i++) {
        inft_history_add(seen, &events[i], &round->settings->inft, &v->id);
        if (events[i].block <= settled_to)
            inft_history_add(settled, &events[i], &round->settings->inft, &v->id);
    }
    return err;
}

static enum err read_ahead(struct round *round, const struct exchange *x,
                           const struct inft_windows *w, struct inft_scan *scan)
{
    uint64_t head = round->head.number;
    uint64_t settled_to = head > SETTLE_BLOCKS ? head - SETTLE_BLOCKS : 0;
    struct inft_history fresh = scan->settled;
    enum err err = ERR_OK;
    for (size_t i = 0; i < w->ahead && !err; i++) {
        err = read_window(round, x, w->items[i].call, settled_to, &scan->settled, &fresh);
        uint64_t behind = w->items[i].to < settled_to ? w->items[i].to + 1 : settled_to;
        if (!err && behind > scan->next)
            scan->next = behind;
    }
    if (!err && w->reaches_head)
        scan->seen = fresh; /* without what stood in blocks that were replaced */
    return err;
}

static enum err read_back(struct round *round, const struct exchange *x,
                          const struct inft_windows *w, struct inft_scan *scan)
{
    enum err err = ERR_OK;
    for (size_t i = w->ahead; i < w->count && !err; i++) {
        err = read_window(round, x, w->items[i].call, UINT64_MAX, &scan->settled, &scan->seen);
        if (!err)
            scan->low = w->items[i].from;
    }
    return err;
}

/* By a limit on how often we ask, which says nothing of how much. */
static bool was_held_back(enum err err)
{
    return err == ERR_OWN_LIMIT || err == ERR_RATE_LIMITED;
}

/* Halved where the node refuses; grown again by a quarter, to come back to the limit softly. */
static void adapt_window(struct inft_scan *scan, enum err err)
{
    if (err)
        scan->window = scan->window / 2 > WINDOW_MIN ? scan->window / 2 : WINDOW_MIN;
    else
        scan->window += scan->was_refused ? scan->window / 4 : scan->window;
    if (scan->window > WINDOW_MAX)
        scan->window = WINDOW_MAX;
    scan->was_refused |= err != ERR_OK;
}

void inft_parse_scan(struct round *round, const struct exchange *x,
                     const struct inft_windows *windows)
{
    struct inft_value *v = round->value;
    struct inft_scan *scan = &v->scan;
    enum err err = x->err ? x->err : chain_check(round, x);
    if (!err)
        err = read_ahead(round, x, windows, scan);
    if (!err)
        err = read_back(round, x, windows, scan);
    if (!was_held_back(err)) {
        if (err && scan->window == WINDOW_MIN)
            v->notes |= INFT_NOTE_LOGS_REFUSED;
        adapt_window(scan, err);
    }
    scan->complete = scan->seen.minted.known || scan->low <= first_block(round);
}
