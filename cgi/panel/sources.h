/* The values that the sources produce, and the functions of their rows (sources.c). Values are
 * immutable once a round has succeeded. */
#ifndef PANEL_SOURCES_H
#define PANEL_SOURCES_H

#include "net/gpu.h"
#include "panel/inft.h"
#include "panel/log_scan.h"
#include "panel/source.h"
#include "panel/storage_disk.h"
#include "store/cache.h"
#include "store/store.h"
#include "zerog/funding.h"
#include "zerog/ledger.h"
#include "zerog/serving.h"
#include "zerog/settlement.h"
#include "zerog/status.h"
#include "zerog/storage.h"

struct chain_value {
    amount balance; /* neuron of the configured wallet; has_balance only */
    bool has_balance;
};
enum err chain_plan(struct round *round);
enum err chain_parse(struct round *round);

struct compute_value {
    const struct service **services; /* in the order of the contract */
    size_t count;
    uint64_t total; /* as the contract says; more than `count` when a limit cut the list */
    enum serving_generation generation;
};
enum err compute_plan(struct round *round);
enum err compute_parse(struct round *round);
/* With the health of the services, as far as the status source has it, and what our own probe
 * found. */
void compute_render(struct json_writer *w, const struct source *compute,
                    const struct source *status, const struct source *probe);
/* One of them; `service` may be NULL. */
void compute_put_service(struct json_writer *w, const char *key, const struct service *service,
                         const struct source *sources);

struct ledger_value {
    struct ledger ledger; /* exists only */
    bool exists;
    struct serving_account *accounts;
    size_t account_count;
    uint64_t accounts_total; /* as the contract says; equal when the round is complete */
    struct account_funding {
        enum funding level;
        int64_t since_ms;             /* wall; when this program first saw that level */
    } * fundings;                     /* of the accounts, in their order */
    amount min_balance, min_transfer; /* what the contract asks for; with their has_ only */
    bool has_min_balance, has_min_transfer;
};
enum err ledger_plan(struct round *round);
enum err ledger_parse(struct round *round);
void ledger_render(struct json_writer *w, const struct source *source);

/* What the wallet's logs say about its fees, by provider. Everybody can leave failed settlements in
 * the chain, so those make a row of their own only while there are few rows. */
enum { FEE_ROWS_MAX = 256, FEE_ROWS_OF_FAILURES = 64 };
struct fee_totals {
    struct settlement_sum rows[FEE_ROWS_MAX];
    size_t count;
    uint64_t others_failed; /* failed settlements that are in no row */
};
/* Value: struct sum_scan of struct fee_totals. */
enum err fees_scan_plan(struct round *round);
enum err fees_scan_parse(struct round *round);
/* NULL when nothing is known of the provider. */
const struct settlement_sum *fees_of(const struct fee_totals *totals,
                                     const struct address *provider);

/* The operator's own provider, as far as contracts say it now. */
struct provider_value {
    uint64_t payers;      /* accounts that pay it, as the contract says; has_payers only */
    uint64_t payers_read; /* what the sums below are over; fewer when there are very many */
    amount held, refunds; /* neuron; `refunds` of what is held is on its way back */
    bool has_payers;
    amount min_stake; /* has_min_stake only */
    bool has_min_stake;
    uint64_t month_block; /* no later than the first block of the last 30 days */
    uint64_t month_time; /* of that block, unix seconds, when nothing older is looked for; else 0 */
};
enum err provider_plan(struct round *round);
enum err provider_parse(struct round *round);

/* Its settlements by the hour, of the last 30 days. */
enum { PROVIDER_DAY_HOURS = 24, PROVIDER_MONTH_HOURS = 30 * 24 };
struct provider_hour {
    uint64_t hour; /* since 1970 */
    struct settlement_sum sum;
};
struct provider_totals {
    struct provider_hour hours[PROVIDER_MONTH_HOURS + 1]; /* ascending */
    size_t count;
    uint64_t last_block, last_time; /* of the newest that paid; 0: none */
};
/* Value: struct sum_scan of struct provider_totals. */
enum err provider_scan_plan(struct round *round);
enum err provider_scan_parse(struct round *round);
/* Where the current hour and so many full ones before it begin, unix seconds. */
uint64_t provider_since(int64_t now_ms, uint64_t hours);

/* Sums of these hours. False while nothing is
 * known; a lower bound until the scan is complete. */
struct provider_window {
    struct settlement_sum sum;
    int64_t since_ms; /* wall */
};
bool provider_window(const struct source *scan, uint64_t hours, struct provider_window *window);

/* What it staked since the contract exists, and got back. */
struct stake_totals {
    amount staked, returned;
};
/* Value: struct sum_scan of struct stake_totals. */
enum err stake_scan_plan(struct round *round);
enum err stake_scan_parse(struct round *round);
/* What is staked now; false until all logs were read. */
bool stake_of(const struct source *scan, amount *stake);

/* The provider's registration; NULL when it has none. *is_known: the list that was read is whole.
 */
const struct service *compute_find(const struct compute_value *v, const struct address *provider,
                                   bool *is_known);
/* `provider`: null without one. */
void provider_render(struct json_writer *w, const struct source *sources,
                     const struct settings *settings);

/* What we know beside what somebody else says. */
struct storage_check {
    const char *name;
    char ours[ADDRESS_TEXT_BYTES], theirs[ADDRESS_TEXT_BYTES]; /* theirs is "" while unknown */
    bool agrees;
};

enum { STORAGE_CHECKS_MAX = 8 };

struct storage_value {
    uint64_t sectors, network_bytes, network_files; /* of all wallets */
    uint64_t first_block;                           /* of the Flow contract */
    struct address market, reward;                  /* reward: has_reward only */
    bool has_reward;
    uint64_t release_seconds;   /* how long a file is kept */
    struct storage_funds funds; /* without the budget */
    bool has_balance;

    struct storage_disk disk; /* has_disk only, as below */
    uint64_t sync_block, peers, share_bytes;
    uint64_t nodes;                          /* that the indexer knows */
    uint64_t explorer_files, explorer_bytes; /* as 0G's explorer counts */
    uint64_t explorer_expired;               /* of these files */
    bool has_disk, has_sync, has_peers, has_share, has_nodes, has_explorer;

    struct storage_check checks[STORAGE_CHECKS_MAX];
    size_t check_count;
};
enum err storage_plan(struct round *round);
enum err storage_parse(struct round *round);
void storage_render(struct json_writer *w, const struct source *source);
/* What the card shows as used and as files; false while it is unknown or only a lower bound. The
 * source has a value. */
bool storage_used(const struct source *source, uint64_t *bytes);
bool storage_objects(const struct source *source, uint64_t *files);

/* How far the scan of the wallet's submissions has come. */
struct storage_scan_value {
    struct log_scan scan;
    struct storage_totals settled; /* in [oldest, scan.next) */
    struct storage_totals recent;  /* behind that, may yet be replaced */
    uint64_t oldest;               /* block */
    bool oldest_expired;
    bool is_complete; /* all logs up to the head are counted, and none that is expired */
    bool is_careful;  /* the last batch was too much: one window at a time */
    bool was_kept;    /* it goes on where an earlier run stopped */
    int64_t saved_ms; /* monotonic */
    uint64_t saved_next;
};
enum err storage_scan_plan(struct round *round);
enum err storage_scan_parse(struct round *round);
/* Value: struct inft_value of panel/inft.h. */
const char *inft_off(const struct settings *settings);
enum err inft_plan(struct round *round);
enum err inft_parse(struct round *round);
/* With what the agent's recorded jobs say where the contract says nothing. */
void inft_render(struct json_writer *w, const struct source *inft, const struct source *jobs);
struct gpu_value {
    struct gpu_reading reading;
    const char *exporter; /* its kind, static */
};
enum err gpu_plan(struct round *round);
enum err gpu_parse(struct round *round);
const char *gpu_off(const struct settings *settings);
const struct endpoint *gpu_endpoint(const struct settings *settings);
/* The members of `compute` that the exporter fills. */
void gpu_render(struct json_writer *w, const struct source *gpu, const struct source *compute,
                const struct source *jobs);

struct status_value {
    struct health_report report; /* a provider's model once; its texts are the value's */
};
enum err status_plan(struct round *round);
enum err status_parse(struct round *round);
const char *status_off(const struct settings *settings);
const struct endpoint *status_endpoint(const struct settings *settings);
/* `health` of a service: the entry may be NULL, when the prober does not know the service. */
void status_render_health(struct json_writer *w, const struct service_health *health);
/* The whole report, as `services`. */
void status_render_report(struct json_writer *w, const struct source *source);
struct jobs_value {
    bool exists; /* else nothing below is known: no job was ever recorded */
    int64_t active, completed;
    struct job_number since_ms, mean_latency_ms;
    struct job_number last_completed_ms;     /* when the newest completed one ended; wall */
    int64_t window_completed, window_failed; /* of TOTALS_WINDOW_MS */
    int64_t window_lost;                     /* of those that failed */
    int64_t window_output_tokens;            /* of completed jobs */
    int64_t window_tokens, window_token_ms;  /* output tokens of timed jobs and their time */
    const struct job *jobs;                  /* the newest FIRST_PAGE_JOBS */
    size_t count;
    const char *next; /* cursor, or NULL */
    int64_t read_ms;  /* wall */
};
const struct endpoint *jobs_endpoint(const struct settings *settings);
const char *jobs_off(const struct settings *settings);
const char *jobs_remedy(enum err err);
enum err jobs_plan(struct round *round);
enum err jobs_parse(struct round *round);
void jobs_free(void *own);
void jobs_render(struct json_writer *w, const struct source *source);
/* Output tokens by the time they took; false when no job of the window says both. */
bool jobs_token_speed(const struct jobs_value *v, double *per_second);
/* The figures of `compute` that come from the job history; the value may be NULL. */
void jobs_put_figures(struct json_writer *w, const struct source *source);
void jobs_put_next(struct json_writer *w, const struct source *source);

struct mirror_value {
    uint64_t sequence; /* of the last message of the topic that was read for good */
    bool complete;     /* there is none behind it */
};
const char *mirror_off(const struct settings *settings);
const struct endpoint *mirror_endpoint(const struct settings *settings);
const char *mirror_remedy(enum err err);
enum err mirror_plan(struct round *round);
enum err mirror_parse(struct round *round);
void mirror_free(void *own);
/* Its scan in the cache; to be dropped when what the job store had recorded is gone. */
extern const struct scan_key mirror_scan_key;
/* The file with its jobs, to be read beside the job store; NULL while the source is off. */
const char *mirror_store(const struct settings *settings);

/* Which answer proves that a broker is there. */
enum probe_answer { PROBE_NOTHING, PROBE_QUOTE, PROBE_REFUSAL, PROBE_RATE_LIMIT };

struct probe_result {
    struct address provider;
    enum probe_answer answer;
    enum err err;       /* with PROBE_NOTHING: why not */
    int status;         /* HTTP; 0: none came */
    int64_t latency_ms; /* of the whole request that was answered */
    int64_t at_ms;      /* wall */
};

struct probe_value {
    struct probe_result *results; /* each provider that is named, once */
    size_t count;
};
const char *probe_off(const struct settings *settings);
const struct endpoint *probe_endpoint(const struct settings *settings);
const char *probe_remedy(enum err err);
enum err probe_plan(struct round *round);
enum err probe_parse(struct round *round);
/* NULL for a provider that is not named, or not probed yet. */
const struct probe_result *probe_find(const struct source *source, const struct address *provider);
/* `probe` of a service; the result may be NULL. */
void probe_render(struct json_writer *w, const struct probe_result *result);
/* All that was found, as the rows of /api/compute it belongs to. */
void probe_render_report(struct json_writer *w, const struct source *source);

#endif
