/* What one contract call returned, as the one value it stands for. Data that is empty is
 * ERR_NO_CONTRACT in all of them: an address without code answers so, and so does a contract that
 * accepts calls of functions it does not have. The other errors are those of eth/abi.h. Pure,
 * thread-safe. */
#ifndef ZEROG_ANSWER_H
#define ZEROG_ANSWER_H

#include "base/error.h"
#include "eth/abi.h"
#include "eth/address.h"
#include "eth/amount.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum err answer_u64(const uint8_t *data, size_t len, uint64_t *out);
enum err answer_amount(const uint8_t *data, size_t len, amount *out);
enum err answer_bool(const uint8_t *data, size_t len, bool *out);
enum err answer_address(const uint8_t *data, size_t len, struct address *out);
/* A word that is no number: a hash, a root. *word points into the data. */
enum err answer_word(const uint8_t *data, size_t len, const uint8_t **word);
/* A string or bytes; points into the data. */
enum err answer_text(const uint8_t *data, size_t len, struct abi_text *out);

#endif
