#include "web/server.h"

#include "base/json.h"
#include "web/status.h"
#include <string.h>
#include <strings.h>

enum { MAX_PROBLEM_BYTES = 16 * 1024 };

static const char out_of_memory[] = "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\","
                                    "\"status\":500,\"code\":\"out_of_memory\"}";

void web_problem(const struct web_request *request, struct web_reply *reply, int status,
                 const char *code, const char *detail)
{
    struct buf text = buf_make(MAX_PROBLEM_BYTES);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    json_put_str(&w, "type", "about:blank");
    json_put_str(&w, "title", status_phrase(status));
    json_put_int(&w, "status", status);
    json_put_str(&w, "code", code);
    if (detail)
        json_put_str(&w, "detail", detail);
    json_close_object(&w);

    reply->status = status;
    reply->content_type = "application/problem+json";
    reply->etag = NULL;
    reply->cache_control = "no-store";
    reply->body = text.err ? NULL : arena_strndup(request->arena, buf_str(&text), text.len);
    reply->body_len = text.len;
    if (!reply->body) {
        reply->status = 500;
        reply->body = out_of_memory;
        reply->body_len = sizeof out_of_memory - 1;
    }
    buf_free(&text);
}

bool web_has_json(const struct web_request *request, struct web_reply *reply)
{
    static const char json[] = "application/json";
    const char *type = request->content_type;
    if (strncasecmp(type, json, sizeof json - 1) == 0 && strchr("; \t", type[sizeof json - 1]))
        return true;
    web_problem(request, reply, 415, "not_json", "expected Content-Type: application/json");
    return false;
}
