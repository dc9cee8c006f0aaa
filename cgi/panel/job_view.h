/* Jobs as /api/jobs and /api/metrics show them. Thread-safe. */
#ifndef PANEL_JOB_VIEW_H
#define PANEL_JOB_VIEW_H

#include "base/json.h"
#include "store/store.h"

enum { FIRST_PAGE_JOBS = 30 };

/* Writes the array `jobs`. One that is lost at `now_ms` is shown as failed. */
void put_jobs(struct json_writer *w, const struct job *jobs, size_t count, int64_t now_ms);

#endif
