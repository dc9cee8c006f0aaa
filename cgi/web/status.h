/* Names of HTTP status codes (RFC 9110 section 15): the reason phrase, and the title of a problem
 * whose type is about:blank (RFC 9457 section 4.2.1). Pure, thread-safe. */
#ifndef WEB_STATUS_H
#define WEB_STATUS_H

/* Static storage; "" for a code that is not in the table. */
const char *status_phrase(int status);

#endif
