#include "zerog/storage_scan.h"

#include "base/json.h"
#include "zerog/members.h"

void scan_put_account_path(struct buf *out, const struct address *account)
{
    char text[ADDRESS_TEXT_BYTES];
    buf_printf(out, "/accounts/%s", address_text(account, text));
}

static const struct {
    uint64_t code;
    enum err err;
} codes[] = {{0, ERR_OK}, {1, ERR_NOT_FOUND}, {3, ERR_RATE_LIMITED}, {101, ERR_NOT_FOUND}};

static enum err code_error(uint64_t code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return codes[i].err;
    return ERR_RPC;
}

enum err scan_open(const cJSON *doc, const cJSON **data)
{
    uint64_t code;
    if (!json_get_uint(doc, "code", &code))
        return ERR_BAD_FORMAT;
    enum err err = code_error(code);
    if (err)
        return err;
    *data = json_get(doc, "data");
    return *data ? ERR_OK : ERR_BAD_FORMAT;
}

static const struct member account_members[] = {
    {"dataSize", MEMBER_UINT, offsetof(struct scan_account, bytes), SCAN_BYTES},
    {"files", MEMBER_UINT, offsetof(struct scan_account, files), SCAN_FILES},
    {"expiredFiles", MEMBER_UINT, offsetof(struct scan_account, expired), SCAN_EXPIRED},
    {"prunedFiles", MEMBER_UINT, offsetof(struct scan_account, pruned), SCAN_PRUNED},
    {"storageFee", MEMBER_AMOUNT, offsetof(struct scan_account, fee), SCAN_FEE},
    {"balance", MEMBER_AMOUNT, offsetof(struct scan_account, balance), SCAN_BALANCE},
};

enum err scan_account(const cJSON *data, struct scan_account *account)
{
    *account = (struct scan_account){0};
    if (!cJSON_IsObject(data))
        return ERR_BAD_FORMAT;
    account->valid = members_read(data, account_members,
                                  sizeof account_members / sizeof *account_members, account);
    return ERR_OK;
}

static const struct member total_members[] = {
    {"dataTotal", MEMBER_UINT, offsetof(struct scan_totals, bytes), SCAN_BYTES},
    {"fileTotal", MEMBER_UINT, offsetof(struct scan_totals, files), SCAN_FILES},
    {"statTime", MEMBER_TIME, offsetof(struct scan_totals, time_ms), SCAN_TIME},
};

enum err scan_totals(const cJSON *data, struct scan_totals *totals)
{
    *totals = (struct scan_totals){0};
    const cJSON *list = json_get(data, "list");
    if (!cJSON_IsArray(list) || !cJSON_IsObject(list->child))
        return ERR_BAD_FORMAT;
    totals->valid = members_read(list->child, total_members,
                                 sizeof total_members / sizeof *total_members, totals);
    return ERR_OK;
}
