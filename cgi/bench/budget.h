/* The cap on what a run may spend: what was spent, what calls in flight may still cost, and whether
 * one more fits. Every sum is exact; one that would pass the end of 128 bits does not fit. Pure,
 * not thread-safe. */
#ifndef BENCH_BUDGET_H
#define BENCH_BUDGET_H

#include "eth/amount.h"
#include <stdbool.h>

struct budget {
    amount cap, spent, reserved;
    bool overrun; /* a call cost more than its worst case, or the cap was passed */
};

/* Reserves `worst` when it still fits under the cap; else false and nothing changes. */
bool budget_reserve(struct budget *budget, amount worst);

/* A call with that reservation ended and cost `cost`. */
void budget_book(struct budget *budget, amount worst, amount cost);

#endif
