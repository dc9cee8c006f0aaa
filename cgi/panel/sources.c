/* The table of sources. */
#include "panel/sources.h"

#include "panel/chain_read.h"

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

static const char *not_in_this_version(const struct settings *settings)
{
    (void)settings;
    return "version " VERSION " does not read it · since the start · see CHANGELOG for a newer one";
}

static void render_storage(struct json_writer *w, const struct source *source)
{
    (void)source;
    json_put_null(w, "storage");
}

static void render_inft(struct json_writer *w, const struct source *source)
{
    (void)source;
    json_put_null(w, "inft");
}

/* Interval and staleness by kind of upstream: on a public network a block takes longer and the
 * requests are rationed. */
#define PACE_HEAD  .local = {2000, 15000}, .public_pace = {4000, 15000}
#define PACE_CHAIN .local = {5000, 15000}, .public_pace = {15000, 45000}
#define PACE_GPU   .local = {2000, 15000}, .public_pace = {2000, 15000}
#define PACE_JOBS  .local = {250, 15000}, .public_pace = {250, 15000}
#define PACE_WEB   .local = {15000, 45000}, .public_pace = {15000, 45000}

const struct source_row source_rows[SOURCE_COUNT] = {
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
                        .parse = compute_parse,
                        .render = compute_render},
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
                        .off = not_in_this_version,
                        .render = render_storage},
    [SOURCE_INFT] = {.key = "inft", PACE_CHAIN, .off = not_in_this_version, .render = render_inft},
    [SOURCE_GPU] = {.key = "gpu", PACE_GPU, .off = not_in_this_version},
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
    [SOURCE_STATUS] = {.key = "status", PACE_WEB, .off = not_in_this_version},
    [SOURCE_MIRROR] = {.key = "mirror", PACE_WEB, .off = not_in_this_version},
    [SOURCE_PROBE] = {.key = "probe", PACE_WEB, .off = not_in_this_version},
};
