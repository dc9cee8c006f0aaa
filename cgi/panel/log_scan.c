#include "panel/log_scan.h"

#include "eth/hex.h"
#include <stdio.h>
#include <string.h>

enum {
    CALMS_TO_FORGET = 256, /* after so many good calls a refused size is tried again */
    CALMS_A_BLOCK = 4,     /* and a very small one, which is seldom a limit, sooner */
    NEAR_ENOUGH = 8,       /* a window within an eighth of the refused size stays */
};

struct log_scan log_scan_begin(uint64_t from, int64_t now_ms)
{
    return (struct log_scan){
        .from = {.number = from},
        .next = from,
        .window = LOG_SCAN_FIRST_WINDOW,
        .started_ms = now_ms,
        .started_next = from,
    };
}

/* The first block that may still be replaced. */
static uint64_t unsettled(const struct log_scan *scan)
{
    return scan->head >= LOG_SCAN_OVERLAP ? scan->head - LOG_SCAN_OVERLAP + 1 : 0;
}

size_t log_scan_plan(const struct log_scan *scan, struct log_range *ranges, size_t max)
{
    size_t count = 0;
    uint64_t border = unsettled(scan);
    for (uint64_t at = scan->next; scan->has_head && at <= scan->head && count < max;) {
        bool settles = at < border;
        uint64_t last = settles ? border - 1 : scan->head;
        uint64_t to = last - at < scan->window ? last : at + scan->window - 1;
        ranges[count++] = (struct log_range){.from = at, .to = to, .settles = settles};
        at = to + 1;
    }
    return count;
}

bool log_scan_reaches_head(const struct log_scan *scan, const struct log_range *ranges,
                           size_t count)
{
    if (!scan->has_head)
        return false;
    return count ? ranges[count - 1].to == scan->head : scan->next > scan->head;
}

void log_scan_settle(struct log_scan *scan, const struct log_range *range)
{
    scan->next = range->to + 1;
}

void log_scan_given(struct log_scan *scan, size_t count)
{
    scan->good = scan->window;
    scan->calm += count;
    if (scan->calm >= CALMS_TO_FORGET || scan->calm / CALMS_A_BLOCK >= scan->refused) {
        scan->refused = 0;
        scan->calm = 0;
    }
    uint64_t wider = scan->window * 2;
    if (scan->refused) {
        uint64_t gap = scan->refused > scan->window ? scan->refused - scan->window : 0;
        wider = gap > scan->window / NEAR_ENOUGH ? scan->window + gap / 2 : scan->window;
    }
    scan->window = wider < LOG_SCAN_MAX_WINDOW ? wider : LOG_SCAN_MAX_WINDOW;
}

bool log_scan_refused(struct log_scan *scan, const struct log_range *range)
{
    uint64_t size = range->to - range->from + 1;
    if (size == 1)
        return false;
    scan->refused = size;
    scan->calm = 0;
    if (scan->good < size && scan->good > 0) {
        scan->window = scan->good;
    } else {
        scan->window = size / 2;
        scan->good = 0;
    }
    return true;
}

double log_scan_progress(const struct log_scan *scan)
{
    if (!scan->has_head || scan->head < scan->from.number)
        return 0;
    double all = (double)(scan->head - scan->from.number) + 1;
    double done = (double)(scan->next - scan->from.number) / all;
    return done < 1 ? done : 1;
}

int64_t log_scan_remaining_ms(const struct log_scan *scan, int64_t now_ms)
{
    uint64_t done = scan->next - scan->started_next;
    if (!scan->has_head || !done)
        return -1;
    if (scan->next > scan->head)
        return 0;
    double speed = (double)done / (double)(now_ms - scan->started_ms + 1);
    return (int64_t)((double)(scan->head - scan->next + 1) / speed);
}

static void put_mark(struct json_writer *w, const char *key, const struct block_mark *mark)
{
    struct buf hash = buf_make(BUF_NO_LIMIT);
    hex_put(&hash, mark->hash, sizeof mark->hash);
    json_open_object(w, key);
    json_put_int(w, "number", (int64_t)mark->number);
    json_put_str(w, "hash", buf_str(&hash));
    json_close_object(w);
    buf_free(&hash);
}

enum err log_scan_save(const struct log_scan *scan, struct cache *cache, const struct scan_key *key,
                       void (*put_totals)(struct json_writer *w, const void *totals),
                       const void *totals)
{
    struct buf text = buf_make(SCAN_TOTALS_BYTES);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    put_mark(&w, "from", &scan->from);
    if (scan->has_anchor)
        put_mark(&w, "anchor", &scan->anchor);
    json_put_int(&w, "window", (int64_t)scan->window);
    put_totals(&w, totals);
    json_close_object(&w);
    const struct scan_state state = {
        .from_block = scan->from.number, .next_block = scan->next, .totals = buf_str(&text)};
    enum err err = text.err ? text.err : cache_put_scan(cache, key, &state);
    buf_free(&text);
    return err;
}

static bool read_mark(const cJSON *doc, const char *key, struct block_mark *mark)
{
    const cJSON *object = json_get(doc, key);
    const char *hash = json_get_str(object, "hash");
    return hash && !hex_decode_fixed(hash, mark->hash, sizeof mark->hash) &&
           json_get_uint(object, "number", &mark->number);
}

static enum err read_state(struct log_scan *scan, const struct scan_state *state, const cJSON *doc)
{
    uint64_t window;
    if (!read_mark(doc, "from", &scan->from) || scan->from.number != state->from_block ||
        state->next_block < state->from_block || !json_get_uint(doc, "window", &window) ||
        window < 1 || window > LOG_SCAN_MAX_WINDOW)
        return ERR_BAD_FORMAT;
    scan->has_anchor = read_mark(doc, "anchor", &scan->anchor);
    if (!scan->has_anchor && state->next_block != state->from_block)
        return ERR_BAD_FORMAT;
    scan->next = scan->started_next = state->next_block;
    scan->window = window;
    return ERR_OK;
}

enum err log_scan_load(struct log_scan *scan, uint64_t from, int64_t now_ms, struct cache *cache,
                       const struct scan_key *key, struct arena *arena, cJSON **doc)
{
    struct scan_state state;
    *doc = NULL;
    enum err err = cache_get_scan(cache, key, arena, &state);
    if (!err && state.from_block != from)
        err = ERR_NOT_FOUND; /* it was to begin elsewhere */
    if (!err)
        err = json_parse(state.totals, strlen(state.totals), SCAN_TOTALS_BYTES, doc);
    struct log_scan loaded = log_scan_begin(from, now_ms);
    if (!err)
        err = read_state(&loaded, &state, *doc);
    if (err) {
        cJSON_Delete(*doc);
        *doc = NULL;
        return err;
    }
    *scan = loaded;
    return ERR_OK;
}
