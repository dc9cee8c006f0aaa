/* Base64 (RFC 4648), reading only. Pure, thread-safe. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Appends the bytes to `out`. Either alphabet, with padding or without; what is left over of the
 * last byte must be 0. ERR_BAD_FORMAT, or the buffer's error; `out` is then not to be used. */
enum err base64_decode(const char *text, size_t len, struct buf *out);

#endif
