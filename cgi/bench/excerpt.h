/* The beginning of what a failed call brought, fit to be kept and shown: valid UTF-8 without
 * control characters, and without our own secret should the server have sent it back. Pure,
 * thread-safe. */
#ifndef BENCH_EXCERPT_H
#define BENCH_EXCERPT_H

#include <stddef.h>

enum { EXCERPT_SECRET_RUN = 12 }; /* bytes of a secret in a row that are not shown */

/* Writes at most `size` - 1 bytes and a NUL to `text`. Every run of EXCERPT_SECRET_RUN bytes or
 * more that also stands in `secret` (NULL: there is none) becomes "[...]"; control characters, line
 * ends and bytes that are no UTF-8 become a space; a character that does not fit is left out whole.
 * Returns `text`. */
char *excerpt(const char *bytes, size_t len, const char *secret, char *text, size_t size);

#endif
