/* libcurl's result codes as this program's errors. Pure. */
#ifndef NET_CURL_ERROR_H
#define NET_CURL_ERROR_H

#include "base/error.h"
#include <curl/curl.h>

/* ERR_OK for CURLE_OK, ERR_SYSTEM for a code that no plain HTTP request is expected to give. */
enum err curl_error(CURLcode code);

#endif
