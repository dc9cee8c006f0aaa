/* Samples in the Prometheus text format:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Pure. */
#ifndef PANEL_PROMETHEUS_PUT_H
#define PANEL_PROMETHEUS_PUT_H

#include "base/buf.h"
#include "eth/amount.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct label {
    const char *name, *value;
};

#define LABELS(...)                                                                                \
    ((const struct label[]){__VA_ARGS__}),                                                         \
        (sizeof((const struct label[]){__VA_ARGS__}) / sizeof(struct label))

/* The name with its labels; a value follows. Foreign text in a label is made harmless. */
void put_series(struct buf *out, const char *name, const struct label *labels, size_t count);

/* Values, with the end of the line. Nine digits hold every figure here; amounts keep all theirs. */
void put_number(struct buf *out, double number);
void put_seconds(struct buf *out, int64_t wall_ms);
void put_neuron(struct buf *out, amount neuron);

/* A sample without labels; none when it is not known. */
void put_gauge(struct buf *out, const char *name, bool known, double number);

#endif
