/* From sources to JSON: the bodies of a snapshot. Poller's thread only. Field names and units:
 * docs/openapi.yaml. */
#ifndef PANEL_RENDER_H
#define PANEL_RENDER_H

#include "panel/snapshot.h"
#include "panel/source.h"

struct history;

struct view {
    const struct settings *settings;
    const struct source *sources;  /* SOURCE_COUNT */
    int64_t mono_ms, wall_ms;      /* the moment of rendering */
    const struct history *history; /* NULL: none */
};

/* Renders everything; NULL without memory. */
struct snapshot *render_snapshot(const struct view *view);

/* SHA-256 over what a viewer would call a change: values, states and reasons, without the moments
 * and block numbers that move with every refresh. ERR_NO_MEMORY. */
enum err render_digest(const struct view *view, uint8_t digest[32]);

/* Writes the members of /api/metrics that come from this source alone, as an object. The buffer may
 * end before they do. */
void render_figures(const struct view *view, enum source_id id, struct buf *out);

/* Writes `build`: version and commit. Thread-safe. */
void render_build(struct json_writer *w);

#endif
