/* Settings from a table instead of the environment. */
#ifndef TESTS_SUPPORT_SETTINGS_H
#define TESTS_SUPPORT_SETTINGS_H

#include "support.h"

#include "zerog/settings.h"

static char *const *given_environment; /* "NAME=value", closed by NULL; one test at a time */

static inline const char *look_up_given(const char *name)
{
    size_t len = strlen(name);
    for (char *const *line = given_environment; *line; line++)
        if (strncmp(*line, name, len) == 0 && (*line)[len] == '=')
            return *line + len + 1;
    return NULL;
}

/* ENVIRONMENT("ZG_NETWORK=galileo", ...) */
#define ENVIRONMENT(...) ((char *const[]){__VA_ARGS__, NULL})

static inline enum err load_given(struct settings *s, char *const *environment,
                                  struct buf *problems)
{
    given_environment = environment;
    enum err held = settings_refuse_secrets(look_up_given, problems);
    enum err err = settings_load(s, look_up_given, environment, problems);
    return held ? held : err;
}

/* For settings that are right. settings_free() them. */
static inline void load_good(struct settings *s, char *const *environment)
{
    struct buf problems = buf_make(BUF_NO_LIMIT);
    enum err err = load_given(s, environment, &problems);
    if (err)
        fail_msg("%s: %s", err_name(err), buf_str(&problems));
    buf_free(&problems);
}

#endif
