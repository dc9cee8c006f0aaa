#include "zerog/refusal.h"

#include "base/json.h"
#include <string.h>

/* Enough for every text of a broker; what is longer is somebody else's page. */
enum { READ_BYTES = 16 * 1024, TEXT_BYTES = 1024 };

/* The first row that fits decides: rows with narrower words stand first. */
static const struct {
    const char *words;
    enum refusal refusal;
} by_text[] = {
    {"chat_id_not_found", REFUSAL_NO_SIGNATURE},
    {"session token is for different provider", REFUSAL_SESSION},
    {"session token expired", REFUSAL_SESSION},
    {"ephemeral token must have an expiration", REFUSAL_SESSION},
    {"duration cannot exceed 24 hours", REFUSAL_SESSION},
    {"revoked", REFUSAL_SESSION},
    {"generation mismatch", REFUSAL_SESSION},
    {"missing session authentication headers", REFUSAL_OLD_BROKER},
    {"missing header", REFUSAL_OLD_BROKER},
    {"missing or invalid authorization header", REFUSAL_CREDENTIAL},
    {"invalid base64", REFUSAL_CREDENTIAL},
    {"invalid authorization payload", REFUSAL_CREDENTIAL},
    {"invalid session token", REFUSAL_CREDENTIAL},
    {"invalid signature", REFUSAL_CREDENTIAL},
    {"signature verification failed", REFUSAL_CREDENTIAL},
    {"insufficient balance", REFUSAL_BALANCE},
    {"user not acknowledge the provider", REFUSAL_NOT_ACKNOWLEDGED},
    {"service not acknowledge the tee signer", REFUSAL_NOT_APPROVED},
    {"account not exist", REFUSAL_NO_ACCOUNT},
    {"accountnotexists", REFUSAL_NO_ACCOUNT},
    {"get account from contract", REFUSAL_NO_ACCOUNT},
    {"unsupported endpoint", REFUSAL_PATH},
    {"too many invalid model", REFUSAL_MODEL},
    {"model mismatch", REFUSAL_MODEL},
    {"allowlist", REFUSAL_MODEL},
    {"no longer available", REFUSAL_MODEL_GONE},
    {"e2ee_key_mismatch", REFUSAL_ENCRYPTION},
    {"rate limit exceeded", REFUSAL_RATE},
    {"attestation report is not available", REFUSAL_NO_ATTESTATION},
    {"currently processing too many requests", REFUSAL_BUSY},
};

static const struct {
    int status;
    enum refusal refusal;
} by_status[] = {
    {401, REFUSAL_CREDENTIAL}, {402, REFUSAL_BALANCE},        {403, REFUSAL_FORBIDDEN},
    {404, REFUSAL_PATH},       {410, REFUSAL_MODEL_GONE},     {413, REFUSAL_TOO_LARGE},
    {429, REFUSAL_RATE},       {501, REFUSAL_NO_ATTESTATION}, {502, REFUSAL_UPSTREAM},
    {503, REFUSAL_BUSY},       {504, REFUSAL_UPSTREAM},
};

static const struct {
    const char *name, *meaning, *remedy;
    enum refusal_action action;
} table[] = {
#define X(code, word, next, what, todo)                                                            \
    [code] = {.name = (word), .action = (next), .meaning = (what), .remedy = (todo)},
    REFUSAL_TABLE(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *message_of(const cJSON *doc)
{
    const char *flat = json_get_str(doc, "error");
    const char *nested = json_get_str(json_get(doc, "error"), "message");
    return flat ? flat : nested ? nested : json_get_str(doc, "message");
}

/* The message, or the body itself where none can be found, in lower case. */
static void read_text(const char *body, size_t len, char text[TEXT_BYTES])
{
    cJSON *doc = NULL;
    const char *message = json_parse(body, len, READ_BYTES, &doc) ? NULL : message_of(doc);
    if (!message)
        message = body;
    else
        len = strlen(message);
    size_t kept = len < TEXT_BYTES ? len : TEXT_BYTES - 1;
    for (size_t i = 0; i < kept; i++) {
        char c = message[i];
        text[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c ? c : ' ');
    }
    text[kept] = '\0';
    cJSON_Delete(doc);
}

enum refusal refusal_of(int status, const char *body, size_t len)
{
    char text[TEXT_BYTES];
    read_text(body, len, text);
    for (size_t i = 0; i < COUNT(by_text); i++)
        if (strstr(text, by_text[i].words))
            return by_text[i].refusal;
    for (size_t i = 0; i < COUNT(by_status); i++)
        if (by_status[i].status == status)
            return by_status[i].refusal;
    return status >= 500 ? REFUSAL_FAULT : REFUSAL_REQUEST;
}

const char *refusal_name(enum refusal refusal)
{
    return table[refusal].name;
}

const char *refusal_meaning(enum refusal refusal)
{
    return table[refusal].meaning;
}

const char *refusal_remedy(enum refusal refusal)
{
    return table[refusal].remedy;
}

enum refusal_action refusal_action(enum refusal refusal)
{
    return table[refusal].action;
}
