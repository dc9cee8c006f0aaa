/* Members of a foreign JSON object into a struct, by table. Every member is optional: one that is
 * absent, of another type or out of range leaves its bit clear and its field as it was. Pure,
 * thread-safe. */
#ifndef ZEROG_MEMBERS_H
#define ZEROG_MEMBERS_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

enum member_kind {
    MEMBER_UINT,    /* uint64_t, from an integer in [0, 2^53] */
    MEMBER_DECIMAL, /* double, from a finite number that is not negative */
    MEMBER_BOOL,    /* bool */
    MEMBER_TEXT,    /* const char *, owned by the document, of at most MEMBER_TEXT_MAX bytes */
    MEMBER_AMOUNT,  /* amount, from a string of decimal digits */
    MEMBER_ADDRESS, /* struct address, from "0x" and 40 digits in any case */
    MEMBER_HASH,    /* uint8_t[32], from "0x" and 64 digits */
    MEMBER_TIME,    /* int64_t wall milliseconds, from RFC 3339 */
};

enum { MEMBER_TEXT_MAX = 512 };

struct member {
    const char *key;
    enum member_kind kind;
    size_t offset; /* of the field in the struct */
    unsigned bit;  /* set in the result when the field was read; 0: none */
};

/* Gives the bits of what was read; 0 when `object` is no object. */
unsigned members_read(const cJSON *object, const struct member *members, size_t count, void *out);

#endif
