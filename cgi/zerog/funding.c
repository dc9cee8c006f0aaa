#include "zerog/funding.h"

amount funding_spendable(amount balance, amount pending_refund)
{
    amount rest;
    return amount_sub(balance, pending_refund, &rest) ? 0 : rest;
}

enum funding funding_of(amount spendable)
{
    if (spendable <= PROVIDER_MINIMUM)
        return FUNDING_SHORT;
    return spendable < PROVIDER_COMFORT ? FUNDING_LOW : FUNDING_OK;
}

const char *funding_name(enum funding funding)
{
    static const char *const names[] = {
        [FUNDING_OK] = "ok", [FUNDING_LOW] = "low", [FUNDING_SHORT] = "short"};
    return names[funding];
}
