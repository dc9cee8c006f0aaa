/* The bytes of a reply: a CGI header (RFC 3875 section 6.3) and the body. */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "base/buf.h"
#include "web/dispatch.h"

/* Appends the header to `head` and says whether the body follows: not for HEAD, not when the
 * client has the same ETag already (then the status is 304), not when the status has none. */
bool reply_head(struct buf *head, const struct incoming *in, const struct outgoing *out);

#endif
