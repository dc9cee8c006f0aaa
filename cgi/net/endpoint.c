#include "net/endpoint.h"

#include "net/url_part.h"
#include "net/url_secrets.h"
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* libcurl's own parser decides what a URL means: it is the one that will connect. */

static enum err has_part(CURLU *url, CURLUPart part, bool *has)
{
    char *text;
    enum err err = url_part(url, part, 0, &text);
    *has = text != NULL;
    curl_free(text);
    return err;
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text > 0x7e || *text <= ' ')
            return false;
    return true;
}

/* The names of RFC 6761, 6.3; a last dot only says that the name is complete. */
static bool is_localhost(const char *host, size_t len)
{
    static const char name[] = "localhost";
    const size_t name_len = sizeof name - 1;
    if (len < name_len || strncasecmp(host + len - name_len, name, name_len) != 0)
        return false;
    return len == name_len || host[len - name_len - 1] == '.';
}

/* `host` as libcurl gives it: IPv4 in dotted decimal whatever form it was written in, IPv6 in
 * brackets. */
static bool host_is_private(const char *host)
{
    size_t len = strlen(host);
    bool bracketed = len > 1 && host[0] == '[' && host[len - 1] == ']';
    if (bracketed) {
        host++;
        len -= 2;
    } else if (len > 0 && host[len - 1] == '.') {
        len--;
    }
    if (is_localhost(host, len))
        return true;
    /* A name of one label is one of the operator's own network. */
    if (!bracketed && !memchr(host, '.', len))
        return true;
    char literal[INET6_ADDRSTRLEN];
    if (len >= sizeof literal)
        return false;
    memcpy(literal, host, len);
    literal[len] = '\0';
    struct sockaddr_storage address;
    return address_literal(literal, &address) &&
           !address_is_public((const struct sockaddr *)&address);
}

/* A part of the URL in which people put keys. */
static enum err find_secret(CURLU *url, bool *secret)
{
    static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY};
    *secret = false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !*secret; i++) {
        enum err err = has_part(url, parts[i], secret);
        if (err)
            return err;
    }
    if (*secret)
        return ERR_OK;
    char *path;
    enum err err = url_part(url, CURLUPART_PATH, 0, &path);
    *secret = path && strcmp(path, "/") != 0;
    curl_free(path);
    return err;
}

/* http or https, a host in ASCII (other scripts in their xn-- form), no zone id, no fragment. */
static enum err check_parts(CURLU *url, const char *scheme, const char *host)
{
    if (!scheme || !host || !is_ascii(host))
        return ERR_BAD_URL;
    if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        return ERR_BAD_URL;
    bool zone, fragment;
    enum err err = has_part(url, CURLUPART_ZONEID, &zone);
    if (!err)
        err = has_part(url, CURLUPART_FRAGMENT, &fragment);
    if (!err && (zone || fragment))
        err = ERR_BAD_URL;
    return err;
}

/* What may be shown of a URL: see endpoint_make(). */
static void put_shown(struct buf *shown, const struct endpoint *e, bool hidden, const char *scheme,
                      const char *host, const char *port)
{
    if (hidden)
        buf_printf(shown, "$%s", e->variable);
    else
        buf_printf(shown, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "");
}

enum err endpoint_make(struct endpoint *e, const char *variable, const char *url,
                       const struct cidr_list *allow, struct arena *arena)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *whole = NULL;
    struct buf host_port = buf_make(BUF_NO_LIMIT);
    bool secret = false;
    struct buf shown = buf_make(BUF_NO_LIMIT), shown_here = buf_make(BUF_NO_LIMIT);
    struct endpoint made = {.allow = allow};
    enum err err = ERR_BAD_URL;
    CURLU *parsed = NULL;

    if (strlen(url) > ENDPOINT_URL_MAX)
        goto out;
    parsed = curl_url();
    err = parsed ? url_error(curl_url_set(parsed, CURLUPART_URL, url, 0)) : ERR_NO_MEMORY;
    if (err)
        goto out;
    if ((err = url_part(parsed, CURLUPART_SCHEME, 0, &scheme)) ||
        (err = url_part(parsed, CURLUPART_HOST, 0, &host)) ||
        (err = url_part(parsed, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &port)) ||
        (err = url_part(parsed, CURLUPART_URL, 0, &whole)) ||
        (err = check_parts(parsed, scheme, host)) || (err = find_secret(parsed, &secret)))
        goto out;

    made.is_private = host_is_private(host);
    made.variable = variable;
    put_shown(&shown, &made, secret || made.is_private, scheme, host, port);
    put_shown(&shown_here, &made, secret, scheme, host, port);
    buf_printf(&host_port, "%s:%s", host, port ? port : scheme);
    if ((err = url_secrets_find(parsed, arena, &made.secrets)) || (err = shown.err) ||
        (err = shown_here.err) || (err = host_port.err))
        goto out;
    made.variable = arena_strdup(arena, variable);
    made.url = whole ? arena_strdup(arena, whole) : NULL;
    made.shown = arena_strdup(arena, buf_str(&shown));
    made.shown_here = arena_strdup(arena, buf_str(&shown_here));
    made.host = arena_strdup(arena, buf_str(&host_port));
    if (made.variable && made.url && made.shown && made.shown_here && made.host)
        *e = made;
    else
        err = ERR_NO_MEMORY;

out:
    buf_free(&shown);
    buf_free(&shown_here);
    buf_free(&host_port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(whole);
    curl_url_cleanup(parsed);
    return err;
}

/* The endpoint's path without its last slash, and `path` behind it. */
static enum err append_path(CURLU *url, const char *path, size_t len)
{
    char *base;
    enum err err = url_part(url, CURLUPART_PATH, 0, &base);
    if (err)
        return err;
    size_t base_len = base ? strlen(base) : 0;
    if (base_len > 0 && base[base_len - 1] == '/')
        base_len--;
    struct buf joined = buf_make(ENDPOINT_URL_MAX);
    buf_put(&joined, base, base_len);
    buf_put(&joined, path, len);
    err = joined.err == ERR_TOO_LARGE ? ERR_BAD_URL : joined.err;
    if (!err)
        err = url_error(curl_url_set(url, CURLUPART_PATH, buf_str(&joined), 0));
    buf_free(&joined);
    curl_free(base);
    return err;
}

enum err endpoint_url(const struct endpoint *e, const char *path, struct buf *url)
{
    char *whole = NULL;
    CURLU *parsed = curl_url();
    enum err err = ERR_NO_MEMORY;
    if (!parsed)
        goto out;
    if ((err = url_error(curl_url_set(parsed, CURLUPART_URL, e->url, 0))))
        goto out;
    if (path) {
        size_t path_len = strcspn(path, "?");
        err = path[0] == '/' ? append_path(parsed, path, path_len) : ERR_BAD_URL;
        if (!err && path[path_len] == '?')
            err = url_error(
                curl_url_set(parsed, CURLUPART_QUERY, path + path_len + 1, CURLU_APPENDQUERY));
        if (err)
            goto out;
    }
    /* Parts are stored unseen; only the parser of whole URLs refuses spaces and control bytes. */
    if ((err = url_error(curl_url_get(parsed, CURLUPART_URL, &whole, 0))) ||
        (err = url_error(curl_url_set(parsed, CURLUPART_URL, whole, 0))))
        goto out;
    buf_puts(url, whole);
    err = url->err;
out:
    curl_free(whole);
    curl_url_cleanup(parsed);
    return err;
}

/* `host` ends in a colon and the port. */
static size_t name_len(const struct endpoint *e)
{
    return (size_t)(strrchr(e->host, ':') - e->host);
}

bool endpoint_same_machine(const struct endpoint *a, const struct endpoint *b)
{
    size_t len = name_len(a);
    return len == name_len(b) && strncasecmp(a->host, b->host, len) == 0;
}
