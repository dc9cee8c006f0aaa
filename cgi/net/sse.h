/* Server-sent events out of a byte stream that is cut anywhere, event by event. Lines end with LF,
 * CRLF or CR; comments and fields other than `data` are passed over; several `data` lines of one
 * event are joined by LF; a byte order mark at the start is skipped; an event without data is none.
 * Source: the HTML standard, 9.2.6 "Interpreting an event stream".
 * Not thread-safe per parser. */
#ifndef NET_SSE_H
#define NET_SSE_H

#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* The data of one event, NUL-terminated, valid during the call. An error ends the stream. */
typedef enum err (*sse_event)(void *user, const char *data, size_t len);

struct sse_parser {
    sse_event event;
    void *user;
    struct buf line; /* begun, its end not yet here */
    struct buf data; /* of the event so far */
    bool has_data;
    bool after_cr;  /* an LF that comes now belongs to the CR before it */
    bool past_mark; /* the start of the stream, where a byte order mark may stand, is over */
    enum err err;   /* sticky */
};

/* `max_event` bounds the bytes of a line and of an event's data. Allocates nothing. */
struct sse_parser sse_make(size_t max_event, sse_event event, void *user);

/* ERR_TOO_LARGE, ERR_NO_MEMORY, or what `event` returned; the parser then reads nothing more. */
enum err sse_feed(struct sse_parser *p, const char *bytes, size_t len);

/* The stream ended: hands out an event whose closing empty line is missing. The standard drops it;
 * here it is the [DONE] of a server that saves a line. Errors as sse_feed(). */
enum err sse_end(struct sse_parser *p);

void sse_free(struct sse_parser *p);

#endif
