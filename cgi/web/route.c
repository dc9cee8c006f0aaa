#include "web/route.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the fixed part of a prefix route; -1 for an exact one. */
static long prefix_len(const char *pattern)
{
    size_t len = strlen(pattern);
    return len > 0 && pattern[len - 1] == '*' ? (long)len - 1 : -1;
}

static const char *find_pattern(const struct web_route *routes, size_t count, const char *path)
{
    const char *best = NULL;
    long best_len = -1;
    for (size_t i = 0; i < count; i++) {
        long len = prefix_len(routes[i].path);
        if (len < 0 && strcmp(path, routes[i].path) == 0)
            return routes[i].path;
        if (len > best_len && strncmp(path, routes[i].path, (size_t)len) == 0) {
            best = routes[i].path;
            best_len = len;
        }
    }
    return best;
}

bool route_find(const struct web_route *routes, size_t count, const char *path, unsigned method,
                struct route_match *match)
{
    const char *pattern = find_pattern(routes, count, path);
    if (!pattern)
        return false;
    long len = prefix_len(pattern);
    *match = (struct route_match){.tail = len < 0 ? "" : path + len};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(routes[i].path, pattern) != 0)
            continue;
        match->methods |= routes[i].methods;
        if (!(routes[i].methods & method))
            continue;
        match->handler = routes[i].handler;
        match->keys = routes[i].keys;
        match->max_body = routes[i].max_body ? routes[i].max_body : WEB_SMALL_BODY;
    }
    return true;
}

char *route_allow(unsigned methods, char text[ALLOW_BYTES])
{
    snprintf(text, ALLOW_BYTES, "%s%s%sOPTIONS", methods & WEB_GET ? "GET, HEAD, " : "",
             methods & WEB_POST ? "POST, " : "", methods & WEB_DELETE ? "DELETE, " : "");
    return text;
}
