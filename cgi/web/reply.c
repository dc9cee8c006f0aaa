#include "web/reply.h"

#include "web/etag.h"
#include "web/status.h"

static void put_header(struct buf *head, const char *name, const char *value)
{
    buf_puts(head, name);
    buf_puts(head, ": ");
    buf_puts(head, value);
    buf_puts(head, "\r\n");
}

bool reply_head(struct buf *head, const struct incoming *in, const struct outgoing *out)
{
    const struct web_reply *reply = &out->reply;
    const char *etag = reply->etag && etag_valid(reply->etag) ? reply->etag : NULL;
    int status = reply->status;
    if (status == 200 && etag && in->request.method == WEB_GET &&
        etag_matches(in->request.if_none_match, etag))
        status = 304;
    const bool bodiless = status == 204 || status == 304;

    buf_printf(head, "Status: %d %s\r\n", status, status_phrase(status));
    if (!bodiless) {
        put_header(head, "Content-Type", reply->content_type);
        if (reply->stream)
            put_header(head, "X-Accel-Buffering", "no"); /* nginx passes each piece on */
        else
            buf_printf(head, "Content-Length: %zu\r\n", reply->body_len);
    }
    if (etag)
        put_header(head, "ETag", etag);
    if (reply->cache_control)
        put_header(head, "Cache-Control", reply->cache_control);
    if (reply->challenge)
        put_header(head, "WWW-Authenticate", reply->challenge);
    if (reply->location)
        put_header(head, "Location", reply->location);
    if (reply->disposition)
        put_header(head, "Content-Disposition", reply->disposition);
    if (reply->retry_after_s > 0)
        buf_printf(head, "Retry-After: %d\r\n", reply->retry_after_s);
    if (out->allow[0])
        put_header(head, "Allow", out->allow);
    buf_puts(head, "\r\n");
    return !bodiless && !in->head;
}
