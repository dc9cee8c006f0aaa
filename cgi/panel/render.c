#include "panel/render.h"

#include "base/crypto.h"
#include "panel/history.h"
#include "panel/prometheus_text.h"
#include "panel/sources.h"
#include <stdio.h>
#include <string.h>

enum { BODY_MAX_BYTES = 32 * 1024 * 1024 };

/* While `moving` is false, what moves with every refresh is left out: see render_digest(). */
struct pass {
    const struct view *view;
    bool moving;
};

void render_build(struct json_writer *w)
{
    json_open_object(w, "build");
    json_put_str(w, "version", VERSION);
    json_put_str(w, "commit", *COMMIT ? COMMIT : NULL);
    json_close_object(w);
}

/* The agent's token, as configured or as its mint transaction told; NULL while it is unknown. */
static const char *token_of(const struct view *view, char text[WORD_TEXT_BYTES])
{
    const struct settings *s = view->settings;
    const struct inft_value *inft = view->sources[SOURCE_INFT].value;
    if (s->has_inft_token)
        return word_text(s->inft_token.word, text);
    return inft && inft->has_id ? word_text(inft->id.word, text) : NULL;
}

static void put_balance(struct json_writer *w, const struct pass *p)
{
    const struct chain_value *chain = p->view->sources[SOURCE_CHAIN].value;
    char balance[AMOUNT_TEXT_BYTES];
    json_put_str(w, "balanceNeuron",
                 chain && chain->has_balance ? amount_text(chain->balance, balance) : NULL);
}

static void put_agent(struct json_writer *w, const struct pass *p)
{
    const struct settings *s = p->view->settings;
    char address[ADDRESS_TEXT_BYTES], token_text[WORD_TEXT_BYTES];
    const char *wallet = s->has_wallet ? address_text(&s->wallet, address) : NULL;
    const char *token = token_of(p->view, token_text);
    const char *id = token ? token : wallet ? wallet : s->agent_name;
    json_open_object(w, "agent");
    json_put_str(w, "id", id ? id : "unnamed");
    json_put_str(w, "name", s->agent_name);
    json_put_str(w, "address", wallet);
    put_balance(w, p);
    json_close_object(w);
}

static void put_head(struct json_writer *w, const struct pass *p)
{
    const struct source *chain = &p->view->sources[SOURCE_CHAIN];
    if (!chain->has_head || !p->moving) {
        json_put_null(w, "head");
        return;
    }
    json_open_object(w, "head");
    json_put_int(w, "number", (int64_t)chain->head.number);
    json_put_time(w, "time", chain->head.time_ms);
    json_close_object(w);
}

static void put_network(struct json_writer *w, const struct pass *p)
{
    const struct settings *s = p->view->settings;
    json_open_object(w, "network");
    json_put_str(w, "name", s->network->name);
    json_put_str(w, "displayName", s->network->display_name);
    json_put_int(w, "chainId", (int64_t)s->network->chain_id);
    json_put_bool(w, "simulated", s->network->simulated);
    json_put_bool(w, "viaOwnNode", !s->network->simulated && s->chain_rpc.is_private);
    json_put_str(w, "explorer", s->network->explorer);
    put_head(w, p);
    json_close_object(w);
}

static void put_gpu(struct json_writer *w, const struct pass *p)
{
    const struct source *sources = p->view->sources;
    gpu_render(w, &sources[SOURCE_GPU], &sources[SOURCE_COMPUTE], &sources[SOURCE_JOBS]);
}

/* The gauge's figures come from the GPU exporter and the job history. */
static void put_compute(struct json_writer *w, const struct pass *p)
{
    json_open_object(w, "compute");
    put_gpu(w, p);
    jobs_put_figures(w, &p->view->sources[SOURCE_JOBS]);
    json_close_object(w);
}

static void put_as_of(struct json_writer *w, const struct source *s)
{
    if (!s->value) {
        json_put_null(w, "asOf");
        return;
    }
    json_open_object(w, "asOf");
    if (s->has_head)
        json_put_int(w, "block", (int64_t)s->head.number);
    else
        json_put_null(w, "block");
    /* What has no blocks is as of the moment it was read. */
    json_put_time(w, "time", s->has_head ? s->head.time_ms : s->fetched_wall_ms);
    json_close_object(w);
}

static void put_origin(struct json_writer *w, const struct source *s, const struct pass *p)
{
    if (s->off) {
        json_put_null(w, "origin");
        return;
    }
    char contract[ADDRESS_TEXT_BYTES];
    json_open_object(w, "origin");
    json_put_str(w, "endpoint",
                 s->row->origin ? s->row->origin : s->row->endpoint(p->view->settings)->shown);
    json_put_str(w, "contract", s->has_contract ? address_text(&s->contract, contract) : NULL);
    json_put_str(w, "method", s->row->method);
    if (s->has_head && p->moving)
        json_put_int(w, "block", (int64_t)s->head.number);
    else
        json_put_null(w, "block");
    json_close_object(w);
}

static void put_source(struct json_writer *w, const struct source *s, const struct pass *p)
{
    char reason[REASON_BYTES];
    json_open_object(w, s->row->key);
    json_put_str(w, "state", source_state_name(source_state(s, p->view->mono_ms)));
    if (p->moving) {
        put_as_of(w, s);
        if (s->value)
            json_put_time(w, "fetchedAt", s->fetched_wall_ms);
        else
            json_put_null(w, "fetchedAt");
    }
    json_put_int(w, "staleAfterMs", s->pace.stale_after_ms);
    put_origin(w, s, p);
    json_put_str(w, "reason", source_reason(s, reason));
    json_put_str(w, "code", s->err ? err_name(s->err) : NULL);
    json_close_object(w);
}

static void put_sources(struct json_writer *w, const struct pass *p)
{
    json_open_object(w, "sources");
    for (int i = 0; i < SOURCE_COUNT; i++)
        put_source(w, &p->view->sources[i], p);
    json_close_object(w);
}

static void put_part(struct json_writer *w, const struct pass *p, enum source_id id)
{
    const struct source *s = &p->view->sources[id];
    if (s->row->render)
        s->row->render(w, s);
}

static void put_services(struct json_writer *w, const struct pass *p)
{
    const struct source *sources = p->view->sources;
    compute_render(w, &sources[SOURCE_COMPUTE], &sources[SOURCE_STATUS], &sources[SOURCE_PROBE]);
}

static void put_provider(struct json_writer *w, const struct pass *p)
{
    provider_render(w, p->view->sources, p->view->settings);
}

static void put_inft(struct json_writer *w, const struct pass *p)
{
    const struct source *sources = p->view->sources;
    inft_render(w, &sources[SOURCE_INFT], &sources[SOURCE_JOBS]);
}

static void metrics_body(struct json_writer *w, const struct pass *p)
{
    put_agent(w, p);
    put_network(w, p);
    put_compute(w, p);
    put_services(w, p);
    put_provider(w, p);
    put_inft(w, p);
    for (int i = 0; i < SOURCE_COUNT; i++)
        put_part(w, p, i);
    render_build(w);
}

static void compute_body(struct json_writer *w, const struct pass *p)
{
    put_compute(w, p);
    put_services(w, p);
    put_provider(w, p);
}

static void storage_body(struct json_writer *w, const struct pass *p)
{
    put_part(w, p, SOURCE_STORAGE);
}

static void inft_body(struct json_writer *w, const struct pass *p)
{
    put_inft(w, p);
}

static void jobs_body(struct json_writer *w, const struct pass *p)
{
    put_part(w, p, SOURCE_JOBS);
    jobs_put_next(w, &p->view->sources[SOURCE_JOBS]);
}

static void sources_body(struct json_writer *w, const struct pass *p)
{
    (void)w; /* render_body() adds what every body has */
    (void)p;
}

/* The figures of one source ------------------------------------------------------------------- */

static void chain_figures(struct json_writer *w, const struct pass *p)
{
    json_open_object(w, "network");
    put_head(w, p);
    json_close_object(w);
    json_open_object(w, "agent");
    put_balance(w, p);
    json_close_object(w);
}

static void gpu_figures(struct json_writer *w, const struct pass *p)
{
    json_open_object(w, "compute");
    put_gpu(w, p);
    json_close_object(w);
}

static void jobs_figures(struct json_writer *w, const struct pass *p)
{
    json_open_object(w, "compute");
    jobs_put_figures(w, &p->view->sources[SOURCE_JOBS]);
    json_close_object(w);
    put_part(w, p, SOURCE_JOBS);
}

static void status_figures(struct json_writer *w, const struct pass *p)
{
    status_render_report(w, &p->view->sources[SOURCE_STATUS]);
}

static void probe_figures(struct json_writer *w, const struct pass *p)
{
    probe_render_report(w, &p->view->sources[SOURCE_PROBE]);
}

void render_figures(const struct view *view, enum source_id id, struct buf *out)
{
    /* Where they are not just what the row renders. */
    static void (*const figures[SOURCE_COUNT])(struct json_writer *, const struct pass *) = {
        [SOURCE_CHAIN] = chain_figures, [SOURCE_COMPUTE] = put_services,
        [SOURCE_INFT] = put_inft,       [SOURCE_GPU] = gpu_figures,
        [SOURCE_JOBS] = jobs_figures,   [SOURCE_STATUS] = status_figures,
        [SOURCE_PROBE] = probe_figures,
    };
    const struct pass pass = {.view = view, .moving = true};
    struct json_writer w = json_writer_make(out);
    json_open_object(&w, NULL);
    if (figures[id])
        figures[id](&w, &pass);
    else
        put_part(&w, &pass, id);
    json_close_object(&w);
}

/* The bodies ---------------------------------------------------------------------------------- */

/* What each JSON body holds besides `sources` and `renderedAt`. */
static void (*const writers[])(struct json_writer *, const struct pass *) = {
    [BODY_METRICS] = metrics_body, [BODY_COMPUTE] = compute_body, [BODY_STORAGE] = storage_body,
    [BODY_INFT] = inft_body,       [BODY_JOBS] = jobs_body,       [BODY_SOURCES] = sources_body,
};

/* Changes with each of its points alone, so that its ETag does. */
static struct buf render_history(const struct view *view)
{
    struct buf text = buf_make(BODY_MAX_BYTES);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    history_put(&w, view->history);
    json_close_object(&w);
    return text;
}

static struct buf render_body(const struct pass *p, enum body_id id)
{
    struct buf text = buf_make(BODY_MAX_BYTES);
    struct json_writer w = json_writer_make(&text);
    w.at_rest = !p->moving;
    json_open_object(&w, NULL);
    writers[id](&w, p);
    put_sources(&w, p);
    if (p->moving)
        json_put_time(&w, "renderedAt", p->view->wall_ms);
    json_close_object(&w);
    return text;
}

static struct buf render_any(const struct pass *p, enum body_id id)
{
    if (id == BODY_HISTORY)
        return render_history(p->view);
    if (id != BODY_PROMETHEUS)
        return render_body(p, id);
    struct buf text = buf_make(BODY_MAX_BYTES);
    prometheus_text(&text, p->view);
    return text;
}

static void brief_source(struct source_brief *brief, const struct source *s, int64_t mono_ms)
{
    char reason[REASON_BYTES];
    const char *text = source_reason(s, reason);
    brief->key = s->row->key;
    brief->state = source_state(s, mono_ms);
    brief->stale_from_ms = s->fetched_mono_ms + s->pace.stale_after_ms;
    snprintf(brief->reason, sizeof brief->reason, "%s", text ? text : "");
}

struct snapshot *render_snapshot(const struct view *view)
{
    const struct pass pass = {.view = view, .moving = true};
    struct snapshot *snapshot = snapshot_new();
    if (!snapshot)
        return NULL;
    snapshot->rendered_wall_ms = view->wall_ms;
    for (int i = 0; i < SOURCE_COUNT; i++)
        brief_source(&snapshot->sources[i], &view->sources[i], view->mono_ms);
    for (int id = 0; id < BODY_COUNT; id++) {
        struct buf text = render_any(&pass, id);
        if (text.err) {
            buf_free(&text);
            snapshot_release(snapshot);
            return NULL;
        }
        snapshot_set_body(snapshot, id, &text);
    }
    return snapshot;
}

enum err render_digest(const struct view *view, uint8_t digest[32])
{
    const struct pass pass = {.view = view, .moving = false};
    struct buf text = render_body(&pass, BODY_METRICS);
    enum err err = text.err;
    if (!err)
        crypto_sha256(text.data, text.len, digest);
    buf_free(&text);
    return err;
}
