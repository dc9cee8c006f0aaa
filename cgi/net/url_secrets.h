/* What in a URL may be a key: user, password, values of the query, and whatever in the path is not
 * a plain word. Thread-safe for different URLs and arenas. */
#ifndef NET_URL_SECRETS_H
#define NET_URL_SECRETS_H

#include "base/arena.h"
#include "base/error.h"
#include <curl/curl.h>

/* Gives each of them as it stands in the URL and as a server reads it, and the login as the
 * Authorization header has it; NULL stands behind the last. All of it is in the arena. ERR_BAD_URL
 * when there are more than 32, ERR_NO_MEMORY. */
enum err url_secrets_find(CURLU *url, struct arena *arena, const char *const **secrets);

#endif
