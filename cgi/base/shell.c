#include "base/shell.h"

#include <string.h>

void shell_put_word(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (;;) {
        size_t plain = strcspn(text, "'");
        buf_put(out, text, plain);
        text += plain;
        if (!*text)
            break;
        buf_puts(out, "'\\''");
        text++;
    }
    buf_putc(out, '\'');
}
