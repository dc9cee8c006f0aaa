/* Entity tags (RFC 9110 section 8.8.3). Pure, thread-safe. */
#ifndef WEB_ETAG_H
#define WEB_ETAG_H

#include <stdbool.h>

/* True for one well-formed entity tag: "..." or W/"...". Such a text holds no control character, so
 * it cannot end a header line. */
bool etag_valid(const char *etag);

/* Does an If-None-Match field value name `etag` (well-formed)? Weak comparison, lists and "*", as
 * RFC 9110 section 13.1.2 wants. Reading stops at the first malformed member: a condition that
 * cannot be read is not met, and the client gets the whole reply. */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
