/* The built-in prompts: a fixed list whose hash stands in the report, so that two runs are known to
 * have asked the same. Pure, thread-safe. */
#ifndef BENCH_PROMPTS_H
#define BENCH_PROMPTS_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

#define PROMPT_SET "v1" /* the only one */

enum { PROMPTS_SHA256_TEXT_BYTES = 65, PROMPT_BYTES_MAX = 512 };

/* SHA-256 of the set, each prompt followed by a LF, as hexadecimal digits. Returns `text`. */
char *prompts_sha256(char text[PROMPTS_SHA256_TEXT_BYTES]);

/* Which prompt a call asks. */
struct prompt_choice {
    uint64_t seed; /* where the rotation through the list begins */
    bool warmup;   /* warm-up calls go backwards from there: other prompts than the first calls */
    unsigned number,
        endpoint; /* as in the record; endpoints are asked the same, in the same order */
    /* The prompt begins with this, the endpoint and the number, so that no cache of prefixes can
     * have seen it. NULL: without, caches may help. */
    const char *run_id;
};

/* Appends the prompt, at most PROMPT_BYTES_MAX bytes of ASCII; `out` has the sticky error. */
void prompt_put(struct buf *out, const struct prompt_choice *choice);

#endif
