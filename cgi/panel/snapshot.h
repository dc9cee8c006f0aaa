/* What a request hands out: immutable, refcounted, already rendered. The poller publishes, workers
 * take a reference, write bytes and drop it; nobody ever changes a published snapshot. */
#ifndef PANEL_SNAPSHOT_H
#define PANEL_SNAPSHOT_H

#include "panel/source.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the rendering table. */
enum body_id {
    BODY_METRICS,
    BODY_COMPUTE,
    BODY_STORAGE,
    BODY_INFT,
    BODY_JOBS,
    BODY_SOURCES, /* sources and renderedAt alone, for replies that are put together at a request */
    BODY_HISTORY,
    BODY_PROMETHEUS, /* the one that is not JSON */
    BODY_COUNT
};

enum { ETAG_BYTES = 35 }; /* quoted 128 bits of hexadecimal, NUL */

struct body {
    char *bytes;
    size_t len;
    char etag[ETAG_BYTES];
};

/* What /api/health needs to tell the state at the moment of the request. */
struct source_brief {
    const char *key;
    enum source_state state;   /* at rendering */
    int64_t stale_from_ms;     /* monotonic; a fresh source is stale from then on */
    char reason[REASON_BYTES]; /* "" for none */
};

struct snapshot {
    atomic_size_t references;
    struct body bodies[BODY_COUNT];
    struct source_brief sources[SOURCE_COUNT];
    int64_t rendered_wall_ms;
};

/* Where the current one hangs. */
struct snapshot_board {
    pthread_mutex_t lock; /* held for a pointer and a count, never longer */
    struct snapshot *current;
};

void snapshot_board_init(struct snapshot_board *board);
void snapshot_board_free(struct snapshot_board *board);

/* A new snapshot with one reference and no bodies; NULL without memory. */
struct snapshot *snapshot_new(void);
/* Takes over the bytes of `text` as a body and computes its ETag. */
void snapshot_set_body(struct snapshot *snapshot, enum body_id id, struct buf *text);
/* The ETag of these bytes. Pure, thread-safe. */
void snapshot_make_etag(const char *bytes, size_t len, char etag[ETAG_BYTES]);
void snapshot_release(struct snapshot *snapshot); /* thread-safe; accepts NULL */

/* Makes `snapshot` the current one; the caller's reference goes to the board. */
void snapshot_publish(struct snapshot_board *board, struct snapshot *snapshot);

/* A reference to the current one, to be released; NULL before the first. Thread-safe. */
struct snapshot *snapshot_acquire(struct snapshot_board *board);

#endif
