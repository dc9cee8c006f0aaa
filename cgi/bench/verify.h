/* Whether a report says what was measured: its raw data is whole (hash chain, signature), every
 * cost follows from tokens and prices, and the Markdown and the JSON are, byte for byte, what this
 * program makes of that raw data. Thread-safe. */
#ifndef BENCH_VERIFY_H
#define BENCH_VERIFY_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

struct verify_text {
    const char *name; /* as the words call it */
    const char *bytes;
    size_t len;
};

/* True when all holds. `words` gets what was checked, a line each, and the first thing that does
 * not hold. Both texts are hostile. */
bool verify_report(struct verify_text markdown, struct verify_text json, struct buf *words);

#endif
