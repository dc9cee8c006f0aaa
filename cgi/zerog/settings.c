#include "zerog/settings.h"

#include "eth/hex.h"
#include "zerog/session.h"
#include "zerog/topic.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The texts as they came, before presets are applied and they get their types. */
struct raw_settings {
    const char *network, *chain_rpc, *serving, *ledger, *wallet, *provider;
    const char *agent_name, *inft, *inft_token_id, *inft_mint_tx, *allow_private;
    const char *run, *gpu_exporter, *status_api, *mirror, *mirror_topic, *probe_providers;
    const char *storage_mode, *flow, *storage_node, *storage_indexer, *storage_scan;
    const char *storage_data_dir, *cache_db;
    const char *agent_version, *bench_provider, *bench_allow;
    const char *router, *baseline, *baseline_model, *region;
    int64_t session_token_id;
    int64_t storage_budget, storage_max_sectors, from_block;
    int64_t head_max_age_ms, max_requests_per_min;
};

static enum err check_network(const char *text)
{
    return network_find(text) ? ERR_OK : ERR_CONFIG;
}

static enum err check_address(const char *text)
{
    struct address address;
    return address_parse(text, &address);
}

static enum err check_providers(const char *text)
{
    struct address list[PROBE_PROVIDERS_MAX];
    size_t count;
    return address_list_parse(text, list, PROBE_PROVIDERS_MAX, &count);
}

static enum err check_url(const char *text)
{
    struct arena arena = arena_make(0);
    struct endpoint endpoint;
    enum err err = endpoint_make(&endpoint, "", text, NULL, &arena);
    arena_free(&arena);
    return err;
}

static enum err check_cidr_list(const char *text)
{
    struct cidr_list list;
    return cidr_list_parse(text, &list);
}

static enum err check_token_id(const char *text)
{
    struct token_id id;
    return token_id_parse(text, &id);
}

static enum err check_hash(const char *text)
{
    uint8_t hash[32];
    return hex_decode_fixed(text, hash, sizeof hash);
}

static enum err check_topic(const char *text)
{
    return topic_id_valid(text) ? ERR_OK : ERR_CONFIG;
}

static enum err check_name(const char *text)
{
    return strlen(text) <= 200 ? ERR_OK : ERR_CONFIG;
}

static enum err check_folder(const char *text)
{
    return strlen(text) <= 4000 ? ERR_OK : ERR_CONFIG;
}

/* By enum storage_mode. */
static const char *const storage_modes[] = {"agent", "node", "network"};
enum { STORAGE_MODES = sizeof storage_modes / sizeof *storage_modes };

static enum err parse_storage_mode(const char *text, enum storage_mode *mode)
{
    for (int i = 0; i < STORAGE_MODES; i++)
        if (strcmp(text, storage_modes[i]) == 0) {
            *mode = (enum storage_mode)i;
            return ERR_OK;
        }
    return ERR_CONFIG;
}

static enum err check_storage_mode(const char *text)
{
    enum storage_mode mode;
    return parse_storage_mode(text, &mode);
}

static enum err check_path(const char *text)
{
    size_t len = strlen(text);
    return text[0] == '/' && len < 1024 ? ERR_OK : ERR_CONFIG;
}

/* A comma list of addresses. */
static enum err parse_allowed(const char *text, struct bench_settings *bench)
{
    char item[ADDRESS_TEXT_BYTES];
    bench->allowed_count = 0;
    for (;;) {
        text += strspn(text, " ");
        size_t len = strcspn(text, ", ");
        if (len >= sizeof item || bench->allowed_count == BENCH_ALLOWED_MAX)
            return ERR_BAD_FORMAT;
        memcpy(item, text, len);
        item[len] = '\0';
        enum err err = address_parse(item, &bench->allowed[bench->allowed_count++]);
        if (err)
            return err;
        text += len + strspn(text + len, " ");
        if (!*text)
            return ERR_OK;
        if (*text++ != ',')
            return ERR_BAD_FORMAT;
    }
}

static enum err check_allowed(const char *text)
{
    struct bench_settings bench;
    return strcmp(text, "*") == 0 ? ERR_OK : parse_allowed(text, &bench);
}

#define MAX_WHOLE  (INT64_C(1) << 53)
#define AN_ADDRESS "an address: 0x and 40 hexadecimal digits, mixed case only with its checksum"
#define A_URL      "an http or https URL with a host"
#define ROW(field) .offset = offsetof(struct raw_settings, field)

static const struct config_row rows[] = {
    {.name = "ZG_NETWORK",
     ROW(network),
     .check = check_network,
     .expects = "local, galileo or aristotle"},
    {.name = "ZG_CHAIN_RPC", ROW(chain_rpc), .check = check_url, .expects = A_URL},
    {.name = "ZG_SERVING_CONTRACT", ROW(serving), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_LEDGER_CONTRACT", ROW(ledger), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_WALLET_ADDRESS", ROW(wallet), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_PROVIDER_ADDRESS", ROW(provider), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_FLOW_CONTRACT", ROW(flow), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_STORAGE_MODE",
     ROW(storage_mode),
     .check = check_storage_mode,
     .expects = "agent, node or network"},
    {.name = "ZG_STORAGE_NODE_ENDPOINT", ROW(storage_node), .check = check_url, .expects = A_URL},
    {.name = "ZG_STORAGE_INDEXER", ROW(storage_indexer), .check = check_url, .expects = A_URL},
    {.name = "ZG_STORAGE_SCAN_URL", ROW(storage_scan), .check = check_url, .expects = A_URL},
    {.name = "ZG_STORAGE_BUDGET_BYTES",
     ROW(storage_budget),
     .kind = CONFIG_NUMBER,
     .min = 0,
     .max = MAX_WHOLE},
    {.name = "ZG_STORAGE_DATA_DIR",
     ROW(storage_data_dir),
     .check = check_path,
     .expects = "the absolute path of a folder"},
    {.name = "ZG_STORAGE_MAX_SECTORS",
     ROW(storage_max_sectors),
     .kind = CONFIG_NUMBER,
     .min = 0,
     .max = MAX_WHOLE / 256},
    {.name = "ZG_FROM_BLOCK",
     ROW(from_block),
     .kind = CONFIG_NUMBER,
     .fallback = -1,
     .min = 0,
     .max = MAX_WHOLE},
    {.name = "ZG_CACHE_DB",
     ROW(cache_db),
     .check = check_path,
     .expects = "the absolute path of a file"},
    {.name = "ZG_AGENT_NAME",
     ROW(agent_name),
     .check = check_name,
     .expects = "a name of at most 200 bytes"},
    {.name = "ZG_AGENT_VERSION",
     ROW(agent_version),
     .check = check_name,
     .expects = "a version of at most 200 bytes"},
    {.name = "ZG_BENCH_PROVIDER",
     ROW(bench_provider),
     .check = check_address,
     .expects = AN_ADDRESS},
    {.name = "ZG_BENCH_ALLOW",
     ROW(bench_allow),
     .check = check_allowed,
     .expects = "a comma list of at most 16 addresses, or * for all that the contract lists"},
    {.name = "ZG_ROUTER_URL", ROW(router), .check = check_url, .expects = A_URL},
    {.name = "ZG_BASELINE_URL", ROW(baseline), .check = check_url, .expects = A_URL},
    {.name = "ZG_BASELINE_MODEL",
     ROW(baseline_model),
     .check = check_name,
     .expects = "a name of at most 200 bytes"},
    {.name = "ZG_BENCH_REGION",
     ROW(region),
     .check = check_name,
     .expects = "a label of at most 200 bytes"},
    {.name = "ZG_SESSION_TOKEN_ID",
     ROW(session_token_id),
     .kind = CONFIG_NUMBER,
     .fallback = SESSION_EPHEMERAL,
     .min = 0,
     .max = SESSION_EPHEMERAL - 1},
    {.name = "ZG_INFT_TOKEN_ID",
     ROW(inft_token_id),
     .check = check_token_id,
     .expects = "a decimal number, or 0x and at most 64 hexadecimal digits"},
    {.name = "ZG_INFT_CONTRACT", ROW(inft), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_INFT_MINT_TX",
     ROW(inft_mint_tx),
     .check = check_hash,
     .expects = "a transaction hash: 0x and 64 hexadecimal digits"},
    {.name = "ZG_GPU_EXPORTER_URL", ROW(gpu_exporter), .check = check_url, .expects = A_URL},
    {.name = "ZG_STATUS_URL", ROW(status_api), .check = check_url, .expects = A_URL},
    {.name = "ZG_MIRROR_URL", ROW(mirror), .check = check_url, .expects = A_URL},
    {.name = "ZG_MIRROR_TOPIC",
     ROW(mirror_topic),
     .check = check_topic,
     .expects = "a topic's id, as 0.0.4210"},
    {.name = "ZG_PROBE_PROVIDERS",
     ROW(probe_providers),
     .check = check_providers,
     .expects = "a comma list of at most 64 addresses"},
    {.name = "RUN",
     ROW(run),
     .check = check_folder,
     .expects = "the folder of the instance, a path of at most 4000 bytes"},
    {.name = "ZG_ALLOW_PRIVATE",
     ROW(allow_private),
     .check = check_cidr_list,
     .expects = "a comma list of CIDR ranges, as 10.0.0.0/8, ::1/128"},
    {.name = "ZG_HEAD_MAX_AGE_MS",
     ROW(head_max_age_ms),
     .kind = CONFIG_NUMBER,
     .fallback = 60000,
     .min = 1000,
     .max = 86400000},
    {.name = "ZG_MAX_REQ_PER_MIN",
     ROW(max_requests_per_min),
     .kind = CONFIG_NUMBER,
     .fallback = 60,
     .min = 0,
     .max = 6000},
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

/* What only the admin process may hold. */
static const char *const secrets[] = {
    "ZG_CHAIN_PRIVATE_KEY", "ZG_ROUTER_API_KEY", "ZG_BASELINE_API_KEY",
    "ADMIN_TOKEN",          "RECORD_TOKEN",
};

enum err settings_refuse_secrets(config_lookup lookup, struct buf *problems)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s_FILE", secrets[i]);
        const char *names[] = {secrets[i], file};
        for (int k = 0; k < 2; k++) {
            if (!lookup(names[k]))
                continue;
            buf_printf(problems, "%s: this program must not hold a secret; remove it\n", names[k]);
            err = ERR_CONFIG;
        }
    }
    return err;
}

static enum err resolve_rpc(struct settings *s, const char *given, struct buf *problems)
{
    const char *url = given ? given : s->network->rpc;
    if (url)
        return endpoint_make(&s->chain_rpc, "ZG_CHAIN_RPC", url, &s->allow_private, &s->arena);
    buf_puts(problems, "ZG_CHAIN_RPC: expected the http or https URL of a node of this network\n");
    return ERR_CONFIG;
}

static enum err resolve_serving(struct settings *s, const char *given, struct buf *problems)
{
    const char *address = given ? given : s->network->serving;
    s->serving_block = given ? 0 : s->network->serving_block;
    if (address)
        return address_parse(address, &s->serving);
    buf_puts(problems, "ZG_SERVING_CONTRACT: expected " AN_ADDRESS "\n");
    return ERR_CONFIG;
}

static enum err resolve_run(struct settings *s, const char *run)
{
    static const char name[] = "/jobs/jobs.db";
    if (!run)
        return ERR_OK;
    size_t len = strlen(run);
    char *path = arena_alloc(&s->arena, len + sizeof name);
    if (!path)
        return ERR_NO_MEMORY;
    memcpy(path, run, len);
    memcpy(path + len, name, sizeof name);
    s->jobs_path = path;
    return ERR_OK;
}

/* An optional endpoint. What is wrong with its URL, its row has said. */
static bool resolve_endpoint(struct settings *s, const char *variable, const char *url,
                             struct endpoint *endpoint)
{
    return url && !endpoint_make(endpoint, variable, url, &s->allow_private, &s->arena);
}

static void resolve_storage(struct settings *s, const struct raw_settings *raw)
{
    const char *flow = raw->flow ? raw->flow : s->network->flow;
    s->has_flow = flow && !address_parse(flow, &s->flow);
    s->storage_mode = s->has_wallet ? STORAGE_AGENT : STORAGE_NETWORK;
    if (raw->storage_mode)
        parse_storage_mode(raw->storage_mode, &s->storage_mode);
    s->has_storage_node =
        resolve_endpoint(s, "ZG_STORAGE_NODE_ENDPOINT", raw->storage_node, &s->storage_node);
    s->has_storage_indexer =
        resolve_endpoint(s, "ZG_STORAGE_INDEXER", raw->storage_indexer, &s->storage_indexer);
    s->has_storage_scan =
        resolve_endpoint(s, "ZG_STORAGE_SCAN_URL", raw->storage_scan, &s->storage_scan);
    s->storage_budget = raw->storage_budget;
    s->storage_max_sectors = raw->storage_max_sectors;
    s->storage_data_dir = raw->storage_data_dir;
    s->has_from_block = raw->from_block >= 0;
    s->from_block = s->has_from_block ? (uint64_t)raw->from_block : 0;
    s->cache_db = raw->cache_db;
}

/* Without a list, the configured provider alone may be called. */
static void resolve_bench(struct settings *s, const struct raw_settings *raw)
{
    struct bench_settings *bench = &s->bench;
    bench->has_provider =
        raw->bench_provider && !address_parse(raw->bench_provider, &bench->provider);
    bench->allows_all = raw->bench_allow && strcmp(raw->bench_allow, "*") == 0;
    if (raw->bench_allow && !bench->allows_all) {
        parse_allowed(raw->bench_allow, bench);
    } else if (bench->has_provider) {
        bench->allowed[0] = bench->provider;
        bench->allowed_count = 1;
    }
    bench->has_router = resolve_endpoint(s, "ZG_ROUTER_URL", raw->router, &bench->router);
    bench->has_baseline = resolve_endpoint(s, "ZG_BASELINE_URL", raw->baseline, &bench->baseline);
    bench->baseline_model = raw->baseline_model;
    bench->region = raw->region;
    bench->session_token_id = (uint8_t)raw->session_token_id;
    s->agent_version = raw->agent_version;
}

/* Gives the texts their types, completed by the network's preset. What a text must be, its row has
 * said already: only what is missing is a new problem here. */
static enum err resolve(struct settings *s, const struct raw_settings *raw, struct buf *problems)
{
    s->agent_name = raw->agent_name;
    s->has_inft = raw->inft && !address_parse(raw->inft, &s->inft);
    s->has_inft_token = raw->inft_token_id && !token_id_parse(raw->inft_token_id, &s->inft_token);
    s->inft_mint_tx = raw->inft_mint_tx;
    s->head_max_age_ms = raw->head_max_age_ms;
    s->max_requests_per_min = raw->max_requests_per_min;
    s->has_ledger = raw->ledger && !address_parse(raw->ledger, &s->ledger);
    s->has_wallet = raw->wallet && !address_parse(raw->wallet, &s->wallet);
    s->has_provider = raw->provider && !address_parse(raw->provider, &s->provider);
    s->network = network_find(raw->network ? raw->network : "local");
    if (!s->network)
        return ERR_CONFIG; /* and nobody knows what its preset would hold */
    enum err private = cidr_list_parse(
        raw->allow_private ? raw->allow_private : s->network->private_allowed, &s->allow_private);
    resolve_storage(s, raw);
    resolve_bench(s, raw);
    enum err rpc = resolve_rpc(s, raw->chain_rpc, problems);
    enum err serving = resolve_serving(s, raw->serving, problems);
    s->has_gpu_exporter =
        resolve_endpoint(s, "ZG_GPU_EXPORTER_URL", raw->gpu_exporter, &s->gpu_exporter);
    s->has_status_api = resolve_endpoint(s, "ZG_STATUS_URL",
                                         raw->status_api ? raw->status_api : s->network->status_api,
                                         &s->status_api);
    s->has_mirror = resolve_endpoint(s, "ZG_MIRROR_URL",
                                     raw->mirror ? raw->mirror : s->network->mirror, &s->mirror);
    s->mirror_topic = raw->mirror_topic;
    if (raw->probe_providers)
        address_list_parse(raw->probe_providers, s->probe_providers, PROBE_PROVIDERS_MAX,
                           &s->probe_count);
    enum err run = resolve_run(s, raw->run);
    return private ? private : rpc ? rpc : serving ? serving : run;
}

enum err settings_load(struct settings *s, config_lookup lookup, char *const *environment,
                       struct buf *problems)
{
    *s = (struct settings){.arena = arena_make(0), .warnings = buf_make(64 * 1024)};
    struct raw_settings raw;
    enum err read = config_read(rows, ROW_COUNT, lookup, &raw, problems);
    enum err resolved = resolve(s, &raw, problems);
    config_unknown(rows, ROW_COUNT, environment, "ZG_", &s->warnings);
    return read ? read : resolved;
}

void settings_free(struct settings *s)
{
    buf_free(&s->warnings);
    arena_free(&s->arena);
}

static void print_endpoint(struct buf *out, const char *name, bool given,
                           const struct endpoint *endpoint)
{
    const char *shown = !given                      ? "(not set)"
                        : endpoint->shown[0] == '$' ? "(set; not shown)"
                                                    : endpoint->shown;
    buf_printf(out, "%s=%s\n", name, shown);
}

static void print_address(struct buf *out, const char *name, bool given,
                          const struct address *address, const char *otherwise)
{
    char text[ADDRESS_TEXT_BYTES];
    buf_printf(out, "%s=%s\n", name, given ? address_text(address, text) : otherwise);
}

static void print_storage(const struct settings *s, struct buf *out)
{
    buf_printf(out, "ZG_STORAGE_MODE=%s\n", storage_modes[s->storage_mode]);
    print_address(out, "ZG_FLOW_CONTRACT", s->has_flow, &s->flow, "(not set)");
    print_endpoint(out, "ZG_STORAGE_NODE_ENDPOINT", s->has_storage_node, &s->storage_node);
    print_endpoint(out, "ZG_STORAGE_INDEXER", s->has_storage_indexer, &s->storage_indexer);
    print_endpoint(out, "ZG_STORAGE_SCAN_URL", s->has_storage_scan, &s->storage_scan);
    buf_printf(out, "ZG_STORAGE_BUDGET_BYTES=%" PRId64 "\n", s->storage_budget);
    buf_printf(out, "ZG_STORAGE_DATA_DIR=%s\n",
               s->storage_data_dir ? s->storage_data_dir : "(not set)");
    buf_printf(out, "ZG_STORAGE_MAX_SECTORS=%" PRId64 "\n", s->storage_max_sectors);
    if (s->has_from_block)
        buf_printf(out, "ZG_FROM_BLOCK=%" PRIu64 "\n", s->from_block);
    else
        buf_puts(out, "ZG_FROM_BLOCK=(the contract's first)\n");
    buf_printf(out, "ZG_CACHE_DB=%s\n", s->cache_db ? s->cache_db : "(not set)");
}

static void print_bench(const struct settings *s, struct buf *out)
{
    const struct bench_settings *bench = &s->bench;
    print_address(out, "ZG_BENCH_PROVIDER", bench->has_provider, &bench->provider, "(not set)");
    if (bench->allows_all)
        buf_puts(out, "ZG_BENCH_ALLOW=*\n");
    else
        buf_printf(out, "ZG_BENCH_ALLOW=%zu providers\n", bench->allowed_count);
    print_endpoint(out, "ZG_ROUTER_URL", bench->has_router, &bench->router);
    print_endpoint(out, "ZG_BASELINE_URL", bench->has_baseline, &bench->baseline);
    buf_printf(out, "ZG_BASELINE_MODEL=%s\n",
               bench->baseline_model ? bench->baseline_model : "(not set)");
    buf_printf(out, "ZG_BENCH_REGION=%s\n", bench->region ? bench->region : "(not set)");
    if (bench->session_token_id == SESSION_EPHEMERAL)
        buf_puts(out, "ZG_SESSION_TOKEN_ID=(ephemeral tokens)\n");
    else
        buf_printf(out, "ZG_SESSION_TOKEN_ID=%d\n", bench->session_token_id);
    buf_printf(out, "ZG_AGENT_VERSION=%s\n", s->agent_version ? s->agent_version : "(not set)");
}

void settings_print(const struct settings *s, struct buf *out)
{
    buf_printf(out, "ZG_NETWORK=%s (chain id %" PRIu64 ")\n", s->network->name,
               s->network->chain_id);
    print_endpoint(out, "ZG_CHAIN_RPC", true, &s->chain_rpc);
    print_address(out, "ZG_SERVING_CONTRACT", true, &s->serving, "");
    print_address(out, "ZG_LEDGER_CONTRACT", s->has_ledger, &s->ledger,
                  "(read from the serving contract)");
    print_address(out, "ZG_WALLET_ADDRESS", s->has_wallet, &s->wallet, "(not set)");
    print_address(out, "ZG_PROVIDER_ADDRESS", s->has_provider, &s->provider, "(not set)");
    print_storage(s, out);
    print_bench(s, out);
    buf_printf(out, "ZG_AGENT_NAME=%s\n", s->agent_name ? s->agent_name : "(not set)");
    char token[WORD_TEXT_BYTES];
    print_address(out, "ZG_INFT_CONTRACT", s->has_inft, &s->inft, "(not set)");
    buf_printf(out, "ZG_INFT_TOKEN_ID=%s\n",
               s->has_inft_token ? word_text(s->inft_token.word, token) : "(not set)");
    buf_printf(out, "ZG_INFT_MINT_TX=%s\n", s->inft_mint_tx ? s->inft_mint_tx : "(not set)");
    print_endpoint(out, "ZG_GPU_EXPORTER_URL", s->has_gpu_exporter, &s->gpu_exporter);
    print_endpoint(out, "ZG_STATUS_URL", s->has_status_api, &s->status_api);
    print_endpoint(out, "ZG_MIRROR_URL", s->has_mirror, &s->mirror);
    buf_printf(out, "ZG_MIRROR_TOPIC=%s\n", s->mirror_topic ? s->mirror_topic : "(not set)");
    buf_printf(out, "ZG_PROBE_PROVIDERS=%zu addresses\n", s->probe_count);
    buf_printf(out, "RUN: %s\n", s->jobs_path ? s->jobs_path : "(not set)");
    buf_printf(out, "ZG_ALLOW_PRIVATE=%zu ranges\n", s->allow_private.count);
    buf_printf(out, "ZG_HEAD_MAX_AGE_MS=%" PRId64 "\n", s->head_max_age_ms);
    buf_printf(out, "ZG_MAX_REQ_PER_MIN=%" PRId64 "\n", s->max_requests_per_min);
}
