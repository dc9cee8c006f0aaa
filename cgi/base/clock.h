/* Two clocks that are never mixed: the monotonic one measures durations and deadlines, the wall
 * clock only names moments for people. Both in milliseconds. Thread-safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/error.h"
#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

enum { TIME_TEXT_BYTES = 25 }; /* "2026-01-02T03:04:05.678Z" and its NUL */

/* RFC 3339 UTC with milliseconds. Moments outside the years 0000 to 9999 are clamped to their
 * ends, so that the text always fits. Returns `text`. */
char *time_text(int64_t wall_ms, char text[TIME_TEXT_BYTES]);

/* Reads an RFC 3339 moment with `T`, seconds and `Z` or an offset, as clients write it; what is
 * finer than a millisecond is cut off. ERR_BAD_FORMAT for anything else, and for a day or a second
 * that no calendar has (a leap second is read as the second after it). */
enum err time_parse(const char *text, int64_t *wall_ms);

#endif
