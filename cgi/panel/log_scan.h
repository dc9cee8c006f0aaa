/* Reading all logs of a long stretch of chain, piece by piece: where the scan stands, how many
 * blocks the node gives at once, and how it goes on after a restart. No I/O but the cache.
 *
 * Blocks that a reorganisation may still replace, the newest LOG_SCAN_OVERLAP, never enter the
 * totals for good: they are read afresh in every round. Deeper reorganisations, and another chain
 * behind the same address, are noticed by the hashes of two blocks: the first of the scan and the
 * anchor, which is the last block it has settled or one behind it; then the scan begins anew.
 *
 * Nodes limit the blocks or the logs of one answer and say so in words of their own, so a refusal
 * of any kind makes the window smaller and success lets it grow again, towards the size that was
 * refused and after some time beyond it. A node must give two blocks at once, or the newest do not
 * fit into one round. Poller's thread only. */
#ifndef PANEL_LOG_SCAN_H
#define PANEL_LOG_SCAN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "eth/event.h"
#include "store/cache.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_SCAN_OVERLAP = 12,         /* blocks */
    LOG_SCAN_FIRST_WINDOW = 65536, /* blocks of the first call */
    LOG_SCAN_MAX_WINDOW = 1 << 20,
};

struct block_mark {
    uint64_t number;
    uint8_t hash[HASH_BYTES];
};

struct log_scan {
    struct block_mark from;   /* where the scan begins */
    struct block_mark anchor; /* has_anchor only */
    bool has_anchor;
    uint64_t next; /* all before it is settled */
    uint64_t head; /* newest block; has_head only: once the first block was read */
    bool has_head;

    uint64_t window;  /* blocks of a call */
    uint64_t good;    /* the window that went well last; 0: none since it was refused too */
    uint64_t refused; /* the smallest window that was refused lately; 0: none */
    size_t calm;      /* calls that went well since */

    int64_t started_ms; /* monotonic: since when this run scans, and from where */
    uint64_t started_next;
};

/* Blocks, both included. */
struct log_range {
    uint64_t from, to;
    bool settles; /* no reorganisation is feared for them */
};

struct log_scan log_scan_begin(uint64_t from, int64_t now_ms);

/* The next ranges to read, in order, at most `max`; none before the head is known. */
size_t log_scan_plan(const struct log_scan *scan, struct log_range *ranges, size_t max);
/* Whether reading these ranges reads all up to the head. */
bool log_scan_reaches_head(const struct log_scan *scan, const struct log_range *ranges,
                           size_t count);

/* The logs of a settling range are in the totals. */
void log_scan_settle(struct log_scan *scan, const struct log_range *range);
/* The node gave all the ranges of a plan, or refused `range`. False when that cannot be made
 * smaller. */
void log_scan_given(struct log_scan *scan, size_t count);
bool log_scan_refused(struct log_scan *scan, const struct log_range *range);

/* 0 to 1. */
double log_scan_progress(const struct log_scan *scan);
/* Milliseconds until the end at the speed so far; negative when nothing can be said. */
int64_t log_scan_remaining_ms(const struct log_scan *scan, int64_t now_ms);

/* Keeps the scan; put_totals() adds the members of what is counted. Errors of cache_put_scan(). */
enum err log_scan_save(const struct log_scan *scan, struct cache *cache, const struct scan_key *key,
                       void (*put_totals)(struct json_writer *w, const void *totals),
                       const void *totals);

/* Goes on with a kept scan that began at `from`. *doc, owned by the caller, holds the members of
 * put_totals(). ERR_NOT_FOUND when there is none, ERR_BAD_FORMAT, and the errors of
 * cache_get_scan(). */
enum err log_scan_load(struct log_scan *scan, uint64_t from, int64_t now_ms, struct cache *cache,
                       const struct scan_key *key, struct arena *arena, cJSON **doc);

#endif
