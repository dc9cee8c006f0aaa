#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buf buf_make(size_t limit)
{
    return (struct buf){.limit = limit < BUF_NO_LIMIT ? limit : BUF_NO_LIMIT};
}

/* Makes room for `more` bytes and the closing NUL. */
static int reserve(struct buf *b, size_t more)
{
    if (b->err)
        return 0;
    if (b->len > b->limit || more > b->limit - b->len) {
        b->err = ERR_TOO_LARGE;
        return 0;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return 1;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap += cap / 2 + 1;
    if (cap > b->limit + 1)
        cap = b->limit + 1;
    char *data = realloc(b->data, cap);
    if (!data) {
        b->err = ERR_NO_MEMORY;
        return 0;
    }
    b->data = data;
    b->cap = cap;
    return 1;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0) {
        b->err = b->err ? b->err : ERR_SYSTEM;
    } else if (reserve(b, (size_t)len)) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
    char *data = b->data;
    *b = buf_make(b->limit);
    return data;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->err = ERR_OK;
    if (b->data)
        b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = buf_make(b->limit);
}
