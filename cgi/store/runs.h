/* Benchmark runs in the job store: what a run is (head), each of its calls, and how it ended
 * (tail), as opaque texts of the one who measures. A call is durable together with its row among
 * the jobs, in one transaction: no call is without the other, whatever ends the program.
 *
 * A run without a tail is on, or the program ended while it was. Runs are never resumed and never
 * removed. All functions are thread-safe: threads take turns. Times are
 * wall-clock milliseconds since 1970. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "store/store.h"

enum { RUN_TEXT_BYTES = 8 * 1024 * 1024, RUN_LIST_MAX = 1000 };

struct run_text {
    const char *bytes;
    size_t len;
};

/* Keeps the head of a new run. ERR_BAD_FORMAT when there is a run with this id; ERR_TOO_LARGE. */
enum err store_begin_run(struct store_writer *writer, const char *id, struct run_text head,
                         int64_t now_ms);

/* Keeps a call's record under its place in the run (0, 1, 2 ...), replacing the one that was there,
 * and adds `job` to the jobs by the rules of store/job.h. The job's benchmark_id is the run's id.
 * No record: the call has only begun. ERR_NOT_FOUND without such a run; ERR_BAD_FORMAT when the job
 * is refused; then nothing was written. */
enum err store_put_call(struct store_writer *writer, unsigned sequence,
                        const struct run_text *record, const struct job *job, int64_t now_ms);

/* Keeps the tail, also in place of an earlier one, and fails what still runs of the run's jobs with
 * `why`. ERR_NOT_FOUND without such a run. */
enum err store_end_run(struct store_writer *writer, const char *id, struct run_text tail,
                       const char *why, int64_t now_ms);

struct run_summary {
    const char *id;
    int64_t created_ms;
    struct run_text head;
    struct run_text tail; /* bytes NULL: none yet */
    size_t call_count;
};

struct stored_run {
    struct run_summary summary;
    const struct run_text *calls; /* in their order */
};

/* The newest runs first, at most `max` (up to RUN_LIST_MAX). Everything lives in `arena`. */
enum err store_list_runs(struct store_writer *writer, size_t max, struct arena *arena,
                         const struct run_summary **runs, size_t *count);

/* The run of this id with its calls. ERR_NOT_FOUND. Everything lives in `arena`. */
enum err store_read_run(struct store_writer *writer, const char *id, struct arena *arena,
                        struct stored_run *run);

/* Whether the agent recorded a job with this provider that was heard of since then. */
enum err store_has_traffic(struct store_writer *writer, const char *provider, int64_t since_ms,
                           bool *found);

#endif
