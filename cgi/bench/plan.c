#include "bench/plan.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { MAX_PLAN_BYTES = 64 * 1024, DAY_MS = 24 * 60 * 60 * 1000 };

#define DEFAULT_MAX_SPEND ((amount)10000000000000000u) /* 0.01 0G */
#define MAX_SEED          (UINT64_C(1) << 53)

/* The numbers, in the order in which they are written; `group` is the object that holds them. */
enum number_type { AN_UNSIGNED, AN_INT, AN_INT64, A_UINT64 };

static const struct number_row {
    const char *group, *name;
    enum number_type type;
    size_t offset;
    uint64_t fallback, min, max;
} numbers[] = {
#define NUMBER(group, name, type, field, ...)                                                      \
    {                                                                                              \
        group, name, type, offsetof(struct bench_plan, field), __VA_ARGS__                         \
    }
    NUMBER(NULL, "calls", AN_UNSIGNED, calls, 10, 1, PLAN_MAX_CALLS),
    NUMBER(NULL, "warmup", AN_UNSIGNED, warmup, 1, 0, PLAN_MAX_WARMUP),
    NUMBER(NULL, "maxTokens", AN_UNSIGNED, max_tokens, 160, 1, PLAN_MAX_TOKENS),
    NUMBER(NULL, "seed", A_UINT64, seed, 42, 0, MAX_SEED),
    NUMBER(NULL, "rate", AN_UNSIGNED, rate_per_min, 0, 0, 600),
    NUMBER(NULL, "maxDurationMs", AN_INT64, max_duration_ms, 3600000, 1000, DAY_MS),
    NUMBER("timeouts", "connectMs", AN_INT, timeouts.connect_ms, 10000, 1, 600000),
    NUMBER("timeouts", "firstTokenMs", AN_INT, timeouts.first_token_ms, 30000, 1, 600000),
    NUMBER("timeouts", "totalMs", AN_INT, timeouts.total_ms, 120000, 1, 600000),
    NUMBER("timeouts", "stallMs", AN_INT, timeouts.stall_ms, 30000, 1, 600000),
    NUMBER("slo", "latencyMs", AN_INT64, slo.latency_ms, 0, 0, 600000),
    NUMBER("slo", "ttftMs", AN_INT64, slo.ttft_ms, 0, 0, 600000),
#undef NUMBER
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* What has a reader of its own. */
static const struct {
    const char *group, *name;
} others[] = {
    {NULL, "kind"},           {NULL, "model"},     {NULL, "provider"},
    {NULL, "providers"},      {NULL, "promptSet"}, {NULL, "cache"},
    {NULL, "newConnections"}, {NULL, "baseline"},  {NULL, "maxSpendNeuron"},
    {NULL, "timeouts"},       {NULL, "slo"},       {"slo", "costNeuron"},
};
enum { OTHERS = sizeof others / sizeof *others };

/* What is read, and where what is wrong with it is said. */
struct reading {
    struct bench_plan *plan;
    struct arena *arena;
    struct buf *problem;
    bool complete; /* every field has to be there: the form of plan_put() */
    enum err err;
};

static void complain(struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void complain(struct reading *r, const char *format, ...)
{
    va_list args;
    if (r->problem->len > 0)
        buf_puts(r->problem, "; ");
    va_start(args, format);
    buf_vprintf(r->problem, format, args);
    va_end(args);
    r->err = ERR_BAD_FORMAT;
}

/* Whether there is a value to look at; says so when it has to be there and is not. */
static const cJSON *member(struct reading *r, const cJSON *object, const char *name)
{
    const cJSON *item = json_get(object, name);
    if (!item && r->complete)
        complain(r, "%s is missing", name);
    return item;
}

/* Defaults and what is stored go through the same place. */
static void set_number(struct bench_plan *plan, const struct number_row *row, uint64_t value)
{
    char *field = (char *)plan + row->offset;
    switch (row->type) {
    case AN_UNSIGNED:
        *(unsigned *)field = (unsigned)value;
        break;
    case AN_INT:
        *(int *)field = (int)value;
        break;
    case AN_INT64:
        *(int64_t *)field = (int64_t)value;
        break;
    case A_UINT64:
        *(uint64_t *)field = value;
        break;
    }
}

static int64_t get_number(const struct bench_plan *plan, const struct number_row *row)
{
    const char *field = (const char *)plan + row->offset;
    switch (row->type) {
    case AN_UNSIGNED:
        return *(const unsigned *)field;
    case AN_INT:
        return *(const int *)field;
    case AN_INT64:
        return *(const int64_t *)field;
    case A_UINT64:
        return (int64_t) * (const uint64_t *)field; /* at most MAX_SEED */
    }
    return 0;
}

static void read_number(struct reading *r, const cJSON *object, const struct number_row *row)
{
    const cJSON *group = row->group ? json_get(object, row->group) : object;
    uint64_t value;
    if (!group || !member(r, group, row->name))
        return;
    if (json_get_uint(group, row->name, &value) && value >= row->min && value <= row->max)
        set_number(r->plan, row, value);
    else
        complain(r, "%s%s%s is not a whole number from %" PRIu64 " to %" PRIu64,
                 row->group ? row->group : "", row->group ? "." : "", row->name, row->min,
                 row->max);
}

static void read_group(struct reading *r, const cJSON *object, const char *name)
{
    const cJSON *group = member(r, object, name);
    if (group && !cJSON_IsObject(group))
        complain(r, "%s is not an object", name);
}

static void read_kind(struct reading *r, const cJSON *object)
{
    if (!member(r, object, "kind"))
        return;
    const char *kind = json_get_str(object, "kind");
    if (!kind || job_endpoint_parse(kind, &r->plan->kind))
        complain(r, "kind is none of provider, router, baseline");
}

static void read_model(struct reading *r, const cJSON *object)
{
    const cJSON *item = member(r, object, "model");
    if (!item || cJSON_IsNull(item))
        return;
    const char *model = json_get_str(object, "model");
    const struct job probe = {.id = "model", .model = model};
    if (!model || job_check(&probe)) {
        complain(r, "model is not 1 to 256 bytes of UTF-8 without control characters");
        return;
    }
    r->plan->model = arena_strdup(r->arena, model);
    if (!r->plan->model)
        r->err = ERR_NO_MEMORY;
}

static void add_provider(struct reading *r, const cJSON *item)
{
    struct bench_plan *plan = r->plan;
    struct address *address = &plan->providers[plan->provider_count];
    if (!cJSON_IsString(item) || address_parse(item->valuestring, address)) {
        complain(r, "a provider is not an address: 0x and 40 hexadecimal digits, mixed case only "
                    "with its checksum");
        return;
    }
    for (size_t i = 0; i < plan->provider_count; i++)
        if (address_equal(&plan->providers[i], address)) {
            complain(r, "a provider is named twice");
            return;
        }
    plan->provider_count++;
}

static void read_providers(struct reading *r, const cJSON *object)
{
    const cJSON *one = json_get(object, "provider"), *item;
    const cJSON *list = member(r, object, "providers");
    if (one && (list || r->complete))
        complain(r, "provider and providers: expected one of the two");
    if (list && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > PLAN_MAX_PROVIDERS)) {
        complain(r, "providers is not an array of at most %d addresses", PLAN_MAX_PROVIDERS);
        return;
    }
    if (one)
        add_provider(r, one);
    cJSON_ArrayForEach(item, list)
    {
        add_provider(r, item);
    }
    if (r->plan->provider_count > 0 && r->plan->kind == ENDPOINT_BASELINE)
        complain(r, "a baseline has no providers");
    if (r->plan->provider_count > 1 && r->plan->kind == ENDPOINT_ROUTER)
        complain(r, "a router can be asked for one provider");
}

static void read_prompt_set(struct reading *r, const cJSON *object)
{
    const char *set = json_get_str(object, "promptSet");
    if (member(r, object, "promptSet") && (!set || strcmp(set, r->plan->prompt_set) != 0))
        complain(r, "promptSet is not v1, the one there is");
}

static void read_cache(struct reading *r, const cJSON *object)
{
    const char *cache = json_get_str(object, "cache");
    if (!member(r, object, "cache"))
        return;
    if (!cache || (strcmp(cache, "fresh") != 0 && strcmp(cache, "allow") != 0))
        complain(r, "cache is neither fresh nor allow");
    else
        r->plan->cache_allowed = strcmp(cache, "allow") == 0;
}

static void read_switch(struct reading *r, const cJSON *object, const char *name, bool *on)
{
    if (member(r, object, name) && !json_get_bool(object, name, on))
        complain(r, "%s is neither true nor false", name);
}

static void read_max_spend(struct reading *r, const cJSON *object)
{
    const char *text = json_get_str(object, "maxSpendNeuron");
    if (!member(r, object, "maxSpendNeuron"))
        return;
    if (!text || amount_parse(text, &r->plan->max_spend) || r->plan->max_spend == 0)
        complain(r, "maxSpendNeuron is not a decimal string above 0 and up to 2^128-1");
}

/* null stands for no limit. */
static void read_cost_limit(struct reading *r, const cJSON *object)
{
    const cJSON *slo = json_get(object, "slo");
    const cJSON *item = slo ? member(r, slo, "costNeuron") : NULL;
    if (!item || cJSON_IsNull(item))
        return;
    const char *text = json_get_str(slo, "costNeuron");
    if (!text || amount_parse(text, &r->plan->slo.cost) || r->plan->slo.cost == 0)
        complain(r, "slo.costNeuron is not a decimal string above 0 and up to 2^128-1");
}

static bool is_in(const char *group, const char *of)
{
    return group ? of && strcmp(of, group) == 0 : !of;
}

static bool is_known(const char *group, const char *name)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (strcmp(numbers[i].name, name) == 0 && is_in(group, numbers[i].group))
            return true;
    for (size_t i = 0; i < OTHERS; i++)
        if (strcmp(others[i].name, name) == 0 && is_in(group, others[i].group))
            return true;
    return false;
}

/* What was mistyped must not silently be a default. Foreign names are not repeated in the answer
 * unless they are plain. */
static void check_names(struct reading *r, const cJSON *object, const char *group)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const cJSON *item, *other;
    cJSON_ArrayForEach(item, object)
    {
        const char *name = item->string;
        size_t len = strnlen(name, 64);
        const char *shown = strspn(name, plain) >= len && len < 64 ? name : "a name";
        if (!is_known(group, name))
            complain(r, "%s%s%s is not a field", group ? group : "", group ? "." : "", shown);
        for (other = item->next; other; other = other->next)
            if (strcmp(other->string, name) == 0) {
                complain(r, "%s is given twice", shown);
                break;
            }
    }
}

static void check_bounds(struct reading *r)
{
    const struct bench_plan *plan = r->plan;
    const uint64_t endpoints =
        (plan->provider_count ? plan->provider_count : 1) + plan->with_baseline;
    const uint64_t calls = plan->calls * endpoints;
    if (calls > PLAN_MAX_CALLS)
        complain(r, "calls of all endpoints together are more than %d", PLAN_MAX_CALLS);
    else if (calls * plan->max_tokens > PLAN_MAX_STAMPS)
        complain(r, "calls times maxTokens is more than %d", PLAN_MAX_STAMPS);
    if (plan->timeouts.first_token_ms > plan->timeouts.total_ms)
        complain(r, "timeouts.firstTokenMs is more than timeouts.totalMs");
    if (plan->with_baseline && plan->kind == ENDPOINT_BASELINE)
        complain(r, "baseline: true is for the kinds provider and router");
}

static void read_plan(struct reading *r, const cJSON *object)
{
    *r->plan = (struct bench_plan){
        .kind = ENDPOINT_PROVIDER, .prompt_set = "v1", .max_spend = DEFAULT_MAX_SPEND};
    for (size_t i = 0; i < NUMBERS; i++)
        set_number(r->plan, &numbers[i], numbers[i].fallback);
    if (!cJSON_IsObject(object)) {
        complain(r, "the body is not an object");
        return;
    }
    check_names(r, object, NULL);
    check_names(r, json_get(object, "timeouts"), "timeouts");
    check_names(r, json_get(object, "slo"), "slo");
    read_kind(r, object);
    read_model(r, object);
    read_providers(r, object);
    read_prompt_set(r, object);
    read_cache(r, object);
    read_switch(r, object, "newConnections", &r->plan->new_connections);
    read_switch(r, object, "baseline", &r->plan->with_baseline);
    read_max_spend(r, object);
    read_group(r, object, "timeouts");
    read_group(r, object, "slo");
    read_cost_limit(r, object);
    for (size_t i = 0; i < NUMBERS; i++)
        read_number(r, object, &numbers[i]);
    if (!r->err)
        check_bounds(r);
}

enum err plan_parse(const char *text, size_t len, bool spends_real_money, struct arena *arena,
                    struct bench_plan *plan, struct buf *problem)
{
    cJSON *doc;
    enum err err = json_parse(text, len, MAX_PLAN_BYTES, &doc);
    if (err)
        return err;
    struct reading r = {.plan = plan, .arena = arena, .problem = problem};
    read_plan(&r, doc);
    if (spends_real_money && !json_get(doc, "maxSpendNeuron"))
        complain(&r, "maxSpendNeuron is missing: this network's money is real, so a run spells out "
                     "what it may spend");
    cJSON_Delete(doc);
    return r.err;
}

static void put_numbers(struct json_writer *w, const char *group, const struct bench_plan *plan)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (is_in(group, numbers[i].group))
            json_put_int(w, numbers[i].name, get_number(plan, &numbers[i]));
}

void plan_put(struct json_writer *w, const char *key, const struct bench_plan *plan)
{
    char text[ADDRESS_TEXT_BYTES], money[AMOUNT_TEXT_BYTES];
    json_open_object(w, key);
    json_put_str(w, "kind", job_endpoint_name(plan->kind));
    json_put_str(w, "model", plan->model);
    json_open_array(w, "providers");
    for (size_t i = 0; i < plan->provider_count; i++)
        json_put_str(w, NULL, address_text(&plan->providers[i], text));
    json_close_array(w);
    json_put_str(w, "promptSet", plan->prompt_set);
    json_put_str(w, "cache", plan->cache_allowed ? "allow" : "fresh");
    json_put_bool(w, "newConnections", plan->new_connections);
    json_put_bool(w, "baseline", plan->with_baseline);
    json_put_str(w, "maxSpendNeuron", amount_text(plan->max_spend, money));
    put_numbers(w, NULL, plan);
    json_open_object(w, "timeouts");
    put_numbers(w, "timeouts", plan);
    json_close_object(w);
    json_open_object(w, "slo");
    put_numbers(w, "slo", plan);
    json_put_str(w, "costNeuron", plan->slo.cost ? amount_text(plan->slo.cost, money) : NULL);
    json_close_object(w);
    json_close_object(w);
}

enum err plan_read(const cJSON *object, struct arena *arena, struct bench_plan *plan)
{
    struct buf problem = buf_make(MAX_PLAN_BYTES);
    struct reading r = {.plan = plan, .arena = arena, .problem = &problem, .complete = true};
    read_plan(&r, object);
    buf_free(&problem);
    return r.err;
}
