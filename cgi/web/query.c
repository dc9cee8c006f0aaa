#include "web/query.h"

#include <string.h>

enum err query_get(const char *query, const char *name, char *value, size_t size)
{
    const size_t name_len = strlen(name);
    *value = '\0';
    while (*query) {
        const size_t len = strcspn(query, "&");
        if (len > name_len && strncmp(query, name, name_len) == 0 && query[name_len] == '=') {
            const size_t value_len = len - name_len - 1;
            if (value_len >= size)
                return ERR_TOO_LARGE;
            memcpy(value, query + name_len + 1, value_len);
            value[value_len] = '\0';
            return ERR_OK;
        }
        query += len + (query[len] == '&');
    }
    return ERR_OK;
}
