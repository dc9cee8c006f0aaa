#include "net/url_secrets.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "net/url_part.h"
#include <stdbool.h>
#include <string.h>

enum {
    SECRETS_MAX = 32,
    LOGIN_MAX_BYTES = 2048,
    SECRET_MIN_BYTES = 4,  /* shorter ones would make holes in every text */
    PLAIN_WORD_BYTES = 12, /* "metrics" in a path is no key */
};

struct found {
    struct arena *arena;
    const char **secrets;
    size_t count;
};

static enum err add_secret(struct found *f, const char *text, size_t len)
{
    for (size_t i = 0; i < f->count; i++)
        if (strlen(f->secrets[i]) == len && memcmp(f->secrets[i], text, len) == 0)
            return ERR_OK;
    if (len < SECRET_MIN_BYTES)
        return ERR_OK;
    if (f->count == SECRETS_MAX)
        return ERR_BAD_URL;
    f->secrets[f->count] = arena_strndup(f->arena, text, len);
    return f->secrets[f->count++] ? ERR_OK : ERR_NO_MEMORY;
}

static bool is_plain_word(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] >= '0' && text[i] <= '9')
            return false;
    return len < PLAIN_WORD_BYTES;
}

static enum err add_path_secrets(struct found *f, const char *path)
{
    enum err err = ERR_OK;
    while (*path && !err) {
        size_t len = strcspn(path, "/");
        if (!is_plain_word(path, len))
            err = add_secret(f, path, len);
        path += len + (path[len] == '/');
    }
    return err;
}

static enum err add_query_secrets(struct found *f, const char *query)
{
    enum err err = ERR_OK;
    while (*query && !err) {
        size_t len = strcspn(query, "&"), key = strcspn(query, "=&");
        size_t value = key < len ? key + 1 : 0; /* without a name the whole is the value */
        err = add_secret(f, query + value, len - value);
        query += len + (query[len] == '&');
    }
    return err;
}

static enum err add_word_secret(struct found *f, const char *word)
{
    return add_secret(f, word, strlen(word));
}

/* User and password as the Authorization header has them (RFC 7617, 2). */
static enum err add_login_secret(CURLU *url, struct found *f)
{
    char *user, *password = NULL;
    struct buf login = buf_make(LOGIN_MAX_BYTES);
    char text[CRYPTO_BASE64_BYTES(LOGIN_MAX_BYTES)];
    enum err err = url_part(url, CURLUPART_USER, CURLU_URLDECODE, &user);
    if (!err)
        err = url_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE, &password);
    if (!err && (user || password)) {
        buf_printf(&login, "%s:%s", user ? user : "", password ? password : "");
        crypto_base64(buf_str(&login), login.len, text);
        err = login.err ? login.err : add_word_secret(f, text);
    }
    buf_free(&login);
    curl_free(user);
    curl_free(password);
    return err;
}

enum err url_secrets_find(CURLU *url, struct arena *arena, const char *const **secrets)
{
    static const struct {
        CURLUPart part;
        enum err (*add)(struct found *f, const char *text);
    } parts[] = {{CURLUPART_USER, add_word_secret},
                 {CURLUPART_PASSWORD, add_word_secret},
                 {CURLUPART_PATH, add_path_secrets},
                 {CURLUPART_QUERY, add_query_secrets}};
    static const unsigned forms[] = {0, CURLU_URLDECODE};
    struct found f = {.arena = arena,
                      .secrets = arena_array(arena, SECRETS_MAX + 1, sizeof *f.secrets)};
    enum err err = f.secrets ? add_login_secret(url, &f) : ERR_NO_MEMORY;
    for (size_t i = 0; i < sizeof parts / sizeof *parts * 2 && !err; i++) {
        char *text;
        err = url_part(url, parts[i / 2].part, forms[i % 2], &text);
        if (text && !err)
            err = parts[i / 2].add(&f, text);
        curl_free(text);
    }
    *secrets = f.secrets;
    return err;
}
