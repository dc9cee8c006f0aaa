#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"
#include <stdarg.h>
#include <unistd.h>

enum { MAX_LINE = 8192 };

static const char *program = "?"; /* set once before threads start */

void log_open(const char *name)
{
    program = name;
}

void log_event(enum log_level level, const char *event, ...)
{
    static const char *const names[] = {"info", "warn", "error"};
    struct buf line = buf_make(MAX_LINE);
    struct json_writer w = json_writer_make(&line);
    json_open_object(&w, NULL);
    json_put_time(&w, "t", clock_wall_ms());
    json_put_str(&w, "level", names[level]);
    json_put_str(&w, "program", program);
    json_put_str(&w, "event", event);
    va_list args;
    va_start(args, event);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (!value)
            break;
        json_put_str(&w, key, value);
    }
    va_end(args);
    json_close_object(&w);
    buf_putc(&line, '\n');
    /* A line that is too long is dropped whole rather than written broken. */
    ssize_t written = line.err ? 0 : write(STDERR_FILENO, line.data, line.len);
    (void)written; /* there is nobody to tell */
    buf_free(&line);
}
