/* What a provider declares about its GPUs: 0G's broker publishes a quote, and a model that runs in
 * an enclave of its own an attestation report. Both may hold NVIDIA's attestation evidence, one
 * piece for each GPU. It is read, not verified: what comes of it is a declaration. Neither says
 * anything about load.
 * Source: 0gfoundation/0g-serving-broker ctrl/quote.go; the sample reports in
 * 0gfoundation/0g-compute-ts-sdk. Pure, thread-safe. */
#ifndef ZEROG_ATTESTATION_H
#define ZEROG_ATTESTATION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum { ATTESTATION_REPLY_BYTES = 4 * 1024 * 1024 };

#define QUOTE_PATH "/v1/quote"

/* Appends the path of the attestation report of the enclave that runs the model. */
void attestation_put_path(struct buf *path, const char *model);

/* *hardware: "2 NVIDIA GPUs (HOPPER)", in `arena`. ERR_NOT_FOUND when the reply names no GPU,
 * ERR_NOT_JSON, ERR_NO_MEMORY. */
enum err attestation_hardware(const char *reply, size_t len, struct arena *arena,
                              const char **hardware);

#endif
