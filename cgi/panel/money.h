/* Money in replies and sentences. Pure. */
#ifndef PANEL_MONEY_H
#define PANEL_MONEY_H

#include "base/json.h"
#include "eth/amount.h"
#include <stdbool.h>

/* A member of decimal digits, or null. */
void money_put(struct json_writer *w, const char *key, bool known, amount neuron);

enum { MONEY_TEXT_BYTES = 32 };

/* "1.2345 0G": at most four decimals, cut, or with `up` rounded up. Returns `text`. */
char *money_text(amount neuron, bool up, char text[MONEY_TEXT_BYTES]);

#endif
