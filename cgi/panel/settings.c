#include "panel/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The texts as they came, before presets are applied and they get their types. */
struct raw_settings {
    const char *network, *chain_rpc, *serving, *ledger, *wallet;
    const char *agent_name, *inft_token_id, *allow_private;
    const char *run;
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
    size_t len = strlen(text);
    return len <= 78 && strspn(text, "0123456789") == len ? ERR_OK : ERR_CONFIG;
}

static enum err check_name(const char *text)
{
    return strlen(text) <= 200 ? ERR_OK : ERR_CONFIG;
}

static enum err check_folder(const char *text)
{
    return strlen(text) <= 4000 ? ERR_OK : ERR_CONFIG;
}

#define AN_ADDRESS "an address: 0x and 40 hexadecimal digits, mixed case only with its checksum"
#define ROW(field) .offset = offsetof(struct raw_settings, field)

static const struct config_row rows[] = {
    {.name = "ZG_NETWORK",
     ROW(network),
     .check = check_network,
     .expects = "local, galileo or aristotle"},
    {.name = "ZG_CHAIN_RPC",
     ROW(chain_rpc),
     .check = check_url,
     .expects = "an http or https URL with a host"},
    {.name = "ZG_SERVING_CONTRACT", ROW(serving), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_LEDGER_CONTRACT", ROW(ledger), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_WALLET_ADDRESS", ROW(wallet), .check = check_address, .expects = AN_ADDRESS},
    {.name = "ZG_AGENT_NAME",
     ROW(agent_name),
     .check = check_name,
     .expects = "a name of at most 200 bytes"},
    {.name = "ZG_INFT_TOKEN_ID",
     ROW(inft_token_id),
     .check = check_token_id,
     .expects = "a decimal number"},
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

static enum err refuse_secrets(config_lookup lookup, struct buf *problems)
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

/* Gives the texts their types, completed by the network's preset. What a text must be, its row has
 * said already: only what is missing is a new problem here. */
static enum err resolve(struct settings *s, const struct raw_settings *raw, struct buf *problems)
{
    s->agent_name = raw->agent_name;
    s->inft_token_id = raw->inft_token_id;
    s->head_max_age_ms = raw->head_max_age_ms;
    s->max_requests_per_min = raw->max_requests_per_min;
    s->has_ledger = raw->ledger && !address_parse(raw->ledger, &s->ledger);
    s->has_wallet = raw->wallet && !address_parse(raw->wallet, &s->wallet);
    s->network = network_find(raw->network ? raw->network : "local");
    if (!s->network)
        return ERR_CONFIG; /* and nobody knows what its preset would hold */
    enum err private = cidr_list_parse(
        raw->allow_private ? raw->allow_private : s->network->private_allowed, &s->allow_private);
    enum err rpc = resolve_rpc(s, raw->chain_rpc, problems);
    enum err serving = resolve_serving(s, raw->serving, problems);
    enum err run = resolve_run(s, raw->run);
    return private ? private : rpc ? rpc : serving ? serving : run;
}

enum err settings_load(struct settings *s, config_lookup lookup, char *const *environment,
                       struct buf *problems)
{
    *s = (struct settings){.arena = arena_make(0), .warnings = buf_make(64 * 1024)};
    struct raw_settings raw;
    enum err secret = refuse_secrets(lookup, problems);
    enum err read = config_read(rows, ROW_COUNT, lookup, &raw, problems);
    enum err resolved = resolve(s, &raw, problems);
    config_unknown(rows, ROW_COUNT, environment, "ZG_", &s->warnings);
    return secret ? secret : read ? read : resolved;
}

void settings_free(struct settings *s)
{
    buf_free(&s->warnings);
    arena_free(&s->arena);
}

static void print_address(struct buf *out, const char *name, bool given,
                          const struct address *address, const char *otherwise)
{
    char text[ADDRESS_TEXT_BYTES];
    buf_printf(out, "%s=%s\n", name, given ? address_text(address, text) : otherwise);
}

void settings_print(const struct settings *s, struct buf *out)
{
    buf_printf(out, "ZG_NETWORK=%s (chain id %" PRIu64 ")\n", s->network->name,
               s->network->chain_id);
    buf_printf(out, "ZG_CHAIN_RPC=%s\n",
               s->chain_rpc.shown[0] == '$' ? "(set; not shown)" : s->chain_rpc.shown);
    print_address(out, "ZG_SERVING_CONTRACT", true, &s->serving, "");
    print_address(out, "ZG_LEDGER_CONTRACT", s->has_ledger, &s->ledger,
                  "(read from the serving contract)");
    print_address(out, "ZG_WALLET_ADDRESS", s->has_wallet, &s->wallet, "(not set)");
    buf_printf(out, "ZG_AGENT_NAME=%s\n", s->agent_name ? s->agent_name : "(not set)");
    buf_printf(out, "ZG_INFT_TOKEN_ID=%s\n", s->inft_token_id ? s->inft_token_id : "(not set)");
    buf_printf(out, "RUN: %s\n", s->jobs_path ? s->jobs_path : "(not set)");
    buf_printf(out, "ZG_ALLOW_PRIVATE=%zu ranges\n", s->allow_private.count);
    buf_printf(out, "ZG_HEAD_MAX_AGE_MS=%" PRId64 "\n", s->head_max_age_ms);
    buf_printf(out, "ZG_MAX_REQ_PER_MIN=%" PRId64 "\n", s->max_requests_per_min);
}
