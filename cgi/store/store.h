/* The job history: one SQLite file in WAL mode (https://www.sqlite.org/wal.html), one writing
 * process, any number of reading ones under other user ids.
 *
 * Writing: when store_put_jobs() returns, what it accepted survives kill -9 and a loss of power.
 * Reading: works in every state of the writer (never there, at work, closed, killed, the file
 * replaced by a copy), waits at most 50 ms, keeps no transaction open between two calls and changes
 * no byte of the store. Neither figures nor pages take longer when the history grows.
 *
 * The folder decides who may do what: owned by the writer, group of the readers, mode 2750; the
 * writer's umask is 027. Restoring a copy (store/backup.h): stop the writer, remove the store with
 * its -wal and -shm, put the copy in its place, start the writer; readers find it by themselves.
 * The writer takes over a file that was replaced while it ran, but readers may see neither the one
 * nor the other until its next write. Times are wall-clock milliseconds since 1970. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "store/job.h"
#include <stddef.h>

/* Recorded jobs, precious; or what can be read again from public sources (store/cache.h). */
enum store_kind { STORE_JOBS, STORE_CACHE };

/* Writing. */

struct store_writer;

enum job_outcome { JOB_INSERTED, JOB_UPDATED, JOB_UNCHANGED, JOB_REFUSED };

struct store_outcome {
    enum job_outcome outcome;
    const char *why; /* JOB_REFUSED only; static storage */
};

/* Opens the store at `path`, makes it when it is not there (its folder must be), and brings an
 * older one to this program's version after copying it to `path`.v<version>. On failure `problem`
 * gets one line "what · what to do": ERR_CONFIG when a newer program wrote the file, ERR_BAD_FORMAT
 * when it is damaged or another program's, ERR_SYSTEM, ERR_TIMEOUT, ERR_NO_MEMORY. */
enum err store_writer_open(const char *path, enum store_kind kind, struct buf *problem,
                           struct store_writer **writer);

/* Leaves a file that read-only users can still read. NULL is accepted. */
void store_writer_close(struct store_writer *writer);

/* Adds the records to their jobs by the rules of store/job.h, all in one transaction: either
 * outcomes[0..count) is filled and all is durable, or an error is returned and nothing was written.
 * A record that is refused hinders no other one. Writes nothing when nothing changes. `now_ms` is
 * the time of receipt. Thread-safe: threads take turns. */
enum err store_put_jobs(struct store_writer *writer, const struct job *records, size_t count,
                        int64_t now_ms, struct store_outcome *outcomes);

/* Takes jobs out, as if they had never been there; ids that are not there are fine. For jobs that
 * stand in another store too, so that figures of both can be added. Thread-safe. */
enum err store_remove_jobs(struct store_writer *writer, const char *const *ids, size_t count,
                           int64_t now_ms);

/* Sets how far a job is proven, by the rules of store/job.h: ERR_OK as well when it changes
 * nothing. ERR_NOT_FOUND when there is no such job (any more). Thread-safe. */
enum err store_prove_job(struct store_writer *writer, const char *id, enum job_proof proof,
                         int64_t now_ms);

/* Reading. A reader belongs to one thread at a time. */

struct store_reader;

/* For a process in which many threads have readers: SQLite then takes memory for a page when it
 * needs one, not for 20 of them with each connection (SQLITE_CONFIG_PAGECACHE). To be called before
 * any thread is started and any store is opened. */
void store_readers_are_many(void);

/* Opens nothing yet; each call below opens or reopens as needed, with growing pauses (100 ms to
 * 5 s) in which it returns the last error at once. Errors of all of them:
 *   ERR_NOT_FOUND   there is no store, or nothing in it yet: not a fault
 *   ERR_CONFIG      written by a newer or older program (older: until the writer has upgraded it)
 *   ERR_BAD_FORMAT  damaged, or not ours
 *   ERR_TIMEOUT     busy for 50 ms
 *   ERR_SYSTEM      permissions, disk, or restored and not yet opened by the writer
 * NULL without memory. */
struct store_reader *store_reader_new(const char *path, enum store_kind kind);
void store_reader_free(struct store_reader *reader); /* NULL is accepted */

/* Whether anything was written since the last time this returned ERR_OK; true after each opening.
 * Costs a few system calls. Active and recent figures also change by the mere passing of time. */
enum err store_changed(struct store_reader *reader, bool *changed);

enum { TOTALS_RECENT = 100, TOTALS_WINDOW_MS = 15 * 60 * 1000 };

struct recent_job {
    int64_t finished_ms;
    struct job_number latency_ms;
};

/* Jobs of the agent; benchmark calls count in none of these. Windows move in steps of 5 s. */
struct store_totals {
    int64_t completed;          /* since the first record */
    struct job_number since_ms; /* the earliest timestamp; unknown without jobs */
    int64_t active;             /* running and heard of within JOB_SILENT_MS */
    struct {                    /* of the last TOTALS_WINDOW_MS */
        int64_t completed, failed;
        int64_t lost;                   /* became so in the window: to be added to failed */
        int64_t output_tokens;          /* of completed ones */
        int64_t timed_tokens, timed_ms; /* of those that say both output tokens and latency */
    } window;
    struct recent_job recent[TOTALS_RECENT]; /* the last completed, newest first */
    size_t recent_count;
};

/* The figures at `now_ms`. Reads no history. On failure *totals is empty. */
enum err store_read_totals(struct store_reader *reader, int64_t now_ms,
                           struct store_totals *totals);

/* Adds the figures of a second store that has no job in common with the first. Pure. */
void totals_add(struct store_totals *sum, const struct store_totals *more);

/* Mean latency of those of the last 100 completed jobs that say one, rounded; *samples is how many
 * those are. Unknown when none does. Pure. */
struct job_number totals_mean_latency(const struct store_totals *totals, size_t *samples);

enum { PAGE_MAX_JOBS = 100, PAGE_MAX_STORES = 2, PAGE_MAX_BYTES = 288 * 1024 };

struct job_page {
    const struct job *jobs; /* newest first: timestamp, then id, descending */
    size_t count;
    const char *next; /* cursor of the page behind this one; NULL: there is none */
};

/* A page of one store or of two merged; a job in both appears once, as the first has it. `before`
 * is a cursor of an earlier page or NULL for the first page; `limit` is 1 to PAGE_MAX_JOBS. A store
 * that is not there counts as empty unless none is; any other failure of one fails the page,
 * because it would lack jobs. ERR_BAD_FORMAT as well for a cursor that we did not make,
 * ERR_BAD_LENGTH for a limit or count out of bounds. Everything lives in `arena`; PAGE_MAX_BYTES
 * are always enough. */
enum err store_read_page(struct store_reader *const *readers, size_t count, const char *before,
                         size_t limit, struct arena *arena, struct job_page *page);

/* Whether `text` can be the cursor of a page. Scratch memory comes from `arena`. Thread-safe for
 * different arenas. */
bool store_cursor_valid(const char *text, struct arena *arena);

/* Ids of jobs in the order in which they were first recorded, from behind `*after` on (0: from the
 * first), at most `max`; moves *after. Starts anew from 0 when the store was replaced: when
 * store_generation() differs. */
enum err store_read_new_ids(struct store_reader *reader, int64_t *after, const char **ids,
                            size_t max, struct arena *arena, size_t *count);

/* The agent's completed jobs of which nobody but the agent says so, and which name provider and
 * chat: what a signature of the provider can prove. Those that ended after `since_ms`, newest
 * first, at most `max`; reads no other job. */
enum err store_read_to_prove(struct store_reader *reader, int64_t since_ms, struct job *jobs,
                             size_t max, struct arena *arena, size_t *count);

/* Where store_read_new_ids() has to go on to give only what is recorded from now on. */
enum err store_last_id(struct store_reader *reader, int64_t *last);

/* Which of these jobs the store has. */
enum err store_has_jobs(struct store_reader *reader, const char *const *ids, size_t count,
                        bool *has);

/* Counts the openings of the store. */
uint64_t store_generation(const struct store_reader *reader);

#endif
