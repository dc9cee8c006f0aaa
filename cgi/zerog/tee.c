#include "zerog/tee.h"

#include "base/json.h"
#include "base/percent.h"
#include "eth/hex.h"
#include "eth/sign.h"
#include "zerog/members.h"
#include <string.h>

/* What additionalInfo, JSON text of the provider, says of an enclave of the model's own. */
struct target {
    bool separated;
    const char *provider_type;
    struct address signer;
};

enum { TARGET_SEPARATED = 1 << 0, TARGET_TYPE = 1 << 1, TARGET_SIGNER = 1 << 2 };

static const struct member target_members[] = {
    {"TargetSeparated", MEMBER_BOOL, offsetof(struct target, separated), TARGET_SEPARATED},
    {"ProviderType", MEMBER_TEXT, offsetof(struct target, provider_type), TARGET_TYPE},
    {"TargetTeeAddress", MEMBER_ADDRESS, offsetof(struct target, signer), TARGET_SIGNER},
};

/* True when the model's own enclave signs; a provider that only forwards has none. */
static bool find_target(const struct serving_text *info, struct address *signer)
{
    struct target target = {.provider_type = ""};
    cJSON *doc = NULL;
    if (info->err || json_parse(info->text.bytes, info->text.len, SERVING_TEXT_MAX, &doc))
        return false;
    unsigned read =
        members_read(doc, target_members, sizeof target_members / sizeof *target_members, &target);
    bool found = target.separated && (read & TARGET_SIGNER) &&
                 strcmp(target.provider_type, "centralized") != 0;
    if (found)
        *signer = target.signer;
    cJSON_Delete(doc);
    return found;
}

enum err tee_signer(const struct service *service, struct address *signer)
{
    if (!service->has_tee || !service->tee_acknowledged)
        return ERR_NOT_FOUND;
    if (!find_target(&service->additional_info, signer))
        *signer = service->tee_signer;
    return address_is_zero(signer) ? ERR_NOT_FOUND : ERR_OK;
}

enum err tee_put_path(struct buf *path, const char *chat_id, struct abi_text model)
{
    /* Dots alone would lead to another path. */
    if (strspn(chat_id, ".") == strlen(chat_id))
        return ERR_BAD_FORMAT;
    buf_puts(path, "/v1/proxy/signature/");
    percent_put(path, chat_id, strlen(chat_id));
    buf_puts(path, "?model=");
    percent_put(path, model.bytes, model.len);
    return path->err;
}

enum { HASH_DIGITS = 2 * TEE_HASH_BYTES };

static bool starts_with_hash(const char *text, const uint8_t *hash)
{
    char digits[HASH_DIGITS];
    hex_digits(hash, TEE_HASH_BYTES, digits);
    return strncmp(text, digits, HASH_DIGITS) == 0;
}

/* The signed text is "request:response", both in hex; a provider that forwards adds its route
 * behind another colon. */
static bool names_content(const char *text, const uint8_t *request, const uint8_t *response)
{
    if (!request || !response || !starts_with_hash(text, request) || text[HASH_DIGITS] != ':')
        return false;
    text += HASH_DIGITS + 1;
    return starts_with_hash(text, response) &&
           (text[HASH_DIGITS] == '\0' || text[HASH_DIGITS] == ':');
}

static enum tee_verdict check(const cJSON *doc, const struct address *signer,
                              const uint8_t *request_sha256, const uint8_t *response_sha256)
{
    const char *text = json_get_str(doc, "text"), *hex = json_get_str(doc, "signature");
    const char *algorithm = json_get_str(doc, "signing_algo");
    struct signature signature;
    struct address who;
    if (!text || !hex || (algorithm && strcmp(algorithm, "ecdsa") != 0))
        return TEE_ABSENT;
    if (signature_parse(hex, &signature) ||
        signature_recover(&signature, text, strlen(text), &who) || !address_equal(&who, signer))
        return TEE_BAD;
    return names_content(text, request_sha256, response_sha256) ? TEE_RESPONSE : TEE_SIGNER;
}

enum tee_verdict tee_check(const char *reply, size_t len, const struct address *signer,
                           const uint8_t *request_sha256, const uint8_t *response_sha256)
{
    cJSON *doc = NULL;
    if (json_parse(reply, len, TEE_REPLY_BYTES, &doc))
        return TEE_ABSENT;
    enum tee_verdict verdict = check(doc, signer, request_sha256, response_sha256);
    cJSON_Delete(doc);
    return verdict;
}
