/* The benchmark's part of the admin API: starting, watching, cancelling and reading runs. The
 * routes expect a struct bench_api as the first thing of what web_serve() was given. */
#ifndef BENCH_API_H
#define BENCH_API_H

#include "bench/preflight.h"
#include "bench/runner.h"
#include "web/server.h"
#include <stdatomic.h>

enum { BENCH_STREAMS_MAX = 4 }; /* replies that last: a half of the worker threads at most */

struct bench_api {
    struct bench_means means;
    struct store_writer *store;
    struct runner *runner;
    atomic_int streams; /* under way */
};

/* Closes what an earlier process left and starts the thread of the runs. The store outlives it. */
enum err bench_api_open(struct bench_api *api, const struct bench_means *means,
                        struct store_writer *store);
/* Within two seconds; a run that is on ends as PARTIAL. Also for one that was not opened. */
void bench_api_close(struct bench_api *api);

extern const struct web_route bench_routes[];
extern const size_t bench_route_count;

#endif
