#include "bench/budget.h"

bool budget_reserve(struct budget *budget, amount worst)
{
    amount sum;
    if (amount_add(budget->spent, budget->reserved, &sum) || amount_add(sum, worst, &sum) ||
        sum > budget->cap)
        return false;
    budget->reserved += worst;
    return true;
}

void budget_book(struct budget *budget, amount worst, amount cost)
{
    budget->reserved -= worst;
    if (amount_add(budget->spent, cost, &budget->spent))
        budget->spent = ~(amount)0;
    budget->overrun |= cost > worst || budget->spent > budget->cap;
}
