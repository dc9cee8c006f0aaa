#include "net/sse.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";
enum { BYTE_ORDER_MARK_LEN = sizeof byte_order_mark - 1 };

struct sse_parser sse_make(size_t max_event, sse_event event, void *user)
{
    return (struct sse_parser){
        .event = event,
        .user = user,
        .line = buf_make(max_event),
        .data = buf_make(max_event),
    };
}

static void end_event(struct sse_parser *p)
{
    if (p->has_data)
        p->err = p->event(p->user, buf_str(&p->data), p->data.len);
    buf_reset(&p->data);
    p->has_data = false;
}

static void add_data(struct sse_parser *p, const char *value, size_t len)
{
    if (p->has_data)
        buf_putc(&p->data, '\n');
    buf_put(&p->data, value, len);
    p->has_data = true;
    p->err = p->data.err;
}

/* A whole line without its end. */
static void take_line(struct sse_parser *p, const char *line, size_t len)
{
    static const char field[] = "data";
    const size_t name = sizeof field - 1;

    if (!p->past_mark) {
        p->past_mark = true;
        if (len >= BYTE_ORDER_MARK_LEN && memcmp(line, byte_order_mark, BYTE_ORDER_MARK_LEN) == 0) {
            line += BYTE_ORDER_MARK_LEN;
            len -= BYTE_ORDER_MARK_LEN;
        }
    }
    if (len == 0) {
        end_event(p);
    } else if (len >= name && memcmp(line, field, name) == 0 &&
               (len == name || line[name] == ':')) {
        size_t start = len == name ? name : name + 1;
        if (start < len && line[start] == ' ')
            start++;
        add_data(p, line + start, len - start);
    }
}

static size_t line_length(const char *bytes, size_t len)
{
    const char *lf = memchr(bytes, '\n', len);
    size_t before = lf ? (size_t)(lf - bytes) : len;
    const char *cr = memchr(bytes, '\r', before);
    return cr ? (size_t)(cr - bytes) : before;
}

enum err sse_feed(struct sse_parser *p, const char *bytes, size_t len)
{
    while (len > 0 && !p->err) {
        if (p->after_cr && bytes[0] == '\n') {
            p->after_cr = false;
            bytes++;
            len--;
            continue;
        }
        p->after_cr = false;
        size_t line = line_length(bytes, len);
        if (line > p->line.limit) { /* also one that came whole */
            p->err = ERR_TOO_LARGE;
            break;
        }
        if (line == len || p->line.len > 0) {
            buf_put(&p->line, bytes, line);
            p->err = p->line.err;
        }
        if (line == len || p->err)
            break;
        if (p->line.len > 0)
            take_line(p, buf_str(&p->line), p->line.len);
        else
            take_line(p, bytes, line);
        buf_reset(&p->line);
        p->after_cr = bytes[line] == '\r';
        bytes += line + 1;
        len -= line + 1;
    }
    return p->err;
}

enum err sse_end(struct sse_parser *p)
{
    if (!p->err && p->line.len > 0) {
        take_line(p, buf_str(&p->line), p->line.len);
        buf_reset(&p->line);
    }
    if (!p->err)
        end_event(p);
    return p->err;
}

void sse_free(struct sse_parser *p)
{
    buf_free(&p->line);
    buf_free(&p->data);
}
