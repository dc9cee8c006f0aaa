#include "panel/money.h"

#include <stdio.h>
#include <string.h>

void money_put(struct json_writer *w, const char *key, bool known, amount neuron)
{
    char text[AMOUNT_TEXT_BYTES];
    json_put_str(w, key, known ? amount_text(neuron, text) : NULL);
}

char *money_text(amount neuron, bool up, char text[MONEY_TEXT_BYTES])
{
    enum { DECIMALS = 4 };
    static const amount unit = 100000000000000; /* neuron of the last decimal */
    static const unsigned scale = 10000;
    char whole[AMOUNT_TEXT_BYTES];
    amount units = neuron / unit + (up && neuron % unit ? 1 : 0);
    size_t len =
        (size_t)snprintf(text, MONEY_TEXT_BYTES, "%s.%0*u", amount_text(units / scale, whole),
                         DECIMALS, (unsigned)(units % scale));
    while (text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    memcpy(text + len, " 0G", sizeof " 0G");
    return text;
}
