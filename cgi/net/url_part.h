/* Parts of a URL, as libcurl's parser finds them. Thread-safe for different URLs. */
#ifndef NET_URL_PART_H
#define NET_URL_PART_H

#include "base/error.h"
#include <curl/curl.h>

/* ERR_OK, ERR_NO_MEMORY, or ERR_BAD_URL for all else. */
enum err url_error(CURLUcode code);

/* *text becomes NULL where the URL has no such part; else the caller frees it with curl_free(). */
enum err url_part(CURLU *url, CURLUPart part, unsigned flags, char **text);

#endif
