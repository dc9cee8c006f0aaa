#include "zerog/broker.h"

#include "base/json.h"
#include <stddef.h>

bool broker_is_quote(const cJSON *doc)
{
    static const char *const members[] = {"quote", "evidence", "intel_quote"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(doc, members[i]))
            return true;
    return false;
}

bool broker_is_error(const cJSON *doc)
{
    const cJSON *error = json_get(doc, "error");
    return cJSON_IsString(error) || json_get_str(error, "message") != NULL;
}
