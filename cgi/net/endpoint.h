/* A URL that somebody configured (or, later, that stands on chain), together with the one form of
 * it that may be shown. This is the only redaction of URLs: logs, errors, origins and evidence all
 * use `shown`. */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "net/address_filter.h"
#include <stdbool.h>

enum { ENDPOINT_URL_MAX = 2048 }; /* bytes; a longer URL is refused */

struct endpoint {
    const char *variable; /* "ZG_CHAIN_RPC" */
    const char *url;      /* as libcurl understood it; may hold a key: never printed */
    const char *shown;    /* "https://host" or "https://host:port", or "$ZG_CHAIN_RPC" */
    const char *host;     /* "host:port", to tell hosts apart; never printed */
    bool is_private;      /* the host is a private address literal or localhost */
    /* Private addresses this endpoint may reach; NULL means public ones only. Not owned. */
    const struct cidr_list *allow;
};

/* Checks `url` (http or https, a host in ASCII, no zone id, no fragment) and derives what may be
 * shown: scheme, host and port; or `$VARIABLE` when the URL has a user, a path beyond "/", a query,
 * or a private host. Strings are copied into `arena`. ERR_BAD_URL, ERR_NO_MEMORY; *e is untouched
 * then. Thread-safe for different arenas, as is endpoint_url(). */
enum err endpoint_make(struct endpoint *e, const char *variable, const char *url,
                       const struct cidr_list *allow, struct arena *arena);

/* Appends to `url` the endpoint's URL; with `path` ("/v1/models", "/nodes?limit=5"; NULL for none)
 * that path behind the endpoint's own, and its query behind the endpoint's own. `path` is not
 * encoded: whoever puts foreign text into it does that. The result may hold a key. ERR_BAD_URL,
 * ERR_NO_MEMORY, or the buffer's ERR_TOO_LARGE. */
enum err endpoint_url(const struct endpoint *e, const char *path, struct buf *url);

/* Whether both are on the same machine as far as their hosts' names say, whatever the ports. */
bool endpoint_same_machine(const struct endpoint *a, const struct endpoint *b);

#endif
