/* The operator's key, for the one process that may hold it. Call before there are threads. */
#ifndef ZEROG_WALLET_H
#define ZEROG_WALLET_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include "eth/sign.h"

/* Takes ZG_CHAIN_PRIVATE_KEY, or what ZG_CHAIN_PRIVATE_KEY_FILE names, out of the environment
 * (base/secret.h). *wallet is NULL when neither is set; else owned by the caller, signer_free().
 * `expected` is what ZG_WALLET_ADDRESS says, NULL: nothing. ERR_CONFIG, with a line in `problems`
 * that holds no part of the key, when it is no key or another wallet's. */
enum err wallet_take(const struct address *expected, struct signer **wallet, struct buf *problems);

#endif
