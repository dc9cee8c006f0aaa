/* How much of a measured latency is this program's own: calls of the engine to a stub inside this
 * process, before a run. The stub and the engine take turns in one thread, so that the stub's time
 * is known and left out; what remains is the engine, libcurl and the kernel's loopback. */
#ifndef BENCH_CALIBRATE_H
#define BENCH_CALIBRATE_H

#include "base/error.h"
#include "bench/record.h"

enum {
    CALIBRATION_CALLS = 50, /* after one that opens the connection */
    CALIBRATION_CHUNKS = 64 /* in each reply */
};

/* Takes a few milliseconds of this thread. Percentiles are observed values (nearest rank). On
 * failure the calibration reads "not measured": ERR_SYSTEM, ERR_NO_MEMORY, ERR_TIMEOUT, or
 * ERR_BAD_FORMAT when a call did not end well. */
enum err calibrate(struct bench_calibration *calibration);

#endif
