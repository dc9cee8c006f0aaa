/* What the providers of a run declare about their GPUs, asked of all of them at once before the
 * run. Costs nothing and waits two seconds at most: a report does without. One thread at a time. */
#ifndef BENCH_HARDWARE_H
#define BENCH_HARDWARE_H

#include "bench/preflight.h"

/* Fills in `hardware`, or `no_hardware` with the reason, of every target. Texts live in `arena`.
 * ERR_NO_MEMORY. */
enum err hardware_read(struct preflight *p, struct http_client *http, struct arena *arena,
                       const atomic_bool *stop);

#endif
