#include "net/curl_error.h"

#include <stddef.h>

/* CURLE_UNSUPPORTED_PROTOCOL stands here for a reply without a status line (HTTP/0.9, which libcurl
 * refuses by default): other schemes never get as far as a request. */
static const struct {
    CURLcode code;
    enum err err;
} classes[] = {
    {CURLE_OK, ERR_OK},
    {CURLE_URL_MALFORMAT, ERR_BAD_URL},
    {CURLE_COULDNT_RESOLVE_HOST, ERR_DNS},
    {CURLE_COULDNT_CONNECT, ERR_CONNECT},
    {CURLE_GOT_NOTHING, ERR_CONNECT},
    {CURLE_SEND_ERROR, ERR_CONNECT},
    {CURLE_RECV_ERROR, ERR_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, ERR_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_TLS},
    {CURLE_SSL_CERTPROBLEM, ERR_TLS},
    {CURLE_SSL_CIPHER, ERR_TLS},
    {CURLE_SSL_CACERT_BADFILE, ERR_TLS},
    {CURLE_SSL_ISSUER_ERROR, ERR_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, ERR_TLS},
    {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT},
    {CURLE_PARTIAL_FILE, ERR_TRUNCATED},
    {CURLE_FILESIZE_EXCEEDED, ERR_TOO_LARGE},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_BAD_FORMAT},
    {CURLE_WEIRD_SERVER_REPLY, ERR_BAD_FORMAT},
    {CURLE_BAD_CONTENT_ENCODING, ERR_BAD_FORMAT},
    {CURLE_OUT_OF_MEMORY, ERR_NO_MEMORY},
};

enum err curl_error(CURLcode code)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i].code == code)
            return classes[i].err;
    return ERR_SYSTEM;
}
