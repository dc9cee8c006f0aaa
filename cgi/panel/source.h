/* A source: one thing the panel reads from outside, with its own interval, deadline, last good
 * value and reason for not having a newer one. A source is a row of the table in sources.c: adding
 * one adds a file and a row.
 *
 * A round reads a source once. It has steps: plan() names the requests of the next step, all of a
 * step are in flight together, parse() reads their answers and asks for another step with
 * `round->more`. What parse() builds lives in round->keep and becomes the source's value when the
 * round succeeds; on failure the last good value stays. Everything here belongs to the poller's
 * thread. */
#ifndef PANEL_SOURCE_H
#define PANEL_SOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "eth/address.h"
#include "eth/rpc.h"
#include "net/endpoint.h"
#include "zerog/settings.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of /api/metrics `sources`. */
enum source_id {
    SOURCE_CHAIN,
    SOURCE_COMPUTE,
    SOURCE_LEDGER,
    SOURCE_STORAGE,
    SOURCE_INFT,
    SOURCE_GPU,
    SOURCE_JOBS,
    SOURCE_STATUS,
    SOURCE_MIRROR,
    SOURCE_PROBE,
    SOURCE_COUNT,
    /* Scans are sources that are not shown: each works for one that is. The operator's own provider
     * is not shown among the sources either, because most operators have none. */
    SOURCE_STORAGE_SCAN = SOURCE_COUNT,
    SOURCE_FEES_SCAN,
    SOURCE_PROVIDER,
    SOURCE_PROVIDER_SCAN,
    SOURCE_STAKE_SCAN,
    SOURCE_AND_SCAN_COUNT
};

enum source_state { STATE_FRESH, STATE_STALE, STATE_ERROR, STATE_OFF };

const char *source_state_name(enum source_state state);

struct pace {
    int interval_ms, stale_after_ms;
};

enum {
    ROUND_MAX_EXCHANGES = 64, /* in flight together: a round over 50 upstreams is one step */
    EXCHANGE_MAX_CALLS = 16,
    EXCHANGE_MAX_BYTES = 4 * 1024 * 1024, /* of a reply */
    ROUND_MAX_BYTES = 16 * 1024 * 1024,   /* of a value, and of scratch memory */
};

struct round;
struct poller;
struct http_call;

/* One request of a step and what came back: a JSON-RPC batch, or a GET of `path`. */
struct exchange {
    struct round *round;
    const struct endpoint *endpoint;
    const char *path; /* GET and POST, in round->work; "" for the endpoint's URL as it is */
    const char *post; /* JSON to be posted to `path`; NULL: GET */
    size_t max_bytes; /* of the reply */
    /* Its failure is no failure of the round: parse() looks at `err`. It waits for no gate, unless
     * it is a scan's. */
    bool optional;
    struct http_call *call; /* while in flight */
    bool ended;
    enum err err;    /* of the whole exchange */
    int status;      /* HTTP; 0 when nothing came or nothing was sent */
    int64_t took_us; /* from sending to the end */

    struct rpc_batch batch; /* of calls, with `path` NULL */
    cJSON *doc;
    struct rpc_answer answers[EXCHANGE_MAX_CALLS];

    const char *text; /* reply to a GET, in round->work */
    size_t text_len;
};

/* The block a chain round read at. */
struct head {
    uint64_t number;
    int64_t time_ms; /* wall */
};

struct source;
struct cache;
struct evidence;

struct round {
    struct poller *poller;
    struct source *source;
    struct cache *cache; /* kept between two runs of the program; NULL: there is none */
    const struct settings *settings;
    int step;     /* 0 in the first */
    bool more;    /* set by parse(): plan another step */
    int again_ms; /* set by parse(): how long after this round's start the next is due, when that is
                     sooner than the interval; 0: it is not */
    struct exchange exchanges[ROUND_MAX_EXCHANGES];
    size_t count, pending;
    struct arena work; /* scratch, until the round ends */
    struct arena keep; /* what `value` lives in */
    void *value;       /* built by parse(); kept between steps */
    bool same;         /* set by parse(): the source's value is right still, `value` is nothing */
    void *progress;    /* what a source with several steps notes, in `work` */
    struct head head;  /* has_head only */
    bool has_head;
    struct address contract; /* the contract that was read; has_contract only */
    bool has_contract;
    enum err flaw;             /* the value is good and yet the source is not fresh: ERR_HEAD_... */
    int64_t started_ms;        /* monotonic */
    struct evidence *evidence; /* what it asked so far; NULL: nobody keeps it */
    bool running;
};

struct source_row {
    const char *key;
    const char *origin;             /* in place of the endpoint; NULL: the endpoint as shown */
    const char *method;             /* for the origin */
    struct pace local, public_pace; /* by network */
    bool is_scan;                   /* not shown; its requests stand behind those of live reads */
    /* Why the source is off, in the form of a reason; NULL when it is on. */
    const char *(*off)(const struct settings *settings);
    const struct endpoint *(*endpoint)(const struct settings *settings);
    /* What an operator can do, where it is not what helps with a node; one %s is the endpoint's
     * variable. NULL, also as its answer: the remedies of source.c. */
    const char *(*remedy)(enum err err);
    enum err (*plan)(struct round *round);
    enum err (*parse)(struct round *round);
    void (*free_own)(void *own); /* NULL when the source has nothing of its own */
    /* Writes the source's members of /api/metrics; the value may be NULL (nothing good yet). */
    void (*render)(struct json_writer *w, const struct source *source);
};

struct source {
    const struct source_row *row;
    struct pace pace;
    const char *off;              /* reason, or NULL */
    const struct source *partner; /* its scan, whom the scan works for, or what it reads; or NULL */
    enum source_id shown_under;   /* itself, or the source whose evidence holds its own */
    struct arena keep;
    const void *value; /* last good; NULL while there is none */
    void *own;         /* what it keeps open between rounds */
    struct head head;
    bool has_head;
    struct address contract;
    bool has_contract;
    int64_t fetched_mono_ms, fetched_wall_ms; /* with value only */
    enum err err;                             /* of the last round; ERR_OK when it succeeded */
    bool flawed;                              /* value newer than err: stale at once */
    int64_t failing_since_ms;                 /* wall; with err only */
    int64_t next_try_ms;                      /* wall; while a gate is shut only */
    int http_status;                          /* with ERR_HTTP_STATUS only */
    int failures;                             /* in a row */
    int64_t due_ms;                           /* monotonic */
    struct round round;
};

/* The table. */
extern const struct source_row source_rows[SOURCE_AND_SCAN_COUNT];

/* Sets up a source; it is due at once. */
void source_init(struct source *s, const struct source_row *row, const struct settings *settings);
void source_free(struct source *s);

/* Sets up the whole table, and who works for whom. */
void sources_init(struct source sources[SOURCE_AND_SCAN_COUNT], const struct settings *settings);

/* State at a monotonic moment. */
enum source_state source_state(const struct source *s, int64_t mono_ms);

/* Room for the longest reason about a host with the longest name (253 bytes). */
enum { REASON_BYTES = 640 };

/* Writes "what · since when · what to do" and returns it; NULL while the last round succeeded. */
const char *source_reason(const struct source *s, char text[REASON_BYTES]);

/* Adds an exchange to the step being planned; NULL when there are too many. */
struct exchange *round_rpc(struct round *round, const struct endpoint *endpoint);
/* A GET of the endpoint's URL with `path` behind it; "" for none. NULL without memory as well. */
struct exchange *round_get(struct round *round, const struct endpoint *endpoint, const char *path);

#endif
