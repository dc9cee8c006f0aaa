/* A run's money again, later: providers settle in batches, minutes after a run has ended. */
#ifndef BENCH_RESETTLE_H
#define BENCH_RESETTLE_H

#include "bench/preflight.h"
#include "store/store.h"

/* Reads what became of the newest run's money when that is pending and the run is not older than a
 * day, and writes it to the run's end, which stands outside the signed root. Older runs keep what
 * was read last: a later one's calls stand among their fees. *pending says whether it is worth to
 * look again. Waits for node and providers until *stop is true. */
enum err resettle(const struct bench_means *means, struct store_writer *store,
                  const atomic_bool *stop, bool *pending);

#endif
