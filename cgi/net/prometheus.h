/* The Prometheus text format 0.0.4, as exporters give it; what OpenMetrics adds to it (# EOF,
 * exemplars, times in seconds) is accepted. https://prometheus.io/docs/instrumenting/
 * exposition_formats/. Pure, thread-safe. */
#ifndef NET_PROMETHEUS_H
#define NET_PROMETHEUS_H

#include "base/arena.h"
#include "base/error.h"
#include <stddef.h>

enum {
    PROMETHEUS_MAX_SAMPLES = 100000,
    PROMETHEUS_MAX_LABELS = 64, /* of one sample */
};

struct prometheus_label {
    const char *name, *value; /* NUL-terminated, escapes resolved; foreign */
};

struct prometheus_sample {
    const char *name; /* NUL-terminated */
    const struct prometheus_label *labels;
    size_t label_count;
    double value; /* may be NaN or infinite */
};

/* Returns an error to end the parsing with it. The sample is valid during the call only. */
typedef enum err (*prometheus_visit)(void *user, const struct prometheus_sample *sample);

/* Calls `visit` for each sample in order. Comments, HELP and TYPE lines are passed over; the time
 * that a sample may carry is checked and not handed out. The first malformed line ends it: an
 * answer that is partly garbage is not to be trusted in its other part either. ERR_BAD_FORMAT,
 * ERR_TOO_LARGE (samples, labels), ERR_NO_MEMORY, or the error of `visit`. `work` takes names and
 * labels of one line at a time and is reset before each. */
enum err prometheus_parse(const char *text, size_t len, struct arena *work, prometheus_visit visit,
                          void *user);

/* The label's value, or NULL. */
const char *prometheus_label(const struct prometheus_sample *sample, const char *name);

#endif
