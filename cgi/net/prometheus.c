#include "net/prometheus.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is left of a line. */
struct cursor {
    const char *at, *end;
};

static bool at_end(const struct cursor *c)
{
    return c->at == c->end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct cursor *c)
{
    while (!at_end(c) && is_blank(*c->at))
        c->at++;
}

static bool skip_char(struct cursor *c, char wanted)
{
    if (at_end(c) || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool is_name_start(char c, bool colon)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':');
}

/* [a-zA-Z_:][a-zA-Z0-9_:]*, for labels without the colons. NULL *name when the arena is full. */
static enum err read_name(struct cursor *c, bool colon, struct arena *work, const char **name)
{
    const char *start = c->at;
    while (!at_end(c) &&
           (is_name_start(*c->at, colon) || (c->at != start && *c->at >= '0' && *c->at <= '9')))
        c->at++;
    if (c->at == start)
        return ERR_BAD_FORMAT;
    *name = arena_strndup(work, start, (size_t)(c->at - start));
    return *name ? ERR_OK : ERR_NO_MEMORY;
}

/* A quoted value with \\, \" and \n. A NUL byte would cut the value short for whoever reads it. */
static enum err read_value(struct cursor *c, struct arena *work, const char **value)
{
    if (!skip_char(c, '"'))
        return ERR_BAD_FORMAT;
    const char *start = c->at;
    size_t len = 0;
    while (!at_end(c) && *c->at != '"') {
        if (*c->at == '\\')
            c->at++;
        if (at_end(c) || !*c->at)
            return ERR_BAD_FORMAT;
        c->at++;
        len++;
    }
    const char *end = c->at;
    if (!skip_char(c, '"'))
        return ERR_BAD_FORMAT;
    char *copy = arena_alloc(work, len + 1);
    if (!copy)
        return ERR_NO_MEMORY;
    char *out = copy;
    for (const char *s = start; s < end; s++) {
        bool escaped = *s == '\\';
        s += escaped;
        if (escaped && *s != '\\' && *s != '"' && *s != 'n')
            return ERR_BAD_FORMAT;
        *out++ = escaped && *s == 'n' ? '\n' : *s;
    }
    *value = copy;
    return ERR_OK;
}

/* `name="value",...}`; a comma behind the last one is allowed. */
static enum err read_labels(struct cursor *c, struct arena *work, struct prometheus_label *labels,
                            size_t *count)
{
    for (;;) {
        skip_blanks(c);
        if (skip_char(c, '}'))
            return ERR_OK;
        if (*count == PROMETHEUS_MAX_LABELS)
            return ERR_TOO_LARGE;
        struct prometheus_label *label = &labels[*count];
        enum err err = read_name(c, false, work, &label->name);
        skip_blanks(c);
        if (!err && !skip_char(c, '='))
            err = ERR_BAD_FORMAT;
        skip_blanks(c);
        if (!err)
            err = read_value(c, work, &label->value);
        if (err)
            return err;
        ++*count;
        skip_blanks(c);
        if (!skip_char(c, ',') && (at_end(c) || *c->at != '}'))
            return ERR_BAD_FORMAT;
    }
}

/* The next word as a C string of up to `size` - 1 bytes; false when there is none or it is longer.
 */
static bool read_token(struct cursor *c, char *token, size_t size)
{
    skip_blanks(c);
    const char *start = c->at;
    while (!at_end(c) && !is_blank(*c->at))
        c->at++;
    size_t len = (size_t)(c->at - start);
    if (!len || len >= size)
        return false;
    memcpy(token, start, len);
    token[len] = '\0';
    return strlen(token) == len;
}

static const struct {
    const char *word;
    double value;
} number_words[] = {{"nan", NAN}, {"inf", INFINITY}, {"infinity", INFINITY}};

/* A decimal number, or NaN, +Inf, -Inf in any case, as Go's ParseFloat takes them; strtod() alone
 * would also take hexadecimal and "nan(...)". */
static bool parse_number(const char *token, double *number)
{
    bool has_sign = *token == '-' || *token == '+';
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (strcasecmp(token + has_sign, number_words[i].word) == 0) {
            *number = *token == '-' ? -number_words[i].value : number_words[i].value;
            return true;
        }
    if (token[strspn(token, "0123456789+-.eE")])
        return false;
    char *end;
    *number = strtod(token, &end);
    return end != token && !*end;
}

enum { NUMBER_BYTES = 64 }; /* more digits than a double has in any usual form */

/* Value, time if any, exemplar if any. */
static enum err read_tail(struct cursor *c, double *value)
{
    char token[NUMBER_BYTES];
    double time;
    if (!read_token(c, token, sizeof token) || !parse_number(token, value))
        return ERR_BAD_FORMAT;
    skip_blanks(c);
    if (at_end(c) || *c->at == '#')
        return ERR_OK;
    if (!read_token(c, token, sizeof token) || !parse_number(token, &time) || !isfinite(time))
        return ERR_BAD_FORMAT;
    skip_blanks(c);
    return at_end(c) || *c->at == '#' ? ERR_OK : ERR_BAD_FORMAT;
}

static enum err read_sample(struct cursor *c, struct arena *work,
                            struct prometheus_label labels[PROMETHEUS_MAX_LABELS],
                            struct prometheus_sample *sample)
{
    *sample = (struct prometheus_sample){.labels = labels};
    enum err err = read_name(c, true, work, &sample->name);
    bool blank = !at_end(c) && is_blank(*c->at);
    skip_blanks(c);
    bool has_labels = !err && skip_char(c, '{');
    if (has_labels)
        err = read_labels(c, work, labels, &sample->label_count);
    else if (!err && !blank)
        err = ERR_BAD_FORMAT;
    return err ? err : read_tail(c, &sample->value);
}

enum err prometheus_parse(const char *text, size_t len, struct arena *work, prometheus_visit visit,
                          void *user)
{
    const char *end = text + len;
    size_t samples = 0;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        struct cursor line = {text, line_end ? line_end : end};
        text = line_end ? line_end + 1 : end;
        if (line.at < line.end && line.end[-1] == '\r')
            line.end--; /* proxies and Windows */
        skip_blanks(&line);
        if (at_end(&line) || *line.at == '#')
            continue;
        if (++samples > PROMETHEUS_MAX_SAMPLES)
            return ERR_TOO_LARGE;
        struct prometheus_label labels[PROMETHEUS_MAX_LABELS];
        struct prometheus_sample sample;
        arena_reset(work);
        enum err err = read_sample(&line, work, labels, &sample);
        if (!err)
            err = visit(user, &sample);
        if (err)
            return err;
    }
    return ERR_OK;
}

const char *prometheus_label(const struct prometheus_sample *sample, const char *name)
{
    for (size_t i = 0; i < sample->label_count; i++)
        if (strcmp(sample->labels[i].name, name) == 0)
            return sample->labels[i].value;
    return NULL;
}
