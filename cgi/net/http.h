/* HTTP/1.1 client: one curl multi handle, driven by the thread that owns the client. All requests
 * of a round are in flight together. Every reply is bounded in time and bytes, its headers too;
 * redirects are not followed; no proxy, cookie or .netrc is used; addresses are filtered when the
 * socket is opened, the only place that DNS rebinding cannot pass, and again when an open
 * connection is used another time. libcurl's own resolver threads are the one exception to "one
 * thread"; one that hangs is left behind and delays nothing here.
 *
 * Ownership: the client copies URL, headers and body of a request and wipes its copy of a secret
 * (libcurl keeps one of its own in its send buffer); the endpoint's allow list must outlive the
 * call. A call ends exactly once: its `done` runs inside http_client_run(), http_call_cancel() or
 * http_client_free(), and the call is gone afterwards. Not thread-safe, except http_client_wake().
 * The program ignores SIGPIPE. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/error.h"
#include "net/endpoint.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_client;
struct http_call;

/* How long each part took, in microseconds of the monotonic clock. libcurl reports the start of a
 * connection for the call that opened it alone: for the others these parts are 0. */
struct http_timing {
    int64_t started_us, ended_us; /* moments: handed to libcurl, and given back by it */
    bool connected;               /* the connection was ready and the request went out */
    bool new_connection;
    int64_t dns_us, tcp_us, tls_us; /* tls_us is 0 as well without TLS */
    int64_t first_byte_us;          /* since the request went out; -1: none came */
};

struct http_response {
    enum err err;     /* ERR_OK also for 4xx and 5xx with a body: look at status */
    int status;       /* 0 when no status line came */
    const char *body; /* NUL-terminated, "" unless err is ERR_OK; valid during `done` only */
    size_t body_len;
    int64_t retry_after_ms; /* -1 when not said */
    struct http_timing timing;
};

typedef void (*http_done)(void *user, const struct http_response *response);

/* A reply that is read as it comes; `http_response.body` is then "". */
struct http_stream {
    /* The first byte of the reply came. May be NULL. */
    void (*begun)(void *user);
    /* More of the body; it arrived at `arrived_us`, before anything looked at it. An error ends the
     * call with it. */
    enum err (*data)(void *user, const char *bytes, size_t len, int64_t arrived_us);
};

/* A header; the value holds visible ASCII alone. */
struct http_header {
    const char *name, *value;
};

struct http_request {
    const struct endpoint *endpoint;
    const char *path;         /* NULL: the endpoint's URL as it is; see endpoint_url() */
    const char *content_type; /* NULL: GET; else POST of `body` */
    const char *body;
    size_t body_len;
    size_t max_response;              /* bytes; more ends the call with ERR_TOO_LARGE */
    int connect_timeout_ms;           /* name resolution and TLS included; positive */
    int timeout_ms;                   /* whole call, whatever trickles in; positive */
    const char *bearer;               /* secret of an Authorization header; NULL: none */
    struct http_header header;        /* one more; name NULL: none */
    const struct http_stream *stream; /* NULL: the body is collected. Outlives the call. */
    bool new_connection;              /* opened for this call and closed after it */
    /* libcurl sends a request once more when the open connection it took turns out to be closed.
     * With this the call ends with ERR_CONNECT instead. */
    bool send_once;
    http_done done;
    void *user;
};

/* curl_global_init() for the process; call once before any thread. ERR_SYSTEM when this libcurl
 * cannot leave a hanging resolver behind (older than 7.87, or without resolver threads). */
enum err http_global_init(void);
void http_global_cleanup(void);

enum { HTTP_LIBRARIES_BYTES = 128 };

/* What it is built on: "libcurl 7.88.1, OpenSSL/3.0.19". Returns `text`. Thread-safe. */
char *http_libraries(char text[HTTP_LIBRARIES_BYTES]);

struct http_client *http_client_new(void); /* NULL without memory */

/* Cancels what is in flight. Waits for nothing, not even for a resolver that hangs. Not from
 * `done`. NULL is accepted. */
void http_client_free(struct http_client *client);

/* Starts a call. On failure nothing was started and `done` will not run: ERR_BAD_URL,
 * ERR_BAD_FORMAT for a bearer or a header with anything but visible ASCII, ERR_NO_MEMORY,
 * ERR_CANCELLED while the client is being freed. `call` may be NULL. */
enum err http_submit(struct http_client *client, const struct http_request *request,
                     struct http_call **call);

/* Ends the call now with ERR_CANCELLED. From its own `done` it does nothing. */
void http_call_cancel(struct http_call *call);

/* The moment on the monotonic clock at which libcurl got the call: latency counts from here. */
int64_t http_call_started_us(const struct http_call *call);

/* From the first byte of the reply until `done` returns: the status (0 before its line is whole),
 * and a header by its name, whatever its case; NULL when there is none. Of several the last. */
int http_call_status(const struct http_call *call);
const char *http_call_header(const struct http_call *call, const char *name);

/* Waits until something happens, at most `wait_ms`; moves on the transfers it happened to and runs
 * `done` of those that ended. `done` may submit and cancel other calls, but not run the client. */
void http_client_run(struct http_client *client, int wait_ms);

/* Makes a waiting http_client_run() return early. Thread-safe. */
void http_client_wake(struct http_client *client);

#endif
