/* One JSON line per event on stderr, written with one write(2) so that lines of several threads
 * never mix. Values are foreign text as far as the log is concerned and are escaped by the JSON
 * writer. The log does not redact: whoever holds a URL holds its shown form beside it
 * (net/endpoint.h) and passes that. Thread-safe. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

/* Name of this program in every line; call once before threads. `name` must stay valid. */
void log_open(const char *name);

/* log_event(LOG_WARN, "source_failed", "source", "chain", "reason", text, NULL):
 * pairs of key and value, closed by NULL. A NULL value ends the list as well. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
