/* A URL that somebody configured (or that stands on chain), together with the one form of it that
 * may be shown. This is the only redaction of URLs: logs, errors, origins and evidence all use
 * `shown`, or `shown_here` where only somebody on this machine reads it. What a server answers may
 * repeat the URL: net/redact.h. */
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
    /* The same, but with a private host: for those who are on this machine. */
    const char *shown_here;
    const char *host; /* "host:port", to tell hosts apart; never printed */
    bool is_private;  /* a private address literal, localhost or a name without a dot */
    /* What in the URL may be a key, as it stands there and decoded; NULL behind the last. */
    const char *const *secrets;
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
