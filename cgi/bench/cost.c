#include "bench/cost.h"

static const amount price_max = (amount)1 << 96;

enum err cost_of(uint64_t input_tokens, uint64_t output_tokens, amount input_price,
                 amount output_price, amount *cost)
{
    amount input, output;
    if (input_price > price_max || output_price > price_max ||
        amount_mul(input_tokens, input_price, &input) ||
        amount_mul(output_tokens, output_price, &output))
        return ERR_OVERFLOW;
    return amount_add(input, output, cost);
}

enum err cost_worst(size_t prompt_bytes, unsigned max_tokens, amount input_price,
                    amount output_price, amount *cost)
{
    if (prompt_bytes > UINT64_MAX - COST_TEMPLATE_TOKENS)
        return ERR_OVERFLOW;
    return cost_of((uint64_t)prompt_bytes + COST_TEMPLATE_TOKENS, max_tokens, input_price,
                   output_price, cost);
}
