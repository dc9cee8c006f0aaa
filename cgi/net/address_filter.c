#include "net/address_filter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* IPv4 addresses live in the 128-bit space as ::ffff:a.b.c.d, so that one table and one comparison
 * serve both families and a mapped address is judged as the IPv4 address it carries. */
enum { ADDRESS_BITS = 128, MAPPED_BITS = 96, IPV4_BITS = 32 };

static const struct cidr mapped = {{[10] = 0xff, [11] = 0xff}, MAPPED_BITS};

/* IANA has handed out global unicast addresses from 2000::/3 alone (RFC 4291, 2.4). Everything else
 * is unspecified, loopback, IPv4-compatible, NAT64, discard-only, unique local, link-local,
 * site-local, multicast or not assigned at all. */
static const struct cidr ipv6_unicast = {{0x20}, 3};

#define IPV4(a, b, c, bits)                                                                        \
    {                                                                                              \
        {[10] = 0xff, [11] = 0xff, [12] = (a), [13] = (b), [14] = (c)}, MAPPED_BITS + (bits)       \
    }

/* The rows of the IANA special-purpose address registries (RFC 6890 and its updates) that are not
 * globally reachable, and multicast. */
static const struct cidr special[] = {
    IPV4(0, 0, 0, 8),               /* this network */
    IPV4(10, 0, 0, 8),              /* private use */
    IPV4(100, 64, 0, 10),           /* carrier-grade NAT */
    IPV4(127, 0, 0, 8),             /* loopback */
    IPV4(169, 254, 0, 16),          /* link-local, where clouds keep their metadata service */
    IPV4(172, 16, 0, 12),           /* private use */
    IPV4(192, 0, 0, 24),            /* IETF protocol assignments */
    IPV4(192, 0, 2, 24),            /* documentation */
    IPV4(192, 88, 99, 24),          /* 6to4 relays, deprecated */
    IPV4(192, 168, 0, 16),          /* private use */
    IPV4(198, 18, 0, 15),           /* benchmarking */
    IPV4(198, 51, 100, 24),         /* documentation */
    IPV4(203, 0, 113, 24),          /* documentation */
    IPV4(224, 0, 0, 4),             /* multicast */
    IPV4(240, 0, 0, 4),             /* reserved, broadcast */
    {{0x20, 0x01}, 23},             /* IETF protocol assignments: Teredo, benchmarking, ORCHID */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 */
    {{0x3f, 0xff}, 20},             /* documentation */
};

/* True when the first `bits` bits are equal. */
static bool same_prefix(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    return memcmp(a, b, bytes) == 0 && (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

static bool contains(const struct cidr *range, const uint8_t bytes[16])
{
    return same_prefix(range->bytes, bytes, range->bits);
}

static bool any_contains(const struct cidr *ranges, size_t count, const uint8_t bytes[16])
{
    for (size_t i = 0; i < count; i++)
        if (contains(&ranges[i], bytes))
            return true;
    return false;
}

static void map_ipv4(const struct in_addr *ipv4, uint8_t bytes[16])
{
    memcpy(bytes, mapped.bytes, 12);
    memcpy(bytes + 12, ipv4, 4);
}

/* False for a family that is not the internet's. */
static bool to_bytes(const struct sockaddr *address, uint8_t bytes[16])
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        map_ipv4(&ipv4.sin_addr, bytes);
        return true;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        memcpy(bytes, &ipv6.sin6_addr, 16);
        return true;
    }
    return false;
}

/* Decimal digits and nothing else, at most `max`. */
static bool parse_bits(const char *text, unsigned max, unsigned *bits)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return false;
    unsigned value = 0;
    for (; *text; text++)
        value = value * 10 + (unsigned)(*text - '0');
    *bits = value;
    return value <= max;
}

/* No bit behind the prefix is set: "10.0.0.1/8" is somebody's mistake, and in a list that opens
 * doors a mistake is not guessed at. */
static bool host_bits_are_zero(const struct cidr *c)
{
    for (unsigned bit = c->bits; bit < ADDRESS_BITS; bit++)
        if (c->bytes[bit / 8] & 0x80 >> bit % 8)
            return false;
    return true;
}

static enum err parse_cidr(const char *text, size_t len, struct cidr *c)
{
    char item[INET6_ADDRSTRLEN + sizeof "/128"];
    if (len >= sizeof item)
        return ERR_BAD_FORMAT;
    memcpy(item, text, len);
    item[len] = '\0';
    char *slash = strchr(item, '/');
    if (!slash)
        return ERR_BAD_FORMAT;
    *slash = '\0';
    struct in_addr ipv4;
    if (inet_pton(AF_INET, item, &ipv4) == 1) {
        if (!parse_bits(slash + 1, IPV4_BITS, &c->bits))
            return ERR_BAD_FORMAT;
        c->bits += MAPPED_BITS;
        map_ipv4(&ipv4, c->bytes);
    } else if (inet_pton(AF_INET6, item, c->bytes) != 1 ||
               !parse_bits(slash + 1, ADDRESS_BITS, &c->bits)) {
        return ERR_BAD_FORMAT;
    }
    return host_bits_are_zero(c) ? ERR_OK : ERR_BAD_FORMAT;
}

enum err cidr_list_parse(const char *text, struct cidr_list *list)
{
    static const char blank[] = " \t";
    struct cidr_list parsed = {.count = 0};
    *list = parsed;
    if (!text || text[strspn(text, blank)] == '\0')
        return ERR_OK;
    for (;;) {
        text += strspn(text, blank);
        size_t len = strcspn(text, ", \t");
        if (parsed.count == CIDR_LIST_MAX || parse_cidr(text, len, &parsed.items[parsed.count]))
            return ERR_BAD_FORMAT;
        parsed.count++;
        text += len;
        text += strspn(text, blank);
        if (*text == '\0')
            break;
        if (*text++ != ',')
            return ERR_BAD_FORMAT;
    }
    *list = parsed;
    return ERR_OK;
}

bool address_literal(const char *literal, struct sockaddr_storage *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, literal, &ipv4.sin_addr) == 1)
        memcpy(address, &ipv4, sizeof ipv4);
    else if (inet_pton(AF_INET6, literal, &ipv6.sin6_addr) == 1)
        memcpy(address, &ipv6, sizeof ipv6);
    return address->ss_family != AF_UNSPEC;
}

bool address_is_public(const struct sockaddr *address)
{
    uint8_t bytes[16];
    return to_bytes(address, bytes) &&
           (contains(&mapped, bytes) || contains(&ipv6_unicast, bytes)) &&
           !any_contains(special, sizeof special / sizeof special[0], bytes);
}

bool address_is_allowed(const struct sockaddr *address, const struct cidr_list *allow)
{
    uint8_t bytes[16];
    return address_is_public(address) ||
           (allow && to_bytes(address, bytes) && any_contains(allow->items, allow->count, bytes));
}
