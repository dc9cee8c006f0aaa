/* What metrics.fcgi keeps between two runs: how far its scans of the chain have come, and jobs
 * mirrored from public messages. All of it can be read again from public sources, so a damaged file
 * is deleted and made anew without a question, and the file may be deleted at any time. Read its
 * jobs with a store_reader of STORE_CACHE, in any thread; all here belongs to one thread at a time.
 */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"
#include <stddef.h>
#include <stdint.h>

struct cache;

/* Limits in bytes, without the closing NUL. */
enum { SCAN_KEY_BYTES = 128, SCAN_TOTALS_BYTES = 128 * 1024 };

/* What is scanned. A wallet or contract that plays no part is "". */
struct scan_key {
    const char *name;
    uint64_t chain_id;
    const char *contract, *wallet;
};

struct scan_state {
    uint64_t from_block; /* where the scan began */
    uint64_t next_block; /* all before it is in the totals */
    const char *totals;  /* the scan's own business, JSON say */
};

/* ERR_SYSTEM, ERR_TIMEOUT, ERR_NO_MEMORY; a line in `problem` as store_writer_open() does. */
enum err cache_open(const char *path, struct buf *problem, struct cache **cache);
void cache_close(struct cache *cache); /* NULL is accepted */

/* All below return ERR_BAD_FORMAT when the file was damaged, ERR_CONFIG when a newer program
 * replaced it: it is empty from then on. */

/* ERR_NOT_FOUND when there was no such scan. The totals are copied to `arena`. */
enum err cache_get_scan(struct cache *cache, const struct scan_key *key, struct arena *arena,
                        struct scan_state *state);

/* Replaces the state as a whole. ERR_TOO_LARGE beyond the limits, ERR_OVERFLOW for a number above
 * 2^63-1. */
enum err cache_put_scan(struct cache *cache, const struct scan_key *key,
                        const struct scan_state *state);

/* Fine when there is no such scan. */
enum err cache_drop_scan(struct cache *cache, const struct scan_key *key);

/* What was said of a job, and when it was heard. */
struct heard_job {
    struct job record;
    int64_t heard_ms;
};

/* Adds what a scan has heard by the rules of store/job.h and moves the scan from `before` to
 * `after`, in one transaction: neither is ever ahead of the other. `before` NULL: the scan begins,
 * and the jobs of earlier ones go. Records that no store accepts are left out. ERR_CHANGED when the
 * scan does not stand at `before`, because the file was deleted or the scan dropped: nothing was
 * written then. Else errors as cache_put_scan(). */
enum err cache_advance(struct cache *cache, const struct scan_key *key,
                       const struct scan_state *before, const struct scan_state *after,
                       const struct heard_job *jobs, size_t count);

/* As store_remove_jobs(). */
enum err cache_remove_jobs(struct cache *cache, const char *const *ids, size_t count,
                           int64_t now_ms);

#endif
