/* Whether two runs may be compared: what differs between them besides time and place. Pure,
 * thread-safe. */
#ifndef BENCH_COMPARABLE_H
#define BENCH_COMPARABLE_H

#include "base/buf.h"
#include "bench/record.h"

enum comparison {
    COMPARE_SAME,    /* before and after, here and there: model and price are the same too */
    COMPARE_BASELINE /* 0G against a centralised endpoint: model and price are its own */
};

/* Appends what stands against comparing them, as "prompts (v1 against v2), seed (1 against 2)", and
 * returns how many things that are; 0: nothing, and nothing is appended. Plain text. */
unsigned comparable_put_obstacles(struct buf *out, const struct bench_head *a,
                                  const struct bench_head *b, enum comparison comparison);

#endif
