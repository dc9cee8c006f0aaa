#include "bench/outcome.h"

#include <stdio.h>
#include <string.h>

static const char *const words[] = {
#define X(code, name) [code] = (name),
    OUTCOME_TABLE(X)
#undef X
};

static bool carries_status(enum outcome outcome)
{
    return outcome == OUTCOME_HTTP_4XX || outcome == OUTCOME_HTTP_5XX;
}

char *outcome_text(enum outcome outcome, int http_status, char text[OUTCOME_TEXT_BYTES])
{
    if (carries_status(outcome))
        snprintf(text, OUTCOME_TEXT_BYTES, "%s:%d", words[outcome], http_status);
    else
        snprintf(text, OUTCOME_TEXT_BYTES, "%s", words[outcome]);
    return text;
}

/* Three digits, as a status line has them. */
static bool read_status(const char *text, int *status)
{
    *status = 0;
    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *status = *status * 10 + (text[i] - '0');
    }
    return text[3] == '\0' && *status >= 100;
}

enum err outcome_parse(const char *text, enum outcome *outcome, int *http_status)
{
    const size_t len = strcspn(text, ":");
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        if (strncmp(words[i], text, len) != 0 || words[i][len])
            continue;
        int status = 0;
        if (carries_status(i) ? !text[len] || !read_status(text + len + 1, &status) : text[len])
            return ERR_BAD_FORMAT;
        *outcome = i;
        *http_status = status;
        return ERR_OK;
    }
    return ERR_BAD_FORMAT;
}

bool outcome_is_timeout(enum outcome outcome)
{
    return outcome == OUTCOME_TIMEOUT_CONNECT || outcome == OUTCOME_TIMEOUT_FIRST_TOKEN ||
           outcome == OUTCOME_TIMEOUT_STALL || outcome == OUTCOME_TIMEOUT_TOTAL;
}
