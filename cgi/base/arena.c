#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena arena_make(size_t limit)
{
    return (struct arena){.limit = limit};
}

static struct arena_block *add_block(struct arena *a, size_t len)
{
    size_t cap = len > BLOCK_BYTES ? len : BLOCK_BYTES;
    if (a->limit && cap > a->limit - a->used)
        cap = len; /* the last block may be just what is asked for */
    if (a->limit && cap > a->limit - a->used)
        return NULL;
    struct arena_block *block = malloc(sizeof *block + cap);
    if (!block)
        return NULL;
    *block = (struct arena_block){.cap = cap};
    if (a->current)
        a->current->next = block;
    else
        a->first = block;
    a->current = block;
    a->used += cap;
    return block;
}

void *arena_alloc(struct arena *a, size_t len)
{
    const size_t align = alignof(max_align_t);
    if (len > SIZE_MAX - sizeof(struct arena_block) - align)
        return NULL;
    len = (len + align - 1) / align * align;
    struct arena_block *block = a->current;
    if (!block || len > block->cap - block->used)
        block = add_block(a, len);
    if (!block)
        return NULL;
    void *bytes = block->bytes + block->used;
    block->used += len;
    return memset(bytes, 0, len);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    return size && count > SIZE_MAX / size ? NULL : arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;
    if (copy && len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *a)
{
    if (!a->first)
        return;
    free_blocks(a->first->next);
    a->first->next = NULL;
    a->first->used = 0;
    a->current = a->first;
    a->used = a->first->cap;
}

void arena_free(struct arena *a)
{
    free_blocks(a->first);
    *a = arena_make(a->limit);
}
