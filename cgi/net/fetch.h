/* One HTTP request, waited for: for threads that have nothing else to do meanwhile. Thread-safe for
 * different clients. */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "base/arena.h"
#include "net/http.h"
#include <stdatomic.h>

struct fetched {
    enum err err;     /* ERR_OK also for 4xx and 5xx: look at status */
    int status;       /* 0 when no status line came */
    const char *body; /* in the arena, NUL-terminated; "" unless err is ERR_OK */
    size_t body_len;
};

/* Runs the client until the call of `request` ended; what else is in flight goes on. `done` and
 * `user` of the request are not looked at. ERR_CANCELLED soon after *stop became true; NULL: never.
 */
struct fetched fetch(struct http_client *http, const struct http_request *request,
                     struct arena *arena, const atomic_bool *stop);

#endif
