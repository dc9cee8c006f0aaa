/* Contract ABI: reading return data and writing call data.
 * https://docs.soliditylang.org/en/latest/abi-spec.html
 *
 * Reading never trusts an offset, a length or a count: each is checked against the bytes that are
 * there before it is used. A view (struct abi) is a window on the data plus the start of the tuple
 * that offsets are relative to; it owns nothing and is valid as long as the data. Pure,
 * thread-safe. */
#ifndef ETH_ABI_H
#define ETH_ABI_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include "eth/amount.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct abi {
    const uint8_t *data;
    size_t len;
    size_t base; /* where the enclosing tuple or array body starts */
};

struct abi_text {
    const char *bytes; /* not NUL-terminated; may hold NULs and bad UTF-8 */
    size_t len;
};

/* The whole return data as the tuple of its values. */
struct abi abi_make(const uint8_t *data, size_t len);

/* In all readers `index` counts 32-byte head words from the view's base. ERR_TRUNCATED when the
 * data ends before the end of that word, ERR_BAD_OFFSET when its offset leaves no word in the data,
 * ERR_BAD_LENGTH when the length or count behind the offset is larger than the rest of the data;
 * *out is then not set. Nothing is copied: hostile data may let many offsets point to the same
 * bytes, so whoever copies texts bounds the sum. */
enum err abi_word(const struct abi *view, size_t index, const uint8_t **word);
/* ERR_BAD_FORMAT unless the 12 bytes before the address are zero. */
enum err abi_address(const struct abi *view, size_t index, struct address *out);
/* ERR_BAD_FORMAT unless 0 or 1. */
enum err abi_bool(const struct abi *view, size_t index, bool *out);
/* ERR_OVERFLOW above 2^64-1. */
enum err abi_u64(const struct abi *view, size_t index, uint64_t *out);
enum err abi_amount(const struct abi *view, size_t index, amount *out);
/* string or bytes behind the offset in word `index`. The padding behind them may be missing. */
enum err abi_text(const struct abi *view, size_t index, struct abi_text *out);
/* The dynamic tuple behind the offset in word `index`. */
enum err abi_tuple(const struct abi *view, size_t index, struct abi *out);
/* The dynamic array behind the offset in word `index`: a view based at its body, and its count,
 * which is known to fit the data when each element takes at least `min_words` head words there
 * (1 for arrays of dynamic elements, the tuple's size for static ones; never 0). */
enum err abi_array(const struct abi *view, size_t index, size_t min_words, struct abi *body,
                   size_t *count);

/* Call data: 4-byte selector, then words. */
void abi_put_selector(struct buf *out, uint32_t selector);
void abi_put_u64(struct buf *out, uint64_t number);
void abi_put_address(struct buf *out, const struct address *address);

#endif
