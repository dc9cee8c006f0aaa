/* The figures that are kept beside the jobs, so that reading them costs the same however long the
 * history is. A job has a share in them that follows from its row alone; whoever changes a row
 * moves its share in the same transaction. Internal to store/. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/db.h"
#include "store/job.h"

/* Activity is counted in slots of 5 s, kept for as long as a window reaches back: the hour until a
 * job is lost and the 15 minutes in which that shows, with room for a clock that is set. */
enum { TALLY_SLOT_MS = 5000, TALLY_KEPT_SLOTS = 2 * 60 * 60 * 1000 / TALLY_SLOT_MS };

enum tally_stmt {
    TALLY_COMPLETED,
    TALLY_SINCE,
    TALLY_SINCE_ANEW,
    TALLY_SLOT,
    TALLY_PRUNE,
    TALLY_COUNT
};
extern const char *const tally_sql[TALLY_COUNT];

/* These run inside the caller's transaction with the statements of tally_sql. */

/* Forgets the slots that no window reaches any more. Once in each transaction that records. */
enum err tally_prune(sqlite3_stmt *const *stmts, int64_t now_ms);

/* Moves the share of a job from the row it had to the one it has. No row before: the job is new.
 * No row after: it is gone from the table already. */
enum err tally_move(sqlite3_stmt *const *stmts, const struct job *before, const struct job *after,
                    int64_t now_ms);

#endif
