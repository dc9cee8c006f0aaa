/* The raw data of a run, as it is kept in the job store, stands in report.json and is all that a
 * report is made from: the head (written before the first call), one record for each call, and the
 * tail (written at the end, completed later by the settlement). Each part is one line of canonical
 * JSON: our own writer's bytes, so that they can be hashed and reproduced.
 *
 * The hash chain: h(0) = SHA-256(head), h(i) = SHA-256(h(i-1) || call record i), warm-up calls
 * included, in the order in which they ended. The root is the last; the wallet signs its 32 bytes
 * by EIP-191. The tail stands outside, because it changes when the fees settle.
 *
 * All times are integers. `_us` are microseconds of the monotonic clock since the run's zero, just
 * before its first call; `_ms` with wall in the name are milliseconds since 1970. Texts are UTF-8,
 * foreign ones inert only after a writer escaped them. Nothing here owns memory: strings and arrays
 * live in an arena. Pure, thread-safe. */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "bench/outcome.h"
#include "bench/plan.h"
#include "eth/amount.h"
#include "store/job.h"
#include "zerog/refusal.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RUN_ID_BYTES = 40,        /* "b-20260115-102231-7f3a", NUL */
    CALL_EXCERPT_BYTES = 200, /* of a failed call's body, cleaned and redacted */
    RECORD_FORMAT = 1
};

/* Bounds of what is read back: sums and squares over a whole run fit into 128 bits. */
#define RECORD_MAX_US     (INT64_C(1) << 38) /* three days */
#define RECORD_MAX_AMOUNT ((amount)1 << 112)

/* One endpoint of a run; calls name it by its place in the head. */
struct bench_endpoint {
    enum job_endpoint kind; /* the plan's, or a baseline beside the others */
    /* EIP-55 address; of a router the one it is asked for, NULL: its own choice. NULL: a baseline
     */
    const char *provider;
    const char *url; /* as it may be shown */
    const char *model;
    bool priced;                      /* false: a baseline, whose cost is not known */
    amount input_price, output_price; /* neuron per token; priced only */
    const char *tee_signer;           /* EIP-55 address that has to sign; NULL: none listed */
    bool signer_acknowledged;
    /* As the provider declares it in its quote or attestation report; NULL with the reason why
     * there is none. */
    const char *hardware, *no_hardware;
};

struct bench_environment {
    const char *network;       /* display name */
    uint64_t chain_id;         /* 0: no chain (baseline) */
    bool simulated;            /* provider delays are programmed: no verdict on them */
    const char *contract;      /* InferenceServing; NULL: none */
    uint64_t price_block;      /* at which prices were read; 0: none */
    const char *wallet;        /* EIP-55; NULL: none */
    const char *agent_version; /* ZG_AGENT_VERSION; NULL: not supplied */
    const char *client;        /* version, commit and compiler of this program */
    const char *host;          /* "2 CPU, Linux 6.18" */
    const char *libraries;     /* "libcurl 7.88.1, OpenSSL 3.0.19" */
    const char *region;        /* supplied by the operator; NULL: not supplied */
};

/* Our own overhead, against a stub in this process: what a call lasts beyond the stub's own time.
 */
struct bench_calibration {
    unsigned calls; /* 0: not measured */
    int64_t p50_us, p99_us;
    int64_t clock_resolution_ns;
};

struct bench_prompts {
    const char *set;    /* "v1" */
    const char *sha256; /* of the whole set, 64 hex digits */
};

struct bench_head {
    char id[RUN_ID_BYTES];
    int64_t started_wall_ms;
    struct bench_plan plan;
    struct bench_environment environment;
    const struct bench_endpoint *endpoints;
    size_t endpoint_count; /* 1 to PLAN_MAX_ENDPOINTS */
    struct bench_calibration calibration;
    struct bench_prompts prompts;
    const char *const *sentences; /* "Methodology", written by the code that measures */
    size_t sentence_count;
};

enum token_source { TOKENS_NONE, TOKENS_USAGE, TOKENS_ESTIMATED };

struct bench_call {
    unsigned number; /* 1, 2 ... among the measured calls, or among the warm-up calls */
    bool warmup;
    unsigned endpoint; /* place in the head */
    enum outcome outcome;
    int http_status; /* 0: no status line came */
    int64_t start_wall_ms, end_wall_ms;
    int64_t due_us;           /* when it was to start; start_us in a closed loop */
    int64_t start_us, end_us; /* latency is their difference */
    bool new_connection;      /* only then are the next four meaningful */
    int64_t dns_us, tcp_us, tls_us;
    int64_t first_byte_us; /* since the request was sent; -1: none came */
    /* Arrival of each event that carried text, in microseconds since start_us; at most
     * PLAN_MAX_TOKENS of them are kept, `events` counts all. The first is TTFT. */
    const uint32_t *token_us;
    size_t token_count;
    uint64_t events;
    int64_t last_token_us;    /* -1: none; the last event, also when it was not kept */
    int64_t first_content_us; /* TTFO; -1: no `content` came */
    enum token_source tokens;
    uint64_t input_tokens, output_tokens; /* unless TOKENS_NONE */
    struct job_number reasoning_tokens, cached_tokens;
    uint64_t input_bytes;      /* of the prompt's text */
    uint64_t output_bytes;     /* of the text that came, content and reasoning */
    const char *finish_reason; /* NULL: none came */
    bool done_marker;          /* [DONE] came */
    bool over_reported;        /* more tokens billed than bytes came: not possible */
    bool rerouted;             /* router: another provider than the one asked for answered */
    bool cost_known;           /* priced endpoints */
    bool cost_at_most;         /* no usage came: the worst case is booked, the truth is below */
    amount cost;               /* neuron */
    struct job_hash request_sha256, response_sha256; /* of the bodies as they crossed the wire */
    const char *chat_id;                             /* handle of the signature; NULL: none came */
    enum job_proof proof; /* response, signer, bad or absent; PROOF_NONE: not looked for */
    bool refused;         /* by a reply of 4xx or 5xx; only then: */
    enum refusal refusal; /* why, as its text says */
    const char *excerpt;  /* of a failed call's body; NULL: none */
};

/* Why a run ended. The report says COMPLETE when all planned calls were made, else PARTIAL k/N. */
enum run_end {
    RUN_END_DONE,
    RUN_END_CANCELLED,
    RUN_END_BUDGET,
    RUN_END_OVERRUN, /* a provider billed above its bound */
    RUN_END_FAILURES,
    RUN_END_DURATION,
    RUN_END_INTERRUPTED, /* the program ended; written by the next one */
    RUN_END_COUNT
};

enum reconciliation_state {
    RECONCILED_NONE, /* not read: no chain, or no account */
    RECONCILED_MATCH,
    RECONCILED_PENDING,
    RECONCILED_MISMATCH,
    RECONCILED_OTHER_TRAFFIC, /* "not comparable: other traffic" */
    RECONCILED_COUNT
};

/* What the provider and the chain say about the money of one endpoint. */
struct bench_reconciliation {
    enum reconciliation_state state;
    int64_t as_of_wall_ms;
    bool unsettled_known;
    amount unsettled_before, unsettled_after; /* the provider's own words */
    bool balance_known;
    amount balance_before, balance_after; /* of the sub-account */
    uint64_t block_before, block_after;
    bool settled_known;
    amount settled; /* fees settled on chain between these blocks */
};

/* Of the operator's exporter while the run lasted; percent. */
struct bench_gpu {
    bool configured;
    unsigned samples; /* 0: none came */
    unsigned min_percent, mean_percent, max_percent;
    const char *origin; /* host as it may be shown; NULL: none */
};

struct bench_tail {
    enum run_end end;
    int64_t ended_wall_ms;
    const struct bench_reconciliation *reconciliations; /* one for each endpoint */
    size_t reconciliation_count;
    struct bench_gpu gpu;
    struct job_hash root;  /* of the hash chain */
    const char *signer;    /* EIP-55; NULL: not signed (no wallet) */
    const char *signature; /* "0x" and 130 hex digits; NULL as well */
};

/* A whole run as its parts say it. Warm-up calls stand among the others. */
struct bench_record {
    struct bench_head head;
    const struct bench_call *calls;
    size_t call_count;
    bool ended; /* `tail` is there; else the run is on, or was interrupted */
    struct bench_tail tail;
};

/* Append the canonical JSON of a part; `out` has the sticky error. */
void record_put_head(struct buf *out, const struct bench_head *head);
void record_put_call(struct buf *out, const struct bench_call *call);
void record_put_tail(struct buf *out, const struct bench_tail *tail);

/* Take a part back. Every field is required, unknown ones are refused, numbers are bounded, and
 * what is read and written again gives the same bytes. ERR_NOT_JSON, ERR_BAD_FORMAT, ERR_TOO_LARGE,
 * ERR_NO_MEMORY. */
enum err record_read_head(const char *text, size_t len, struct arena *arena,
                          struct bench_head *head);
enum err record_read_call(const char *text, size_t len, struct arena *arena,
                          struct bench_call *call);
enum err record_read_tail(const char *text, size_t len, struct arena *arena,
                          struct bench_tail *tail);

#endif
