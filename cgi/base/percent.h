/* Percent-encoding (RFC 3986 section 2.1) of text that becomes a part of a URL. Pure, thread-safe.
 */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/buf.h"

/* Appends `text`; everything but the unreserved characters encoded, so that it stays one segment of
 * a path or one value of a query. `out` has the sticky error. */
void percent_put(struct buf *out, const char *text, size_t len);

#endif
