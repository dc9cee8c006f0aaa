#include "panel/scan_round.h"

#include "base/clock.h"
#include "eth/hex.h"
#include <string.h>

/* Blocks; a node that is too late with fewer has another trouble. */
enum { SLOW_WINDOW = 512 };

void scan_ask_block(struct exchange *x, uint64_t number)
{
    struct buf params = buf_make(BUF_NO_LIMIT);
    buf_puts(&params, "[\"");
    hex_put_quantity(&params, number);
    buf_puts(&params, "\",false]");
    rpc_add(&x->batch, "eth_getBlockByNumber", buf_str(&params));
    buf_free(&params);
}

enum err scan_read_block(const struct exchange *x, size_t call, struct seen_block *block)
{
    const struct rpc_answer *answer = &x->answers[call];
    *block = (struct seen_block){0};
    if (answer->err)
        return answer->err;
    if (cJSON_IsNull(answer->result))
        return ERR_OK;
    const char *hash = json_get_str(answer->result, "hash");
    const char *time = json_get_str(answer->result, "timestamp");
    if (!hash || !time || hex_decode_fixed(hash, block->hash, sizeof block->hash) ||
        hex_quantity(time, &block->time))
        return ERR_BAD_FORMAT;
    block->exists = true;
    return ERR_OK;
}

void scan_ask_logs(struct exchange *x, const struct event_filter *filter)
{
    struct buf params = buf_make(BUF_NO_LIMIT);
    event_put_filter(&params, filter);
    rpc_add(&x->batch, "eth_getLogs", buf_str(&params));
    buf_free(&params);
}

static bool is_of_filter(const struct event *e, const struct event_filter *filter)
{
    return e->block >= filter->from && e->block <= filter->to &&
           (address_equal(&e->contract, filter->contract) ||
            (filter->also && address_equal(&e->contract, filter->also)));
}

enum err scan_read_logs(struct round *round, const struct exchange *x, size_t call,
                        const struct event_filter *filter, struct event **events, size_t *count)
{
    const struct rpc_answer *answer = &x->answers[call];
    if (answer->err)
        return answer->err;
    enum err err = events_parse(answer->result, SCAN_LOGS_MAX, &round->work, events, count);
    for (size_t i = 0; !err && i < *count; i++) {
        const struct event *e = &(*events)[i];
        if (!is_of_filter(e, filter) || (i && event_compare(e - 1, e) >= 0))
            err = ERR_BAD_FORMAT;
    }
    return err;
}

static bool differs(const struct seen_block *block, const struct block_mark *mark)
{
    return block->exists && memcmp(block->hash, mark->hash, sizeof mark->hash) != 0;
}

enum err scan_check_marks(struct log_scan *scan, bool knows_from, const struct seen_block *from,
                          const struct seen_block *anchor, bool *same)
{
    *same = !(knows_from && differs(from, &scan->from)) &&
            !(scan->has_anchor && differs(anchor, &scan->anchor));
    if (!*same)
        return ERR_OK;
    if (!from->exists)
        return ERR_NOT_FOUND;
    if (scan->has_anchor && !anchor->exists)
        return ERR_CHANGED;
    memcpy(scan->from.hash, from->hash, sizeof from->hash);
    return ERR_OK;
}

uint64_t scan_border(const struct log_scan *scan, const struct log_range *ranges, size_t count)
{
    uint64_t border = scan->has_anchor ? scan->anchor.number : scan->from.number;
    for (size_t i = 0; i < count && ranges[i].settles; i++)
        border = ranges[i].to;
    return border;
}

enum err scan_set_anchor(struct log_scan *scan, uint64_t number, const struct seen_block *block)
{
    if (!block->exists)
        return ERR_CHANGED;
    scan->anchor.number = number;
    memcpy(scan->anchor.hash, block->hash, sizeof block->hash);
    scan->has_anchor = true;
    return ERR_OK;
}

bool scan_is_refusal(enum err err, const struct log_range *range)
{
    if (err == ERR_TIMEOUT)
        return range->to - range->from >= SLOW_WINDOW;
    return err == ERR_RPC || err == ERR_TOO_LARGE || err == ERR_NO_MEMORY;
}

enum err scan_shrink(struct log_scan *scan, const struct log_range *range, enum err err)
{
    return scan_is_refusal(err, range) && log_scan_refused(scan, range) ? ERR_OK : err;
}

void scan_put(struct json_writer *w, const char *key, const struct source *source,
              const struct log_scan *log, bool is_complete)
{
    char reason[REASON_BYTES];
    if (source->off || !log || !log->has_head) {
        json_put_null(w, key);
        return;
    }
    json_open_object(w, key);
    json_put_int(w, "fromBlock", (int64_t)log->from.number);
    json_put_moving(w, "nextBlock", (int64_t)log->next);
    json_put_decimal(w, "progress", is_complete ? 1 : log_scan_progress(log), 4);
    json_put_bool(w, "complete", is_complete);
    int64_t left = log_scan_remaining_ms(log, clock_mono_ms());
    if (is_complete || left < 0)
        json_put_null(w, "expectedEndAt");
    else
        json_put_time(w, "expectedEndAt", clock_wall_ms() + left);
    json_put_str(w, "reason", source_reason(source, reason));
    json_close_object(w);
}
