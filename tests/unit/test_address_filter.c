#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/address_filter.h"
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static struct sockaddr_storage parse(const char *text)
{
    struct sockaddr_storage address;
    if (!address_literal(text, &address))
        fail_msg("not an address: %s", text);
    return address;
}

static bool is_public(const char *text)
{
    struct sockaddr_storage address = parse(text);
    return address_is_public((const struct sockaddr *)&address);
}

static bool is_allowed(const char *text, const struct cidr_list *allow)
{
    struct sockaddr_storage address = parse(text);
    return address_is_allowed((const struct sockaddr *)&address, allow);
}

static void public_addresses_pass(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "1.1.1.1",         "8.8.8.8",        "1.0.0.0",         "9.255.255.255", "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",    "126.255.255.255", "128.0.0.0",     "169.253.255.255",
        "169.255.0.0",     "172.15.255.255", "172.32.0.0",      "192.0.1.0",     "192.0.3.0",
        "192.88.98.255",   "192.88.100.0",   "192.167.255.255", "192.169.0.0",   "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",  "198.51.101.0",    "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450::1",  "2001:200::1",
        "2001:db7:ffff::", "2001:db9::1",    "2003::1",         "3ffe::1",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        if (!is_public(addresses[i]))
            fail_msg("%s is refused", addresses[i]);
}

static void special_addresses_are_refused(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        /* first and last of every IPv4 range */
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
        "127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254",
        "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.0",
        "192.0.2.255", "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255",
        "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0",
        "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
        /* IPv6: unspecified, loopback, compatible, mapped */
        "::", "::1", "::2", "::8.8.8.8", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::ffff:0:8.8.8.8",
        /* NAT64, discard, Teredo and its neighbours, documentation, 6to4 */
        "64:ff9b::8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1",
        "2001:10::1", "2001:20::1", "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff::1",
        "2002::", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "3fff:fff:ffff::1",
        /* unassigned, SRv6, unique local, link-local, site-local, multicast */
        "1fff::1", "4000::1", "5f00::1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1",
        "feff::1", "ff00::", "ff02::1", "ffff::"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        if (is_public(addresses[i]) || is_allowed(addresses[i], NULL))
            fail_msg("%s passes", addresses[i]);
}

static void other_families_are_refused(void **state)
{
    (void)state;
    struct cidr_list everything;
    assert_int_equal(cidr_list_parse("::/0", &everything), ERR_OK);
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    assert_false(address_is_public((const struct sockaddr *)&local));
    assert_false(address_is_allowed((const struct sockaddr *)&local, &everything));
}

static void listed_addresses_are_allowed(void **state)
{
    (void)state;
    struct cidr_list list;
    assert_int_equal(
        cidr_list_parse(" 127.0.0.0/8,::1/128 , 10.1.2.128/25,fd00:1234::/31, 192.168.7.9/32 ",
                        &list),
        ERR_OK);
    assert_int_equal(list.count, 5);
    static const char *const inside[] = {"127.0.0.1",     "127.255.255.255", "::ffff:127.0.0.1",
                                         "::1",           "10.1.2.128",      "10.1.2.255",
                                         "fd00:1235::ff", "192.168.7.9",     "8.8.8.8"};
    static const char *const outside[] = {"10.1.2.127", "10.1.3.128", "::2",
                                          "fd00:1236::", "192.168.7.8"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
        if (!is_allowed(inside[i], &list))
            fail_msg("%s is refused", inside[i]);
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (is_allowed(outside[i], &list))
            fail_msg("%s passes", outside[i]);
}

static void an_empty_list_allows_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {NULL, "", "  \t"};
    for (size_t i = 0; i < 3; i++) {
        struct cidr_list list = {.count = 7};
        assert_int_equal(cidr_list_parse(texts[i], &list), ERR_OK);
        assert_int_equal(list.count, 0);
        assert_false(is_allowed("127.0.0.1", &list));
    }
}

static void a_wrong_list_is_refused_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ",",
        "127.0.0.0/8,",
        ",127.0.0.0/8",
        "127.0.0.0/8,,::1/128",
        "127.0.0.0/8 ::1/128",
        "127.0.0.1",
        "127.0.0.0/",
        "127.0.0.0/33",
        "127.0.0.0/-1",
        "127.0.0.0/+8",
        "127.0.0.0/8x",
        "127.0.0.0/ 8",
        "127.0.0.0/99999999999999999999",
        "127.0.0.1/8",
        "::1/129",
        "::1/127",
        "fe80::1%lo/128",
        "127.1/8",
        "0x7f.0.0.0/8",
        "localhost/8",
        "/8",
        "127.0.0.0/8,nonsense/4",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee/128",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cidr_list list = {.count = 7};
        if (cidr_list_parse(texts[i], &list) != ERR_BAD_FORMAT || list.count != 0)
            fail_msg("\"%s\" is taken", texts[i]);
    }
}

static void a_list_has_a_longest_length(void **state)
{
    (void)state;
    char text[(CIDR_LIST_MAX + 1) * 16] = "";
    for (int i = 0; i < CIDR_LIST_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s10.0.%d.0/24", i ? "," : "",
                 i);
    struct cidr_list list;
    assert_int_equal(cidr_list_parse(text, &list), ERR_OK);
    assert_int_equal(list.count, CIDR_LIST_MAX);
    assert_true(is_allowed("10.0.31.1", &list));
    strcat(text, ",10.1.0.0/24");
    assert_int_equal(cidr_list_parse(text, &list), ERR_BAD_FORMAT);
    assert_int_equal(list.count, 0);
}

static void literals_are_parsed(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    assert_true(address_literal("192.0.2.1", &address));
    struct sockaddr_in ipv4;
    memcpy(&ipv4, &address, sizeof ipv4);
    assert_int_equal(ipv4.sin_family, AF_INET);
    assert_int_equal(ipv4.sin_addr.s_addr, htonl(0xc0000201));
    assert_true(address_literal("2001:db8::1", &address));
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, &address, sizeof ipv6);
    assert_int_equal(ipv6.sin6_family, AF_INET6);
    assert_memory_equal(&ipv6.sin6_addr, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
    static const char *const others[] = {"",         "localhost", "1.2.3",      "0x7f.0.0.1",
                                         "1.2.3.4 ", "[::1]",     "fe80::1%lo", "1.2.3.4:80"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (address_literal(others[i], &address))
            fail_msg("\"%s\" is taken", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_parsed),
        cmocka_unit_test(public_addresses_pass),
        cmocka_unit_test(special_addresses_are_refused),
        cmocka_unit_test(other_families_are_refused),
        cmocka_unit_test(listed_addresses_are_allowed),
        cmocka_unit_test(an_empty_list_allows_nothing),
        cmocka_unit_test(a_wrong_list_is_refused_whole),
        cmocka_unit_test(a_list_has_a_longest_length),
    };
    return cmocka_run_group_tests_name("address_filter", tests, NULL, NULL);
}
