#include "zerog/attestation.h"

#include "base/json.h"
#include "base/percent.h"
#include <stdio.h>
#include <string.h>

enum { ARCHITECTURE_BYTES = 32 };

void attestation_put_path(struct buf *path, const char *model)
{
    buf_puts(path, "/v1/proxy/attestation/report?model=");
    percent_put(path, model, strlen(model));
}

/* A word of NVIDIA's, as "HOPPER"; foreign text, so nothing else is taken over. */
static const char *architecture_of(const cJSON *object)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const char *word = json_get_str(object, "arch");
    const size_t len = word ? strspn(word, plain) : 0;
    return len > 0 && len <= ARCHITECTURE_BYTES && !word[len] ? word : NULL;
}

static enum err describe(const cJSON *evidence, struct arena *arena, const char **hardware)
{
    const cJSON *list = json_get(evidence, "evidence_list");
    const int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    char text[ARCHITECTURE_BYTES + 64];
    if (count == 0)
        return ERR_NOT_FOUND;
    const char *architecture = architecture_of(evidence);
    if (!architecture)
        architecture = architecture_of(list->child);
    snprintf(text, sizeof text, "%d NVIDIA GPU%s (%s)", count, count > 1 ? "s" : "",
             architecture ? architecture : "architecture not named");
    *hardware = arena_strdup(arena, text);
    return *hardware ? ERR_OK : ERR_NO_MEMORY;
}

/* The broker's quote holds the evidence as an object, the model's report as the text of one. */
enum err attestation_hardware(const char *reply, size_t len, struct arena *arena,
                              const char **hardware)
{
    cJSON *doc, *inner = NULL;
    enum err err = json_parse(reply, len, ATTESTATION_REPLY_BYTES, &doc);
    if (err)
        return err;
    const char *text = json_get_str(doc, "nvidia_payload");
    if (text && json_parse(text, strlen(text), ATTESTATION_REPLY_BYTES, &inner))
        err = ERR_NOT_FOUND;
    if (!err)
        err = describe(text ? inner : json_get(doc, "nvidia_payload"), arena, hardware);
    cJSON_Delete(inner);
    cJSON_Delete(doc);
    return err;
}
