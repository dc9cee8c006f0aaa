/* What is told of a run while it goes on, as the data of server-sent events: event 0 is "started",
 * events 1 to k are its calls in the order in which they ended, the last is "done". They follow
 * from the record alone, so that a run of long ago tells the same. Pure, thread-safe. */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include "base/buf.h"
#include "bench/record.h"

/* Appends event `place` with its id and name, ready for the wire; false when there is none (yet).
 */
bool events_put(struct buf *out, const struct bench_record *record, size_t place);

/* Whether no event comes behind this place. */
bool events_end(const struct bench_record *record, size_t place);

/* A run in a few figures, under `key`: for lists, and as the first and last event. */
void events_put_summary(struct json_writer *w, const char *key, const struct bench_record *record);

#endif
