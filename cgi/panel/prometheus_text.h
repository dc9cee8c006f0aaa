/* The snapshot's figures in the Prometheus text format 0.0.4, for GET /metrics.
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Poller's thread only. */
#ifndef PANEL_PROMETHEUS_TEXT_H
#define PANEL_PROMETHEUS_TEXT_H

#include "panel/render.h"

/* Appends every family with its help and type. A figure that is not known has no sample: absent is
 * never 0. A figure whose source is stale keeps its last value, as in /api/metrics; how old it is
 * says zg_source_fetched_timestamp_seconds. */
void prometheus_text(struct buf *out, const struct view *view);

#endif
