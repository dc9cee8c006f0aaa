/* Growable byte buffer with a limit and a sticky error: append without checking each step, look at
 * `err` once at the end. The bytes are always followed by a NUL that `len` does not count; they may
 * contain NULs themselves. Reset keeps the memory for the next use.
 * Ownership: the buffer owns `data`; buf_take() hands it over. Not thread-safe. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/error.h"
#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL until the first append */
    size_t len;
    size_t cap;
    size_t limit; /* bytes; appending past it sets err to ERR_TOO_LARGE and changes nothing */
    enum err err; /* first failure; later appends do nothing */
};

#define BUF_NO_LIMIT ((size_t)-1 / 4)

/* An empty buffer that may hold up to `limit` bytes. Allocates nothing. */
struct buf buf_make(size_t limit);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The bytes as a C string; "" while empty. Valid until the next append. */
const char *buf_str(const struct buf *b);

/* Gives the allocation to the caller (free() it) and leaves the buffer empty. NULL while empty. */
char *buf_take(struct buf *b);

/* Forgets content and error, keeps the memory. */
void buf_reset(struct buf *b);

/* Frees the memory; the buffer is empty and usable afterwards. Accepts a zeroed buffer. */
void buf_free(struct buf *b);

#endif
