/* From a request to its reply: what every route shares (unknown path, method, size) is decided here
 * before the handler is called. Thread-safe as long as the handlers are. */
#ifndef WEB_DISPATCH_H
#define WEB_DISPATCH_H

#include "web/request.h"
#include "web/route.h"

enum { MAX_QUERY_BYTES = 1024 };

struct outgoing {
    struct web_reply reply;
    char allow[ALLOW_BYTES]; /* "" without an Allow header */
};

/* Fills in `out`; the caller writes it and then calls outgoing_release(). */
void dispatch(const struct web_config *config, struct incoming *in, struct outgoing *out);

/* Gives back what the handler lent to the reply. */
void outgoing_release(struct outgoing *out);

#endif
