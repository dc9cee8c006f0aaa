#include "zerog/answer.h"

enum err answer_u64(const uint8_t *data, size_t len, uint64_t *out)
{
    struct abi view = abi_make(data, len);
    return len ? abi_u64(&view, 0, out) : ERR_NO_CONTRACT;
}

enum err answer_amount(const uint8_t *data, size_t len, amount *out)
{
    struct abi view = abi_make(data, len);
    return len ? abi_amount(&view, 0, out) : ERR_NO_CONTRACT;
}

enum err answer_bool(const uint8_t *data, size_t len, bool *out)
{
    struct abi view = abi_make(data, len);
    return len ? abi_bool(&view, 0, out) : ERR_NO_CONTRACT;
}

enum err answer_address(const uint8_t *data, size_t len, struct address *out)
{
    struct abi view = abi_make(data, len);
    return len ? abi_address(&view, 0, out) : ERR_NO_CONTRACT;
}

enum err answer_word(const uint8_t *data, size_t len, const uint8_t **word)
{
    struct abi view = abi_make(data, len);
    return len ? abi_word(&view, 0, word) : ERR_NO_CONTRACT;
}

enum err answer_text(const uint8_t *data, size_t len, struct abi_text *out)
{
    struct abi view = abi_make(data, len);
    return len ? abi_text(&view, 0, out) : ERR_NO_CONTRACT;
}
