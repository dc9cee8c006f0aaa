/* A report that somebody hands in to be checked: the Markdown, a NUL, the JSON. Both are hostile,
 * and what is said of them is text for a terminal. */
#include "bench/verify.h"

#include "require.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *mark = memchr(data, '\0', len);
    const size_t markdown_len = mark ? (size_t)(mark - data) : len;
    const size_t json_at = markdown_len + (mark ? 1 : 0);
    const struct verify_text markdown = {"report.md", (const char *)data, markdown_len};
    const struct verify_text json = {"report.json", (const char *)data + json_at, len - json_at};
    struct buf words = buf_make(BUF_NO_LIMIT), again = words;
    const bool holds = verify_report(markdown, json, &words);
    require(!words.err && words.len && words.data[words.len - 1] == '\n');
    require(strlen(buf_str(&words)) == words.len && !strchr(buf_str(&words), 0x1b));
    /* One byte more is another report. */
    if (holds && markdown_len && markdown.bytes[markdown_len - 1] == '\n') {
        struct verify_text shorter = markdown;
        shorter.len--;
        require(!verify_report(shorter, json, &again));
    }
    buf_free(&words);
    buf_free(&again);
    return 0;
}
