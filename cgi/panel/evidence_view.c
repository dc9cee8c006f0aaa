#include "panel/evidence_view.h"

#include "base/json_walk.h"
#include "base/shell.h"
#include "eth/address.h"
#include "net/redact.h"
#include "panel/evidence_names.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { VALUES_MAX = 1000, LINK_BYTES = 256 };

/* A page of the network's block explorer, or null. */
static void put_link(struct json_writer *w, const char *key, const struct evidence_view *view,
                     const char *kind, const char *what)
{
    const char *explorer = view->settings->network->explorer;
    char link[LINK_BYTES];
    snprintf(link, sizeof link, "%s/%s/%s", explorer ? explorer : "", kind, what ? what : "");
    json_put_str(w, key, explorer && what ? link : NULL);
}

/* How an endpoint may be shown to whoever asks. */
static const char *shown_to(const struct evidence_view *view, const char *shown,
                            const char *shown_here)
{
    return view->here && shown_here ? shown_here : shown;
}

/* The line for a shell ------------------------------------------------------------------------ */

/* The host that the line asks: as it may be shown, else the network's public node; NULL when the
 * shell has to fill it in. */
static const char *host_of(const struct evidence_view *view, const struct evidence_request *r)
{
    const char *shown = shown_to(view, r->shown, r->shown_here);
    bool is_chain = strcmp(r->variable, view->settings->chain_rpc.variable) == 0;
    if (*shown != '$')
        return shown;
    return is_chain ? view->settings->network->rpc : NULL;
}

/* A path cannot just follow a query, and what stands on the chain is named by no variable. */
static bool fits_shell(const struct evidence_request *r)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    bool is_name = *r->variable && !r->variable[strspn(r->variable, letters)];
    return is_name && !(r->has_query && r->path && *r->path);
}

static void put_target(struct buf *line, const struct evidence_view *view,
                       const struct evidence_request *r)
{
    const char *host = host_of(view, r), *path = r->path ? r->path : "";
    if (!host) {
        buf_printf(line, *path ? "\"${%s%%/}\"" : "\"$%s\"", r->variable);
        if (*path)
            shell_put_word(line, path);
        return;
    }
    struct buf url = buf_make(BUF_NO_LIMIT);
    buf_printf(&url, "%s%s", host, path);
    shell_put_word(line, buf_str(&url));
    if (url.err)
        line->err = url.err;
    buf_free(&url);
}

static void put_curl(struct json_writer *w, const struct evidence_view *view,
                     const struct evidence_request *r)
{
    if ((r->is_post && !r->body) || (!host_of(view, r) && !fits_shell(r))) {
        json_put_null(w, "curl");
        return;
    }
    struct buf line = buf_make(BUF_NO_LIMIT);
    buf_puts(&line, "curl -gsS ");
    if (r->is_post) {
        buf_puts(&line, "-H 'content-type: application/json' --data-raw ");
        shell_put_word(&line, r->body);
        buf_putc(&line, ' ');
    }
    put_target(&line, view, r);
    json_put_str(w, "curl", line.err ? NULL : buf_str(&line));
    buf_free(&line);
}

/* A request ----------------------------------------------------------------------------------- */

static void put_call(struct json_writer *w, const struct evidence_view *view, const cJSON *call)
{
    const cJSON *target = cJSON_GetArrayItem(json_get(call, "params"), 0);
    const char *contract = json_get_str(target, "to"), *data = json_get_str(target, "data");
    uint64_t id = 0;
    json_get_uint(call, "id", &id);
    json_open_object(w, NULL);
    json_put_int(w, "id", (int64_t)id);
    json_put_str(w, "method", json_get_str(call, "method"));
    json_put_str(w, "contract", contract);
    json_put_str(w, "function", data ? evidence_function(data) : NULL);
    put_link(w, "explorer", view, "address", contract);
    json_close_object(w);
}

static void put_calls(struct json_writer *w, const struct evidence_view *view,
                      const struct evidence_request *r)
{
    cJSON *doc = NULL;
    const cJSON *call;
    json_open_array(w, "calls");
    if (r->body && !r->path) /* what is posted to a path is no batch */
        json_parse(r->body, strlen(r->body), EVIDENCE_BODY_BYTES, &doc);
    cJSON_ArrayForEach(call, doc)
    {
        put_call(w, view, call);
    }
    json_close_array(w);
    cJSON_Delete(doc);
}

static void put_answer(struct json_writer *w, const struct evidence_view *view,
                       const struct evidence_request *r)
{
    struct buf masked = buf_make(BUF_NO_LIMIT);
    if (!r->answer) {
        json_put_null(w, "answer");
    } else if (view->here) {
        json_put_strn(w, "answer", r->answer, r->answer_len);
    } else {
        redact_private(&masked, r->answer, r->answer_len);
        json_put_strn(w, "answer", buf_str(&masked), masked.len);
    }
    buf_free(&masked);
    json_put_int(w, "answerBytes", (int64_t)r->answer_bytes);
    json_put_bool(w, "answerTruncated", r->answer_bytes > 0 && !r->answer_is_whole);
}

static void put_known(struct json_writer *w, const char *key, bool known, int64_t number)
{
    if (known)
        json_put_int(w, key, number);
    else
        json_put_null(w, key);
}

static void put_known_time(struct json_writer *w, const char *key, bool known, int64_t wall_ms)
{
    if (known)
        json_put_time(w, key, wall_ms);
    else
        json_put_null(w, key);
}

static void put_request(struct json_writer *w, const struct evidence_view *view,
                        const struct evidence_request *r)
{
    struct buf url = buf_make(BUF_NO_LIMIT);
    buf_printf(&url, "%s%s", shown_to(view, r->shown, r->shown_here), r->path ? r->path : "");
    json_open_object(w, NULL);
    json_put_str(w, "method", r->is_post ? "POST" : "GET");
    json_put_str(w, "url", buf_str(&url));
    json_put_str(w, "body", r->body);
    put_calls(w, view, r);
    put_known_time(w, "sentAt", r->sent_ms, r->sent_ms);
    put_known(w, "tookMs", r->sent_ms, r->took_ms);
    put_known(w, "status", r->status, r->status);
    json_put_str(w, "code", r->err ? err_name(r->err) : NULL);
    put_answer(w, view, r);
    put_curl(w, view, r);
    json_close_object(w);
    buf_free(&url);
}

/* A reading ----------------------------------------------------------------------------------- */

struct values {
    struct json_writer *w;
    enum source_id source;
    size_t count;
};

static bool put_value(void *user, const char *way, const char *value, size_t len)
{
    struct values *values = user;
    struct json_writer *w = values->w;
    if (values->count++ == VALUES_MAX)
        return false;
    json_open_object(w, NULL);
    json_put_str(w, "name", way);
    json_put_raw(w, "value", value, len);
    json_put_str(w, "from", evidence_origin(values->source, way));
    json_close_object(w);
    return true;
}

static void put_values(struct json_writer *w, const struct evidence *e)
{
    struct values values = {.w = w, .source = e->shown_under};
    json_open_array(w, "values");
    bool whole = e->values.len == 0 || json_walk(e->values.data, e->values.len, put_value, &values);
    json_close_array(w);
    json_put_bool(w, "valuesTruncated", !whole);
}

static void put_block(struct json_writer *w, const struct evidence_view *view,
                      const struct evidence *e)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, e->head.number);
    put_known(w, "block", e->has_head, (int64_t)e->head.number);
    put_known_time(w, "blockTime", e->has_head, e->head.time_ms);
    put_link(w, "blockExplorer", view, "block", e->has_head ? number : NULL);
}

static void put_reading(struct json_writer *w, const struct evidence_view *view,
                        const struct evidence *e)
{
    size_t count = e->asked < EVIDENCE_REQUESTS ? e->asked : EVIDENCE_REQUESTS, put = 0;
    json_open_object(w, NULL);
    json_put_str(w, "reader", e->reader);
    json_put_bool(w, "good", e->good);
    json_put_str(w, "code", e->err ? err_name(e->err) : NULL);
    json_put_time(w, "readAt", e->read_ms);
    put_block(w, view, e);
    json_open_array(w, "requests");
    for (size_t i = 0; i < count; i++) {
        if (!e->requests[i].is_known)
            continue;
        put_request(w, view, &e->requests[i]);
        put++;
    }
    json_close_array(w);
    json_put_int(w, "requestsOmitted", (int64_t)(e->asked - put));
    put_values(w, e);
    json_close_object(w);
}

/* The source ---------------------------------------------------------------------------------- */

static const char *endpoint_of(const struct evidence_view *view, const struct source_row *row)
{
    if (row->off(view->settings))
        return NULL;
    const struct endpoint *endpoint = row->endpoint(view->settings);
    return shown_to(view, endpoint->shown, endpoint->shown_here);
}

/* Of a source that reads none: the wallet, where the chain itself was asked about it. */
static const char *explored(const struct evidence_view *view, const struct evidence *good,
                            char text[ADDRESS_TEXT_BYTES])
{
    if (good && good->has_contract)
        return address_text(&good->contract, text);
    bool is_wallet = view->source == SOURCE_CHAIN && view->settings->has_wallet;
    return is_wallet ? address_text(&view->settings->wallet, text) : NULL;
}

static void put_own_curl(struct json_writer *w, const struct evidence_view *view)
{
    struct buf url = buf_make(BUF_NO_LIMIT), line = buf_make(BUF_NO_LIMIT);
    buf_printf(&url, "%s%s", view->site, evidence_route(view->source));
    buf_puts(&line, "curl -gsS ");
    shell_put_word(&line, buf_str(&url));
    json_put_str(w, "curl", *view->site && !url.err && !line.err ? buf_str(&line) : NULL);
    buf_free(&line);
    buf_free(&url);
}

static void put_pair(struct json_writer *w, const struct evidence_view *view,
                     const struct evidence_pair *pair)
{
    const struct evidence *readings[] = {pair->good, pair->failed};
    for (int i = 0; i < 2; i++)
        if (readings[i] && readings[i]->shown_under == view->source)
            put_reading(w, view, readings[i]);
}

static void release(struct evidence_pair *pair)
{
    evidence_release(pair->good);
    evidence_release(pair->failed);
}

void evidence_put(struct json_writer *w, const struct evidence_view *view)
{
    const struct source_row *row = &source_rows[view->source];
    struct evidence_pair own = evidence_acquire(view->board, view->source);
    char address[ADDRESS_TEXT_BYTES];
    bool has_contract = own.good && own.good->has_contract;
    const char *explored_address = explored(view, own.good, address);
    json_open_object(w, NULL);
    json_put_str(w, "source", row->key);
    json_put_str(w, "reason", *view->reason ? view->reason : NULL);
    json_put_str(w, "origin", endpoint_of(view, row));
    json_put_str(w, "contract", has_contract ? explored_address : NULL);
    put_link(w, "explorer", view, "address", explored_address);
    put_own_curl(w, view);
    json_open_array(w, "readings");
    put_pair(w, view, &own);
    for (int i = SOURCE_COUNT; i < SOURCE_AND_SCAN_COUNT; i++) {
        struct evidence_pair scan = evidence_acquire(view->board, i);
        put_pair(w, view, &scan);
        release(&scan);
    }
    json_close_array(w);
    json_close_object(w);
    release(&own);
}
