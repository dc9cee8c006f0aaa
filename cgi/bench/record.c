#include "bench/record.h"

#include "base/json.h"
#include "bench/fields.h"
#include "eth/hex.h"
#include <string.h>

enum {
    MAX_CALLS = PLAN_MAX_ENDPOINTS * (PLAN_MAX_CALLS + PLAN_MAX_WARMUP),
    MAX_SENTENCES = 32,
    MAX_PERCENT = 100
};

static const char *const token_words[] = {NULL, "usage", "estimated"};
static const char *const end_words[RUN_END_COUNT] = {
    "done", "cancelled", "budget", "overrun", "failures", "duration", "interrupted"};
static const char *const state_words[RECONCILED_COUNT] = {NULL, "match", "pending", "mismatch",
                                                          "other_traffic"};

/* --- writing ---------------------------------------------------------------------------------- */

static void put_int_or_none(struct json_writer *w, const char *key, int64_t number)
{
    if (number < 0)
        json_put_null(w, key);
    else
        json_put_int(w, key, number);
}

static void put_number(struct json_writer *w, const char *key, struct job_number number)
{
    put_int_or_none(w, key, number.known ? number.value : -1);
}

static void put_amount(struct json_writer *w, const char *key, bool known, amount value)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known ? amount_text(value, text) : NULL);
}

static void put_hash(struct json_writer *w, const char *key, const struct job_hash *hash)
{
    char digits[2 * JOB_SHA256_BYTES];
    if (!hash->known) {
        json_put_null(w, key);
        return;
    }
    hex_digits(hash->bytes, sizeof hash->bytes, digits);
    json_put_strn(w, key, digits, sizeof digits);
}

static void put_endpoint(struct json_writer *w, const struct bench_endpoint *e)
{
    json_open_object(w, NULL);
    json_put_str(w, "kind", job_endpoint_name(e->kind));
    json_put_str(w, "provider", e->provider);
    json_put_str(w, "url", e->url);
    json_put_str(w, "model", e->model);
    put_amount(w, "inputPriceNeuron", e->priced, e->input_price);
    put_amount(w, "outputPriceNeuron", e->priced, e->output_price);
    json_put_str(w, "teeSigner", e->tee_signer);
    json_put_bool(w, "signerAcknowledged", e->signer_acknowledged);
    json_put_str(w, "hardware", e->hardware);
    json_put_str(w, "noHardware", e->no_hardware);
    json_close_object(w);
}

static void put_environment(struct json_writer *w, const struct bench_environment *e)
{
    json_open_object(w, "environment");
    json_put_str(w, "network", e->network);
    json_put_int(w, "chainId", (int64_t)e->chain_id);
    json_put_bool(w, "simulated", e->simulated);
    json_put_str(w, "contract", e->contract);
    json_put_int(w, "priceBlock", (int64_t)e->price_block);
    json_put_str(w, "wallet", e->wallet);
    json_put_str(w, "agentVersion", e->agent_version);
    json_put_str(w, "client", e->client);
    json_put_str(w, "host", e->host);
    json_put_str(w, "libraries", e->libraries);
    json_put_str(w, "region", e->region);
    json_close_object(w);
}

void record_put_head(struct buf *out, const struct bench_head *head)
{
    struct json_writer w = json_writer_make(out);
    json_open_object(&w, NULL);
    json_put_int(&w, "format", RECORD_FORMAT);
    json_put_str(&w, "id", head->id);
    json_put_time(&w, "startedAt", head->started_wall_ms);
    plan_put(&w, "plan", &head->plan);
    put_environment(&w, &head->environment);
    json_open_array(&w, "endpoints");
    for (size_t i = 0; i < head->endpoint_count; i++)
        put_endpoint(&w, &head->endpoints[i]);
    json_close_array(&w);
    json_open_object(&w, "calibration");
    json_put_int(&w, "calls", head->calibration.calls);
    json_put_int(&w, "p50Us", head->calibration.p50_us);
    json_put_int(&w, "p99Us", head->calibration.p99_us);
    json_put_int(&w, "clockResolutionNs", head->calibration.clock_resolution_ns);
    json_close_object(&w);
    json_open_object(&w, "prompts");
    json_put_str(&w, "set", head->prompts.set);
    json_put_str(&w, "sha256", head->prompts.sha256);
    json_close_object(&w);
    json_open_array(&w, "methodology");
    for (size_t i = 0; i < head->sentence_count; i++)
        json_put_str(&w, NULL, head->sentences[i]);
    json_close_array(&w);
    json_close_object(&w);
}

static void put_times(struct json_writer *w, const struct bench_call *c)
{
    json_put_time(w, "startedAt", c->start_wall_ms);
    json_put_time(w, "endedAt", c->end_wall_ms);
    json_put_int(w, "dueUs", c->due_us);
    json_put_int(w, "startUs", c->start_us);
    json_put_int(w, "endUs", c->end_us);
    json_put_bool(w, "newConnection", c->new_connection);
    json_put_int(w, "dnsUs", c->dns_us);
    json_put_int(w, "tcpUs", c->tcp_us);
    json_put_int(w, "tlsUs", c->tls_us);
    put_int_or_none(w, "firstByteUs", c->first_byte_us);
    put_int_or_none(w, "firstContentUs", c->first_content_us);
    put_int_or_none(w, "lastTokenUs", c->last_token_us);
    json_put_int(w, "events", (int64_t)c->events);
    json_open_array(w, "tokenUs");
    for (size_t i = 0; i < c->token_count; i++)
        json_put_int(w, NULL, c->token_us[i]);
    json_close_array(w);
}

void record_put_call(struct buf *out, const struct bench_call *c)
{
    struct json_writer w = json_writer_make(out);
    char outcome[OUTCOME_TEXT_BYTES];
    json_open_object(&w, NULL);
    json_put_int(&w, "number", c->number);
    json_put_bool(&w, "warmup", c->warmup);
    json_put_int(&w, "endpoint", c->endpoint);
    json_put_str(&w, "outcome", outcome_text(c->outcome, c->http_status, outcome));
    json_put_int(&w, "httpStatus", c->http_status);
    put_times(&w, c);
    json_put_str(&w, "tokens", token_words[c->tokens]);
    put_int_or_none(&w, "inputTokens", c->tokens ? (int64_t)c->input_tokens : -1);
    put_int_or_none(&w, "outputTokens", c->tokens ? (int64_t)c->output_tokens : -1);
    put_number(&w, "reasoningTokens", c->reasoning_tokens);
    put_number(&w, "cachedTokens", c->cached_tokens);
    json_put_int(&w, "inputBytes", (int64_t)c->input_bytes);
    json_put_int(&w, "outputBytes", (int64_t)c->output_bytes);
    json_put_str(&w, "finishReason", c->finish_reason);
    json_put_bool(&w, "doneMarker", c->done_marker);
    json_put_bool(&w, "overReported", c->over_reported);
    json_put_bool(&w, "rerouted", c->rerouted);
    put_amount(&w, "costNeuron", c->cost_known, c->cost);
    json_put_bool(&w, "costAtMost", c->cost_at_most);
    put_hash(&w, "requestSha256", &c->request_sha256);
    put_hash(&w, "responseSha256", &c->response_sha256);
    json_put_str(&w, "chatId", c->chat_id);
    json_put_str(&w, "proof", job_proof_name(c->proof));
    json_put_str(&w, "refusal", c->refused ? refusal_name(c->refusal) : NULL);
    json_put_str(&w, "excerpt", c->excerpt);
    json_close_object(&w);
}

static void put_reconciliation(struct json_writer *w, const struct bench_reconciliation *r)
{
    json_open_object(w, NULL);
    json_put_str(w, "state", state_words[r->state]);
    json_put_time(w, "asOf", r->as_of_wall_ms);
    put_amount(w, "unsettledBeforeNeuron", r->unsettled_known, r->unsettled_before);
    put_amount(w, "unsettledAfterNeuron", r->unsettled_known, r->unsettled_after);
    put_amount(w, "balanceBeforeNeuron", r->balance_known, r->balance_before);
    put_amount(w, "balanceAfterNeuron", r->balance_known, r->balance_after);
    json_put_int(w, "blockBefore", (int64_t)r->block_before);
    json_put_int(w, "blockAfter", (int64_t)r->block_after);
    put_amount(w, "settledNeuron", r->settled_known, r->settled);
    json_close_object(w);
}

void record_put_tail(struct buf *out, const struct bench_tail *tail)
{
    struct json_writer w = json_writer_make(out);
    json_open_object(&w, NULL);
    json_put_str(&w, "end", end_words[tail->end]);
    json_put_time(&w, "endedAt", tail->ended_wall_ms);
    json_open_array(&w, "reconciliations");
    for (size_t i = 0; i < tail->reconciliation_count; i++)
        put_reconciliation(&w, &tail->reconciliations[i]);
    json_close_array(&w);
    json_open_object(&w, "gpu");
    json_put_bool(&w, "configured", tail->gpu.configured);
    json_put_int(&w, "samples", tail->gpu.samples);
    json_put_int(&w, "minPercent", tail->gpu.min_percent);
    json_put_int(&w, "meanPercent", tail->gpu.mean_percent);
    json_put_int(&w, "maxPercent", tail->gpu.max_percent);
    json_put_str(&w, "origin", tail->gpu.origin);
    json_close_object(&w);
    put_hash(&w, "root", &tail->root);
    json_put_str(&w, "signer", tail->signer);
    json_put_str(&w, "signature", tail->signature);
    json_close_object(&w);
}

/* --- reading ---------------------------------------------------------------------------------- */

static enum job_endpoint read_kind(struct fields *f)
{
    enum job_endpoint kind = ENDPOINT_NONE;
    const char *name = fields_text(f, "kind");
    if (!f->err)
        f->err = job_endpoint_parse(name, &kind);
    return kind;
}

static struct bench_endpoint read_endpoint(struct fields f, enum err *err)
{
    struct bench_endpoint e = {0};
    bool priced;
    e.kind = read_kind(&f);
    e.provider = fields_text_or_null(&f, "provider");
    e.url = fields_text(&f, "url");
    e.model = fields_text(&f, "model");
    e.input_price = fields_amount(&f, "inputPriceNeuron", RECORD_MAX_AMOUNT, &e.priced);
    e.output_price = fields_amount(&f, "outputPriceNeuron", RECORD_MAX_AMOUNT, &priced);
    e.priced = e.priced && priced;
    e.tee_signer = fields_text_or_null(&f, "teeSigner");
    e.signer_acknowledged = fields_bool(&f, "signerAcknowledged");
    e.hardware = fields_text_or_null(&f, "hardware");
    e.no_hardware = fields_text_or_null(&f, "noHardware");
    *err = f.err;
    return e;
}

static void read_endpoints(struct fields *f, struct bench_head *head)
{
    const cJSON *array = fields_array(f, "endpoints", PLAN_MAX_ENDPOINTS, &head->endpoint_count);
    if (f->err)
        return;
    struct bench_endpoint *endpoints =
        arena_array(f->arena, head->endpoint_count + 1, sizeof *endpoints);
    if (!endpoints)
        f->err = ERR_NO_MEMORY;
    else if (!head->endpoint_count)
        f->err = ERR_BAD_FORMAT;
    const cJSON *item = array->child;
    for (size_t i = 0; i < head->endpoint_count && !f->err; i++, item = item->next)
        endpoints[i] = read_endpoint(fields_of(item, f->arena), &f->err);
    head->endpoints = endpoints;
}

static void read_environment(struct fields *f, struct bench_environment *e)
{
    struct fields own = fields_of(json_get(f->object, "environment"), f->arena);
    e->network = fields_text(&own, "network");
    e->chain_id = fields_uint(&own, "chainId", FIELD_MAX_COUNT);
    e->simulated = fields_bool(&own, "simulated");
    e->contract = fields_text_or_null(&own, "contract");
    e->price_block = fields_uint(&own, "priceBlock", FIELD_MAX_COUNT);
    e->wallet = fields_text_or_null(&own, "wallet");
    e->agent_version = fields_text_or_null(&own, "agentVersion");
    e->client = fields_text(&own, "client");
    e->host = fields_text(&own, "host");
    e->libraries = fields_text(&own, "libraries");
    e->region = fields_text_or_null(&own, "region");
    if (!f->err)
        f->err = own.err;
}

static void read_calibration(struct fields *f, struct bench_calibration *c)
{
    struct fields own = fields_of(json_get(f->object, "calibration"), f->arena);
    c->calls = (unsigned)fields_uint(&own, "calls", UINT32_MAX);
    c->p50_us = (int64_t)fields_uint(&own, "p50Us", RECORD_MAX_US);
    c->p99_us = (int64_t)fields_uint(&own, "p99Us", RECORD_MAX_US);
    c->clock_resolution_ns = (int64_t)fields_uint(&own, "clockResolutionNs", FIELD_MAX_COUNT);
    if (!f->err)
        f->err = own.err;
}

static void read_prompts(struct fields *f, struct bench_prompts *p)
{
    struct fields own = fields_of(json_get(f->object, "prompts"), f->arena);
    p->set = fields_text(&own, "set");
    p->sha256 = fields_text(&own, "sha256");
    if (!f->err)
        f->err = own.err;
}

static void read_sentences(struct fields *f, struct bench_head *head)
{
    const cJSON *array = fields_array(f, "methodology", MAX_SENTENCES, &head->sentence_count);
    if (f->err)
        return;
    const char **sentences = arena_array(f->arena, head->sentence_count + 1, sizeof *sentences);
    if (!sentences)
        f->err = ERR_NO_MEMORY;
    const cJSON *item = array->child;
    for (size_t i = 0; i < head->sentence_count && !f->err; i++, item = item->next) {
        if (!cJSON_IsString(item))
            f->err = ERR_BAD_FORMAT;
        else if (!(sentences[i] = arena_strdup(f->arena, item->valuestring)))
            f->err = ERR_NO_MEMORY;
    }
    head->sentences = sentences;
}

static void read_head(struct fields *f, struct bench_head *head)
{
    fields_uint(f, "format", RECORD_FORMAT);
    const char *id = fields_text(f, "id");
    if (strlen(id) >= sizeof head->id)
        f->err = ERR_BAD_FORMAT;
    else
        memcpy(head->id, id, strlen(id) + 1);
    head->started_wall_ms = fields_time(f, "startedAt");
    if (!f->err)
        f->err = plan_read(json_get(f->object, "plan"), f->arena, &head->plan);
    read_environment(f, &head->environment);
    read_endpoints(f, head);
    read_calibration(f, &head->calibration);
    read_prompts(f, &head->prompts);
    read_sentences(f, head);
}

static void read_stamps(struct fields *f, struct bench_call *c)
{
    const cJSON *array = fields_array(f, "tokenUs", PLAN_MAX_TOKENS, &c->token_count);
    if (f->err)
        return;
    uint32_t *stamps = arena_array(f->arena, c->token_count + 1, sizeof *stamps);
    if (!stamps)
        f->err = ERR_NO_MEMORY;
    const cJSON *item = array->child;
    for (size_t i = 0; i < c->token_count && !f->err; i++, item = item->next) {
        const double us = cJSON_IsNumber(item) ? item->valuedouble : -1;
        if (!(us >= 0 && us <= UINT32_MAX) || (i && us < stamps[i - 1]))
            f->err = ERR_BAD_FORMAT;
        else
            stamps[i] = (uint32_t)us;
    }
    c->token_us = stamps;
}

static void read_times(struct fields *f, struct bench_call *c)
{
    c->start_wall_ms = fields_time(f, "startedAt");
    c->end_wall_ms = fields_time(f, "endedAt");
    c->due_us = (int64_t)fields_uint(f, "dueUs", RECORD_MAX_US);
    c->start_us = (int64_t)fields_uint(f, "startUs", RECORD_MAX_US);
    c->end_us = (int64_t)fields_uint(f, "endUs", RECORD_MAX_US);
    c->new_connection = fields_bool(f, "newConnection");
    c->dns_us = (int64_t)fields_uint(f, "dnsUs", RECORD_MAX_US);
    c->tcp_us = (int64_t)fields_uint(f, "tcpUs", RECORD_MAX_US);
    c->tls_us = (int64_t)fields_uint(f, "tlsUs", RECORD_MAX_US);
    c->first_byte_us = fields_int_or_none(f, "firstByteUs", RECORD_MAX_US);
    c->first_content_us = fields_int_or_none(f, "firstContentUs", RECORD_MAX_US);
    c->last_token_us = fields_int_or_none(f, "lastTokenUs", RECORD_MAX_US);
    c->events = fields_uint(f, "events", FIELD_MAX_COUNT);
    read_stamps(f, c);
    if (!f->err && (c->end_us < c->start_us || c->events < c->token_count ||
                    (c->token_count && c->last_token_us < c->token_us[c->token_count - 1])))
        f->err = ERR_BAD_FORMAT;
}

static void read_tokens(struct fields *f, struct bench_call *c)
{
    c->tokens = fields_word(f, "tokens", token_words, sizeof token_words / sizeof *token_words);
    if (c->tokens) {
        c->input_tokens = fields_uint(f, "inputTokens", FIELD_MAX_COUNT);
        c->output_tokens = fields_uint(f, "outputTokens", FIELD_MAX_COUNT);
    }
    c->reasoning_tokens = fields_number(f, "reasoningTokens");
    c->cached_tokens = fields_number(f, "cachedTokens");
    c->input_bytes = fields_uint(f, "inputBytes", FIELD_MAX_COUNT);
    c->output_bytes = fields_uint(f, "outputBytes", FIELD_MAX_COUNT);
}

static enum job_proof read_proof(struct fields *f)
{
    const char *names[PROOF_COUNT];
    for (unsigned i = 0; i < PROOF_COUNT; i++)
        names[i] = job_proof_name(i);
    return fields_word(f, "proof", names, PROOF_COUNT);
}

static void read_refusal(struct fields *f, struct bench_call *c)
{
    const char *names[REFUSAL_COUNT + 1];
    for (unsigned i = 0; i < REFUSAL_COUNT; i++)
        names[i] = refusal_name(i);
    names[REFUSAL_COUNT] = NULL; /* what stands for none */
    const unsigned found = fields_word(f, "refusal", names, REFUSAL_COUNT + 1);
    c->refused = found < REFUSAL_COUNT;
    c->refusal = c->refused ? (enum refusal)found : 0;
}

static void read_call(struct fields *f, struct bench_call *c)
{
    int status = 0; /* the word's; written again from http_status, so that both must agree */
    c->number = (unsigned)fields_uint(f, "number", MAX_CALLS);
    c->warmup = fields_bool(f, "warmup");
    c->endpoint = (unsigned)fields_uint(f, "endpoint", PLAN_MAX_ENDPOINTS - 1);
    const char *outcome = fields_text(f, "outcome");
    if (!f->err)
        f->err = outcome_parse(outcome, &c->outcome, &status);
    c->http_status = (int)fields_uint(f, "httpStatus", 999);
    read_times(f, c);
    read_tokens(f, c);
    c->finish_reason = fields_text_or_null(f, "finishReason");
    c->done_marker = fields_bool(f, "doneMarker");
    c->over_reported = fields_bool(f, "overReported");
    c->rerouted = fields_bool(f, "rerouted");
    c->cost = fields_amount(f, "costNeuron", RECORD_MAX_AMOUNT, &c->cost_known);
    c->cost_at_most = fields_bool(f, "costAtMost");
    c->request_sha256 = fields_hash(f, "requestSha256");
    c->response_sha256 = fields_hash(f, "responseSha256");
    c->chat_id = fields_text_or_null(f, "chatId");
    c->proof = read_proof(f);
    read_refusal(f, c);
    c->excerpt = fields_text_or_null(f, "excerpt");
}

static struct bench_reconciliation read_reconciliation(struct fields f, enum err *err)
{
    struct bench_reconciliation r = {0};
    bool known;
    r.state = fields_word(&f, "state", state_words, RECONCILED_COUNT);
    r.as_of_wall_ms = fields_time(&f, "asOf");
    r.unsettled_before =
        fields_amount(&f, "unsettledBeforeNeuron", RECORD_MAX_AMOUNT, &r.unsettled_known);
    r.unsettled_after = fields_amount(&f, "unsettledAfterNeuron", RECORD_MAX_AMOUNT, &known);
    r.unsettled_known = r.unsettled_known && known;
    r.balance_before =
        fields_amount(&f, "balanceBeforeNeuron", RECORD_MAX_AMOUNT, &r.balance_known);
    r.balance_after = fields_amount(&f, "balanceAfterNeuron", RECORD_MAX_AMOUNT, &known);
    r.balance_known = r.balance_known && known;
    r.block_before = fields_uint(&f, "blockBefore", FIELD_MAX_COUNT);
    r.block_after = fields_uint(&f, "blockAfter", FIELD_MAX_COUNT);
    r.settled = fields_amount(&f, "settledNeuron", RECORD_MAX_AMOUNT, &r.settled_known);
    *err = f.err;
    return r;
}

static void read_reconciliations(struct fields *f, struct bench_tail *tail)
{
    const cJSON *array =
        fields_array(f, "reconciliations", PLAN_MAX_ENDPOINTS, &tail->reconciliation_count);
    if (f->err)
        return;
    struct bench_reconciliation *all =
        arena_array(f->arena, tail->reconciliation_count + 1, sizeof *all);
    if (!all)
        f->err = ERR_NO_MEMORY;
    const cJSON *item = array->child;
    for (size_t i = 0; i < tail->reconciliation_count && !f->err; i++, item = item->next)
        all[i] = read_reconciliation(fields_of(item, f->arena), &f->err);
    tail->reconciliations = all;
}

static void read_gpu(struct fields *f, struct bench_gpu *g)
{
    struct fields own = fields_of(json_get(f->object, "gpu"), f->arena);
    g->configured = fields_bool(&own, "configured");
    g->samples = (unsigned)fields_uint(&own, "samples", UINT32_MAX);
    g->min_percent = (unsigned)fields_uint(&own, "minPercent", MAX_PERCENT);
    g->mean_percent = (unsigned)fields_uint(&own, "meanPercent", MAX_PERCENT);
    g->max_percent = (unsigned)fields_uint(&own, "maxPercent", MAX_PERCENT);
    g->origin = fields_text_or_null(&own, "origin");
    if (!f->err)
        f->err = own.err;
}

static void read_tail(struct fields *f, struct bench_tail *tail)
{
    tail->end = fields_word(f, "end", end_words, RUN_END_COUNT);
    tail->ended_wall_ms = fields_time(f, "endedAt");
    read_reconciliations(f, tail);
    read_gpu(f, &tail->gpu);
    tail->root = fields_hash(f, "root");
    tail->signer = fields_text_or_null(f, "signer");
    tail->signature = fields_text_or_null(f, "signature");
}

/* What was read must be all there is: written again it gives the bytes that were read. That refuses
 * unknown and repeated members, another order, white space, numbers and escapes that we never
 * write, and everything that was cut off while reading. */
static enum err check_canonical(const char *text, size_t len, const struct buf *again)
{
    if (again->err)
        return again->err == ERR_TOO_LARGE ? ERR_BAD_FORMAT : again->err;
    return again->len == len && memcmp(buf_str(again), text, len) == 0 ? ERR_OK : ERR_BAD_FORMAT;
}

#define RECORD_MAX_BYTES ((size_t)1 << 20) /* a call with all its stamps is 50 kB */

#define DEFINE_READER(part)                                                                        \
    enum err record_read_##part(const char *text, size_t len, struct arena *arena,                 \
                                struct bench_##part *part)                                         \
    {                                                                                              \
        cJSON *doc;                                                                                \
        memset(part, 0, sizeof *part);                                                             \
        enum err err = json_parse(text, len, RECORD_MAX_BYTES, &doc);                              \
        if (err)                                                                                   \
            return err;                                                                            \
        struct fields f = fields_of(doc, arena);                                                   \
        read_##part(&f, part);                                                                     \
        cJSON_Delete(doc);                                                                         \
        if (f.err)                                                                                 \
            return f.err;                                                                          \
        struct buf again = buf_make(len);                                                          \
        record_put_##part(&again, part);                                                           \
        err = check_canonical(text, len, &again);                                                  \
        buf_free(&again);                                                                          \
        return err;                                                                                \
    }

DEFINE_READER(head)
DEFINE_READER(call)
DEFINE_READER(tail)
