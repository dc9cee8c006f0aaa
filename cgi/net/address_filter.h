/* Which network addresses a request may reach. Everything that is not plainly public is refused
 * (loopback, private, link-local, CGNAT, multicast, unspecified, documentation, and the IPv6 forms
 * that hide an IPv4 address: compatible, NAT64, 6to4, Teredo), unless a CIDR list allows it. A
 * mapped address (::ffff:a.b.c.d) is judged as the IPv4 address it carries.
 * Source: IANA's special-purpose address registries (RFC 6890).
 * Pure after parsing; a parsed list may be read by any thread. */
#ifndef NET_ADDRESS_FILTER_H
#define NET_ADDRESS_FILTER_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { CIDR_LIST_MAX = 32 };

struct cidr {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;     /* of the 128 */
};

struct cidr_list {
    struct cidr items[CIDR_LIST_MAX];
    size_t count;
};

/* Parses "127.0.0.0/8, ::1/128" (ZG_ALLOW_PRIVATE); empty or NULL gives an empty list. Every item
 * has its prefix length and no bit set behind it. ERR_BAD_FORMAT, also for too many items, names
 * nothing further (the caller names the setting) and leaves the list empty. */
enum err cidr_list_parse(const char *text, struct cidr_list *list);

/* "203.0.113.7" or "2001:db8::7" (no brackets, no zone id, no other form) as a socket address
 * without a port. False for anything else. */
bool address_literal(const char *literal, struct sockaddr_storage *address);

/* True for an address that belongs to the public internet; false for families other than IPv4 and
 * IPv6. */
bool address_is_public(const struct sockaddr *address);

/* address_is_public(), or on the list (NULL: nothing is). */
bool address_is_allowed(const struct sockaddr *address, const struct cidr_list *allow);

#endif
