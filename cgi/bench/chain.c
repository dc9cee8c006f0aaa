#include "bench/chain.h"

#include "base/buf.h"
#include "base/crypto.h"

struct job_hash chain_start(const char *head, size_t len)
{
    struct job_hash link = {.known = true};
    crypto_sha256(head, len, link.bytes);
    return link;
}

enum err chain_add(struct job_hash *link, const char *call, size_t len)
{
    struct buf joined = buf_make(sizeof link->bytes + len);
    buf_put(&joined, link->bytes, sizeof link->bytes);
    buf_put(&joined, call, len);
    const enum err err = joined.err;
    if (!err)
        crypto_sha256(joined.data, joined.len, link->bytes);
    buf_free(&joined);
    return err;
}
