/* A URL on the first line, on the rest what its server answers: of what is shown, nothing is a
 * secret of the URL, and no private address is left for a second look. */
#include "net/redact.h"

#include "require.h"
#include <string.h>

enum { MAX_INPUT = 1 << 14 };

/* Between two marks no secret can come together, unless it holds a part of a mark. */
static bool is_like_mark(const char *secret)
{
    return strpbrk(secret, "[]") || strstr("redacted", secret);
}

static void require_no_secrets(const struct endpoint *e, const char *text, size_t len)
{
    for (const char *const *secret = e->secrets; *secret; secret++)
        require(is_like_mark(*secret) || !len || !memmem(text, len, *secret, strlen(*secret)));
}

static void redact(const struct endpoint *e, const char *answer, size_t len)
{
    struct buf out = buf_make(BUF_NO_LIMIT), cut = out;
    require(redact_secrets(&out, e, answer, len, SIZE_MAX));
    require_no_secrets(e, out.data, out.len);
    redact_secrets(&cut, e, answer, len, len / 2);
    require(cut.len <= len / 2 && (!cut.len || memcmp(cut.data, out.data, cut.len) == 0));
    buf_free(&out);
    buf_free(&cut);
}

static void hide_addresses(const char *answer, size_t len)
{
    struct buf once = buf_make(BUF_NO_LIMIT), twice = once;
    redact_private(&once, answer, len);
    redact_private(&twice, once.data, once.len);
    require(once.len == twice.len);
    require(!once.len || memcmp(once.data, twice.data, once.len) == 0);
    buf_free(&once);
    buf_free(&twice);
}

/* A key may be a word that we show by right, as "http"; a longer one is not. */
static void look_at_shown(const struct endpoint *e, const char *variable)
{
    require(strncmp(e->shown, "http", 4) == 0 || strcmp(e->shown + 1, variable) == 0);
    require(strncmp(e->shown_here, "http", 4) == 0 || strcmp(e->shown_here + 1, variable) == 0);
    require(!e->is_private || *e->shown == '$');
    require(!*e->secrets || *e->shown_here == '$' || !strchr(e->url, '?'));
    require(endpoint_same_machine(e, e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char variable[] = "ZG_CHAIN_RPC";
    if (len > MAX_INPUT)
        return 0;
    const uint8_t *line_end = memchr(data, '\n', len);
    const size_t url_len = line_end ? (size_t)(line_end - data) : len;
    const char *answer = (const char *)data + url_len + (line_end ? 1 : 0);
    const size_t answer_len = len - url_len - (line_end ? 1 : 0);
    hide_addresses(answer, answer_len);

    struct arena arena = arena_make(1 << 20);
    struct endpoint e;
    struct buf url = buf_make(BUF_NO_LIMIT);
    const char *text = arena_strndup(&arena, (const char *)data, url_len);
    if (text && !endpoint_make(&e, variable, text, NULL, &arena)) {
        look_at_shown(&e, variable);
        redact(&e, answer, answer_len);
        require(endpoint_url(&e, "/v1/models?a=b", &url) || strstr(buf_str(&url), "/v1/models"));
    }
    buf_free(&url);
    arena_free(&arena);
    return 0;
}
