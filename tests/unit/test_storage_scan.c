#include "zerog/storage_scan.h"

#include "support_calls.h"

static const cJSON *parse(const char *text)
{
    cJSON *doc = cJSON_Parse(text);
    if (!doc)
        fail_msg("no JSON: %s", text);
    return doc;
}

static void envelopes_are_opened(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum err err;
    } cases[] = {
        {"{\"code\":0,\"message\":\"Success\",\"data\":{}}", ERR_OK},
        {"{\"code\":0,\"data\":null}", ERR_OK},
        {"{\"code\":0}", ERR_BAD_FORMAT},
        {"{\"code\":1,\"message\":\"Invalid parameter\"}", ERR_NOT_FOUND},
        {"{\"code\":2,\"data\":{}}", ERR_RPC},
        {"{\"code\":3}", ERR_RATE_LIMITED},
        {"{\"code\":101}", ERR_NOT_FOUND},
        {"{\"code\":106}", ERR_RPC},
        {"{\"code\":\"0\",\"data\":{}}", ERR_BAD_FORMAT},
        {"{\"code\":-1,\"data\":{}}", ERR_BAD_FORMAT},
        {"[]", ERR_BAD_FORMAT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *doc = parse(cases[i].reply), *data;
        if (scan_open(doc, &data) != cases[i].err)
            fail_msg("%s", cases[i].reply);
        cJSON_Delete((cJSON *)doc);
    }
}

static void an_account_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    const cJSON *doc = parse("{\"balance\":\"340282366920938463463374607431768211455\","
                             "\"dataSize\":700016,\"storageFee\":\"86580000000000\",\"txs\":2,"
                             "\"files\":2,\"expiredFiles\":1,\"prunedFiles\":0,"
                             "\"totalReward\":\"0\"}");
    struct scan_account account;
    assert_int_equal(scan_account(doc, &account), ERR_OK);
    assert_int_equal(account.valid, SCAN_BYTES | SCAN_FILES | SCAN_EXPIRED | SCAN_PRUNED |
                                        SCAN_FEE | SCAN_BALANCE);
    assert_int_equal(account.bytes, 700016);
    assert_int_equal(account.files, 2);
    assert_int_equal(account.expired, 1);
    assert_true(account.fee == 86580000000000 && account.balance == (amount)-1);
    cJSON_Delete((cJSON *)doc);
    doc = parse("{\"balance\":1,\"dataSize\":\"7\",\"storageFee\":\"-1\",\"files\":null}");
    assert_int_equal(scan_account(doc, &account), ERR_OK);
    assert_int_equal(account.valid, 0);
    cJSON_Delete((cJSON *)doc);
    assert_int_equal(scan_account(NULL, &account), ERR_BAD_FORMAT);

    struct buf path = buf_make(BUF_NO_LIMIT);
    struct address wallet = parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    scan_put_account_path(&path, &wallet);
    assert_string_equal(buf_str(&path), "/accounts/0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    buf_free(&path);
}

static void times_of_the_scan_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_time;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", true, 0},
        {"2026-01-02T03:04:05.678Z", true, 1767323045678},
        {"2026-01-02T03:04:05.6789123Z", true, 1767323045678},
        {"2026-01-02T03:04:05.6Z", true, 1767323045600},
        {"2026-01-02t03:04:05z", true, 1767323045000},
        {"2026-01-02T05:04:05+02:00", true, 1767323045000},
        {"2026-01-01T21:34:05-05:30", true, 1767323045000},
        {"2024-02-29T23:59:60Z", true, 1709251200000},
        {"1969-12-31T23:59:59Z", true, -1000},
        {"9999-12-31T23:59:59Z", true, 253402300799000},
        {"2000-03-01T00:00:00Z", true, 951868800000},
        {"2023-02-29T00:00:00Z", false, 0},
        {"1900-02-29T00:00:00Z", false, 0},
        {"2026-13-02T03:04:05Z", false, 0},
        {"2026-00-02T03:04:05Z", false, 0},
        {"2026-04-31T03:04:05Z", false, 0},
        {"2026-01-02T24:00:00Z", false, 0},
        {"2026-01-02T03:60:00Z", false, 0},
        {"2026-01-02T03:04:61Z", false, 0},
        {"2026-01-02T03:04:05", false, 0},
        {"2026-01-02T03:04:05.Z", false, 0},
        {"2026-01-02T03:04:05Zx", false, 0},
        {"2026-01-02T03:04:05+0200", false, 0},
        {"2026-01-02T03:04:05+02:60", false, 0},
        {"2026-01-02T03:04:05+24:00", false, 0},
        {"2026-01-02", false, 0},
        {"26-01-02T03:04:05Z", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *doc = cJSON_Parse("{\"list\":[{\"fileTotal\":7,\"dataTotal\":9}]}");
        cJSON_AddStringToObject(doc->child->child, "statTime", cases[i].text);
        struct scan_totals totals;
        assert_int_equal(scan_totals(doc, &totals), ERR_OK);
        bool is_time = totals.valid & SCAN_TIME;
        if (is_time != cases[i].is_time || (is_time && totals.time_ms != cases[i].ms))
            fail_msg("%s: %d %lld", cases[i].text, is_time, (long long)totals.time_ms);
        assert_int_equal(totals.valid & ~(unsigned)SCAN_TIME, SCAN_BYTES | SCAN_FILES);
        cJSON_Delete(doc);
    }
}

static void totals_of_the_scan_need_a_row(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}", "{\"list\":[]}", "{\"list\":[7]}", "{\"list\":{}}",
                                      "null"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        const cJSON *doc = parse(bad[i]);
        struct scan_totals totals;
        assert_int_equal(scan_totals(doc, &totals), ERR_BAD_FORMAT);
        cJSON_Delete((cJSON *)doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelopes_are_opened),
        cmocka_unit_test(an_account_is_read_as_far_as_it_goes),
        cmocka_unit_test(times_of_the_scan_are_read_exactly),
        cmocka_unit_test(totals_of_the_scan_need_a_row),
    };
    return cmocka_run_group_tests_name("storage_scan", tests, NULL, NULL);
}
