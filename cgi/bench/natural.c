#include "bench/natural.h"

struct natural natural_from(uint32_t value)
{
    struct natural n = {.used = value != 0};
    n.limbs[0] = value;
    return n;
}

void natural_multiply(struct natural *n, uint32_t factor)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < n->used; i++) {
        carry += (uint64_t)n->limbs[i] * factor;
        n->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        n->limbs[n->used++] = (uint32_t)carry;
}

void natural_divide(struct natural *n, uint32_t divisor)
{
    uint64_t rest = 0;
    for (unsigned i = n->used; i-- > 0;) {
        rest = rest << 32 | n->limbs[i];
        n->limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    while (n->used && !n->limbs[n->used - 1])
        n->used--;
}

void natural_add(struct natural *n, const struct natural *other)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < n->used || i < other->used || carry; i++) {
        carry += (i < n->used ? n->limbs[i] : 0);
        carry += (i < other->used ? other->limbs[i] : 0);
        n->limbs[i] = (uint32_t)carry;
        carry >>= 32;
        if (i >= n->used)
            n->used = i + 1;
    }
}

int natural_compare(const struct natural *a, const struct natural *b)
{
    if (a->used != b->used)
        return a->used < b->used ? -1 : 1;
    for (unsigned i = a->used; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* The largest s with (2s - 1) * whole <= 2 * scale * part. */
uint32_t natural_share(const struct natural *part, const struct natural *whole, uint32_t scale)
{
    struct natural scaled = *part;
    natural_multiply(&scaled, 2 * scale);
    uint32_t low = 0, high = scale;
    while (low < high) {
        const uint32_t middle = low + (high - low + 1) / 2;
        struct natural tried = *whole;
        natural_multiply(&tried, 2 * middle - 1);
        if (natural_compare(&tried, &scaled) <= 0)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
