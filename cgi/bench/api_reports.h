/* The replies of the benchmark's API that are made of stored runs and jobs: reports, differences,
 * observed traffic. The handlers expect what bench/api.h says. Thread-safe. */
#ifndef BENCH_API_REPORTS_H
#define BENCH_API_REPORTS_H

#include "bench/api.h"
#include "bench/report.h"

#define REPLY_JSON "application/json; charset=utf-8"

enum { REPLY_MAX = 64 * 1024 * 1024, RETRY_AFTER_S = 5 };

/* Replies with the text, whose bytes it takes; with 500 when the text has an error. */
void reply_text(const struct web_request *request, struct web_reply *reply,
                const char *content_type, struct buf *text);

/* 404 for ERR_NOT_FOUND, else 503. */
void reply_error(const struct web_request *request, struct web_reply *reply, enum err err);

struct report_form {
    const char *name, *content_type;
    void (*put)(struct buf *out, const struct report *report);
};

/* By its name ("report.md"); NULL: there is none. Static storage. */
const struct report_form *report_form_find(const char *name);

void reply_report(struct bench_api *api, const struct web_request *request, struct web_reply *reply,
                  const char *id, const struct report_form *form);

/* GET /admin/api/compare.md, compare.json (?a=&b=) and reports/observed.md (?since=). */
void get_compare_markdown(const struct web_request *request, struct web_reply *reply);
void get_compare_json(const struct web_request *request, struct web_reply *reply);
void get_observed(const struct web_request *request, struct web_reply *reply);

#endif
