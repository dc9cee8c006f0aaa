#include "store/cursor.h"

#include "eth/hex.h"
#include "store/job.h"
#include "store/store.h"
#include <string.h>

/* DATA of eth/hex.h: 8 bytes of timestamp, highest first, then the id. Hexadecimal has no
 * characters that a URL must escape. */
enum { TIME_BYTES = 8, MAX_TEXT = 2 + 2 * (TIME_BYTES + JOB_ID_BYTES) };

const char *cursor_text(const struct cursor *cursor, struct arena *arena)
{
    size_t id_len = strlen(cursor->id);
    uint8_t time[TIME_BYTES];
    for (int i = 0; i < TIME_BYTES; i++)
        time[i] = (uint8_t)((uint64_t)cursor->timestamp_ms >> (8 * (TIME_BYTES - 1 - i)));
    char *text = arena_alloc(arena, 2 + 2 * (TIME_BYTES + id_len) + 1);
    if (!text)
        return NULL;
    memcpy(text, "0x", 2);
    hex_digits(time, TIME_BYTES, text + 2);
    hex_digits((const uint8_t *)cursor->id, id_len, text + 2 + 2 * TIME_BYTES);
    return text; /* the arena's bytes are zero */
}

enum err cursor_parse(const char *text, struct arena *arena, struct cursor *cursor)
{
    const uint8_t *bytes;
    size_t len;
    if (strnlen(text, MAX_TEXT + 1) > MAX_TEXT)
        return ERR_BAD_FORMAT;
    enum err err = hex_decode(text, arena, &bytes, &len);
    if (err)
        return err;
    if (len <= TIME_BYTES || memchr(bytes + TIME_BYTES, '\0', len - TIME_BYTES))
        return ERR_BAD_FORMAT;
    uint64_t time = 0;
    for (int i = 0; i < TIME_BYTES; i++)
        time = time << 8 | bytes[i];
    const char *id = arena_strndup(arena, (const char *)bytes + TIME_BYTES, len - TIME_BYTES);
    if (!id)
        return ERR_NO_MEMORY;
    if (time > (uint64_t)JOB_MAX_TIME_MS || !job_id_valid(id))
        return ERR_BAD_FORMAT;
    *cursor = (struct cursor){.timestamp_ms = (int64_t)time, .id = id};
    return ERR_OK;
}

bool store_cursor_valid(const char *text, struct arena *arena)
{
    struct cursor cursor;
    return cursor_parse(text, arena, &cursor) == ERR_OK;
}
