/* From what happened to a call to its one class: the first row of OUTCOME_TABLE that fits. A call
 * that we ended ourselves has the class of that, whatever else was wrong with it by then. Pure,
 * thread-safe. */
#ifndef BENCH_CLASSIFY_H
#define BENCH_CLASSIFY_H

#include "base/error.h"
#include "bench/outcome.h"
#include "zerog/refusal.h"
#include <stdbool.h>

struct call_facts {
    enum err err;         /* of the transfer */
    enum outcome stopped; /* why we ended it; OUTCOME_OK: we did not */
    bool connected;       /* the request went out */
    int http_status;      /* 0: none came */
    enum refusal refusal; /* of a status that is no success */
    bool error_object;
    bool anything; /* of a stream or an object came */
    bool whole;    /* it said that it was complete */
    bool text;     /* at least one token */
};

/* A status below 400 that is no success (a redirect is not followed) counts as http_4xx. */
enum outcome classify(const struct call_facts *facts);

bool status_is_success(int http_status);

#endif
