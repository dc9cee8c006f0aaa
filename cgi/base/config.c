#include "base/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum err read_number(const struct config_row *row, const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-');
    if (!*digits || digits[strspn(digits, "0123456789")])
        return ERR_CONFIG; /* strtoll() would let spaces and a plus sign pass */
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno || number < row->min || number > row->max)
        return ERR_CONFIG;
    *out = number;
    return ERR_OK;
}

static enum err read_row(const struct config_row *row, const char *text, void *field)
{
    if (row->kind == CONFIG_NUMBER) {
        *(int64_t *)field = row->fallback;
        return text ? read_number(row, text, field) : ERR_OK;
    }
    *(const char **)field = text;
    return text && row->check ? row->check(text) : ERR_OK;
}

enum err config_read(const struct config_row *rows, size_t count, config_lookup lookup,
                     void *settings, struct buf *problems)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < count; i++) {
        const char *text = lookup(rows[i].name);
        if (text && !*text)
            text = NULL; /* NAME= in a file means unset */
        if (!read_row(&rows[i], text, (char *)settings + rows[i].offset))
            continue;
        err = ERR_CONFIG;
        if (rows[i].kind == CONFIG_NUMBER)
            buf_printf(problems, "%s: expected a whole number from %" PRId64 " to %" PRId64 "\n",
                       rows[i].name, rows[i].min, rows[i].max);
        else
            buf_printf(problems, "%s: expected %s\n", rows[i].name, rows[i].expects);
    }
    return err;
}

static int is_known(const struct config_row *rows, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == len && !memcmp(rows[i].name, name, len))
            return 1;
    return 0;
}

void config_unknown(const struct config_row *rows, size_t count, char *const *environment,
                    const char *prefix, struct buf *warnings)
{
    for (; *environment; environment++) {
        size_t len = strcspn(*environment, "=");
        if (strncmp(*environment, prefix, strlen(prefix)) == 0 &&
            !is_known(rows, count, *environment, len))
            buf_printf(warnings, "%.*s: not a setting of this program\n", (int)len, *environment);
    }
}
