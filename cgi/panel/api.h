/* The routes of metrics.fcgi. Handlers take a snapshot and hand out its bytes; none waits for
 * anything. Thread-safe. */
#ifndef PANEL_API_H
#define PANEL_API_H

#include "panel/snapshot.h"
#include "web/server.h"
#include <stddef.h>

/* The application pointer of every handler is a struct snapshot_board. */
extern const struct web_route api_routes[];
extern const size_t api_route_count;

#endif
