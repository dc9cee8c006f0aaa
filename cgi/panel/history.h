/* The last 15 minutes of each figure, for sparklines: a ring with a point every five seconds of the
 * monotonic clock, each with its wall time. A figure is unknown in a point whose source was not
 * fresh, and in all points of a time in which nobody sampled. Poller's thread only. */
#ifndef PANEL_HISTORY_H
#define PANEL_HISTORY_H

#include "base/json.h"
#include "panel/render.h"
#include <stdint.h>

enum { HISTORY_POINTS = 180, HISTORY_STEP_MS = 5000, HISTORY_FIGURES = 11 };

struct history_point {
    int64_t wall_ms;
    double figures[HISTORY_FIGURES]; /* NaN: unknown */
};

/* Zeroed: no points. */
struct history {
    struct history_point points[HISTORY_POINTS];
    size_t count, next; /* where the next point goes */
    int64_t due_ms;     /* monotonic; of the next point, with count only */
};

/* Adds the points that are due, of which the newest is as `view` shows. */
void history_sample(struct history *h, const struct view *view);

/* Writes the members of /api/history; NULL for a history without points. */
void history_put(struct json_writer *w, const struct history *h);

#endif
