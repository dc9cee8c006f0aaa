#include "web/dispatch.h"

#include <string.h>

void dispatch(const struct web_config *config, struct incoming *in, struct outgoing *out)
{
    struct web_request *request = &in->request;
    *out = (struct outgoing){.reply = {.status = 200, .content_type = "application/json"}};

    if (strnlen(request->query, MAX_QUERY_BYTES + 1) > MAX_QUERY_BYTES) {
        web_problem(request, &out->reply, 414, "query_too_long",
                    "the query string may have 1024 bytes");
        return;
    }
    struct route_match match;
    if (!route_find(config->routes, config->route_count, request->path, request->method, &match)) {
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
    request->tail = match.tail;
    match.handler(request, &out->reply);
}

void outgoing_release(struct outgoing *out)
{
    if (out->reply.release)
        out->reply.release(out->reply.owner);
}
