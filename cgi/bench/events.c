#include "bench/events.h"

#include "bench/summary.h"

enum { EVENT_BYTES = 16 * 1024 };

static const char *state_name(const struct bench_record *record)
{
    const struct run_progress progress = run_progress_of(record);
    if (!record->ended)
        return "RUNNING";
    return progress.made == progress.planned ? "COMPLETE" : "PARTIAL";
}

static const char *end_name(enum run_end end)
{
    static const char *const names[RUN_END_COUNT] = {[RUN_END_DONE] = "done",
                                                     [RUN_END_CANCELLED] = "cancelled",
                                                     [RUN_END_BUDGET] = "budget",
                                                     [RUN_END_OVERRUN] = "overrun",
                                                     [RUN_END_FAILURES] = "failures",
                                                     [RUN_END_DURATION] = "duration",
                                                     [RUN_END_INTERRUPTED] = "interrupted"};
    return names[end];
}

static void put_money(struct json_writer *w, const char *key, bool known, amount money)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known ? amount_text(money, text) : NULL);
}

/* Of the first `count` calls; what has no price counts nothing. */
static void put_spent(struct json_writer *w, const struct bench_record *record, size_t count)
{
    amount spent = 0;
    bool known = false;
    for (size_t i = 0; i < record->head.endpoint_count; i++)
        known |= record->head.endpoints[i].priced;
    for (size_t i = 0; i < count; i++)
        if (record->calls[i].cost_known && amount_add(spent, record->calls[i].cost, &spent))
            known = false;
    put_money(w, "spentNeuron", known, spent);
}

void events_put_summary(struct json_writer *w, const char *key, const struct bench_record *record)
{
    const struct run_progress progress = run_progress_of(record);
    size_t succeeded = 0;
    for (size_t i = 0; i < record->call_count; i++)
        succeeded += !record->calls[i].warmup && record->calls[i].outcome == OUTCOME_OK;
    json_open_object(w, key);
    json_put_str(w, "id", record->head.id);
    json_put_str(w, "state", state_name(record));
    json_put_str(w, "end", record->ended ? end_name(record->tail.end) : NULL);
    json_put_time(w, "startedAt", record->head.started_wall_ms);
    if (record->ended)
        json_put_time(w, "endedAt", record->tail.ended_wall_ms);
    else
        json_put_null(w, "endedAt");
    json_put_str(w, "network", record->head.environment.network);
    json_put_str(w, "kind", job_endpoint_name(record->head.plan.kind));
    json_put_str(w, "model", record->head.endpoints[0].model);
    json_put_int(w, "calls", (int64_t)progress.made);
    json_put_int(w, "planned", (int64_t)progress.planned);
    json_put_int(w, "succeeded", (int64_t)succeeded);
    put_spent(w, record, record->call_count);
    json_close_object(w);
}

static void put_tokens(struct json_writer *w, const char *key, bool known, uint64_t tokens)
{
    if (known)
        json_put_int(w, key, (int64_t)tokens);
    else
        json_put_null(w, key);
}

static void put_us(struct json_writer *w, const char *key, int64_t us)
{
    if (us < 0)
        json_put_null(w, key);
    else
        json_put_int(w, key, us);
}

static void put_call(struct json_writer *w, const struct bench_record *record, size_t place)
{
    const struct bench_call *call = &record->calls[place];
    const struct bench_endpoint *endpoint = &record->head.endpoints[call->endpoint];
    const bool usage = call->tokens == TOKENS_USAGE;
    char outcome[OUTCOME_TEXT_BYTES];
    json_open_object(w, NULL);
    json_put_int(w, "number", call->number);
    json_put_bool(w, "warmup", call->warmup);
    json_put_str(w, "kind", job_endpoint_name(endpoint->kind));
    json_put_str(w, "provider", endpoint->provider);
    json_put_str(w, "outcome", outcome_text(call->outcome, call->http_status, outcome));
    json_put_str(w, "remedy", call_remedy(call, endpoint->kind));
    put_us(w, "latencyUs", call->end_us - call->start_us);
    put_us(w, "ttftUs", call_ttft_us(call));
    put_tokens(w, "inputTokens", usage, call->input_tokens);
    put_tokens(w, "outputTokens", usage, call->output_tokens);
    put_money(w, "costNeuron", call->cost_known, call->cost);
    json_put_bool(w, "costAtMost", call->cost_at_most);
    put_spent(w, record, place + 1);
    json_close_object(w);
}

bool events_put(struct buf *out, const struct bench_record *record, size_t place)
{
    const bool is_call = place > 0 && place <= record->call_count;
    if (place > 0 && !is_call && !(record->ended && place == record->call_count + 1))
        return false;
    struct buf data = buf_make(EVENT_BYTES);
    struct json_writer w = json_writer_make(&data);
    struct bench_record beginning = {.head = record->head};
    if (is_call)
        put_call(&w, record, place - 1);
    else
        events_put_summary(&w, NULL, place == 0 ? &beginning : record);
    buf_printf(out, "id: %zu\nevent: %s\ndata: %s\n\n", place,
               is_call      ? "call"
               : place == 0 ? "started"
                            : "done",
               buf_str(&data));
    if (data.err)
        out->err = data.err;
    buf_free(&data);
    return true;
}

bool events_end(const struct bench_record *record, size_t place)
{
    return record->ended && place >= record->call_count + 1;
}
