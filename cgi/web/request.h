/* From FastCGI parameters to a request. nginx is asked for REQUEST_METHOD, SCRIPT_NAME (its $uri:
 * decoded, without the query), QUERY_STRING, CONTENT_LENGTH and REQUEST_ID, and adds
 * HTTP_IF_NONE_MATCH by itself. All of them are foreign text. Thread-safe. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "web/server.h"

struct incoming {
    struct web_request request; /* its method is 0 for OPTIONS and for methods no route can have */
    bool head;
    bool options;
    bool has_body;
};

/* The strings of `in` point into `envp` (NULL-terminated, "NAME=value"). */
void request_read(struct incoming *in, char **envp, struct arena *arena, void *app);

#endif
