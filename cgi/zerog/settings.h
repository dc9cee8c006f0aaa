/* What the programs are told: the environment, completed by the preset of the network. Nothing here
 * is secret; both programs read the same names in the same way, and each uses its share. Immutable
 * after settings_load(), then readable from any thread. */
#ifndef ZEROG_SETTINGS_H
#define ZEROG_SETTINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/error.h"
#include "eth/address.h"
#include "net/address_filter.h"
#include "net/endpoint.h"
#include "zerog/inft.h"
#include "zerog/network.h"
#include <stdbool.h>
#include <stdint.h>

enum { PROBE_PROVIDERS_MAX = 64 };

enum storage_mode { STORAGE_AGENT, STORAGE_NODE, STORAGE_NETWORK };

enum { BENCH_ALLOWED_MAX = 16 };

/* What a benchmark may call. */
struct bench_settings {
    struct address provider; /* where none is asked for; has_provider only */
    bool has_provider;
    struct address allowed[BENCH_ALLOWED_MAX];
    size_t allowed_count;
    bool allows_all;                  /* every provider that the contract lists */
    struct endpoint router, baseline; /* with their has_ only */
    bool has_router, has_baseline;
    const char *baseline_model; /* NULL: not given */
    const char *region;         /* a label for this place in the world; NULL: not given */
    uint8_t session_token_id;   /* SESSION_EPHEMERAL, or of a token that does not expire */
};

struct settings {
    const struct network *network;
    struct endpoint chain_rpc;
    struct endpoint gpu_exporter; /* has_gpu_exporter only */
    bool has_gpu_exporter;
    struct endpoint status_api; /* has_status_api only */
    bool has_status_api;
    struct endpoint mirror; /* has_mirror only */
    bool has_mirror;
    const char *mirror_topic; /* NULL: not given; the environment's */
    struct address probe_providers[PROBE_PROVIDERS_MAX];
    size_t probe_count; /* 0: none is probed */
    struct address serving;
    uint64_t serving_block; /* the contract is not older; 0 where that is not known */
    struct address ledger;  /* has_ledger only; else read from the serving contract */
    bool has_ledger;
    struct address wallet; /* has_wallet only */
    bool has_wallet;
    struct address provider; /* the operator's own; has_provider only */
    bool has_provider;
    enum storage_mode storage_mode;
    struct address flow; /* has_flow only */
    bool has_flow;
    struct endpoint storage_node, storage_indexer, storage_scan; /* with their has_ only */
    bool has_storage_node, has_storage_indexer, has_storage_scan;
    int64_t storage_budget;       /* bytes; 0: none */
    int64_t storage_max_sectors;  /* of the operator's own node; 0: no limit */
    const char *storage_data_dir; /* of the operator's own node; NULL: not given */
    uint64_t from_block;          /* where scans of logs begin; has_from_block only */
    bool has_from_block;
    const char *cache_db;      /* NULL: nothing is kept between two runs */
    bool keeps_nothing;        /* the cache is another process's; for `--doctor` */
    const char *agent_name;    /* NULL: not given; the environment's */
    const char *agent_version; /* NULL: not given */
    struct bench_settings bench;
    struct address inft; /* the iNFT's contract; has_inft only */
    bool has_inft;
    struct token_id inft_token; /* has_inft_token only; else the mint transaction tells it */
    bool has_inft_token;
    const char *inft_mint_tx;     /* NULL: not given */
    const char *jobs_path;        /* the job store; NULL: there is none */
    int64_t head_max_age_ms;      /* an older newest block makes every chain source stale */
    int64_t max_requests_per_min; /* to one public host; 0: no limit */
    struct cidr_list allow_private;
    struct arena arena;  /* owns the endpoint's strings */
    struct buf warnings; /* lines */
};

/* Reads the environment. All that is wrong is in `problems`, a line each; an error then.
 * settings_free() in any case. The settings must not move: the endpoint points to allow_private. */
enum err settings_load(struct settings *s, config_lookup lookup, char *const *environment,
                       struct buf *problems);
void settings_free(struct settings *s);

/* A process that only looks must not hold what only the admin process may: a line in `problems` for
 * each secret's name that is set, also empty, also as NAME_FILE; ERR_CONFIG then. */
enum err settings_refuse_secrets(config_lookup lookup, struct buf *problems);

/* Appends the effective configuration, a line each, URLs in their shown form. */
void settings_print(const struct settings *s, struct buf *out);

#endif
