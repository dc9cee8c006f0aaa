/* Pages of the job history that do not stand in the snapshot: other lengths, older pages. The one
 * thing that a request reads from a file. Each worker reads with a connection of its own, taken
 * from a pool, and waits at most 50 ms for a writer. Thread-safe. */
#ifndef PANEL_JOB_PAGES_H
#define PANEL_JOB_PAGES_H

#include "panel/snapshot.h"
#include "web/server.h"

struct job_pages;

/* `readers`: as many as there are workers. `path` must outlive it, NULL: there is no store. NULL
 * without memory. */
struct job_pages *job_pages_new(const char *path, size_t readers);
void job_pages_free(struct job_pages *pages); /* NULL is accepted */

/* Whether the query asks for the first page, which the snapshot has. */
bool job_pages_is_first(const char *query);

/* Answers ?limit= and ?before= from the store; sources and renderedAt are the snapshot's. */
void job_pages_reply(struct job_pages *pages, struct snapshot *snapshot,
                     const struct web_request *request, struct web_reply *reply);

#endif
