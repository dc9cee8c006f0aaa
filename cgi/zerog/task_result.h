/* How a task ended, as agents publish it to a topic: {"type": "task_result", "sender": ...,
 * "task_id": ..., "timestamp": RFC 3339, "payload": {"task_id", "status", "duration_ms",
 * "tokens_used", "error"}}. Anybody may have written it. Pure, thread-safe. */
#ifndef ZEROG_TASK_RESULT_H
#define ZEROG_TASK_RESULT_H

#include "base/error.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/* Texts are the document's. */
struct task_result {
    const char *task_id;
    const char *status; /* in the words of the agent */
    const char *sender; /* NULL: not said, as the two below */
    const char *error;
    const char *timestamp;
    uint64_t duration_ms, tokens; /* with their has_ only */
    bool has_duration, has_tokens;
};

enum { TASK_RESULT_MAX = 64 * 1024 /* bytes of a message that may be one */ };

/* ERR_NOT_FOUND for a message of another type, ERR_BAD_FORMAT without task or status. */
enum err task_result_read(const cJSON *doc, struct task_result *result);

#endif
