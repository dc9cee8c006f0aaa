/* From sources to JSON: the bodies of a snapshot. Poller's thread only. Field names and units:
 * docs/openapi.yaml. */
#ifndef PANEL_RENDER_H
#define PANEL_RENDER_H

#include "panel/snapshot.h"
#include "panel/source.h"

struct view {
    const struct settings *settings;
    const struct source *sources; /* SOURCE_COUNT */
    int64_t mono_ms, wall_ms;     /* the moment of rendering */
};

/* Renders everything; NULL without memory. */
struct snapshot *render_snapshot(const struct view *view);

/* SHA-256 over what a viewer would call a change: values, states and reasons, without the moments
 * and block numbers that move with every refresh. ERR_NO_MEMORY. */
enum err render_digest(const struct view *view, uint8_t digest[32]);

/* Writes `build`: version and commit. Thread-safe. */
void render_build(struct json_writer *w);

#endif
