/* The routes of metrics.fcgi. Handlers take a snapshot and hand out its bytes; none waits for
 * anything but an older page of jobs, which is read from its file. Thread-safe. */
#ifndef PANEL_API_H
#define PANEL_API_H

#include "panel/evidence.h"
#include "panel/job_pages.h"
#include "panel/snapshot.h"
#include "web/server.h"
#include <stddef.h>

/* What every handler gets as its application pointer. */
struct api {
    struct snapshot_board board;
    struct evidence_board evidence;
    const struct settings *settings; /* set before the first request */
    struct job_pages *pages;
};

extern const struct web_route api_routes[];
extern const size_t api_route_count;

#endif
