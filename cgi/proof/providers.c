#include "proof/providers.h"

#include "zerog/serving.h"
#include "zerog/tee.h"
#include <string.h>

static void forget(struct provider *p)
{
    arena_free(&p->arena);
    *p = (struct provider){.used = false};
}

void providers_free(struct providers *providers)
{
    for (size_t i = 0; i < PROVIDERS_MAX; i++)
        forget(&providers->items[i]);
}

/* A free place counts as never needed. */
static struct provider *least_needed(struct providers *providers)
{
    struct provider *least = NULL;
    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        struct provider *p = &providers->items[i];
        if (p->asking == 0 && !p->asking_chain &&
            (!least || p->used < least->used ||
             (p->used == least->used && p->needed_ms < least->needed_ms)))
            least = p;
    }
    return least;
}

struct provider *providers_find(struct providers *providers, const struct address *address,
                                int64_t now_ms)
{
    struct provider *p = NULL;
    for (size_t i = 0; i < PROVIDERS_MAX && !p; i++)
        if (providers->items[i].used && address_equal(&providers->items[i].address, address))
            p = &providers->items[i];
    if (!p && (p = least_needed(providers)) != NULL) {
        forget(p);
        p->used = true;
        p->address = *address;
        p->fresh_until_ms = now_ms;
        p->closed_until_ms = now_ms;
    }
    if (p)
        p->needed_ms = now_ms;
    return p;
}

static enum err copy_text(struct arena *arena, const struct serving_text *from, struct abi_text *to)
{
    if (from->err)
        return from->err;
    to->len = from->text.len;
    to->bytes = arena_strndup(arena, from->text.bytes, from->text.len);
    return to->bytes ? ERR_OK : ERR_NO_MEMORY;
}

/* A provider registers its URL with or without a slash at the end. */
static void strip_slashes(struct abi_text *url)
{
    while (url->len > 0 && url->bytes[url->len - 1] == '/')
        url->len--;
}

static enum err take_url(struct provider *p, struct serving_text url, const struct cidr_list *allow)
{
    struct abi_text text;
    strip_slashes(&url.text);
    enum err err = copy_text(&p->arena, &url, &text);
    if (!err && strlen(text.bytes) != text.len)
        err = ERR_BAD_URL; /* a NUL inside */
    return err ? err : endpoint_make(&p->endpoint, "PROVIDER", text.bytes, allow, &p->arena);
}

enum err provider_take(struct provider *p, const uint8_t *data, size_t len,
                       const struct cidr_list *allow, int64_t now_ms)
{
    struct service service;
    arena_reset(&p->arena);
    enum err err = serving_decode_service(data, len, &service);
    if (!err && !address_equal(&service.provider, &p->address))
        err = ERR_BAD_FORMAT;
    if (!err)
        err = tee_signer(&service, &p->signer);
    if (!err)
        err = copy_text(&p->arena, &service.model, &p->model);
    if (!err)
        err = take_url(p, service.url, allow);
    p->fresh_until_ms = err ? now_ms : now_ms + PROVIDER_FRESH_MS;
    return err;
}

void provider_open(struct provider *p)
{
    p->failures = 0;
}

void provider_close(struct provider *p, int64_t now_ms)
{
    int64_t pause_ms = PROVIDER_LONGEST_PAUSE_MS;
    if (p->failures < 6) /* 64 s is above the longest */
        pause_ms = (int64_t)PROVIDER_FIRST_PAUSE_MS << p->failures++;
    p->closed_until_ms = now_ms + pause_ms;
}
