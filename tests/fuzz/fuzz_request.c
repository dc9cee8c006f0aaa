/* A request as nginx hands it on: lines "NAME=value", an empty line, the body. Whatever it says, a
 * token opens what it may alone, the reply's head is one head, and a cursor that is taken is one we
 * made. */
#include "web/auth.h"
#include "web/dispatch.h"
#include "web/query.h"
#include "web/reply.h"
#include "web/request.h"

#include "require.h"
#include "store/cursor.h"
#include <string.h>

enum { MAX_PARAMS = 24, MAX_INPUT = 1 << 14, MAX_BODY = 4096, KEY = 1 };

#define TOKEN "0123456789abcdef0123456789abcdef"

struct input {
    const char *body;
    size_t body_len;
};

static size_t read_body(void *stream, char *bytes, size_t len)
{
    struct input *in = stream;
    const size_t part = len < in->body_len ? len : in->body_len;
    if (part)
        memcpy(bytes, in->body, part);
    return part;
}

static void look_at_query(const struct web_request *request)
{
    char before[512], limit[8];
    struct cursor cursor;
    if (!query_get(request->query, "before", before, sizeof before) &&
        !cursor_parse(before, request->arena, &cursor)) {
        const char *again = cursor_text(&cursor, request->arena);
        require(again && strcasecmp(again, before) == 0);
    }
    if (!query_get(request->query, "limit", limit, sizeof limit))
        require(strlen(limit) < sizeof limit && !strchr(limit, '&'));
}

static void open_handler(const struct web_request *request, struct web_reply *reply)
{
    look_at_query(request);
    require(request->method == WEB_GET && !request->body_len);
    reply->etag = "\"0123456789abcdef\"";
    reply->body = "{}";
    reply->body_len = 2;
}

/* Behind the token. */
static void closed_handler(const struct web_request *request, struct web_reply *reply)
{
    require(strstr(request->authorization, TOKEN) != NULL);
    require(request->body_len <= MAX_BODY && strlen(request->body) <= request->body_len);
    if (web_has_json(request, reply))
        reply->status = 204;
}

static const struct web_route routes[] = {
    {"/api/jobs", WEB_GET, open_handler, 0, 0},
    {"/api/evidence/*", WEB_GET, open_handler, 0, 0},
    {"/admin/api/jobs", WEB_POST, closed_handler, KEY, MAX_BODY},
    {"/admin/api/benchmarks/*", WEB_POST | WEB_DELETE, closed_handler, KEY, 0},
};

/* Lines end with CR LF and hold no control character; there is one empty line, the last. */
static void require_head(const struct buf *head)
{
    const char *text = buf_str(head);
    require(!head->err && strlen(text) == head->len && strncmp(text, "Status: ", 8) == 0);
    const char *end = strstr(text, "\r\n\r\n");
    require(end && end + 4 == text + head->len);
    for (const char *c = text; c < end; c++)
        require((unsigned char)*c >= ' ' || *c == '\t' || (*c == '\r' && c[1] == '\n') ||
                (*c == '\n' && c[-1] == '\r'));
}

static void answer(const struct web_config *config, char **envp, struct input *body,
                   struct arena *arena)
{
    struct incoming in;
    struct outgoing out;
    struct buf head = buf_make(BUF_NO_LIMIT);
    request_read(&in, envp, arena, NULL);
    in.read_body = read_body;
    in.stream = body;
    dispatch(config, &in, &out);
    const bool has_body = reply_head(&head, &in, &out);
    require(!has_body || !in.head);
    require_head(&head);
    outgoing_release(&out);
    buf_free(&head);
}

/* Cuts the text into its lines, up to the empty one. */
static struct input cut(char *text, size_t len, char *envp[MAX_PARAMS + 1])
{
    size_t count = 0;
    char *end = text + len;
    while (text < end && *text != '\n' && count < MAX_PARAMS) {
        char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end)
            line_end = end;
        *line_end = '\0';
        if (strchr(text, '='))
            envp[count++] = text;
        text = line_end < end ? line_end + 1 : end;
    }
    envp[count] = NULL;
    text += text < end;
    return (struct input){text, (size_t)(end - text)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char text[MAX_INPUT + 1], *envp[MAX_PARAMS + 1];
    if (len > MAX_INPUT)
        return 0;
    memcpy(text, data, len);
    text[len] = '\0';
    struct input body = cut(text, len, envp);

    struct auth auth;
    struct secret token = {.text = TOKEN, .len = sizeof TOKEN - 1};
    struct buf problems = buf_make(BUF_NO_LIMIT);
    struct arena arena = arena_make(1 << 20);
    auth_init(&auth);
    require(!auth_add(&auth, KEY, "TOKEN", &token, &problems));
    struct web_config config = {.routes = routes, .route_count = sizeof routes / sizeof *routes};
    if (memmem(data, len, "/admin", 6)) { /* for admin.fcgi, which opens nothing without a token */
        config.auth = &auth;
        config.keys = KEY;
    }
    answer(&config, envp, &body, &arena);
    auth_free(&auth);
    buf_free(&problems);
    arena_free(&arena);
    return 0;
}
