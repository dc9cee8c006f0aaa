#include "net/redact.h"

#include "net/address_filter.h"
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* Bytes of the secret that stands here; 0 for none. Of several the longest. */
static size_t secret_at(const struct endpoint *e, const char *text, size_t len)
{
    size_t longest = 0;
    for (const char *const *secret = e->secrets; *secret; secret++) {
        size_t bytes = strlen(*secret);
        if (bytes <= len && bytes > longest && memcmp(text, *secret, bytes) == 0)
            longest = bytes;
    }
    return longest;
}

bool redact_secrets(struct buf *out, const struct endpoint *e, const char *text, size_t len,
                    size_t most)
{
    static const char mark[] = "[redacted]";
    size_t done = 0;
    for (size_t at = 0; at < len;) {
        size_t secret = secret_at(e, text + at, len - at);
        size_t bytes = secret ? sizeof mark - 1 : 1;
        if (done + bytes > most)
            return false;
        buf_put(out, secret ? mark : text + at, bytes);
        done += bytes;
        at += secret ? secret : 1;
    }
    return true;
}

static bool is_private(const char *literal, size_t len)
{
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_storage address;
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, literal, len);
    text[len] = '\0';
    return address_literal(text, &address) && !address_is_public((struct sockaddr *)&address);
}

static size_t span(const char *text, size_t len, const char *of)
{
    size_t bytes = 0;
    while (bytes < len && text[bytes] && strchr(of, text[bytes]))
        bytes++;
    return bytes;
}

/* Bytes of the private address that begins a word here; 0 for none. */
static size_t private_at(const char *text, size_t len)
{
    static const char name[] = "localhost";
    size_t bytes = sizeof name - 1;
    if (len >= bytes && strncasecmp(text, name, bytes) == 0)
        return bytes;
    if (*text == '[') {
        bytes = span(text + 1, len - 1, "0123456789abcdefABCDEF:.");
        bool closed = bytes + 1 < len && text[bytes + 1] == ']';
        return closed && is_private(text + 1, bytes) ? bytes + 2 : 0;
    }
    bytes = span(text, len, "0123456789.");
    while (bytes > 0 && text[bytes - 1] == '.')
        bytes--; /* the end of a sentence */
    return is_private(text, bytes) ? bytes : 0;
}

/* The port behind an address belongs to it. */
static size_t port_at(const char *text, size_t len)
{
    size_t digits = len > 0 && *text == ':' ? span(text + 1, len - 1, "0123456789") : 0;
    return digits ? digits + 1 : 0;
}

void redact_private(struct buf *out, const char *text, size_t len)
{
    bool in_word = false;
    for (size_t at = 0; at < len;) {
        size_t bytes = in_word ? 0 : private_at(text + at, len - at);
        if (bytes) {
            buf_puts(out, "[private]");
            at += bytes;
            at += port_at(text + at, len - at);
            continue;
        }
        in_word = isalnum((unsigned char)text[at]) || text[at] == '.';
        buf_putc(out, text[at++]);
    }
}
