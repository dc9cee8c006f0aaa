#include "bench/order.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "bench/methodology.h"
#include "bench/prompts.h"
#include "net/http.h"
#include "zerog/tee.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

struct bench_order *order_new(void)
{
    struct bench_order *order = calloc(1, sizeof *order);
    if (order)
        order->arena = arena_make(0);
    return order;
}

void order_free(struct bench_order *order)
{
    if (!order)
        return;
    arena_free(&order->arena);
    free(order);
}

/* "b-20260115-102231-7f3a", UTC. */
static enum err make_id(int64_t now_ms, char id[RUN_ID_BYTES])
{
    uint8_t random[2];
    struct tm tm;
    const time_t seconds = (time_t)(now_ms / 1000);
    char when[32];
    if (!crypto_random(random, sizeof random) || !gmtime_r(&seconds, &tm))
        return ERR_SYSTEM;
    strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
    snprintf(id, RUN_ID_BYTES, "b-%s-%02x%02x", when, random[0], random[1]);
    return ERR_OK;
}

static const char *host_text(struct arena *arena)
{
    struct utsname name;
    char text[256];
    if (uname(&name) != 0)
        return arena_strdup(arena, "unknown");
    snprintf(text, sizeof text, "%ld CPU, %.60s %.60s, %.60s", sysconf(_SC_NPROCESSORS_ONLN),
             name.sysname, name.release, name.machine);
    return arena_strdup(arena, text);
}

static const char *own_address(struct arena *arena, const struct address *address)
{
    char text[ADDRESS_TEXT_BYTES];
    return arena_strdup(arena, address_text(address, text));
}

static enum err put_environment(struct bench_order *order, const struct bench_means *means,
                                struct bench_environment *e)
{
    struct arena *arena = &order->arena;
    const struct settings *settings = means->settings;
    const bool on_chain = order->plan.kind == ENDPOINT_PROVIDER;
    char libraries[HTTP_LIBRARIES_BYTES];
    *e = (struct bench_environment){
        .network = settings->network->display_name,
        .chain_id = on_chain ? settings->network->chain_id : 0,
        .simulated = settings->network->simulated,
        .price_block = order->preflight.chain.block,
        .agent_version = settings->agent_version,
        .client = "0g-inference-metrics " VERSION " (commit " COMMIT ", built gcc " __VERSION__ ")",
        .host = host_text(arena),
        .libraries = arena_strdup(arena, http_libraries(libraries)),
        .region = settings->bench.region,
    };
    if (on_chain) {
        e->contract = own_address(arena, &settings->serving);
        e->wallet = own_address(arena, signer_address(means->account));
    }
    return e->host && e->libraries && (!on_chain || (e->contract && e->wallet)) ? ERR_OK
                                                                                : ERR_NO_MEMORY;
}

static enum err put_endpoint(struct bench_order *order, const struct bench_target *target,
                             struct bench_endpoint *e)
{
    struct address signer;
    *e = (struct bench_endpoint){.kind = target->kind,
                                 .provider = target->asks_for,
                                 .url = target->url,
                                 .model = target->model,
                                 .hardware = target->hardware,
                                 .no_hardware = target->no_hardware};
    if (target->kind != ENDPOINT_PROVIDER)
        return ERR_OK;
    e->provider = own_address(&order->arena, &target->provider);
    e->priced = true;
    e->input_price = target->input_price;
    e->output_price = target->output_price;
    if (tee_signer(target->service, &signer) == ERR_OK) {
        e->tee_signer = own_address(&order->arena, &signer);
        e->signer_acknowledged = target->service->tee_acknowledged;
    }
    return e->provider ? ERR_OK : ERR_NO_MEMORY;
}

/* The plan as it is carried out: what was found by the model or by default is named. */
static struct bench_plan resolved_plan(const struct bench_order *order)
{
    struct bench_plan plan = order->plan;
    if (plan.kind != ENDPOINT_PROVIDER)
        return plan;
    plan.provider_count = order->preflight.target_count - plan.with_baseline;
    for (size_t i = 0; i < plan.provider_count; i++)
        plan.providers[i] = order->preflight.targets[i].provider;
    return plan;
}

enum err order_head(struct bench_order *order, const struct bench_means *means,
                    const struct bench_calibration *calibration, struct bench_head *head)
{
    struct arena *arena = &order->arena;
    const size_t count = order->preflight.target_count;
    struct bench_endpoint *endpoints = arena_array(arena, count, sizeof *endpoints);
    char sha256[PROMPTS_SHA256_TEXT_BYTES];
    if (!endpoints)
        return ERR_NO_MEMORY;
    *head = (struct bench_head){.started_wall_ms = clock_wall_ms(),
                                .plan = resolved_plan(order),
                                .endpoints = endpoints,
                                .endpoint_count = count,
                                .calibration = *calibration,
                                .prompts = {.set = PROMPT_SET}};
    head->prompts.sha256 = arena_strdup(arena, prompts_sha256(sha256));
    enum err err = head->prompts.sha256 ? make_id(head->started_wall_ms, head->id) : ERR_NO_MEMORY;
    if (!err)
        err = put_environment(order, means, &head->environment);
    for (size_t i = 0; i < count && !err; i++)
        err = put_endpoint(order, &order->preflight.targets[i], &endpoints[i]);
    return err ? err : methodology_make(head, arena);
}
