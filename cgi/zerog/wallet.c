#include "zerog/wallet.h"

#include "base/secret.h"

#define NAME "ZG_CHAIN_PRIVATE_KEY"

static enum err check_address(const struct signer *wallet, const struct address *expected,
                              struct buf *problems)
{
    char text[ADDRESS_TEXT_BYTES];
    if (!expected || address_equal(signer_address(wallet), expected))
        return ERR_OK;
    buf_printf(problems, NAME ": the key is that of %s, which is not ZG_WALLET_ADDRESS\n",
               address_text(signer_address(wallet), text));
    return ERR_CONFIG;
}

enum err wallet_take(const struct address *expected, struct signer **wallet, struct buf *problems)
{
    struct secret key;
    *wallet = NULL;
    enum err err = secret_take(NAME, &key, problems);
    if (!err && key.len > 0) {
        err = signer_parse(key.text, wallet);
        if (err) {
            buf_puts(problems, NAME ": expected a private key, 64 hexadecimal digits\n");
            err = ERR_CONFIG;
        } else {
            err = check_address(*wallet, expected, problems);
        }
    }
    secret_wipe(&key);
    if (err) {
        signer_free(*wallet);
        *wallet = NULL;
    }
    return err;
}
