#include "panel/prometheus_put.h"

#include "base/utf8.h"
#include <inttypes.h>
#include <string.h>

/* A backslash, a quote and a line feed are escaped, as the format wants; bytes that are no UTF-8,
 * which would spoil the whole scrape, become U+FFFD. */
static void put_label_value(struct buf *out, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t len = utf8_sequence(text, left);
        if (len == 0)
            buf_puts(out, UTF8_REPLACEMENT);
        else if (*text == '\n')
            buf_puts(out, "\\n");
        else if (*text == '"' || *text == '\\')
            buf_printf(out, "\\%c", *text);
        else
            buf_put(out, text, len);
        text += len ? len : 1;
        left -= len ? len : 1;
    }
}

void put_series(struct buf *out, const char *name, const struct label *labels, size_t count)
{
    buf_puts(out, name);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
        put_label_value(out, labels[i].value);
        buf_putc(out, '"');
    }
    buf_puts(out, count ? "} " : " ");
}

/* Nine digits hold every figure here, and 0.07 stays 0.07. */
void put_number(struct buf *out, double number)
{
    buf_printf(out, "%.9g\n", number);
}

void put_seconds(struct buf *out, int64_t wall_ms)
{
    buf_printf(out, "%" PRId64 ".%03d\n", wall_ms / 1000, (int)(wall_ms % 1000));
}

void put_neuron(struct buf *out, amount neuron)
{
    char text[AMOUNT_TEXT_BYTES];
    buf_printf(out, "%s\n", amount_text(neuron, text));
}

void put_gauge(struct buf *out, const char *name, bool known, double number)
{
    if (!known)
        return;
    put_series(out, name, NULL, 0);
    put_number(out, number);
}
