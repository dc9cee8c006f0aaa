#include "web/etag.h"

#include <stddef.h>
#include <string.h>

/* The quoted part of the entity tag that `text` starts with, quotes included. NULL when there is
 * none. *end is set behind it. */
static const char *opaque_tag(const char *text, const char **end)
{
    if (text[0] == 'W' && text[1] == '/')
        text += 2;
    if (text[0] != '"')
        return NULL;
    const char *p = text + 1;
    for (; *p != '"'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c <= ' ' || c == 0x7f) /* NUL included */
            return NULL;
    }
    *end = p + 1;
    return text;
}

bool etag_valid(const char *etag)
{
    const char *end;
    return opaque_tag(etag, &end) && *end == '\0';
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

bool etag_matches(const char *if_none_match, const char *etag)
{
    const char *wanted_end;
    const char *wanted = opaque_tag(etag, &wanted_end);
    if (!wanted)
        return false;
    const size_t wanted_len = (size_t)(wanted_end - wanted);

    const char *p = skip_blanks(if_none_match);
    if (*p == '*')
        return *skip_blanks(p + 1) == '\0';
    for (;;) {
        p += strspn(p, " \t,"); /* a list may have empty members (RFC 9110 section 5.6.1) */
        const char *end;
        const char *tag = opaque_tag(p, &end);
        if (!tag)
            return false;
        p = skip_blanks(end);
        if (*p != ',' && *p != '\0')
            return false;
        if ((size_t)(end - tag) == wanted_len && memcmp(tag, wanted, wanted_len) == 0)
            return true;
    }
}
