/* What every scan of the chain's logs does in a round (log_scan.h says where it stands): asking for
 * blocks and logs, telling whether this is still the same chain, and whether a failure is a node's
 * way to say "less at once". Poller's thread only. */
#ifndef PANEL_SCAN_ROUND_H
#define PANEL_SCAN_ROUND_H

#include "panel/log_scan.h"
#include "panel/source.h"

enum {
    SCAN_LOGS_MAX = 20000,     /* of an answer */
    SCAN_SAVE_EVERY_MS = 1000, /* while it is not complete; a complete one is kept at once */
    SCAN_AT_ONCE_MS = 1,
    SCAN_WAIT_FOR_PARTNER_MS = 200,
};

struct seen_block {
    bool exists;
    uint8_t hash[HASH_BYTES];
    uint64_t time; /* seconds */
};

void scan_ask_block(struct exchange *x, uint64_t number);
/* The answer to it; the answer's own error, ERR_BAD_FORMAT. */
enum err scan_read_block(const struct exchange *x, size_t call, struct seen_block *block);

void scan_ask_logs(struct exchange *x, const struct event_filter *filter);
/* The logs of that filter, in order and each once, in the round's `work`. What a node returns
 * beyond what it was asked for would make the sums wrong: ERR_BAD_FORMAT. */
enum err scan_read_logs(struct round *round, const struct exchange *x, size_t call,
                        const struct event_filter *filter, struct event **events, size_t *count);

/* Whether these are the blocks that the scan has seen at its beginning and at its anchor; where
 * they are, takes over the first one's hash. `knows_from`: its hash is known already.
 * ERR_NOT_FOUND: the scan is to begin in the future; ERR_CHANGED: another node that is behind. */
enum err scan_check_marks(struct log_scan *scan, bool knows_from, const struct seen_block *from,
                          const struct seen_block *anchor, bool *same);

/* The last block that reading these ranges settles; the anchor, or the first block, where it
 * settles none. */
uint64_t scan_border(const struct log_scan *scan, const struct log_range *ranges, size_t count);
/* Makes it the anchor. ERR_CHANGED when the node does not have it. */
enum err scan_set_anchor(struct log_scan *scan, uint64_t number, const struct seen_block *block);

/* A node that cannot or will not give so much at once. */
bool scan_is_refusal(enum err err, const struct log_range *range);
/* ERR_OK when `err` was a refusal and the window is smaller now, else `err`. */
enum err scan_shrink(struct log_scan *scan, const struct log_range *range, enum err err);

/* `key` of a reply: its progress, and what hinders it. `source` is the scan's; `log` may be NULL.
 */
void scan_put(struct json_writer *w, const char *key, const struct source *source,
              const struct log_scan *log, bool is_complete);

#endif
