/* The services registered in the InferenceServing contract.
 *
 * Step 0 asks for the first page in the form of the current contracts (v3). Where the contract does
 * not know that call, step 1 asks in the older form, which has no pages. In v3, step 1 asks for all
 * remaining pages at once. */
#include "panel/chain_read.h"
#include "panel/sources.h"

enum {
    CALL_SERVICES = 2,  /* behind chain id and block */
    PAGES_PER_BATCH = 6 /* a page of 50 full services is half a megabyte of hexadecimal */
};

/* Bytes of all texts together. Six bytes of JSON for each, as markup takes, still fit a body. */
enum { TEXT_BUDGET = 4 * 1024 * 1024 };

struct progress {
    bool old_form; /* the contract turned out not to know the paged call */
    size_t text_budget;
};

static enum err plan_one_call(struct round *round, bool old_form)
{
    struct exchange *x = chain_exchange(round);
    if (!x)
        return ERR_NO_MEMORY;
    struct buf data = buf_make(BUF_NO_LIMIT);
    if (old_form)
        serving_put_get_all_services(&data);
    else
        serving_put_get_services(&data, 0);
    chain_call(x, &round->settings->serving, &data);
    buf_free(&data);
    return ERR_OK;
}

static enum err plan_remaining_pages(struct round *round)
{
    const struct compute_value *v = round->value;
    uint64_t end = v->total < SERVING_MAX_SERVICES ? v->total : SERVING_MAX_SERVICES;
    struct buf data = buf_make(BUF_NO_LIMIT);
    struct exchange *x = NULL;
    enum err err = ERR_OK;
    size_t pages = 0;
    for (uint64_t offset = SERVING_PAGE; offset < end && !err; offset += SERVING_PAGE) {
        if (pages++ % PAGES_PER_BATCH == 0)
            x = chain_exchange(round);
        if (!x) {
            err = ERR_NO_MEMORY;
            break;
        }
        serving_put_get_services(&data, offset);
        chain_call(x, &round->settings->serving, &data);
    }
    buf_free(&data);
    return err;
}

enum err compute_plan(struct round *round)
{
    struct progress *p = round->progress;
    if (round->step == 0) {
        p = arena_alloc(&round->work, sizeof *p);
        if (!p)
            return ERR_NO_MEMORY;
        p->text_budget = TEXT_BUDGET;
        round->progress = p;
        return plan_one_call(round, false);
    }
    return p->old_form ? plan_one_call(round, true) : plan_remaining_pages(round);
}

/* The order of the contract's set changes when a service is removed, so that one may stand on two
 * pages that were read in one round. (Old contracts have no pages, and may list a provider twice.)
 */
static bool is_listed(const struct compute_value *v, const struct service *service)
{
    for (size_t i = 0; i < v->count; i++)
        if (!v->services[i]->err && address_equal(&v->services[i]->provider, &service->provider))
            return true;
    return false;
}

static void add_services(struct compute_value *v, const struct service_page *page)
{
    for (size_t i = 0; i < page->count && v->count < SERVING_MAX_SERVICES; i++) {
        const struct service *s = &page->services[i];
        if (page->generation == SERVING_V3 && !s->err && is_listed(v, s))
            continue;
        v->services[v->count++] = s;
    }
}

static enum err start_value(struct round *round, const struct service_page *page)
{
    struct compute_value *v = arena_alloc(&round->keep, sizeof *v);
    if (!v)
        return ERR_NO_MEMORY;
    v->total = page->total;
    v->generation = page->generation;
    if (v->total > (UINT64_C(1) << 53))
        return ERR_OVERFLOW; /* a JSON number in our reply */
    /* Room for all: later pages may hold more rows than the first one announced. */
    v->services = arena_array(&round->keep, SERVING_MAX_SERVICES, sizeof *v->services);
    round->value = v;
    return v->services ? ERR_OK : ERR_NO_MEMORY;
}

static enum err parse_page(struct round *round, const struct exchange *x, size_t call)
{
    struct progress *p = round->progress;
    const uint8_t *bytes;
    size_t len;
    struct service_page page;
    enum err err = chain_result(round, x, call, &bytes, &len);
    if (!err)
        err =
            serving_decode_services(bytes, len, !p->old_form, &p->text_budget, &round->keep, &page);
    if (!err && !round->value)
        err = start_value(round, &page);
    if (!err)
        add_services(round->value, &page);
    return err;
}

/* The current call on an old contract reverts without data. */
static bool is_unknown_call(const struct rpc_answer *answer)
{
    return answer->err == ERR_REVERTED && answer->revert_len == 0;
}

enum err compute_parse(struct round *round)
{
    struct progress *p = round->progress;
    round->contract = round->settings->serving;
    round->has_contract = true;
    for (size_t i = 0; i < round->count; i++) {
        const struct exchange *x = &round->exchanges[i];
        enum err err = chain_check(round, x);
        if (!err && round->step == 0 && is_unknown_call(&x->answers[CALL_SERVICES])) {
            p->old_form = round->more = true;
            return ERR_OK;
        }
        for (size_t call = CALL_SERVICES; call < x->batch.count && !err; call++)
            err = parse_page(round, x, call);
        if (p->old_form && err == ERR_REVERTED)
            err = ERR_NO_CONTRACT; /* knows neither form */
        if (err)
            return err;
    }
    const struct compute_value *v = round->value;
    round->more = round->step == 0 && v->total > SERVING_PAGE;
    return ERR_OK;
}

static void put_text(struct json_writer *w, const char *key, const struct serving_text *t)
{
    if (t->err)
        json_put_null(w, key);
    else
        json_put_strn(w, key, t->text.bytes, t->text.len);
}

static void put_address(struct json_writer *w, const char *key, bool known,
                        const struct address *address)
{
    char text[ADDRESS_TEXT_BYTES];
    json_put_str(w, key, known ? address_text(address, text) : NULL);
}

static void put_price(struct json_writer *w, const char *key, bool known,
                      const struct serving_price *price)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known && !price->err ? amount_text(price->neuron, text) : NULL);
}

static const char *price_error(const struct service *s)
{
    enum err err = s->input_price.err ? s->input_price.err : s->output_price.err;
    return err == ERR_OVERFLOW ? "the price is above 2^128-1 neuron" : err ? err_text(err) : NULL;
}

/* What is wrong with the row, or with one of its texts. */
static const char *row_error(const struct service *s, enum serving_generation generation)
{
    const struct serving_text *texts[] = {&s->service_type, &s->url, &s->model, &s->verifiability,
                                          &s->additional_info};
    size_t count = generation == SERVING_V1 ? 4 : 5;
    if (s->err)
        return err_text(s->err);
    for (size_t i = 0; i < count; i++)
        if (texts[i]->err)
            return err_text(texts[i]->err);
    return NULL;
}

/* What 0G's prober says of the service. */
static void put_health(struct json_writer *w, const struct service *s,
                       const struct status_value *status)
{
    const struct service_health *health = NULL;
    if (status && !s->err && !s->model.err)
        health = status_find(&status->report, &s->provider, s->model.text.bytes, s->model.text.len);
    status_render_health(w, health);
}

static void put_service(struct json_writer *w, const char *key, const struct service *s,
                        enum serving_generation generation, const struct status_value *status,
                        const struct source *probe)
{
    static const struct serving_text nothing = {.err = ERR_NOT_FOUND};
    bool known = !s->err;
    json_open_object(w, key);
    put_address(w, "provider", known, &s->provider);
    put_text(w, "serviceType", known ? &s->service_type : &nothing);
    put_text(w, "model", known ? &s->model : &nothing);
    put_text(w, "url", known ? &s->url : &nothing);
    put_price(w, "inputPriceNeuron", known, &s->input_price);
    put_price(w, "outputPriceNeuron", known, &s->output_price);
    json_put_str(w, "priceError", known ? price_error(s) : NULL);
    put_text(w, "verifiability", known ? &s->verifiability : &nothing);
    put_text(w, "additionalInfo", known ? &s->additional_info : &nothing);
    put_address(w, "teeSignerAddress", known && s->has_tee, &s->tee_signer);
    if (known && s->has_tee)
        json_put_bool(w, "teeSignerAcknowledged", s->tee_acknowledged);
    else
        json_put_null(w, "teeSignerAcknowledged");
    if (known && s->updated_at && s->updated_at < INT64_MAX / 1000)
        json_put_time(w, "updatedAt", (int64_t)s->updated_at * 1000);
    else
        json_put_null(w, "updatedAt");
    put_health(w, s, status);
    probe_render(w, known ? probe_find(probe, &s->provider) : NULL);
    json_put_str(w, "error", row_error(s, generation));
    json_close_object(w);
}

void compute_put_service(struct json_writer *w, const char *key, const struct service *service,
                         const struct source *sources)
{
    const struct compute_value *v = sources[SOURCE_COMPUTE].value;
    if (v && service)
        put_service(w, key, service, v->generation, sources[SOURCE_STATUS].value,
                    &sources[SOURCE_PROBE]);
    else
        json_put_null(w, key);
}

const struct service *compute_find(const struct compute_value *v, const struct address *provider,
                                   bool *is_known)
{
    *is_known = v && v->count == v->total;
    for (size_t i = 0; v && i < v->count; i++) {
        const struct service *s = v->services[i];
        if (s->err)
            *is_known = false; /* it may be this one */
        else if (address_equal(&s->provider, provider))
            return s;
    }
    return NULL;
}

void compute_render(struct json_writer *w, const struct source *compute,
                    const struct source *status, const struct source *probe)
{
    const struct compute_value *v = compute->value;
    json_open_array(w, "services");
    for (size_t i = 0; v && i < v->count; i++)
        put_service(w, NULL, v->services[i], v->generation, status->value, probe);
    json_close_array(w);
    if (v)
        json_put_int(w, "servicesTotal", (int64_t)v->total);
    else
        json_put_null(w, "servicesTotal");
}
