/* The Retry-After header (RFC 9110, 10.2.3): seconds, or an HTTP date. Pure. */
#ifndef NET_RETRY_AFTER_H
#define NET_RETRY_AFTER_H

#include <stdint.h>

/* Milliseconds from `wall_ms` on; 0 for a date that has passed, -1 for anything that is neither. */
int64_t retry_after_ms(const char *value, int64_t wall_ms);

#endif
