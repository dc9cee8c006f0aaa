/* How often one host may be asked: at most N requests in any 60 seconds, and not at all while it
 * asks us to wait (429, Retry-After). Hosts on private addresses are the operator's own and have no
 * limit. Monotonic milliseconds. Not thread-safe. */
#ifndef NET_GATE_H
#define NET_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GATE_MAX_PER_MINUTE = 6000,
    GATE_HOSTS_MAX = 64 /* sources and the providers that are probed */
};

struct gate_passage {
    int64_t at_ms;
    bool is_scan;
};

struct gate {
    struct gate_passage *passages; /* ring of the last `per_minute` requests; NULL: no limit */
    size_t per_minute, next;
    int64_t closed_until_ms;
};

/* per_minute 0 means no limit; more than GATE_MAX_PER_MINUTE is cut to it. False without memory. */
bool gate_init(struct gate *gate, size_t per_minute);
void gate_free(struct gate *gate);

/* Whether a host's wish is what makes the next request wait; else it is our own limit. */
bool gate_is_closed(const struct gate *gate, int64_t now_ms);

/* Milliseconds to wait before the next request may go; 0: now. */
int64_t gate_wait_ms(const struct gate *gate, int64_t now_ms);

/* The same for the next request of a scan. Live reads come first: scans get at most half of what
 * the live reads of the last minute leave. */
int64_t gate_scan_wait_ms(const struct gate *gate, int64_t now_ms);

/* Notes a request that goes now: a live read, or one of a scan. */
void gate_pass(struct gate *gate, int64_t now_ms);
void gate_pass_scan(struct gate *gate, int64_t now_ms);

/* Lets nothing pass until then. A shorter closing never shortens a longer one. */
void gate_close(struct gate *gate, int64_t until_ms);

/* A gate for each host that is asked. */
struct gate_table {
    struct {
        char *host;
        struct gate gate;
    } rows[GATE_HOSTS_MAX];
    size_t count;
};

/* The gate of that host, made with `per_minute` when it is new. Hosts beyond the table's end share
 * the last gate: they wait for each other rather than ask too often. NULL without memory. */
struct gate *gate_table_find(struct gate_table *table, const char *host, size_t per_minute);
void gate_table_free(struct gate_table *table);

#endif
