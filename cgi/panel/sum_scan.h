/* A scan that adds up what logs say (log_scan.h, scan_round.h): what is summed and from which logs
 * is its kind's, all else is alike.
 *
 * A round is one batch of windows. What logs leave open, who sent a transaction and when a block
 * was, is asked for in a second step and all windows of the batch are added then; windows that
 * leave more open than one step can ask for wait for a later round. Poller's thread only. */
#ifndef PANEL_SUM_SCAN_H
#define PANEL_SUM_SCAN_H

#include "panel/scan_round.h"

/* What the logs of a batch leave open. */
enum { LOOKUPS_MAX = EXCHANGE_MAX_CALLS - 2 /* chain id and head */ };

struct lookup {
    bool is_sender; /* of transaction `tx`; else the time of block `block` */
    uint8_t tx[HASH_BYTES];
    uint64_t block;
    bool found; /* the node knows it */
    struct address sender;
    uint64_t time; /* seconds */
};

struct lookups {
    struct lookup items[LOOKUPS_MAX];
    size_t count;
    bool answered; /* nothing is noted any more */
    bool overflow; /* something was open that has no place */
};

/* True when it is known; else it is noted, to be asked for. */
bool lookup_sender(struct lookups *lookups, const struct event *event, struct address *sender);
bool lookup_time(struct lookups *lookups, const struct event *event, uint64_t *time);

struct sum_kind {
    const char *name; /* under which it is kept */
    size_t size;      /* of the sums: plain data, all zero at the beginning */
    /* A scan that was kept may have begun earlier: what is old leaves the sums by itself. */
    bool slides;
    /* What it waits for is known. */
    bool (*is_ready)(const struct round *round);
    uint64_t (*first_block)(const struct round *round);
    /* Whose logs: with the contract this names the kept scan. */
    const struct address *(*subject)(const struct round *round);
    /* The filter without its blocks; `word` has room for an argument. */
    struct event_filter (*filter)(const struct round *round, uint8_t word[HASH_BYTES]);
    enum err (*add)(struct round *round, const struct event *events, size_t count,
                    struct lookups *lookups, void *sums);
    void (*put)(struct json_writer *w, const void *sums);
    bool (*read)(const cJSON *doc, void *sums);
};

/* The value of the source. */
struct sum_scan {
    struct log_scan log;
    const void *settled; /* the sums of [log.from, log.next) */
    const void *sums;    /* with the newest blocks, which may yet be replaced */
    bool is_complete;    /* `sums` holds all logs up to the head of its round */
    bool is_careful;     /* the last batch was too much: one window at a time */
    bool was_kept;       /* it goes on where an earlier run stopped */
    int64_t saved_ms;    /* monotonic */
    uint64_t saved_next;
};

enum err sum_scan_plan(struct round *round, const struct sum_kind *kind);
enum err sum_scan_parse(struct round *round, const struct sum_kind *kind);

/* The sums, a lower bound unless *is_complete; NULL while there are none. */
const void *sum_scan_sums(const struct source *source, bool *is_complete);

/* 0 to 1; false while nothing is known. */
bool sum_scan_progress(const struct source *source, double *progress);

/* `key` of a reply: how far it has come. */
void sum_scan_put_progress(struct json_writer *w, const char *key, const struct source *source);

#endif
