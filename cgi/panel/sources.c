/* The table of sources. */
#include "panel/sources.h"

#include "panel/chain_read.h"
#include "zerog/broker.h"

static const char *never_off(const struct settings *settings)
{
    (void)settings;
    return NULL;
}

static const char *off_without_wallet(const struct settings *settings)
{
    return settings->has_wallet
               ? NULL
               : "no wallet is configured · since the start · set ZG_WALLET_ADDRESS";
}

static const char *off_without_provider(const struct settings *settings)
{
    return settings->has_provider
               ? NULL
               : "no own provider is configured · since the start · set ZG_PROVIDER_ADDRESS";
}

static const char *storage_off(const struct settings *s)
{
    if (!s->has_flow)
        return "no Flow contract is configured · since the start · set ZG_FLOW_CONTRACT";
    if (s->storage_mode == STORAGE_AGENT)
        return off_without_wallet(s);
    if (s->storage_mode == STORAGE_NODE && !s->has_storage_node && !s->storage_data_dir)
        return "no storage node is configured · since the start · set ZG_STORAGE_DATA_DIR or "
               "ZG_STORAGE_NODE_ENDPOINT";
    return NULL;
}

static const char *storage_scan_off(const struct settings *s)
{
    if (s->storage_mode != STORAGE_AGENT)
        return "only the agent mode counts submissions · since the start · set ZG_STORAGE_MODE";
    return storage_off(s);
}

/* What the card is about: in node mode the storage node. */
static const struct endpoint *storage_endpoint(const struct settings *s)
{
    bool is_node = s->storage_mode == STORAGE_NODE && s->has_storage_node;
    return is_node ? &s->storage_node : chain_endpoint(s);
}

/* Interval and staleness by kind of upstream: on a public network a block takes longer and the
 * requests are rationed. */
#define PACE_HEAD  .local = {2000, 15000}, .public_pace = {4000, 15000}
#define PACE_CHAIN .local = {5000, 15000}, .public_pace = {15000, 45000}
#define PACE_GPU   .local = {2000, 15000}, .public_pace = {2000, 15000}
#define PACE_JOBS  .local = {250, 15000}, .public_pace = {250, 15000}
#define PACE_WEB   .local = {15000, 45000}, .public_pace = {15000, 45000}

const struct source_row source_rows[SOURCE_AND_SCAN_COUNT] = {
    [SOURCE_CHAIN] = {.key = "chain",
                      PACE_HEAD,
                      .method = "eth_getBlockByNumber",
                      .off = never_off,
                      .endpoint = chain_endpoint,
                      .plan = chain_plan,
                      .parse = chain_parse},
    [SOURCE_COMPUTE] = {.key = "compute",
                        PACE_CHAIN,
                        .method = "getAllServices",
                        .off = never_off,
                        .endpoint = chain_endpoint,
                        .plan = compute_plan,
                        .parse = compute_parse},
    [SOURCE_LEDGER] = {.key = "ledger",
                       PACE_CHAIN,
                       .method = "getLedger",
                       .off = off_without_wallet,
                       .endpoint = chain_endpoint,
                       .plan = ledger_plan,
                       .parse = ledger_parse,
                       .render = ledger_render},
    [SOURCE_STORAGE] = {.key = "storage",
                        PACE_CHAIN,
                        .method = "tree",
                        .off = storage_off,
                        .endpoint = storage_endpoint,
                        .plan = storage_plan,
                        .parse = storage_parse,
                        .render = storage_render},
    [SOURCE_INFT] = {.key = "inft",
                     PACE_CHAIN,
                     .method = "ownerOf",
                     .off = inft_off,
                     .endpoint = chain_endpoint,
                     .plan = inft_plan,
                     .parse = inft_parse},
    [SOURCE_GPU] = {.key = "gpu",
                    PACE_GPU,
                    .method = "GET metrics",
                    .off = gpu_off,
                    .endpoint = gpu_endpoint,
                    .plan = gpu_plan,
                    .parse = gpu_parse},
    [SOURCE_JOBS] = {.key = "jobs",
                     PACE_JOBS,
                     .origin = "agent",
                     .method = "jobs.db",
                     .off = jobs_off,
                     .endpoint = jobs_endpoint,
                     .remedy = jobs_remedy,
                     .plan = jobs_plan,
                     .parse = jobs_parse,
                     .free_own = jobs_free,
                     .render = jobs_render},
    [SOURCE_STATUS] = {.key = "status",
                       PACE_WEB,
                       .method = "GET " STATUS_HEALTH_PATH,
                       .off = status_off,
                       .endpoint = status_endpoint,
                       .plan = status_plan,
                       .parse = status_parse},
    [SOURCE_MIRROR] = {.key = "mirror",
                       PACE_WEB,
                       .method = "GET topic messages",
                       .off = mirror_off,
                       .endpoint = mirror_endpoint,
                       .remedy = mirror_remedy,
                       .plan = mirror_plan,
                       .parse = mirror_parse,
                       .free_own = mirror_free},
    [SOURCE_PROBE] = {.key = "probe",
                      PACE_WEB,
                      .origin = "this machine",
                      .method = "GET " BROKER_QUOTE_PATH,
                      .off = probe_off,
                      .endpoint = probe_endpoint,
                      .remedy = probe_remedy,
                      .plan = probe_plan,
                      .parse = probe_parse},
    [SOURCE_STORAGE_SCAN] = {.key = "storage scan",
                             PACE_CHAIN,
                             .method = "eth_getLogs",
                             .is_scan = true,
                             .off = storage_scan_off,
                             .endpoint = chain_endpoint,
                             .plan = storage_scan_plan,
                             .parse = storage_scan_parse},
    [SOURCE_FEES_SCAN] = {.key = "fees scan",
                          PACE_CHAIN,
                          .method = "eth_getLogs",
                          .is_scan = true,
                          .off = off_without_wallet,
                          .endpoint = chain_endpoint,
                          .plan = fees_scan_plan,
                          .parse = fees_scan_parse},
    [SOURCE_PROVIDER] = {.key = "own provider",
                         PACE_CHAIN,
                         .method = "getAccountsByProvider",
                         .off = off_without_provider,
                         .endpoint = chain_endpoint,
                         .plan = provider_plan,
                         .parse = provider_parse},
    [SOURCE_PROVIDER_SCAN] = {.key = "own provider's fees scan",
                              PACE_CHAIN,
                              .method = "eth_getLogs",
                              .is_scan = true,
                              .off = off_without_provider,
                              .endpoint = chain_endpoint,
                              .plan = provider_scan_plan,
                              .parse = provider_scan_parse},
    [SOURCE_STAKE_SCAN] = {.key = "own provider's stake scan",
                           PACE_CHAIN,
                           .method = "eth_getLogs",
                           .is_scan = true,
                           .off = off_without_provider,
                           .endpoint = chain_endpoint,
                           .plan = stake_scan_plan,
                           .parse = stake_scan_parse},
};

/* Who works for whom, and where its evidence stands. */
static const struct {
    enum source_id helper, partner, shown_under;
} helpers[] = {
    {SOURCE_STORAGE_SCAN, SOURCE_STORAGE, SOURCE_STORAGE},
    {SOURCE_FEES_SCAN, SOURCE_LEDGER, SOURCE_LEDGER},
    {SOURCE_PROBE, SOURCE_COMPUTE, SOURCE_PROBE},
    {SOURCE_PROVIDER, SOURCE_PROVIDER_SCAN, SOURCE_COMPUTE},
    {SOURCE_PROVIDER_SCAN, SOURCE_PROVIDER, SOURCE_COMPUTE},
    {SOURCE_STAKE_SCAN, SOURCE_PROVIDER, SOURCE_COMPUTE},
};

void sources_init(struct source sources[SOURCE_AND_SCAN_COUNT], const struct settings *settings)
{
    for (int i = 0; i < SOURCE_AND_SCAN_COUNT; i++) {
        source_init(&sources[i], &source_rows[i], settings);
        sources[i].shown_under = (enum source_id)i;
    }
    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++) {
        struct source *helper = &sources[helpers[i].helper];
        helper->partner = &sources[helpers[i].partner];
        helper->shown_under = helpers[i].shown_under;
    }
    sources[SOURCE_STORAGE].partner = &sources[SOURCE_STORAGE_SCAN];
    sources[SOURCE_LEDGER].partner = &sources[SOURCE_FEES_SCAN];
}
