/* An environment, a line each "NAME=value": whatever stands there is read or said to be wrong, and
 * what is printed of it are lines of text. */
#include "zerog/settings.h"

#include "require.h"
#include <string.h>

enum { MAX_VARIABLES = 48, MAX_INPUT = 1 << 14 };

/* config_lookup has no argument for it. */
static char *environment[MAX_VARIABLES + 1];

static const char *lookup(const char *name)
{
    const size_t len = strlen(name);
    for (char **variable = environment; *variable; variable++)
        if (strncmp(*variable, name, len) == 0 && (*variable)[len] == '=')
            return *variable + len + 1;
    return NULL;
}

static void cut(char *text)
{
    size_t count = 0;
    for (char *rest; count < MAX_VARIABLES && *text; text = rest) {
        char *end = text + strcspn(text, "\n");
        rest = end + (*end == '\n');
        *end = '\0';
        if (strchr(text, '='))
            environment[count++] = text;
    }
    environment[count] = NULL;
}

/* Nothing of a key may be shown; what a value has in common with our own words is none. */
static void require_hidden(const struct endpoint *e, const char *text)
{
    for (const char *const *secret = e->secrets; *secret; secret++)
        require(strlen(*secret) < 16 || !strstr(text, *secret));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char text[MAX_INPUT + 1];
    if (len > MAX_INPUT)
        return 0;
    memcpy(text, data, len);
    text[len] = '\0';
    cut(text);

    struct settings s;
    struct buf problems = buf_make(BUF_NO_LIMIT), printed = problems;
    const enum err err = settings_load(&s, lookup, environment, &problems);
    require(!err == !problems.len);
    require(!problems.len || problems.data[problems.len - 1] == '\n');
    if (!err) {
        settings_print(&s, &printed);
        require(!printed.err && printed.len && printed.data[printed.len - 1] == '\n');
        require_hidden(&s.chain_rpc, s.chain_rpc.shown);
        require(s.head_max_age_ms > 0 && s.max_requests_per_min >= 0);
        require(s.probe_count <= PROBE_PROVIDERS_MAX);
        require(s.bench.allowed_count <= BENCH_ALLOWED_MAX);
    }
    settings_free(&s);
    settings_refuse_secrets(lookup, &problems);
    buf_free(&problems);
    buf_free(&printed);
    return 0;
}
