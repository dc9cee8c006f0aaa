#include "zerog/task_result.h"

#include "base/json.h"
#include <string.h>

enum err task_result_read(const cJSON *doc, struct task_result *r)
{
    const char *type = json_get_str(doc, "type");
    const cJSON *payload = json_get(doc, "payload");
    if (!type || strcmp(type, "task_result") != 0)
        return ERR_NOT_FOUND;
    *r = (struct task_result){
        .task_id = json_get_str(payload, "task_id"),
        .status = json_get_str(payload, "status"),
        .sender = json_get_str(doc, "sender"),
        .error = json_get_str(payload, "error"),
        .timestamp = json_get_str(doc, "timestamp"),
    };
    if (!r->task_id)
        r->task_id = json_get_str(doc, "task_id"); /* the envelope names it as well */
    r->has_duration = json_get_uint(payload, "duration_ms", &r->duration_ms);
    r->has_tokens = json_get_uint(payload, "tokens_used", &r->tokens);
    return r->task_id && r->status ? ERR_OK : ERR_BAD_FORMAT;
}
