/* Where a page ended: timestamp and id of its last job, as text for a URL. Opaque to clients.
 * Internal to store/. Pure, thread-safe. */
#ifndef STORE_CURSOR_H
#define STORE_CURSOR_H

#include "base/arena.h"
#include "base/error.h"
#include <stdint.h>

struct cursor {
    int64_t timestamp_ms;
    const char *id;
};

/* Allocates in `arena`; NULL without memory. */
const char *cursor_text(const struct cursor *cursor, struct arena *arena);

/* ERR_BAD_FORMAT for anything cursor_text() cannot have made; ERR_NO_MEMORY. */
enum err cursor_parse(const char *text, struct arena *arena, struct cursor *cursor);

#endif
