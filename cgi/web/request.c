#include "web/request.h"

#include <fcgiapp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *param(char **envp, const char *name)
{
    const char *value = FCGX_GetParam(name, envp);
    return value ? value : "";
}

static bool says_zero(const char *content_length)
{
    return content_length[strspn(content_length, "0")] == '\0';
}

static size_t length_of(const char *content_length)
{
    size_t digits = strspn(content_length, "0123456789");
    if (content_length[digits] || digits > 18)
        return SIZE_MAX;
    return (size_t)strtoull(content_length, NULL, 10);
}

static enum web_method method_bit(const char *name)
{
    if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
        return WEB_GET;
    if (strcmp(name, "POST") == 0)
        return WEB_POST;
    if (strcmp(name, "DELETE") == 0)
        return WEB_DELETE;
    return 0;
}

/* Needs both nginx's word and the address, so that neither alone can say so by mistake. */
static bool is_direct(char **envp)
{
    const char *client = param(envp, "REMOTE_ADDR");
    bool is_loopback = strncmp(client, "127.", 4) == 0 || strcmp(client, "::1") == 0;
    return is_loopback && strcmp(param(envp, "IS_DIRECT"), "1") == 0;
}

void request_read(struct incoming *in, char **envp, struct arena *arena, void *app)
{
    const char *method = param(envp, "REQUEST_METHOD");
    *in = (struct incoming){
        .request =
            {
                .method = method_bit(method),
                .path = param(envp, "SCRIPT_NAME"),
                .tail = "",
                .query = param(envp, "QUERY_STRING"),
                .if_none_match = param(envp, "HTTP_IF_NONE_MATCH"),
                .request_id = param(envp, "REQUEST_ID"),
                .client = param(envp, "REMOTE_ADDR"),
                .is_direct = is_direct(envp),
                .site = param(envp, "SITE"),
                .authorization = param(envp, "HTTP_AUTHORIZATION"),
                .content_type = param(envp, "CONTENT_TYPE"),
                .accept = param(envp, "HTTP_ACCEPT"),
                .last_event_id = param(envp, "HTTP_LAST_EVENT_ID"),
                .body = "",
                .arena = arena,
                .app = app,
            },
        .head = strcmp(method, "HEAD") == 0,
        .options = strcmp(method, "OPTIONS") == 0,
        .has_body = !says_zero(param(envp, "CONTENT_LENGTH")),
        .content_length = length_of(param(envp, "CONTENT_LENGTH")),
    };
}
