/* Finding the row of a routing table. Pure, thread-safe. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "web/server.h"

struct route_match {
    web_handler handler; /* NULL: the path is known, but not with this method */
    const char *tail;    /* points into the path; "" for an exact route */
    unsigned methods;    /* every method of this path */
    unsigned keys;       /* of the row with the handler */
    size_t max_body;     /* of the row with the handler */
};

/* An exact path goes before a prefix, a longer prefix before a shorter one. Rows with the same path
 * are one resource with one handler per method. False when no row has this path. */
bool route_find(const struct web_route *routes, size_t count, const char *path, unsigned method,
                struct route_match *match);

enum { ALLOW_BYTES = sizeof "GET, HEAD, POST, DELETE, OPTIONS" };

/* Value of the Allow header: the methods, HEAD beside GET, and OPTIONS. Returns `text`. */
char *route_allow(unsigned methods, char text[ALLOW_BYTES]);

#endif
