/* One request as libcurl carries it: an easy handle with every limit set, the filter of addresses,
 * and what it received. Which transfers run, and when they end, is http.c's part.
 * A transfer stays where it is in memory: libcurl holds its address. Not thread-safe. */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include "base/buf.h"
#include "net/http.h"
#include <curl/curl.h>

struct transfer {
    CURL *easy;
    struct curl_slist *headers;       /* libcurl does not copy them */
    const struct http_stream *stream; /* not owned; NULL: the body is collected */
    void *user;                       /* of the stream */
    struct buf body;
    size_t body_bytes, body_limit;
    size_t header_bytes;
    const struct cidr_list *allow; /* not owned */
    unsigned sockets_opened, sockets_refused;
    unsigned requests_sent;
    bool send_once;
    enum err err;       /* what a callback found: more exact than the code libcurl ends with */
    int64_t started_us; /* set by whoever hands the handle to libcurl */
};

/* Copies all of `request` but the allow list and the stream. `owner` is what CURLINFO_PRIVATE
 * gives. ERR_BAD_URL, ERR_BAD_FORMAT, ERR_NO_MEMORY; transfer_free() in any case. */
enum err transfer_init(struct transfer *t, const struct http_request *request, void *owner);

/* The class of a transfer that libcurl ended with `code`. */
enum err transfer_outcome(const struct transfer *t, CURLcode code);

/* What came, for a transfer that ended with `err`. The body belongs to the transfer. */
struct http_response transfer_response(const struct transfer *t, enum err err, int64_t ended_us);

/* As http_call_status() and http_call_header(). */
int transfer_status(const struct transfer *t);
const char *transfer_header(const struct transfer *t, const char *name);

/* Not while the handle is part of a multi handle. Accepts a zeroed transfer. */
void transfer_free(struct transfer *t);

#endif
