/* The report's template over the agent's own recorded jobs: what was seen, not what was measured.
 * Nothing was planned, the load was whatever it was, and times are the agent's words. Pure,
 * thread-safe; `out` has the sticky error. */
#ifndef BENCH_OBSERVED_H
#define BENCH_OBSERVED_H

#include "base/buf.h"
#include "store/job.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observed {
    const char *network;       /* display name */
    const char *agent;         /* name; NULL: not configured */
    const char *agent_version; /* NULL: not supplied */
    int64_t since_ms, now_ms;  /* the jobs shown are those between */
    const struct job *jobs;    /* newest first, as pages give them; none of a benchmark */
    size_t count;
    bool cut; /* there are older ones in this time that are not among them */
};

/* ERR_NO_MEMORY. */
enum err observed_put_markdown(struct buf *out, const struct observed *observed);

#endif
