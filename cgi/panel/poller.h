/* The poller: one thread that owns the HTTP client and all sources, reads each in its own rhythm
 * and publishes snapshots. A round of one source never waits for another source. */
#ifndef PANEL_POLLER_H
#define PANEL_POLLER_H

#include "base/error.h"
#include "panel/evidence.h"
#include "panel/snapshot.h"
#include "zerog/settings.h"

struct poller;

/* `settings` and `board` must outlive the poller. NULL without memory. */
struct poller *poller_new(const struct settings *settings, struct snapshot_board *board);

/* Keeps what each round asks and is told on that board, which must outlive the poller. Before
 * poller_start(); without it nothing is kept. */
void poller_keep_evidence(struct poller *poller, struct evidence_board *board);

/* Publishes a first snapshot, in which nothing is known yet, and starts the thread. ERR_NO_MEMORY,
 * ERR_SYSTEM. */
enum err poller_start(struct poller *poller);

/* Ends the thread, within the second, and frees everything. Accepts NULL and a poller that was
 * never started. */
void poller_free(struct poller *poller);

/* Without a thread: reads each source once and publishes. For `--doctor`. */
void poller_read_once(struct poller *poller);

#endif
