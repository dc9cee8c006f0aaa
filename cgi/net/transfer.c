#include "net/transfer.h"

#include "base/clock.h"
#include "net/address_filter.h"
#include "net/curl_error.h"
#include "net/retry_after.h"
#include <assert.h>
#include <stdbool.h>

enum { HEADER_BYTES_MAX = 32 * 1024 }; /* of one reply, trailers included */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    buf_put(&t->body, bytes, size * count);
    t->err = t->body.err;
    return t->err ? 0 : size * count;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    (void)line;
    t->header_bytes += size * count;
    if (t->header_bytes > HEADER_BYTES_MAX)
        t->err = ERR_TOO_LARGE;
    return t->err ? 0 : size * count;
}

static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = user;
    (void)purpose;
    if (!address_is_allowed(&address->addr, t->allow)) {
        t->sockets_refused++;
        return CURL_SOCKET_BAD;
    }
    t->sockets_opened++;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A call may get a connection that another endpoint, with a longer allow list, has opened: then no
 * socket is opened and this is the only look at the address. */
static int on_connected(void *user, char *remote_ip, char *local_ip, int remote_port,
                        int local_port)
{
    struct transfer *t = user;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    struct sockaddr_storage address;
    if (address_literal(remote_ip, &address) &&
        address_is_allowed((const struct sockaddr *)&address, t->allow))
        return CURL_PREREQFUNC_OK;
    t->err = ERR_REFUSED_ADDRESS;
    return CURL_PREREQFUNC_ABORT;
}

#define SET(easy, code, option, value)                                                             \
    do {                                                                                           \
        if ((code) == CURLE_OK)                                                                    \
            (code) = curl_easy_setopt(easy, option, value);                                        \
    } while (0)

/* What makes a call safe whoever answers. Cookies, .netrc, HTTP/0.9, content decoding and redirects
 * are off because nothing here turns them on; the last is said all the same. */
static CURLcode set_limits(struct transfer *t, const struct http_request *request)
{
    CURL *easy = t->easy;
    CURLcode code = CURLE_OK;
    /* A resolver thread that hangs is detached at the deadline instead of joined. */
    SET(easy, code, CURLOPT_QUICK_EXIT, 1L);
    SET(easy, code, CURLOPT_NOSIGNAL, 1L);
    SET(easy, code, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(easy, code, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, code, CURLOPT_PROXY, ""); /* not the environment's either */
    SET(easy, code, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(easy, code, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(easy, code, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    SET(easy, code, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    /* Ends a reply that announces too much before its first byte; on_body() counts the rest. */
    SET(easy, code, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->max_response);
    return code;
}

static CURLcode set_callbacks(struct transfer *t, void *owner)
{
    CURL *easy = t->easy;
    CURLcode code = CURLE_OK;
    SET(easy, code, CURLOPT_PRIVATE, owner);
    SET(easy, code, CURLOPT_WRITEFUNCTION, on_body);
    SET(easy, code, CURLOPT_WRITEDATA, t);
    SET(easy, code, CURLOPT_HEADERFUNCTION, on_header);
    SET(easy, code, CURLOPT_HEADERDATA, t);
    SET(easy, code, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    SET(easy, code, CURLOPT_OPENSOCKETDATA, t);
    SET(easy, code, CURLOPT_PREREQFUNCTION, on_connected);
    SET(easy, code, CURLOPT_PREREQDATA, t);
    return code;
}

static enum err add_content_type(struct transfer *t, const char *type)
{
    struct buf line = buf_make(BUF_NO_LIMIT);
    buf_printf(&line, "Content-Type: %s", type);
    if (!line.err)
        t->headers = curl_slist_append(NULL, buf_str(&line));
    buf_free(&line);
    return t->headers ? ERR_OK : ERR_NO_MEMORY;
}

static enum err set_request(struct transfer *t, const struct http_request *request)
{
    CURL *easy = t->easy;
    CURLcode code = CURLE_OK;
    struct buf url = buf_make(BUF_NO_LIMIT);
    enum err err = endpoint_url(request->endpoint, request->path, &url);
    if (err)
        goto out;
    SET(easy, code, CURLOPT_URL, buf_str(&url));
    SET(easy, code, CURLOPT_USERAGENT, "0g-inference-metrics/" VERSION);
    if (request->content_type) {
        if ((err = add_content_type(t, request->content_type)))
            goto out;
        SET(easy, code, CURLOPT_HTTPHEADER, t->headers);
        SET(easy, code, CURLOPT_POST, 1L);
        SET(easy, code, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        SET(easy, code, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
    }
    err = curl_error(code);
out:
    buf_free(&url);
    return err;
}

enum err transfer_init(struct transfer *t, const struct http_request *request, void *owner)
{
    assert(request->timeout_ms > 0 && request->connect_timeout_ms > 0); /* 0 would mean none */
    *t = (struct transfer){
        .easy = curl_easy_init(),
        .body = buf_make(request->max_response),
        .allow = request->endpoint->allow,
        .started_us = clock_mono_us(),
    };
    if (!t->easy)
        return ERR_NO_MEMORY;
    enum err err;
    if ((err = curl_error(set_limits(t, request))) || (err = curl_error(set_callbacks(t, owner))) ||
        (err = set_request(t, request)))
        return err;
    return ERR_OK;
}

static bool has_received(const struct transfer *t)
{
    curl_off_t first_byte_us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
    return first_byte_us > 0;
}

/* With several addresses behind a name, one that was tried and failed tells more than another that
 * was refused. A single header line longer than libcurl holds (100 kB in 7.88) comes as
 * CURLE_OUT_OF_MEMORY: on_header() never sees it. */
enum err transfer_outcome(const struct transfer *t, CURLcode code)
{
    if (t->err)
        return t->err;
    if (code != CURLE_OK && t->sockets_refused > 0 && t->sockets_opened == 0)
        return ERR_REFUSED_ADDRESS;
    if (code == CURLE_OUT_OF_MEMORY && has_received(t))
        return ERR_TOO_LARGE;
    return curl_error(code);
}

static int64_t read_retry_after(const struct transfer *t)
{
    struct curl_header *header;
    if (curl_easy_header(t->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return -1;
    return retry_after_ms(header->value, clock_wall_ms());
}

struct http_response transfer_response(const struct transfer *t, enum err err)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return (struct http_response){
        .err = err,
        .status = (int)status,
        .body = err ? "" : buf_str(&t->body),
        .body_len = err ? 0 : t->body.len,
        .retry_after_ms = read_retry_after(t),
        .total_us = clock_mono_us() - t->started_us,
    };
}

void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    buf_free(&t->body);
}
