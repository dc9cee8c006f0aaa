/* Pages of the job history that do not stand in the snapshot: other lengths, older pages. The one
 * thing that a request reads from a file. Each worker reads with a connection of its own, taken
 * from a pool, and waits at most 50 ms for a writer. Thread-safe. */
#ifndef PANEL_JOB_PAGES_H
#define PANEL_JOB_PAGES_H

#include "panel/snapshot.h"
#include "web/server.h"

struct job_pages;

/* `workers`: as many can read at once. `recorded` is the job store, NULL: there is none;
 * `mirrored` the cache with the jobs of a topic, NULL: there are none. NULL without memory. */
struct job_pages *job_pages_new(const char *recorded, const char *mirrored, size_t workers);
void job_pages_free(struct job_pages *pages); /* NULL is accepted */

/* Whether the query asks for the first page, which the snapshot has. */
bool job_pages_is_first(const char *query);

/* Answers ?limit= and ?before= from the stores; sources and renderedAt are the snapshot's. */
void job_pages_reply(struct job_pages *pages, struct snapshot *snapshot,
                     const struct web_request *request, struct web_reply *reply);

#endif
