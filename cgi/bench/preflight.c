#include "bench/preflight.h"

#include "bench/cost.h"
#include "bench/prompts.h"
#include "zerog/funding.h"
#include "zerog/session.h"
#include <stdarg.h>
#include <string.h>

enum { PROBLEM_BYTES = 1024 };

/* 0G's CLI opens no ledger with less, whatever the contract's minimum: MIN_LEDGER_BALANCE_OG of npm
 * @0gfoundation/0g-compute-ts-sdk 0.9.0. */
#define CLI_LEAST_LEDGER (3 * NEURON_PER_0G)

#define PROVIDER_PATH "/v1/proxy/chat/completions"
#define OPENAI_PATH   "/chat/completions" /* the configured URL ends in /v1 */

/* The reading under way. */
struct looking {
    const struct bench_means *means;
    const struct bench_plan *plan;
    struct arena *arena;
    struct preflight *p;
    enum err err;
};

static const char *format(struct looking *l, const char *text, va_list args)
{
    struct buf line = buf_make(PROBLEM_BYTES);
    buf_vprintf(&line, text, args);
    const char *copy = arena_strndup(l->arena, buf_str(&line), line.len);
    buf_free(&line);
    if (!copy)
        l->err = ERR_NO_MEMORY;
    return copy ? copy : "";
}

static struct preflight_problem *complain(struct looking *l, const char *code, const char *text,
                                          ...) __attribute__((format(printf, 3, 4)));

static struct preflight_problem *complain(struct looking *l, const char *code, const char *text,
                                          ...)
{
    static struct preflight_problem none; /* written, never read */
    va_list args;
    if (l->p->problem_count == PREFLIGHT_PROBLEMS_MAX)
        return &none;
    struct preflight_problem *problem = &l->p->problems[l->p->problem_count++];
    va_start(args, text);
    *problem = (struct preflight_problem){.code = code, .text = format(l, text, args)};
    va_end(args);
    return problem;
}

static const char *command(struct looking *l, const char *text, ...)
    __attribute__((format(printf, 2, 3)));

static const char *command(struct looking *l, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    const char *line = format(l, text, args);
    va_end(args);
    return line;
}

/* Router and baseline -------------------------------------------------------------------------- */

/* A configured endpoint and what its names begin with. */
struct configured {
    enum job_endpoint kind;
    const char *what;
    const struct endpoint *endpoint; /* NULL: not configured */
    const char *key, *model;
};

static void add_configured(struct looking *l, const struct configured *given)
{
    const char *what = given->what;
    const size_t before = l->p->problem_count;
    if (!given->endpoint)
        complain(l, "no_endpoint",
                 "no %s is configured · set ZG_%s_URL to its base URL (as "
                 "https://host/v1)",
                 what, what);
    if (!given->key)
        complain(l, "no_key", "no key of the %s is configured · set ZG_%s_API_KEY_FILE", what,
                 what);
    if (!given->model)
        complain(l, "no_model", "no model of the %s is named · %s", what,
                 given->kind == ENDPOINT_BASELINE ? "set ZG_BASELINE_MODEL"
                                                  : "name one in the request");
    if (l->p->problem_count > before)
        return;
    l->p->targets[l->p->target_count++] = (struct bench_target){.kind = given->kind,
                                                                .endpoint = *given->endpoint,
                                                                .path = OPENAI_PATH,
                                                                .url = given->endpoint->shown,
                                                                .model = given->model,
                                                                .key = given->key};
}

static void add_router(struct looking *l)
{
    const struct bench_settings *bench = &l->means->settings->bench;
    const struct bench_plan *plan = l->plan;
    char name[ADDRESS_TEXT_BYTES];
    add_configured(l, &(struct configured){.kind = ENDPOINT_ROUTER,
                                           .what = "ROUTER",
                                           .endpoint = bench->has_router ? &bench->router : NULL,
                                           .key = l->means->router_key,
                                           .model = plan->model});
    if (l->p->target_count == 0 || plan->provider_count == 0)
        return;
    const char *asked = arena_strdup(l->arena, address_text(&plan->providers[0], name));
    l->p->targets[0].asks_for = asked;
    if (!asked)
        l->err = ERR_NO_MEMORY;
}

/* Beside other endpoints it is of its own model: theirs is the plan's. */
static void add_baseline(struct looking *l)
{
    const struct bench_settings *bench = &l->means->settings->bench;
    const char *named = l->plan->kind == ENDPOINT_BASELINE ? l->plan->model : NULL;
    add_configured(l,
                   &(struct configured){.kind = ENDPOINT_BASELINE,
                                        .what = "BASELINE",
                                        .endpoint = bench->has_baseline ? &bench->baseline : NULL,
                                        .key = l->means->baseline_key,
                                        .model = named ? named : bench->baseline_model});
}

/* Providers ------------------------------------------------------------------------------------ */

static const char *copy_text(struct looking *l, const struct serving_text *text)
{
    const char *copy = text->err ? NULL : arena_strndup(l->arena, text->text.bytes, text->text.len);
    return copy && strlen(copy) == text->text.len ? copy : NULL;
}

static bool text_is(const struct serving_text *text, const char *word)
{
    return !text->err && text->text.len == strlen(word) &&
           memcmp(text->text.bytes, word, text->text.len) == 0;
}

static bool is_allowed(const struct bench_settings *bench, const struct address *provider)
{
    for (size_t i = 0; i < bench->allowed_count; i++)
        if (address_equal(&bench->allowed[i], provider))
            return true;
    return bench->allows_all;
}

/* The services that the plan means: the named ones, else those with its model, else the configured
 * one. */
static size_t choose(struct looking *l, struct address *chosen)
{
    const struct bench_settings *bench = &l->means->settings->bench;
    const struct bench_plan *plan = l->plan;
    size_t count = plan->provider_count;
    for (size_t i = 0; i < count; i++)
        chosen[i] = plan->providers[i];
    if (count > 0)
        return count;
    for (size_t i = 0; plan->model && i < l->p->chain.service_count && count == 0; i++) {
        const struct service *s = &l->p->chain.services[i];
        if (!s->err && text_is(&s->model, plan->model) && is_allowed(bench, &s->provider))
            chosen[count++] = s->provider;
    }
    if (count > 0)
        return count;
    if (plan->model) {
        complain(l, "no_provider",
                 "no provider that may be called serves this model · name its "
                 "provider, or add it to ZG_BENCH_ALLOW");
    } else if (bench->has_provider) {
        chosen[count++] = bench->provider;
    } else {
        complain(l, "no_provider",
                 "no provider is named · name one in the request, or set "
                 "ZG_BENCH_PROVIDER");
    }
    return count;
}

static void check_service(struct looking *l, struct bench_target *target, const char *name)
{
    const struct service *s = target->service;
    const char *url = copy_text(l, &s->url);
    target->model = copy_text(l, &s->model);
    target->path = PROVIDER_PATH;
    target->url = url;
    if (!url ||
        endpoint_make(&target->endpoint, name, url, &l->means->settings->allow_private, l->arena))
        complain(l, "bad_url", "provider %s: its registered URL cannot be used", name);
    if (!target->model || !*target->model)
        complain(l, "no_model", "provider %s: it registered no model", name);
    else if (l->plan->model && strcmp(l->plan->model, target->model) != 0)
        complain(l, "wrong_model", "provider %s: it does not serve the model asked for", name);
    if (!text_is(&s->service_type, "chatbot"))
        complain(l, "wrong_type", "provider %s: its service is no chat", name);
    if (s->input_price.err || s->output_price.err)
        complain(l, "bad_price", "provider %s: its price is too large to count with", name);
    target->input_price = s->input_price.err ? 0 : s->input_price.neuron;
    target->output_price = s->output_price.err ? 0 : s->output_price.neuron;
    if (!s->has_tee || !s->tee_acknowledged)
        complain(l, "signer_not_acknowledged",
                 "provider %s: 0G has not acknowledged its TEE signer, so it refuses paid requests "
                 "· use another provider",
                 name);
}

static void add_provider(struct looking *l, const struct address *provider)
{
    char name[ADDRESS_TEXT_BYTES];
    struct bench_target *target = &l->p->targets[l->p->target_count++];
    *target = (struct bench_target){.kind = ENDPOINT_PROVIDER,
                                    .provider = *provider,
                                    .service = onchain_service(&l->p->chain, provider),
                                    .account = onchain_account(&l->p->chain, provider)};
    address_text(provider, name);
    if (!is_allowed(&l->means->settings->bench, provider))
        complain(l, "not_allowed", "provider %s: it may not be called · add it to ZG_BENCH_ALLOW",
                 name);
    if (target->service)
        check_service(l, target, name);
    else
        complain(l, "no_service", "provider %s: the contract lists no such provider", name);
}

/* Money ---------------------------------------------------------------------------------------- */

static amount least(amount a, amount b)
{
    return a < b ? a : b;
}

static amount most(amount a, amount b)
{
    return a > b ? a : b;
}

/* What the calls of one provider may cost at worst; what is missing in its sub-account. */
static void judge_worst_case(struct looking *l, struct bench_target *target, const char *name)
{
    const struct bench_plan *plan = l->plan;
    amount one, all;
    enum err err = cost_worst(PROMPT_BYTES_MAX, plan->max_tokens, target->input_price,
                              target->output_price, &one);
    if (!err)
        err = amount_mul(one, plan->calls + plan->warmup, &all);
    if (!err)
        err = amount_add(l->p->worst_case, all, &l->p->worst_case);
    if (err) {
        complain(l, "bad_price", "provider %s: its price is too large to count with", name);
        return;
    }
    if (one > plan->max_spend) {
        char text[AMOUNT_TEXT_BYTES];
        complain(l, "budget_too_small",
                 "provider %s: one call may cost %s neuron, which is above maxSpendNeuron", name,
                 amount_text(one, text));
    }
    target->required = least(all, plan->max_spend) + PROVIDER_MINIMUM;
}

static amount spendable(const struct serving_account *account)
{
    return account ? funding_spendable(account->balance, account->pending_refund) : 0;
}

/* What has to be transferred to a sub-account; 0: nothing. */
static amount lack(const struct looking *l, const struct bench_target *target)
{
    const amount has = spendable(target->account);
    const amount missing = target->required > has ? target->required - has : 0;
    return missing && !target->account ? most(missing, l->p->chain.least_transfer) : missing;
}

static void set_missing(struct preflight_problem *problem, amount missing, const char *remedy)
{
    problem->has_missing = true;
    problem->missing = missing;
    problem->command = remedy;
}

/* 0G's CLI reads an amount as a double, which may be some neuron less than what was written, unless
 * it is a whole number of 0G: the next millionth of a 0G, and one more. */
static char *cli_amount(amount neuron, char coins[COINS_TEXT_BYTES])
{
    const amount millionth = NEURON_PER_0G / 1000000;
    if (neuron % NEURON_PER_0G != 0)
        neuron = (neuron / millionth + 2) * millionth;
    return amount_coins(neuron, coins);
}

/* In the order in which it is mended: coins in the wallet, then the ledger, then sub-accounts. */
static void judge_wallet(struct looking *l, amount wanted)
{
    const struct onchain *chain = &l->p->chain;
    const amount available = chain->has_ledger ? chain->ledger.available : 0;
    amount deposit = wanted > available ? wanted - available : 0;
    char coins[COINS_TEXT_BYTES];
    if (!chain->has_ledger)
        deposit = most(deposit, most(chain->least_deposit, CLI_LEAST_LEDGER));
    if (deposit == 0)
        return;
    if (chain->coins < deposit) /* and gas, which is little beside it */
        set_missing(complain(l, "wallet_low",
                             "the wallet itself holds %s 0G, less than the deposit that is missing "
                             "and its gas · send 0G to it (on the test network from "
                             "https://faucet.0g.ai)",
                             amount_coins(chain->coins, coins)),
                    deposit - chain->coins, NULL);
    struct preflight_problem *problem =
        chain->has_ledger ? complain(l, "ledger_low",
                                     "the ledger has %s 0G available, less than is to be "
                                     "transferred",
                                     amount_coins(available, coins))
                          : complain(l, "no_ledger", "the wallet has no ledger");
    set_missing(problem, deposit,
                command(l, "0g-compute-cli deposit --amount %s", cli_amount(deposit, coins)));
}

static void judge_account(struct looking *l, const struct bench_target *target, const char *name)
{
    const struct serving_account *account = target->account;
    const amount missing = lack(l, target);
    char coins[COINS_TEXT_BYTES], needs[COINS_TEXT_BYTES];
    if (missing > 0) {
        amount_coins(target->required, needs);
        struct preflight_problem *problem =
            account ? complain(l, "balance_low",
                               "the sub-account with provider %s holds %s 0G; the run needs %s 0G, "
                               "of which the provider wants 1 0G to stay locked",
                               name, amount_coins(spendable(account), coins), needs)
                    : complain(l, "no_sub_account",
                               "the wallet has no sub-account with provider %s; the run needs %s "
                               "0G in it, of which the provider wants 1 0G to stay locked",
                               name, needs);
        set_missing(problem, missing,
                    command(l,
                            "0g-compute-cli transfer-fund --service inference --provider %s "
                            "--amount %s",
                            name, cli_amount(missing, coins)));
    }
    const int id = l->means->settings->bench.session_token_id;
    if (account && id != SESSION_EPHEMERAL && (account->revoked[31 - id / 8] >> id % 8) & 1)
        complain(l, "token_revoked",
                 "the wallet has revoked its tokens of id %d with provider %s · choose another "
                 "ZG_SESSION_TOKEN_ID, or leave it away",
                 id, name);
    if (account && !account->acknowledged)
        complain(l, "not_acknowledged", "the wallet has not acknowledged provider %s", name)
            ->command =
            command(l, "0g-compute-cli inference acknowledge-provider --provider %s", name);
}

static void judge_money(struct looking *l)
{
    char name[ADDRESS_TEXT_BYTES];
    amount wanted = 0;
    for (size_t i = 0; i < l->p->target_count; i++) {
        struct bench_target *target = &l->p->targets[i];
        if (target->service)
            judge_worst_case(l, target, address_text(&target->provider, name));
        wanted += lack(l, target);
    }
    judge_wallet(l, wanted);
    for (size_t i = 0; i < l->p->target_count; i++) {
        struct bench_target *target = &l->p->targets[i];
        if (target->service)
            judge_account(l, target, address_text(&target->provider, name));
    }
}

static void look_at_providers(struct looking *l, const atomic_bool *stop, struct http_client *http)
{
    const struct signer *account = l->means->account;
    struct address chosen[PLAN_MAX_PROVIDERS];
    if (!account)
        complain(l, "no_wallet_key",
                 "there is no key to sign with · set ZG_CHAIN_PRIVATE_KEY_FILE");
    enum err err = onchain_read(l->means->settings, account ? signer_address(account) : NULL, http,
                                ONCHAIN_TIMEOUT_MS, l->arena, stop, &l->p->chain);
    if (err == ERR_NO_MEMORY || err == ERR_CANCELLED) {
        l->err = err;
        return;
    }
    if (err) {
        complain(l, "chain_unreadable", "the chain cannot be read: %s · check ZG_CHAIN_RPC",
                 err_text(err));
        return;
    }
    const size_t count = choose(l, chosen);
    for (size_t i = 0; i < count; i++)
        add_provider(l, &chosen[i]);
    if (account)
        judge_money(l);
}

enum err preflight(const struct bench_means *means, const struct bench_plan *plan,
                   struct http_client *http, struct arena *arena, const atomic_bool *stop,
                   struct preflight *p)
{
    struct looking l = {.means = means, .plan = plan, .arena = arena, .p = p};
    *p = (struct preflight){0};
    if (plan->kind == ENDPOINT_PROVIDER)
        look_at_providers(&l, stop, http);
    if (plan->kind == ENDPOINT_ROUTER)
        add_router(&l);
    if (plan->kind == ENDPOINT_BASELINE || plan->with_baseline)
        add_baseline(&l);
    return l.err;
}

static void put_money(struct json_writer *w, const char *key, amount money)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, amount_text(money, text));
}

static void put_problem(struct json_writer *w, const struct preflight_problem *problem)
{
    json_open_object(w, NULL);
    json_put_str(w, "code", problem->code);
    json_put_str(w, "detail", problem->text);
    json_put_str(w, "command", problem->command);
    if (problem->has_missing)
        put_money(w, "missingNeuron", problem->missing);
    else
        json_put_null(w, "missingNeuron");
    json_close_object(w);
}

static void put_target(struct json_writer *w, const struct bench_target *target)
{
    char name[ADDRESS_TEXT_BYTES];
    const bool is_provider = target->kind == ENDPOINT_PROVIDER;
    json_open_object(w, NULL);
    json_put_str(w, "kind", job_endpoint_name(target->kind));
    json_put_str(w, "provider",
                 is_provider ? address_text(&target->provider, name) : target->asks_for);
    json_put_str(w, "url", target->url);
    json_put_str(w, "model", target->model);
    if (is_provider && target->service) {
        put_money(w, "inputPriceNeuron", target->input_price);
        put_money(w, "outputPriceNeuron", target->output_price);
        put_money(w, "requiredNeuron", target->required);
    }
    if (target->account) {
        put_money(w, "subAccountNeuron", target->account->balance);
        put_money(w, "pendingRefundNeuron", target->account->pending_refund);
    }
    json_close_object(w);
}

static void put_wallet(struct json_writer *w, const struct bench_means *means,
                       const struct onchain *chain)
{
    char address[ADDRESS_TEXT_BYTES];
    if (!means->account || chain->block == 0) {
        json_put_null(w, "wallet");
        return;
    }
    json_open_object(w, "wallet");
    json_put_str(w, "address", address_text(signer_address(means->account), address));
    put_money(w, "balanceNeuron", chain->coins);
    json_put_bool(w, "hasLedger", chain->has_ledger);
    put_money(w, "ledgerAvailableNeuron", chain->ledger.available);
    put_money(w, "ledgerTotalNeuron", chain->ledger.total);
    put_money(w, "minimumDepositNeuron", chain->least_deposit);
    put_money(w, "minimumTransferNeuron", chain->least_transfer);
    put_money(w, "providerLockNeuron", PROVIDER_MINIMUM);
    json_close_object(w);
}

static void put_offer(struct json_writer *w, enum job_endpoint kind, const char *provider,
                      const char *model, size_t model_len)
{
    json_open_object(w, NULL);
    json_put_str(w, "kind", job_endpoint_name(kind));
    json_put_str(w, "provider", provider);
    if (model)
        json_put_strn(w, "model", model, model_len);
    else
        json_put_null(w, "model");
    json_close_object(w);
}

/* A chat that may be called. Whether it can be paid is judged once a plan names it. */
static bool is_offered(const struct bench_settings *bench, const struct service *s)
{
    return !s->err && !s->model.err && s->model.text.len > 0 &&
           text_is(&s->service_type, "chatbot") && is_allowed(bench, &s->provider);
}

static void put_offers(struct json_writer *w, const struct bench_settings *bench,
                       const struct onchain *chain)
{
    const char *model = bench->baseline_model;
    char name[ADDRESS_TEXT_BYTES];
    json_open_array(w, "offers");
    for (size_t i = 0; i < chain->service_count; i++) {
        const struct service *s = &chain->services[i];
        if (is_offered(bench, s))
            put_offer(w, ENDPOINT_PROVIDER, address_text(&s->provider, name), s->model.text.bytes,
                      s->model.text.len);
    }
    if (bench->has_router)
        put_offer(w, ENDPOINT_ROUTER, NULL, NULL, 0);
    if (bench->has_baseline)
        put_offer(w, ENDPOINT_BASELINE, NULL, model, model ? strlen(model) : 0);
    json_close_array(w);
}

void preflight_put(struct json_writer *w, const struct bench_means *means,
                   const struct bench_plan *plan, const struct preflight *p)
{
    json_open_object(w, NULL);
    json_put_bool(w, "ready", p->problem_count == 0);
    json_open_array(w, "problems");
    for (size_t i = 0; i < p->problem_count; i++)
        put_problem(w, &p->problems[i]);
    json_close_array(w);
    json_put_str(w, "network", means->settings->network->name);
    if (p->chain.block)
        json_put_int(w, "priceBlock", (int64_t)p->chain.block);
    else
        json_put_null(w, "priceBlock");
    put_wallet(w, means, &p->chain);
    json_open_array(w, "endpoints");
    for (size_t i = 0; i < p->target_count; i++)
        put_target(w, &p->targets[i]);
    json_close_array(w);
    put_money(w, "worstCaseNeuron", p->worst_case);
    put_money(w, "maxSpendNeuron", plan->max_spend);
    put_offers(w, &means->settings->bench, &p->chain);
    plan_put(w, "plan", plan);
    json_close_object(w);
}
