/* Goes through JSON text that base/json.c wrote and gives its single values, each with the way to
 * it, as it stands there: no number passes through a double. Thread-safe. */
#ifndef BASE_JSON_WALK_H
#define BASE_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_WAY_BYTES = 256, JSON_WALK_DEPTH = 16 };

/* `way` is "ledger.accounts[0].balanceNeuron", `value` the text of a string (with its quotes), a
 * number, true, false or null. Both are lent for the call. False ends the walk. */
typedef bool (*json_leaf)(void *user, const char *way, const char *value, size_t len);

/* Empty objects and arrays give nothing. False when the walk ended early: the leaf wanted it so, or
 * the text is cut off, or a way is longer or deeper than the limits above. */
bool json_walk(const char *text, size_t len, json_leaf leaf, void *user);

#endif
