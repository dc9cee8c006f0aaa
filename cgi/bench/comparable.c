#include "bench/comparable.h"

#include <inttypes.h>
#include <string.h>

struct finding {
    struct buf *out;
    unsigned count;
};

static void find_number(struct finding *f, const char *what, int64_t a, int64_t b)
{
    if (a != b)
        buf_printf(f->out, "%s%s (%" PRId64 " against %" PRId64 ")", f->count++ ? ", " : "", what,
                   a, b);
}

static void find_text(struct finding *f, const char *what, const char *a, const char *b)
{
    const char *x = a ? a : "none", *y = b ? b : "none";
    if (strcmp(x, y) != 0)
        buf_printf(f->out, "%s%s (%s against %s)", f->count++ ? ", " : "", what, x, y);
}

static void find_amount(struct finding *f, const char *what, amount a, amount b)
{
    char x[AMOUNT_TEXT_BYTES], y[AMOUNT_TEXT_BYTES];
    find_text(f, what, amount_text(a, x), amount_text(b, y));
}

static void find_in_endpoints(struct finding *f, const struct bench_head *a,
                              const struct bench_head *b)
{
    find_number(f, "number of endpoints", (int64_t)a->endpoint_count, (int64_t)b->endpoint_count);
    for (size_t i = 0; i < a->endpoint_count && i < b->endpoint_count; i++) {
        const struct bench_endpoint *x = &a->endpoints[i], *y = &b->endpoints[i];
        find_text(f, "kind of endpoint", job_endpoint_name(x->kind), job_endpoint_name(y->kind));
        find_text(f, "model", x->model, y->model);
        find_text(f, "price known", x->priced ? "yes" : "no", y->priced ? "yes" : "no");
        find_amount(f, "input price", x->input_price, y->input_price);
        find_amount(f, "output price", x->output_price, y->output_price);
    }
}

unsigned comparable_put_obstacles(struct buf *out, const struct bench_head *a,
                                  const struct bench_head *b, enum comparison comparison)
{
    const struct bench_plan *p = &a->plan, *q = &b->plan;
    struct finding f = {.out = out};
    find_text(&f, "prompt set", a->prompts.set, b->prompts.set);
    find_text(&f, "prompts' SHA-256", a->prompts.sha256, b->prompts.sha256);
    find_number(&f, "seed", (int64_t)p->seed, (int64_t)q->seed);
    find_number(&f, "maxTokens", p->max_tokens, q->max_tokens);
    find_number(&f, "starts a minute", p->rate_per_min, q->rate_per_min);
    find_number(&f, "warm-up calls", p->warmup, q->warmup);
    find_text(&f, "cache", p->cache_allowed ? "allow" : "fresh",
              q->cache_allowed ? "allow" : "fresh");
    find_text(&f, "connections", p->new_connections ? "new" : "kept",
              q->new_connections ? "new" : "kept");
    find_number(&f, "connect time-out, ms", p->timeouts.connect_ms, q->timeouts.connect_ms);
    find_number(&f, "first-token time-out, ms", p->timeouts.first_token_ms,
                q->timeouts.first_token_ms);
    find_number(&f, "total time-out, ms", p->timeouts.total_ms, q->timeouts.total_ms);
    find_number(&f, "stall time-out, ms", p->timeouts.stall_ms, q->timeouts.stall_ms);
    find_text(&f, "provider delays", a->environment.simulated ? "programmed" : "real",
              b->environment.simulated ? "programmed" : "real");
    if (comparison == COMPARE_SAME)
        find_in_endpoints(&f, a, b);
    return f.count;
}
