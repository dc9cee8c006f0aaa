/* From FastCGI parameters to a request. nginx is asked for REQUEST_METHOD, SCRIPT_NAME (its $uri:
 * decoded, without the query), QUERY_STRING, CONTENT_LENGTH and REQUEST_ID, for admin.fcgi also for
 * REMOTE_ADDR, CONTENT_TYPE, HTTP_AUTHORIZATION, HTTP_ACCEPT and HTTP_LAST_EVENT_ID, for evidence
 * for REMOTE_ADDR, IS_DIRECT ("1") and SITE, and adds HTTP_IF_NONE_MATCH by itself. All of them are
 * foreign text. Thread-safe. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "web/server.h"

struct incoming {
    struct web_request request; /* its method is 0 for OPTIONS and for methods no route can have */
    bool head;
    bool options;
    bool has_body;
    size_t content_length; /* SIZE_MAX when it is no number or none that fits */
    /* Reads up to `len` bytes of the body from `stream`; fewer when it ends. */
    size_t (*read_body)(void *stream, char *bytes, size_t len);
    void *stream;
};

/* Reads all but the body: dispatch() does, once it knows that it is wanted. The strings of `in`
 * point into `envp` (NULL-terminated, "NAME=value"). */
void request_read(struct incoming *in, char **envp, struct arena *arena, void *app);

#endif
