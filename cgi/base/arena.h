/* Bump allocator for things that live and die together (one request, one round, one decoded
 * answer). Nothing inside is freed singly; arena_reset() keeps the first block for the next use.
 * A limit bounds what hostile input can make us hold. Not thread-safe. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first, *current;
    size_t used;  /* bytes of all blocks */
    size_t limit; /* bytes; 0 means no limit */
};

/* An empty arena; allocates nothing yet. */
struct arena arena_make(size_t limit);

/* `len` bytes aligned for any type, zeroed; NULL past the limit or without memory. */
void *arena_alloc(struct arena *a, size_t len);

/* `count` elements of `size` bytes, zeroed; NULL as well when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Copy of `len` bytes with a NUL behind them. */
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_strdup(struct arena *a, const char *text);

void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
