#include "bench/integer.h"

uint64_t integer_sqrt(wide_uint square)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 63; bit; bit >>= 1) {
        const uint64_t larger = root | bit;
        if ((wide_uint)larger * larger <= square)
            root = larger;
    }
    return root;
}

/* Half up is floor(y + 1/2) = floor((floor(2y) + 1) / 2), and 2y = sqrt(4a / b). */
uint64_t integer_sqrt_ratio(wide_uint a, wide_uint b)
{
    return (integer_sqrt(4 * a / b) + 1) / 2;
}

wide_uint integer_ratio(wide_uint a, wide_uint b)
{
    return (2 * a + b) / (2 * b);
}
