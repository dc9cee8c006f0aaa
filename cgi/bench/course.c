#include "bench/course.h"

#include "base/clock.h"
#include "base/log.h"
#include "bench/cost.h"
#include "bench/prompts.h"
#include <stdio.h>
#include <string.h>

enum {
    LOOK_MS = 100,             /* how late a cancel may be noticed */
    RETRY_AFTER_MAX_MS = 30000 /* a longer pause is the run's maximum duration's business */
};

/* A call in flight. */
struct flight {
    struct course *course;
    amount worst;
    char job_id[RUN_ID_BYTES + 32];
};

/* Keeping -------------------------------------------------------------------------------------- */

static struct job_number number(uint64_t value)
{
    return (struct job_number){.known = value <= (uint64_t)JOB_MAX_NUMBER, .value = (int64_t)value};
}

static struct job job_of(const struct course *c, const char *id, unsigned endpoint)
{
    return (struct job){.id = id,
                        .model = c->head->endpoints[endpoint].model,
                        .status = JOB_RUNNING,
                        .provider = c->head->endpoints[endpoint].provider,
                        .endpoint = c->head->endpoints[endpoint].kind,
                        .benchmark_id = c->head->id};
}

static struct job ended_job(const struct course *c, size_t place, char error[OUTCOME_TEXT_BYTES])
{
    const struct bench_call *r = &c->calls[place];
    struct job job = job_of(c, c->job_ids[place], r->endpoint);
    const bool ok = r->outcome == OUTCOME_OK;
    job.status = ok ? JOB_COMPLETED : JOB_FAILED;
    job.started_ms = number((uint64_t)r->start_wall_ms);
    job.ended_ms = number((uint64_t)r->end_wall_ms);
    job.latency_ms = number((uint64_t)(r->end_us - r->start_us + 500) / 1000);
    if (r->tokens == TOKENS_USAGE) {
        job.input_tokens = number(r->input_tokens);
        job.output_tokens = number(r->output_tokens);
    }
    job.chat_id = r->chat_id;
    job.request_sha256 = r->request_sha256;
    job.response_sha256 = r->response_sha256;
    job.proof = r->proof;
    job.error = ok ? NULL : outcome_text(r->outcome, r->http_status, error);
    return job;
}

enum err course_keep(struct course *c, size_t place)
{
    char error[OUTCOME_TEXT_BYTES];
    struct buf line = buf_make(RUN_TEXT_BYTES);
    const struct job job = ended_job(c, place, error);
    record_put_call(&line, &c->calls[place]);
    const struct run_text text = {buf_str(&line), line.len};
    enum err err = line.err
                       ? line.err
                       : store_put_call(c->store, (unsigned)place, &text, &job, clock_wall_ms());
    buf_free(&line);
    return err;
}

static const char *copy(struct course *c, const char *text)
{
    const char *own = text ? arena_strdup(&c->order->arena, text) : NULL;
    if (text && !own)
        c->err = ERR_NO_MEMORY;
    return own;
}

static void add_call(struct course *c, const struct flight *flight, const struct bench_call *said)
{
    struct bench_call *call = &c->calls[c->count];
    uint32_t *stamps = arena_array(&c->order->arena, said->token_count + 1, sizeof *stamps);
    *call = *said;
    call->finish_reason = copy(c, said->finish_reason);
    call->chat_id = copy(c, said->chat_id);
    call->excerpt = copy(c, said->excerpt);
    call->token_us = stamps;
    c->job_ids[c->count] = copy(c, flight->job_id);
    if (!stamps)
        c->err = ERR_NO_MEMORY;
    else if (said->token_count)
        memcpy(stamps, said->token_us, said->token_count * sizeof *stamps);
    if (!c->err)
        c->err = course_keep(c, c->count);
    if (!c->err)
        c->count++;
}

/* One call ------------------------------------------------------------------------------------- */

const struct session *course_session(struct course *c, unsigned endpoint)
{
    struct session *session = &c->sessions[endpoint];
    if (c->head->endpoints[endpoint].kind != ENDPOINT_PROVIDER)
        return NULL;
    const int64_t now = clock_wall_ms();
    if (!session_is_due(session, now))
        return session;
    const struct session_terms terms = {.provider = c->order->preflight.targets[endpoint].provider,
                                        .generation = c->generations[endpoint],
                                        .token_id = c->means->settings->bench.session_token_id};
    char nonce[SESSION_NONCE_BYTES];
    if (session_nonce(nonce))
        return NULL;
    session_make(c->means->account, &terms, nonce, now, session);
    return session;
}

/* The account may have revoked its older tokens since the run began. */
static void renew_session(struct course *c, unsigned endpoint)
{
    struct onchain chain;
    struct arena arena = arena_make(0);
    const struct bench_target *target = &c->order->preflight.targets[endpoint];
    session_wipe(&c->sessions[endpoint]);
    c->revoked[endpoint] = false;
    enum err err = onchain_read(c->means->settings, signer_address(c->means->account), c->aside,
                                ONCHAIN_TIMEOUT_MS, &arena, c->cancelled, &chain);
    const struct serving_account *account = err ? NULL : onchain_account(&chain, &target->provider);
    struct abi view = abi_make(account ? account->generation : NULL, account ? 32 : 0);
    uint64_t generation;
    if (account && abi_u64(&view, 0, &generation) == ERR_OK)
        c->generations[endpoint] = generation;
    arena_free(&arena);
}

static void judge(struct course *c, const struct call_result *result)
{
    const bool ok = result->record.outcome == OUTCOME_OK;
    c->failures = ok ? 0 : c->failures + 1;
    if (result->record.outcome == OUTCOME_RATE_LIMITED && result->retry_after_ms > 0) {
        const int64_t pause = result->retry_after_ms < RETRY_AFTER_MAX_MS ? result->retry_after_ms
                                                                          : RETRY_AFTER_MAX_MS;
        c->not_before_us = clock_mono_us() + pause * 1000;
    }
    const struct bench_call *r = &result->record;
    if (c->head->endpoints[r->endpoint].kind == ENDPOINT_PROVIDER && r->refused &&
        refusal_action(r->refusal) == REFUSAL_RENEWS)
        c->revoked[r->endpoint] = true;
}

static void call_ended(void *user, const struct call_result *result)
{
    struct flight *flight = user;
    struct course *c = flight->course;
    const struct bench_call *r = &result->record;
    budget_book(&c->budget, flight->worst, r->cost_known ? r->cost : 0);
    if (!c->err)
        add_call(c, flight, r);
    if (c->err) {
        log_event(LOG_ERROR, "call_not_kept", "run", c->head->id, "error", err_name(c->err), NULL);
        return;
    }
    judge(c, result);
    c->told(c->user, c);
}

/* The place of a call in the run, counted through its endpoints. */
struct turn {
    unsigned endpoint, number;
    bool warmup;
};

static struct turn turn_at(const struct bench_head *head, size_t place)
{
    const size_t endpoints = head->endpoint_count, warm = head->plan.warmup * endpoints;
    const bool warmup = place < warm;
    const size_t within = warmup ? place : place - warm;
    return (struct turn){.endpoint = (unsigned)(within % endpoints),
                         .number = (unsigned)(within / endpoints) + 1,
                         .warmup = warmup};
}

static void name_job(const struct course *c, struct turn turn, char *id, size_t size)
{
    const bool several = c->head->endpoint_count > 1;
    snprintf(id, size, "%s/%s%s%u", c->head->id,
             several ? (const char[]){(char)('A' + turn.endpoint), '\0'} : "",
             turn.warmup ? "W" : "", turn.number);
}

static void put_prompt(const struct course *c, struct turn turn, struct buf *prompt)
{
    const struct prompt_choice choice = {
        .seed = c->head->plan.seed,
        .warmup = turn.warmup,
        .number = turn.number,
        .endpoint = turn.endpoint,
        .run_id = c->head->plan.cache_allowed ? NULL : c->head->id,
    };
    prompt_put(prompt, &choice);
}

/* The job is in the store before the request leaves: nothing is written while the call is measured.
 */
static enum err announce(const struct course *c, const struct flight *flight, unsigned endpoint)
{
    const int64_t now = clock_wall_ms();
    struct job job = job_of(c, flight->job_id, endpoint);
    job.started_ms = number((uint64_t)now);
    return store_put_call(c->store, 0, NULL, &job, now);
}

static enum err submit(struct course *c, struct turn turn, int64_t due_us, const char *prompt,
                       struct flight *flight)
{
    const struct bench_plan *plan = &c->head->plan;
    const struct bench_target *target = &c->order->preflight.targets[turn.endpoint];
    const struct session *session = course_session(c, turn.endpoint);
    const struct call_request request = {
        .endpoint = &target->endpoint,
        .path = target->path,
        .bearer = session ? session->authorization + strlen("Bearer ") : target->key,
        .model = target->model,
        .prompt = prompt,
        .provider = target->asks_for,
        .max_tokens = plan->max_tokens,
        .seed = plan->seed,
        .timeouts = plan->timeouts,
        .new_connection = plan->new_connections,
        .number = turn.number,
        .warmup = turn.warmup,
        .endpoint_index = turn.endpoint,
        .zero_us = c->zero_us,
        .due_us = due_us,
        .priced = c->head->endpoints[turn.endpoint].priced,
        .input_price = target->input_price,
        .output_price = target->output_price,
        .done = call_ended,
        .user = flight,
    };
    enum err err = announce(c, flight, turn.endpoint);
    return err ? err : caller_start(c->caller, &request, NULL);
}

static enum err worst_of(const struct course *c, struct turn turn, size_t prompt_bytes,
                         amount *worst)
{
    const struct bench_endpoint *endpoint = &c->head->endpoints[turn.endpoint];
    *worst = 0;
    return endpoint->priced ? cost_worst(prompt_bytes, c->head->plan.max_tokens,
                                         endpoint->input_price, endpoint->output_price, worst)
                            : ERR_OK;
}

enum started { STARTED, START_DOES_NOT_FIT, START_FAILED };

static enum started start_call(struct course *c, size_t place, int64_t due_us)
{
    const struct turn turn = turn_at(c->head, place);
    struct flight *flight = arena_alloc(&c->order->arena, sizeof *flight);
    struct buf prompt = buf_make(PROMPT_BYTES_MAX + 1);
    enum started started = START_FAILED;
    put_prompt(c, turn, &prompt);
    if (!flight || prompt.err || worst_of(c, turn, prompt.len, &flight->worst)) {
        c->err = ERR_NO_MEMORY;
        goto out;
    }
    flight->course = c;
    name_job(c, turn, flight->job_id, sizeof flight->job_id);
    started = START_DOES_NOT_FIT;
    if (!budget_reserve(&c->budget, flight->worst))
        goto out;
    c->err = submit(c, turn, due_us, buf_str(&prompt), flight);
    started = c->err ? START_FAILED : STARTED;
    if (c->err)
        budget_book(&c->budget, flight->worst, 0);
out:
    buf_free(&prompt);
    return started;
}

/* All calls ------------------------------------------------------------------------------------ */

/* Why no further call starts; RUN_END_DONE: nothing stands against it. */
static enum run_end obstacle(const struct course *c)
{
    if (c->err || atomic_load(c->stopping))
        return RUN_END_INTERRUPTED;
    if (atomic_load(c->cancelled))
        return RUN_END_CANCELLED;
    if (c->budget.overrun)
        return RUN_END_OVERRUN;
    if (c->failures >= PLAN_MAX_CONSECUTIVE_FAILURES)
        return RUN_END_FAILURES;
    if (clock_mono_us() - c->zero_us > c->head->plan.max_duration_ms * 1000)
        return RUN_END_DURATION;
    return RUN_END_DONE;
}

static void move_on(struct course *c, int wait_ms)
{
    gpu_watch_tick(&c->gpu);
    caller_run(c->caller, wait_ms);
}

/* Lets calls end until at most `most` are in flight; what must not wait for them cancels them. */
static void drain(struct course *c, unsigned most)
{
    while (caller_in_flight(c->caller) > most) {
        if (atomic_load(c->cancelled) || atomic_load(c->stopping))
            caller_cancel_all(c->caller);
        else
            move_on(c, LOOK_MS);
    }
}

/* False when the run must not wait any longer. */
static bool wait_until(struct course *c, int64_t at_us)
{
    for (;;) {
        const int64_t left_ms = (at_us - clock_mono_us() + 999) / 1000;
        if (left_ms <= 0)
            return true;
        if (obstacle(c) != RUN_END_DONE)
            return false;
        move_on(c, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS);
    }
}

/* A reservation may only be in the way until the calls in flight have ended. */
static enum started start_or_wait(struct course *c, size_t place, int64_t due_us)
{
    enum started started = start_call(c, place, due_us);
    while (started == START_DOES_NOT_FIT && caller_in_flight(c->caller) > 0) {
        drain(c, caller_in_flight(c->caller) - 1);
        started = start_call(c, place, due_us);
    }
    return started;
}

static void renew_sessions(struct course *c)
{
    for (unsigned i = 0; i < c->head->endpoint_count; i++)
        if (c->revoked[i] && caller_in_flight(c->caller) == 0)
            renew_session(c, i);
}

enum run_end course_run(struct course *c)
{
    const struct bench_plan *plan = &c->head->plan;
    const size_t warm = plan->warmup * c->head->endpoint_count;
    const size_t total = warm + plan->calls * c->head->endpoint_count;
    const int64_t gap_us = plan->rate_per_min ? 60 * 1000000 / plan->rate_per_min : 0;
    enum run_end end = RUN_END_DONE;
    int64_t first_due_us = 0;
    gpu_watch_open(&c->gpu, c->means->settings, caller_http(c->caller));
    c->zero_us = clock_mono_us();
    for (size_t place = 0; place < total && end == RUN_END_DONE; place++) {
        const bool open = gap_us > 0 && place >= warm;
        drain(c, open ? PLAN_MAX_IN_FLIGHT - 1 : 0);
        renew_sessions(c);
        if (place == warm)
            first_due_us = clock_mono_us();
        const int64_t due_us = first_due_us + (int64_t)(place - warm) * gap_us;
        wait_until(c, open && due_us > c->not_before_us ? due_us : c->not_before_us);
        end = obstacle(c);
        if (end == RUN_END_DONE) {
            const enum started started = start_or_wait(c, place, open ? due_us - c->zero_us : -1);
            end = started == STARTED              ? RUN_END_DONE
                  : started == START_DOES_NOT_FIT ? RUN_END_BUDGET
                                                  : RUN_END_INTERRUPTED;
        }
    }
    drain(c, 0);
    const enum run_end last = obstacle(c);
    if (last == RUN_END_OVERRUN || last == RUN_END_INTERRUPTED || last == RUN_END_CANCELLED)
        end = end == RUN_END_DONE ? last : end;
    return end;
}

enum err course_open(struct course *c)
{
    const size_t each = c->head->plan.calls + c->head->plan.warmup;
    c->calls = arena_array(&c->order->arena, each * c->head->endpoint_count, sizeof *c->calls);
    c->job_ids = arena_array(&c->order->arena, each * c->head->endpoint_count, sizeof *c->job_ids);
    c->budget = (struct budget){.cap = c->head->plan.max_spend};
    for (size_t i = 0; i < c->head->endpoint_count; i++) {
        const struct serving_account *account = c->order->preflight.targets[i].account;
        struct abi view = abi_make(account ? account->generation : NULL, account ? 32 : 0);
        if (account && abi_u64(&view, 0, &c->generations[i]))
            return ERR_OVERFLOW; /* no token can carry it */
    }
    return c->calls && c->job_ids ? ERR_OK : ERR_NO_MEMORY;
}

void course_close(struct course *c)
{
    for (size_t i = 0; i < PLAN_MAX_ENDPOINTS; i++)
        session_wipe(&c->sessions[i]);
}
