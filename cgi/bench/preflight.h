/* What has to be so before a run may spend anything, read from the chain: the services exist and
 * their signers are acknowledged, the wallet has a ledger and sub-accounts, and these hold the
 * run's worst case beside what a provider wants locked. All that is missing is said at once, each
 * with the command of 0G's own CLI that mends it. We never move the operator's funds. */
#ifndef BENCH_PREFLIGHT_H
#define BENCH_PREFLIGHT_H

#include "base/arena.h"
#include "base/json.h"
#include "bench/onchain.h"
#include "bench/plan.h"
#include "eth/sign.h"
#include "net/endpoint.h"
#include "zerog/settings.h"
#include <stdatomic.h>

/* What a run may use. All of it outlives the run and is not changed meanwhile. */
struct bench_means {
    const struct settings *settings;
    const struct signer *account;          /* NULL: there is no key */
    const char *router_key, *baseline_key; /* secrets; NULL: none */
};

/* An endpoint as it is called. Texts live in the arena. */
struct bench_target {
    enum job_endpoint kind;
    struct endpoint endpoint;
    const char *path;
    const char *url; /* as it may be shown */
    const char *model;
    const char *key;      /* of router and baseline; a provider gets a session token */
    const char *asks_for; /* router: the provider's address; NULL: its own choice */
    /* Of what the provider declares in its quote; see bench/hardware.h. */
    const char *hardware, *no_hardware;
    struct address provider; /* kind provider only, as are all below */
    const struct service *service;
    amount input_price, output_price; /* neuron per token */
    const struct serving_account *account;
    amount required; /* neuron that its sub-account has to hold */
};

enum { PREFLIGHT_PROBLEMS_MAX = 64 };

struct preflight_problem {
    const char *code;    /* stable word */
    const char *text;    /* for people */
    const char *command; /* that mends it; NULL: none does */
    bool has_missing;
    amount missing; /* neuron */
};

struct preflight {
    struct bench_target targets[PLAN_MAX_ENDPOINTS];
    size_t target_count;
    struct onchain chain; /* kind provider only */
    amount worst_case;    /* of the whole run, before its cap; 0 where nothing is priced */
    struct preflight_problem problems[PREFLIGHT_PROBLEMS_MAX];
    size_t problem_count; /* 0: the run may start */
};

/* Reads and judges; everything of *p lives in `arena` and in the settings. An error only where no
 * judgement could be made (no memory, cancelled): an unreachable node is a problem. */
enum err preflight(const struct bench_means *means, const struct bench_plan *plan,
                   struct http_client *http, struct arena *arena, const atomic_bool *stop,
                   struct preflight *p);

/* The judgement as POST /admin/api/preflight gives it. */
void preflight_put(struct json_writer *w, const struct bench_means *means,
                   const struct bench_plan *plan, const struct preflight *p);

#endif
