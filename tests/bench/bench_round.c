/* bench_round UPSTREAMS DELAY_MS ROUNDS: how long a round of the HTTP client lasts over so many
 * upstreams, each a host of its own that answers after so long. The round that the poller makes of
 * a source's exchanges is this: all in flight together, over connections kept from the last one.
 * Prints a line of JSON. */
#include "../unit/support_server.h"
#include "base/arena.h"
#include "base/clock.h"
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>

enum { UPSTREAMS_MAX = 100, ROUNDS_MAX = 1000, TIMEOUT_MS = 5000, REPLY_MAX = 1024 };

struct bench {
    struct server *servers[UPSTREAMS_MAX];
    struct endpoint endpoints[UPSTREAMS_MAX];
    int upstreams, delay_ms, rounds;
    struct cidr_list allow;
    struct arena arena;
    struct http_client *client;
    int pending, failed;
};

static int delay_ms; /* of the servers, whose handler has no other way to know it */

static bool answer_late(struct peer *peer)
{
    struct timespec delay = {.tv_nsec = delay_ms * 1000000L};
    nanosleep(&delay, NULL);
    return peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
}

static bool open_upstreams(struct bench *bench)
{
    if (cidr_list_parse("127.0.0.0/8", &bench->allow))
        return false;
    for (int i = 0; i < bench->upstreams; i++) {
        char url[64];
        bench->servers[i] = server_start(answer_late);
        if (!bench->servers[i])
            return false;
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", bench->servers[i]->port);
        if (endpoint_make(&bench->endpoints[i], "UPSTREAM", url, &bench->allow, &bench->arena))
            return false;
    }
    return true;
}

static void count_answer(void *user, const struct http_response *response)
{
    struct bench *bench = user;
    bench->pending--;
    bench->failed += response->err || response->status != 200;
}

/* Microseconds; -1 when an upstream did not answer. */
static int64_t measure_round(struct bench *bench)
{
    int64_t start_us = clock_mono_us();
    for (int i = 0; i < bench->upstreams; i++) {
        const struct http_request request = {.endpoint = &bench->endpoints[i],
                                             .max_response = REPLY_MAX,
                                             .connect_timeout_ms = TIMEOUT_MS,
                                             .timeout_ms = TIMEOUT_MS,
                                             .done = count_answer,
                                             .user = bench};
        if (http_submit(bench->client, &request, NULL))
            return -1;
        bench->pending++;
    }
    while (bench->pending > 0)
        http_client_run(bench->client, TIMEOUT_MS);
    return bench->failed ? -1 : clock_mono_us() - start_us;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool measure(struct bench *bench)
{
    int64_t times[ROUNDS_MAX];
    if (measure_round(bench) < 0) /* the one that opens the connections */
        return false;
    for (int i = 0; i < bench->rounds; i++)
        if ((times[i] = measure_round(bench)) < 0)
            return false;
    qsort(times, (size_t)bench->rounds, sizeof *times, by_value);
    printf("{\"upstreams\":%d,\"delayMs\":%d,\"rounds\":%d,\"minUs\":%lld,\"medianUs\":%lld,"
           "\"maxUs\":%lld}\n",
           bench->upstreams, bench->delay_ms, bench->rounds, (long long)times[0],
           (long long)times[bench->rounds / 2], (long long)times[bench->rounds - 1]);
    return true;
}

static bool in_range(int number, int most)
{
    return number >= 1 && number <= most;
}

int main(int argc, char **argv)
{
    struct bench bench = {.upstreams = argc > 1 ? atoi(argv[1]) : 0,
                          .delay_ms = argc > 2 ? atoi(argv[2]) : 0,
                          .rounds = argc > 3 ? atoi(argv[3]) : 0};
    if (!in_range(bench.upstreams, UPSTREAMS_MAX) || !in_range(bench.delay_ms, 999) ||
        !in_range(bench.rounds, ROUNDS_MAX)) {
        fprintf(stderr, "usage: bench_round UPSTREAMS DELAY_MS ROUNDS\n");
        return 2;
    }
    delay_ms = bench.delay_ms;
    bench.arena = arena_make(0);
    bool ok = !http_global_init() && (bench.client = http_client_new()) && open_upstreams(&bench) &&
              measure(&bench);
    if (!ok)
        fprintf(stderr, "bench_round: an upstream did not answer\n");
    http_client_free(bench.client);
    for (int i = 0; i < bench.upstreams && bench.servers[i]; i++)
        server_stop(bench.servers[i]);
    http_global_cleanup();
    arena_free(&bench.arena);
    return ok ? 0 : 1;
}
