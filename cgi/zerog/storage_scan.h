/* 0G's storage explorer ("storage scan") and the REST side of its indexers: figures that 0G's own
 * servers have counted, for comparison and while an own scan still runs.
 * Source: 0gfoundation/0g-storage-scan api/. The scan counts files ever submitted: its sums do not
 * fall when files expire. Pure, thread-safe. */
#ifndef ZEROG_STORAGE_SCAN_H
#define ZEROG_STORAGE_SCAN_H

#include "base/buf.h"
#include "base/error.h"
#include "eth/address.h"
#include "eth/amount.h"
#include <cjson/cJSON.h>
#include <stdint.h>

/* Paths behind the scan's base URL. */
void scan_put_account_path(struct buf *out, const struct address *account);
#define SCAN_TOTALS_PATH "/stats/storage?skip=0&limit=1&intervalType=hour&sort=desc"

/* The envelope {"code", "message", "data"} of scan and indexer. An error comes with HTTP status 200
 * or 600 and a code other than 0: ERR_NOT_FOUND for codes 1 (the scan's answer to an unknown
 * account) and 101 (file), ERR_RATE_LIMITED for 3, ERR_RPC for the others; ERR_BAD_FORMAT without
 * code. *data is owned by the document. */
enum err scan_open(const cJSON *doc, const cJSON **data);

enum {
    SCAN_BYTES = 1 << 0,
    SCAN_FILES = 1 << 1,
    SCAN_EXPIRED = 1 << 2,
    SCAN_PRUNED = 1 << 3,
    SCAN_FEE = 1 << 4,
    SCAN_BALANCE = 1 << 5,
    SCAN_TIME = 1 << 6,
};

struct scan_account {
    unsigned valid;      /* SCAN_ bits */
    uint64_t bytes;      /* of all files, as they are: not padded */
    uint64_t files;      /* ever submitted */
    uint64_t expired;    /* of them */
    uint64_t pruned;     /* of them */
    amount fee, balance; /* neuron */
};

/* `data` of /accounts/<address>. ERR_BAD_FORMAT when it is no object. */
enum err scan_account(const cJSON *data, struct scan_account *account);

struct scan_totals {
    unsigned valid; /* SCAN_BYTES, SCAN_FILES, SCAN_TIME */
    uint64_t bytes, files;
    int64_t time_ms; /* wall: the end of the hour that is counted */
};

/* `data` of SCAN_TOTALS_PATH: the newest row. ERR_BAD_FORMAT without one. */
enum err scan_totals(const cJSON *data, struct scan_totals *totals);

#endif
