/* A session token made of what the chain says of an account: its message is whole, and the account
 * signed it. */
#include "zerog/session.h"

#include "base/base64.h"
#include "base/json.h"
#include "eth/keccak.h"
#include "require.h"
#include <string.h>

struct input {
    struct session_terms terms;
    char nonce[SESSION_NONCE_BYTES];
    int64_t now_ms;
};

/* A provider's address, a generation, a kind, a moment; the nonce has our own form. */
static struct input read_input(const uint8_t *data, size_t len)
{
    uint8_t bytes[20 + 8 + 1 + 5] = {0};
    struct input in = {.nonce = "00112233445566778899aabbccddeeff"};
    memcpy(bytes, data, len < sizeof bytes ? len : sizeof bytes);
    memcpy(in.terms.provider.bytes, bytes, 20);
    memcpy(&in.terms.generation, bytes + 20, 8);
    in.terms.token_id = bytes[28];
    for (size_t i = 29; i < sizeof bytes; i++)
        in.now_ms = in.now_ms << 8 | bytes[i];
    return in;
}

static void require_signed(const char *message, size_t len, const char *signature_hex,
                           const struct address *account)
{
    uint8_t hash[DIGEST_BYTES];
    struct signature signature;
    struct address who;
    keccak256(message, len, hash);
    require(!signature_parse(signature_hex, &signature));
    require(!signature_recover(&signature, hash, sizeof hash, &who));
    require(address_equal(&who, account));
}

static void require_token(const struct session *session, const struct input *in,
                          const struct address *account)
{
    static const char scheme[] = "Bearer app-sk-";
    struct buf payload = buf_make(BUF_NO_LIMIT);
    const char *token = session->authorization + sizeof scheme - 1;
    require(strncmp(session->authorization, scheme, sizeof scheme - 1) == 0);
    require(!base64_decode(token, strlen(token), &payload));
    const char *bar = strchr(buf_str(&payload), '|');
    require(bar != NULL);
    const size_t len = (size_t)(bar - payload.data);
    require_signed(payload.data, len, bar + 1, account);

    cJSON *doc;
    struct address provider;
    uint64_t token_id;
    require(!json_parse(payload.data, len, len, &doc));
    require(!address_parse(json_get_str(doc, "provider"), &provider));
    require(address_equal(&provider, &in->terms.provider));
    require(json_get_uint(doc, "tokenId", &token_id) && token_id == in->terms.token_id);
    cJSON_Delete(doc);
    buf_free(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t key[PRIVATE_KEY_BYTES] = {[PRIVATE_KEY_BYTES - 1] = 1};
    const struct input in = read_input(data, len);
    struct signer *account;
    struct session session;
    require(!signer_new(key, &account));
    session_make(account, &in.terms, in.nonce, in.now_ms, &session);
    require_token(&session, &in, signer_address(account));
    require(!session_is_due(&session, in.now_ms));
    require((session.expires_ms == 0) == (in.terms.token_id != SESSION_EPHEMERAL));
    session_wipe(&session);
    signer_free(account);
    return 0;
}
