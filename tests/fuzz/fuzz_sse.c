/* An event stream: however it is cut into reads, its events are the same. The first byte says where
 * it is cut. */
#include "net/sse.h"

#include "require.h"
#include <stdint.h>
#include <string.h>

enum { MAX_EVENT = 512 };

static enum err note(void *user, const char *data, size_t len)
{
    struct buf *events = user;
    require(len <= MAX_EVENT && data[len] == '\0');
    buf_put(events, data, len);
    buf_putc(events, '\0');
    return ERR_OK;
}

/* In reads of `step` bytes, each in memory of its own, so that looking past its end is seen. */
static enum err read_stream(const uint8_t *bytes, size_t len, size_t step, struct buf *events)
{
    struct sse_parser p = sse_make(MAX_EVENT, note, events);
    enum err err = ERR_OK;
    for (size_t at = 0; at < len && !err;) {
        const size_t part = step < len - at ? step : len - at;
        char *copy = malloc(part);
        require(copy != NULL);
        memcpy(copy, bytes + at, part);
        err = sse_feed(&p, copy, part);
        free(copy);
        at += part;
    }
    if (!err)
        err = sse_end(&p);
    sse_free(&p);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2)
        return 0;
    struct buf whole = buf_make(BUF_NO_LIMIT), parts = whole;
    const enum err err = read_stream(data + 1, len - 1, len, &whole);
    require(!err || err == ERR_TOO_LARGE);
    require(read_stream(data + 1, len - 1, 1 + data[0] % 32, &parts) == err);
    require(whole.len == parts.len);
    require(!whole.len || memcmp(whole.data, parts.data, whole.len) == 0);
    buf_free(&whole);
    buf_free(&parts);
    return 0;
}
