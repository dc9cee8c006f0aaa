/* UTF-8 well-formedness (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
 * Pure functions, thread-safe. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Bytes (1 to 4) of the well-formed sequence at the start of text[0..len), 0 when there is none. */
size_t utf8_sequence(const char *text, size_t len);

/* True for U+2028 and U+2029, which are line ends in scripts but not in JSON. `bytes` as returned
 * by utf8_sequence(). */
bool utf8_is_line_separator(const char *text, size_t bytes);

#endif
