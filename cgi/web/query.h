/* Parameters of a query string. Values that this program hands out need no percent escapes, so none
 * are decoded. Pure, thread-safe. */
#ifndef WEB_QUERY_H
#define WEB_QUERY_H

#include "base/error.h"
#include <stddef.h>

/* Copies the value of the first parameter of this name; "" when there is none. ERR_TOO_LARGE when
 * it does not fit, then it is "". */
enum err query_get(const char *query, const char *name, char *value, size_t size);

#endif
