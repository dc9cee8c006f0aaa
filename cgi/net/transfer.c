#include "net/transfer.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "net/address_filter.h"
#include "net/curl_error.h"
#include "net/retry_after.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { HEADER_BYTES_MAX = 32 * 1024 }; /* of one reply, trailers included */

/* The stamp comes first: what is done with the bytes is our time, not the server's. */
static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    const int64_t arrived_us = clock_mono_us();
    struct transfer *t = user;
    const size_t len = size * count;
    if (len > t->body_limit - t->body_bytes) {
        t->err = ERR_TOO_LARGE;
    } else if (t->stream) {
        t->err = t->stream->data(t->user, bytes, len, arrived_us);
    } else {
        buf_put(&t->body, bytes, len);
        t->err = t->body.err;
    }
    t->body_bytes += len;
    return t->err ? 0 : len;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    (void)line;
    if (t->header_bytes == 0 && t->stream && t->stream->begun)
        t->stream->begun(t->user);
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

/* Runs before each sending of the request. A call may get a connection that another endpoint, with
 * a longer allow list, has opened: then no socket is opened and this is the only look at the
 * address.
 */
static int on_connected(void *user, char *remote_ip, char *local_ip, int remote_port,
                        int local_port)
{
    struct transfer *t = user;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    struct sockaddr_storage address;
    if (!address_literal(remote_ip, &address) ||
        !address_is_allowed((const struct sockaddr *)&address, t->allow))
        t->err = ERR_REFUSED_ADDRESS;
    else if (t->send_once && t->requests_sent > 0)
        t->err = ERR_CONNECT;
    if (t->err)
        return CURL_PREREQFUNC_ABORT;
    t->requests_sent++;
    return CURL_PREREQFUNC_OK;
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
    SET(easy, code, CURLOPT_FRESH_CONNECT, (long)request->new_connection);
    SET(easy, code, CURLOPT_FORBID_REUSE, (long)request->new_connection);
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

/* Adds "NAME: VALUE" and leaves no copy of it behind. */
static enum err add_header(struct transfer *t, const char *name, const char *value)
{
    struct buf line = buf_make(BUF_NO_LIMIT);
    buf_printf(&line, "%s: %s", name, value);
    struct curl_slist *longer = line.err ? NULL : curl_slist_append(t->headers, buf_str(&line));
    if (line.data)
        crypto_wipe(line.data, line.len);
    buf_free(&line);
    if (!longer)
        return ERR_NO_MEMORY;
    t->headers = longer;
    return ERR_OK;
}

/* No byte of it may end the header's line or hide in it. */
static bool is_visible(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static enum err add_bearer(struct transfer *t, const char *bearer)
{
    if (!is_visible(bearer))
        return ERR_BAD_FORMAT;
    struct buf value = buf_make(BUF_NO_LIMIT);
    buf_printf(&value, "Bearer %s", bearer);
    enum err err = value.err ? value.err : add_header(t, "Authorization", buf_str(&value));
    if (value.data)
        crypto_wipe(value.data, value.len);
    buf_free(&value);
    return err;
}

static enum err add_own_headers(struct transfer *t, const struct http_request *request)
{
    const struct http_header *more = &request->header;
    enum err err = ERR_OK;
    if (more->name && !is_visible(more->value))
        err = ERR_BAD_FORMAT;
    if (!err && request->content_type)
        err = add_header(t, "Content-Type", request->content_type);
    if (!err && request->bearer)
        err = add_bearer(t, request->bearer);
    if (!err && more->name)
        err = add_header(t, more->name, more->value);
    return err;
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
    err = add_own_headers(t, request);
    if (err)
        goto out;
    SET(easy, code, CURLOPT_HTTPHEADER, t->headers);
    if (request->content_type) {
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
        .stream = request->stream,
        .user = request->user,
        .body = buf_make(request->max_response),
        .body_limit = request->max_response,
        .allow = request->endpoint->allow,
        .send_once = request->send_once,
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

int transfer_status(const struct transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

const char *transfer_header(const struct transfer *t, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

static int64_t read_retry_after(const struct transfer *t)
{
    const char *value = transfer_header(t, "Retry-After");
    return value ? retry_after_ms(value, clock_wall_ms()) : -1;
}

static int64_t part_us(const struct transfer *t, CURLINFO from, CURLINFO to)
{
    curl_off_t start = 0, end = 0;
    if (from)
        curl_easy_getinfo(t->easy, from, &start);
    curl_easy_getinfo(t->easy, to, &end);
    return end > start ? end - start : 0;
}

static struct http_timing read_timing(const struct transfer *t, int64_t ended_us)
{
    struct http_timing timing = {
        .started_us = t->started_us,
        .ended_us = ended_us,
        .connected = t->requests_sent > 0,
        .first_byte_us = -1,
    };
    long connects = 0;
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
    timing.new_connection = connects > 0;
    if (timing.new_connection) {
        timing.dns_us = part_us(t, CURLINFO_NONE, CURLINFO_NAMELOOKUP_TIME_T);
        timing.tcp_us = part_us(t, CURLINFO_NAMELOOKUP_TIME_T, CURLINFO_CONNECT_TIME_T);
        timing.tls_us = part_us(t, CURLINFO_CONNECT_TIME_T, CURLINFO_APPCONNECT_TIME_T);
    }
    if (t->header_bytes > 0)
        timing.first_byte_us =
            part_us(t, CURLINFO_PRETRANSFER_TIME_T, CURLINFO_STARTTRANSFER_TIME_T);
    return timing;
}

struct http_response transfer_response(const struct transfer *t, enum err err, int64_t ended_us)
{
    return (struct http_response){
        .err = err,
        .status = transfer_status(t),
        .body = err ? "" : buf_str(&t->body),
        .body_len = err ? 0 : t->body.len,
        .retry_after_ms = read_retry_after(t),
        .timing = read_timing(t, ended_us),
    };
}

/* The values of all headers, because one of them may be secret. */
static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *line = headers; line; line = line->next)
        crypto_wipe(line->data, strlen(line->data));
    curl_slist_free_all(headers);
}

void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    free_headers(t->headers);
    buf_free(&t->body);
}
