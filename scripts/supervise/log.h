/*
 * The supervisor's own words: one JSON line per event.
 *
 * Not thread-safe; the supervisor has one thread.
 */
#ifndef SUPERVISE_LOG_H
#define SUPERVISE_LOG_H

/* Where the lines go from now on (default: stderr). The descriptor stays the caller's. */
void log_to(int fd);

/*
 * Writes {"t":...,"program":"supervise","event":EVENT,"child":CHILD,FIELDS}. `child` may be NULL.
 * `fields` is a printf format that yields further JSON members ("\"pid\":%d") or NULL. The caller
 * passes only numbers and names of its own; nothing is escaped here.
 */
void log_event(const char *event, const char *child, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));

/* One plain line for the person at the terminal, on stderr. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
