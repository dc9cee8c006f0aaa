/* Taking the raw data out of a report.json again, as report_put_json() (bench/report.h) wrote it.
 * Thread-safe. */
#ifndef BENCH_REPORT_JSON_H
#define BENCH_REPORT_JSON_H

#include "bench/report.h"

struct report_raw {
    struct bench_record run;
    bool has_baseline, has_previous;
    struct bench_record baseline, previous;
};

/* Reads what is raw; what is derived behind it is for the caller to derive again and compare. The
 * text is hostile. Everything lives in `arena`. *line gets the number of the last line that was
 * looked at. ERR_TRUNCATED, ERR_BAD_FORMAT and those of bench/record.h. */
enum err report_read(const char *text, size_t len, struct arena *arena, struct report_raw *raw,
                     size_t *line);

#endif
