#include "bench/figure.h"

#include "bench/integer.h"
#include <inttypes.h>

void put_ms(struct buf *out, int64_t us)
{
    const uint64_t size = us < 0 ? (uint64_t)-us : (uint64_t)us;
    buf_printf(out, "%s%" PRIu64 ".%03" PRIu64, us < 0 ? "-" : "", size / 1000, size % 1000);
}

void put_ms_or_dash(struct buf *out, int64_t us)
{
    if (us < 0)
        buf_putc(out, '-');
    else
        put_ms(out, us);
}

void put_tenths(struct buf *out, uint64_t tenths)
{
    buf_printf(out, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

void put_hundredths(struct buf *out, uint64_t hundredths)
{
    buf_printf(out, "%" PRIu64 ".%02" PRIu64, hundredths / 100, hundredths % 100);
}

void put_share(struct buf *out, size_t part, size_t whole)
{
    buf_printf(out, "%zu/%zu (", part, whole);
    put_tenths(out, whole ? (uint64_t)integer_ratio((wide_uint)part * 1000, whole) : 0);
    buf_puts(out, " %)");
}

void put_probability(struct buf *out, uint32_t millionths)
{
    if (millionths < 100)
        buf_puts(out, "below 0.0001");
    else
        buf_printf(out, "%u.%04u", (millionths + 50) / 1000000, (millionths + 50) / 100 % 10000);
}

void put_cost(struct buf *out, bool known, bool at_most, amount cost)
{
    char text[COINS_TEXT_BYTES];
    if (known)
        buf_printf(out, "%s%s 0G", at_most ? "\u2264 " : "", amount_coins(cost, text));
    else
        buf_puts(out, "n/a");
}

amount cost_mean(amount total, size_t n)
{
    const amount rest = total % n;
    return total / n + (2 * rest >= n);
}

char endpoint_letter(unsigned endpoint)
{
    return (char)('A' + endpoint);
}

void put_run_label(struct buf *out, const struct bench_record *run, const struct bench_call *call)
{
    if (run->head.endpoint_count > 1)
        buf_putc(out, endpoint_letter(call->endpoint));
    buf_printf(out, "%s%u", call->warmup ? "W" : "", call->number);
}

void put_percent_change(struct buf *out, amount from, amount to)
{
    if (from == to) {
        buf_puts(out, "unchanged");
    } else if (from == 0) {
        buf_puts(out, "n/a");
    } else {
        const amount size = to < from ? from - to : to - from;
        buf_puts(out, to < from ? "-" : "+");
        put_tenths(out, (uint64_t)integer_ratio(size * 1000, from));
        buf_puts(out, " %");
    }
}
