#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static int log_fd = STDERR_FILENO;

void log_to(int fd)
{
    log_fd = fd;
}

static int append(char *line, int used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int append_list(char *line, int used, const char *format, va_list list)
{
    int written = vsnprintf(line + used, (size_t)(LINE_SIZE - used), format, list);

    if (written < 0)
        return used;
    return used + written < LINE_SIZE ? used + written : LINE_SIZE - 1;
}

static int append(char *line, int used, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    used = append_list(line, used, format, list);
    va_end(list);
    return used;
}

/* One write per line, so that lines of several writers to one file do not mix. */
static void put(int fd, char *line, int used)
{
    if (used > LINE_SIZE - 2)
        used = LINE_SIZE - 2;
    line[used++] = '\n';
    if (write(fd, line, (size_t)used) < 0)
        return; /* A log that cannot be written must not stop what is watched. */
}

void log_event(const char *event, const char *child, const char *fields, ...)
{
    char line[LINE_SIZE];
    char second[32];
    struct timespec now;
    struct tm utc;
    int used;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &utc);
    used = append(line, 0, "{\"t\":\"%s.%03ldZ\",\"program\":\"supervise\",\"event\":\"%s\"",
                  second, now.tv_nsec / 1000000, event);
    if (child)
        used = append(line, used, ",\"child\":\"%s\"", child);
    if (fields) {
        va_list list;

        used = append(line, used, ",");
        va_start(list, fields);
        used = append_list(line, used, fields, list);
        va_end(list);
    }
    used = append(line, used, "}");
    put(log_fd, line, used);
}

void say(const char *format, ...)
{
    char line[LINE_SIZE];
    va_list list;
    int used;

    used = append(line, 0, "run: ");
    va_start(list, format);
    used = append_list(line, used, format, list);
    va_end(list);
    put(STDERR_FILENO, line, used);
}
