#include "bench/methodology.h"

#include "bench/cost.h"
#include <inttypes.h>

enum { SENTENCES_MAX = 16, SENTENCE_BYTES = 1024 };

struct sentences {
    struct arena *arena;
    const char **list;
    size_t count;
    enum err err;
};

static void say(struct sentences *s, const char *text, ...) __attribute__((format(printf, 2, 3)));

static void say(struct sentences *s, const char *text, ...)
{
    va_list args;
    struct buf line = buf_make(SENTENCE_BYTES);
    va_start(args, text);
    buf_vprintf(&line, text, args);
    va_end(args);
    s->list[s->count] = line.err ? NULL : arena_strndup(s->arena, buf_str(&line), line.len);
    if (!s->list[s->count++])
        s->err = ERR_NO_MEMORY;
    buf_free(&line);
}

static void say_order(struct sentences *s, const struct bench_head *head)
{
    const struct bench_plan *plan = &head->plan;
    const char *each = head->endpoint_count > 1 ? " to each endpoint in turn" : "";
    const char *connection = plan->new_connections ? "a new connection for each call"
                                                   : "connections are kept open between calls";
    if (plan->rate_per_min)
        say(s,
            "%u calls%s after %u for warm-up, started at a fixed rate of %u a minute whether or "
            "not "
            "earlier ones have ended (open loop, at most %d in flight); %s.",
            plan->calls, each, plan->warmup, plan->rate_per_min, PLAN_MAX_IN_FLIGHT, connection);
    else
        say(s,
            "%u calls%s after %u for warm-up, one after the other (closed loop, concurrency 1); "
            "%s.",
            plan->calls, each, plan->warmup, connection);
}

static void say_request(struct sentences *s, const struct bench_head *head)
{
    const struct bench_plan *plan = &head->plan;
    say(s,
        "Streaming with usage, temperature 0, max_tokens %u, seed %" PRIu64 ", prompt set %s "
        "(sha256 %s); %s.",
        plan->max_tokens, plan->seed, plan->prompt_set, head->prompts.sha256,
        plan->cache_allowed ? "prompts repeat between runs, so caches may help"
                            : "each prompt begins with a text of its own, so that no cache of "
                              "prefixes can help");
}

static void say_cost(struct sentences *s, const struct bench_head *head)
{
    char coins[COINS_TEXT_BYTES];
    if (head->plan.with_baseline)
        say(s, "The baseline is called in turn with the others, so that the time of day weighs on "
               "all alike. Its costs are not known.");
    if (head->plan.kind != ENDPOINT_PROVIDER) {
        say(s, "Costs are not known: no price of this endpoint is on chain.");
        return;
    }
    say(s,
        "A call starts only when its worst case, (bytes of the prompt + %d) x input price + "
        "max_tokens x output price, still fits under %s 0G together with what was spent and "
        "reserved before; that a text has no more tokens than bytes is an assumption. A call "
        "without final usage is booked at that worst case and shown with a sign for at most.",
        COST_TEMPLATE_TOKENS, amount_coins(head->plan.max_spend, coins));
}

enum err methodology_make(struct bench_head *head, struct arena *arena)
{
    const struct bench_plan *plan = &head->plan;
    struct sentences s = {.arena = arena};
    s.list = arena_array(arena, SENTENCES_MAX, sizeof *s.list);
    if (!s.list)
        return ERR_NO_MEMORY;
    say_order(&s, head);
    say_request(&s, head);
    say(&s,
        "Latency runs from just before the request is handed to libcurl to the last byte of the "
        "reply, on the monotonic clock in microseconds. Time to first token: the first event "
        "with text, be it content or reasoning. The set-up of a connection is reported apart.");
    if (plan->rate_per_min)
        say(&s, "Keeping an ended call durably, between the events of others, may delay their "
                "stamps by one write to the disk.");
    say(&s,
        "Success: a whole HTTP reply with status 2xx, a token, a finish_reason or [DONE], no "
        "error object, within the time-outs: connect %d ms, first token %d ms, silence %d ms, "
        "whole call %d ms. Every other call has exactly one class of failure. Nothing is "
        "retried.",
        plan->timeouts.connect_ms, plan->timeouts.first_token_ms, plan->timeouts.stall_ms,
        plan->timeouts.total_ms);
    say_cost(&s, head);
    if (plan->kind == ENDPOINT_PROVIDER)
        say(&s, "The TEE signature of every response is fetched and checked after the last call.");
    say(&s,
        "The run ends early after %d failures in a row, after %" PRId64 " s, at its budget, or "
        "when it is cancelled.",
        PLAN_MAX_CONSECUTIVE_FAILURES, plan->max_duration_ms / 1000);
    head->sentences = s.list;
    head->sentence_count = s.count;
    return s.err;
}
