#include "base/json_walk.h"

#include <stdio.h>
#include <string.h>

struct walk {
    const char *at, *end;
    json_leaf leaf;
    void *user;
    char way[JSON_WAY_BYTES];
    size_t way_len;
    int depth;
};

static bool takes(struct walk *w, char c)
{
    if (w->at == w->end || *w->at != c)
        return false;
    w->at++;
    return true;
}

/* Behind the closing quote; false when there is none. */
static bool skip_string(struct walk *w)
{
    for (w->at++; w->at < w->end; w->at++) {
        if (*w->at == '"') {
            w->at++;
            return true;
        }
        if (*w->at == '\\' && w->at + 1 < w->end)
            w->at++;
    }
    return false;
}

/* A number, true, false or null; what follows shows that it is whole. */
static bool skip_word(struct walk *w)
{
    const char *from = w->at;
    while (w->at < w->end && !strchr(",]}", *w->at))
        w->at++;
    return w->at > from && w->at < w->end;
}

static bool walk_value(struct walk *w);

static bool walk_single(struct walk *w)
{
    const char *from = w->at;
    if (!(*from == '"' ? skip_string(w) : skip_word(w)))
        return false;
    return w->leaf(w->user, w->way, from, (size_t)(w->at - from));
}

/* Goes on behind "way" + `step`, and back. */
static bool walk_behind(struct walk *w, const char *step, size_t len)
{
    size_t before = w->way_len;
    if (len >= sizeof w->way - before)
        return false;
    memcpy(w->way + before, step, len);
    w->way_len += len;
    w->way[w->way_len] = '\0';
    bool goes_on = walk_value(w);
    w->way_len = before;
    w->way[before] = '\0';
    return goes_on;
}

static bool walk_members(struct walk *w)
{
    do {
        const char *key = w->at;
        if (w->at == w->end || *key != '"' || !skip_string(w))
            return false;
        char step[JSON_WAY_BYTES];
        int len = snprintf(step, sizeof step, "%s%.*s", w->way_len ? "." : "",
                           (int)(w->at - key) - 2, key + 1);
        if (len >= (int)sizeof step || !takes(w, ':') || !walk_behind(w, step, (size_t)len))
            return false;
    } while (takes(w, ','));
    return takes(w, '}');
}

static bool walk_items(struct walk *w)
{
    size_t index = 0;
    do {
        char step[24];
        int len = snprintf(step, sizeof step, "[%zu]", index++);
        if (!walk_behind(w, step, (size_t)len))
            return false;
    } while (takes(w, ','));
    return takes(w, ']');
}

// NOLINTNEXTLINE(misc-no-recursion) ; JSON_WALK_DEPTH bounds it
static bool walk_value(struct walk *w)
{
    if (w->at == w->end || w->depth == JSON_WALK_DEPTH)
        return false;
    w->depth++;
    bool goes_on;
    if (takes(w, '{'))
        goes_on = takes(w, '}') || walk_members(w);
    else if (takes(w, '['))
        goes_on = takes(w, ']') || walk_items(w);
    else
        goes_on = walk_single(w);
    w->depth--;
    return goes_on;
}

bool json_walk(const char *text, size_t len, json_leaf leaf, void *user)
{
    struct walk w = {.at = text, .end = text + len, .leaf = leaf, .user = user};
    return walk_value(&w) && w.at == w.end;
}
