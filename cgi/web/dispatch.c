#include "web/dispatch.h"

#include "web/auth.h"
#include <string.h>

/* False with the reply filled in. */
static bool read_body(struct incoming *in, size_t most, struct web_reply *reply)
{
    struct web_request *request = &in->request;
    if (!in->has_body)
        return true;
    if (in->content_length > most) {
        web_problem(request, reply, 413, "content_too_large", NULL);
        return false;
    }
    char *bytes = arena_alloc(request->arena, in->content_length + 1);
    if (!bytes) {
        web_problem(request, reply, 500, "no_memory", NULL);
        return false;
    }
    request->body = bytes;
    request->body_len = in->read_body(in->stream, bytes, in->content_length);
    if (request->body_len == in->content_length)
        return true;
    web_problem(request, reply, 400, "body_incomplete", "the body is shorter than its length");
    return false;
}

void dispatch(const struct web_config *config, struct incoming *in, struct outgoing *out)
{
    struct web_request *request = &in->request;
    *out = (struct outgoing){.reply = {.status = 200, .content_type = "application/json"}};

    if (strnlen(request->query, MAX_QUERY_BYTES + 1) > MAX_QUERY_BYTES) {
        web_problem(request, &out->reply, 414, "query_too_long",
                    "the query string may have 1024 bytes");
        return;
    }
    struct route_match match = {.handler = NULL};
    const bool known =
        route_find(config->routes, config->route_count, request->path, request->method, &match);
    /* Before anything else is said, or the answers would tell which paths there are. */
    const unsigned keys = match.handler ? match.keys : config->keys;
    if (config->auth && !auth_check(config->auth, keys, request, &out->reply))
        return;
    if (!known) {
        web_problem(request, &out->reply, 404, "not_found", NULL);
        return;
    }
    if (!match.handler && !in->options) {
        web_problem(request, &out->reply, 405, "method_not_allowed", NULL);
        route_allow(match.methods, out->allow);
        return;
    }
    if (in->has_body && request->method != WEB_POST) {
        web_problem(request, &out->reply, 413, "body_not_allowed", "only POST may have a body");
        return;
    }
    if (in->options) {
        out->reply = (struct web_reply){.status = 204};
        route_allow(match.methods, out->allow);
        return;
    }
    if (!read_body(in, match.max_body, &out->reply))
        return;
    request->tail = match.tail;
    match.handler(request, &out->reply);
}

void outgoing_release(struct outgoing *out)
{
    if (out->reply.release)
        out->reply.release(out->reply.owner);
}
