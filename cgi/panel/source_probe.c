/* Our own probe of the providers that the operator names, and of no others: whether their broker
 * answers, with what and how soon. It costs nothing. It is not 0G's prober (source_status.c), and
 * looks from this machine.
 *
 * A provider is asked for its attestation report; where a front door keeps that shut, for a chat
 * without a token, which a broker refuses. Where it is asked stands on chain, so that only public
 * hosts are, unless ZG_ALLOW_PRIVATE says otherwise; redirects are not followed. That a provider
 * does not answer is what a probe finds out, and no failure of the source. */
#include "base/clock.h"
#include "panel/sources.h"
#include "zerog/broker.h"
#include <stdio.h>
#include <string.h>

enum {
    REPLY_BYTES = 1024 * 1024, /* reports hold certificates and event logs */
    WAIT_FOR_PARTNER_MS = 250, /* until the services are read for the first time */
};

enum ask { ASK_QUOTE, ASK_CHAT, ASK_NOTHING };

struct subject {
    struct probe_result *result; /* in the value */
    struct endpoint endpoint;
    enum ask ask;
};

_Static_assert((int)PROBE_PROVIDERS_MAX <= (int)ROUND_MAX_EXCHANGES, "all are asked at once");

struct progress {
    struct subject subjects[PROBE_PROVIDERS_MAX];
    size_t count;
    struct subject *asked[ROUND_MAX_EXCHANGES]; /* of this step, by exchange */
};

const char *probe_off(const struct settings *settings)
{
    return settings->probe_count
               ? NULL
               : "no provider is named for it · since the start · set ZG_PROBE_PROVIDERS";
}

static const struct endpoint named = {.variable = "ZG_PROBE_PROVIDERS",
                                      .shown = "$ZG_PROBE_PROVIDERS"};

const struct endpoint *probe_endpoint(const struct settings *settings)
{
    (void)settings;
    return &named;
}

const char *probe_remedy(enum err err)
{
    return err == ERR_NOT_LISTED ? "check the addresses in %s, and the source of the services"
                                 : NULL;
}

const struct probe_result *probe_find(const struct source *source, const struct address *provider)
{
    const struct probe_value *v = source->value;
    for (size_t i = 0; v && i < v->count; i++)
        if (address_equal(&v->results[i].provider, provider))
            return &v->results[i];
    return NULL;
}

/* --- whom to ask, and where --- */

static const struct service *service_of(const struct compute_value *v, const struct address *who)
{
    for (size_t i = 0; v && i < v->count; i++)
        if (!v->services[i]->err && address_equal(&v->services[i]->provider, who))
            return v->services[i];
    return NULL;
}

static enum err find_endpoint(struct round *round, const struct service *service,
                              struct endpoint *endpoint)
{
    if (!service)
        return ERR_NOT_LISTED;
    if (service->url.err)
        return service->url.err;
    const struct abi_text *text = &service->url.text;
    const char *url = arena_strndup(&round->work, text->bytes, text->len);
    if (!url)
        return ERR_NO_MEMORY;
    if (strlen(url) != text->len)
        return ERR_BAD_URL;
    return endpoint_make(endpoint, "PROVIDER_URL", url, &round->settings->allow_private,
                         &round->work);
}

/* ERR_NOT_LISTED when there is nobody to ask. */
static enum err start(struct round *round)
{
    const struct settings *s = round->settings;
    const struct source *compute = round->source->partner;
    struct progress *p = arena_alloc(&round->work, sizeof *p);
    struct probe_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!p || !v)
        return ERR_NO_MEMORY;
    v->results = arena_array(&round->keep, s->probe_count, sizeof *v->results);
    if (!v->results)
        return ERR_NO_MEMORY;
    v->count = s->probe_count;
    round->progress = p;
    round->value = v;
    bool any = false;
    for (size_t i = 0; i < v->count; i++) {
        const struct service *service = service_of(compute->value, &s->probe_providers[i]);
        struct probe_result *result = &v->results[i];
        struct subject *subject = &p->subjects[p->count++];
        *result = (struct probe_result){.provider = s->probe_providers[i]};
        *subject = (struct subject){.result = result};
        result->err = find_endpoint(round, service, &subject->endpoint);
        result->at_ms = clock_wall_ms();
        subject->ask = result->err ? ASK_NOTHING : ASK_QUOTE;
        any = any || service;
    }
    return any ? ERR_OK : ERR_NOT_LISTED;
}

static struct exchange *ask(struct round *round, const struct subject *subject)
{
    bool is_chat = subject->ask == ASK_CHAT;
    const char *path = is_chat ? BROKER_CHAT_PATH : BROKER_QUOTE_PATH;
    struct exchange *x = round_get(round, &subject->endpoint, path);
    if (!x)
        return NULL;
    x->post = is_chat ? "{}" : NULL;
    x->max_bytes = REPLY_BYTES;
    x->optional = true;
    return x;
}

enum err probe_plan(struct round *round)
{
    const struct source *compute = round->source->partner;
    if (!compute->value && !compute->err)
        return ERR_OK; /* nobody knows yet where they are */
    enum err err = round->step == 0 ? start(round) : ERR_OK;
    struct progress *p = round->progress;
    for (size_t i = 0; !err && i < p->count; i++) {
        if (p->subjects[i].ask == ASK_NOTHING)
            continue;
        p->asked[round->count] = &p->subjects[i];
        err = ask(round, &p->subjects[i]) ? ERR_OK : ERR_NO_MEMORY;
    }
    return err;
}

/* --- what came of it --- */

static bool holds(const struct exchange *x, bool (*is_it)(const cJSON *doc))
{
    cJSON *doc;
    if (!x->text || json_parse(x->text, x->text_len, REPLY_BYTES, &doc))
        return false;
    bool it_is = is_it(doc);
    cJSON_Delete(doc);
    return it_is;
}

/* Another way to ask is left where a front door or the broker says no to this one. */
static bool is_shut(const struct exchange *x)
{
    return x->err == ERR_HTTP_STATUS && x->status >= 400 && x->status <= 499;
}

static enum probe_answer read_answer(const struct subject *subject, const struct exchange *x)
{
    if (x->status == 429)
        return PROBE_RATE_LIMIT;
    if (subject->ask == ASK_QUOTE)
        return !x->err && holds(x, broker_is_quote) ? PROBE_QUOTE : PROBE_NOTHING;
    return is_shut(x) && holds(x, broker_is_error) ? PROBE_REFUSAL : PROBE_NOTHING;
}

/* The request was not sent, by our own limit or because the provider's wish is heeded. */
static bool was_held_back(const struct exchange *x)
{
    return x->status == 0 && (x->err == ERR_OWN_LIMIT || x->err == ERR_RATE_LIMITED);
}

static void read_exchange(struct round *round, struct subject *subject, const struct exchange *x)
{
    struct probe_result *result = subject->result;
    const struct probe_result *before = probe_find(round->source, &result->provider);
    const bool was_quote = subject->ask == ASK_QUOTE;
    result->answer = read_answer(subject, x);
    subject->ask = was_quote && is_shut(x) && !result->answer ? ASK_CHAT : ASK_NOTHING;
    if (was_held_back(x) && before) {
        *result = *before;
        return;
    }
    result->at_ms = clock_wall_ms();
    result->status = x->status;
    result->latency_ms = (x->took_us + 500) / 1000;
    result->err = result->answer ? ERR_OK : x->err ? x->err : ERR_BAD_FORMAT;
}

enum err probe_parse(struct round *round)
{
    struct progress *p = round->progress;
    if (!p) {
        round->same = true;
        round->again_ms = WAIT_FOR_PARTNER_MS;
        return ERR_OK;
    }
    for (size_t i = 0; i < round->count; i++)
        read_exchange(round, p->asked[i], &round->exchanges[i]);
    for (size_t i = 0; i < p->count; i++)
        round->more = round->more || p->subjects[i].ask != ASK_NOTHING;
    return ERR_OK;
}

/* --- showing it --- */

static const char *answer_name(enum probe_answer answer)
{
    static const char *const names[] = {NULL, "quote", "refusal", "rate limit"};
    return names[answer];
}

static void put_error(struct json_writer *w, const struct probe_result *result)
{
    char text[96];
    if (result->err == ERR_HTTP_STATUS)
        snprintf(text, sizeof text, "%s: %d", err_text(result->err), result->status);
    else
        snprintf(text, sizeof text, "%s", err_text(result->err));
    json_put_str(w, "error", result->err ? text : NULL);
}

void probe_render(struct json_writer *w, const struct probe_result *result)
{
    if (!result) {
        json_put_null(w, "probe");
        return;
    }
    json_open_object(w, "probe");
    json_put_bool(w, "reachable", result->answer != PROBE_NOTHING);
    json_put_str(w, "answer", answer_name(result->answer));
    if (result->answer)
        json_put_int(w, "latencyMs", result->latency_ms);
    else
        json_put_null(w, "latencyMs");
    put_error(w, result);
    json_put_time(w, "checkedAt", result->at_ms);
    json_close_object(w);
}

void probe_render_report(struct json_writer *w, const struct source *source)
{
    const struct probe_value *v = source->value;
    json_open_array(w, "services");
    for (size_t i = 0; v && i < v->count; i++) {
        char text[ADDRESS_TEXT_BYTES];
        json_open_object(w, NULL);
        json_put_str(w, "provider", address_text(&v->results[i].provider, text));
        probe_render(w, &v->results[i]);
        json_close_object(w);
    }
    json_close_array(w);
}
