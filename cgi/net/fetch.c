#include "net/fetch.h"

enum { LOOK_MS = 50 }; /* how late a stop may be noticed */

struct waiting {
    struct arena *arena;
    struct fetched result;
    bool done;
};

static void take(void *user, const struct http_response *response)
{
    struct waiting *w = user;
    w->done = true;
    w->result = (struct fetched){.err = response->err, .status = response->status, .body = ""};
    if (response->err)
        return;
    const char *body = arena_strndup(w->arena, response->body, response->body_len);
    if (!body) {
        w->result.err = ERR_NO_MEMORY;
        return;
    }
    w->result.body = body;
    w->result.body_len = response->body_len;
}

struct fetched fetch(struct http_client *http, const struct http_request *request,
                     struct arena *arena, const atomic_bool *stop)
{
    struct waiting w = {.arena = arena};
    struct http_request own = *request;
    struct http_call *call;
    own.done = take;
    own.user = &w;
    enum err err = http_submit(http, &own, &call);
    if (err)
        return (struct fetched){.err = err, .body = ""};
    while (!w.done) {
        if (stop && atomic_load(stop))
            http_call_cancel(call);
        else
            http_client_run(http, LOOK_MS);
    }
    return w.result;
}
