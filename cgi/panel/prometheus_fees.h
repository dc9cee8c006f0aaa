/* Samples about money: the wallet's sub-accounts, what settlements paid, and the operator's own
 * provider. For the table in prometheus_text.c; what is not known has no sample. */
#ifndef PANEL_PROMETHEUS_FEES_H
#define PANEL_PROMETHEUS_FEES_H

#include "base/buf.h"
#include "panel/render.h"

/* The wallet's sub-accounts; what settlements paid, lower bounds while the scan runs. */
void put_accounts(struct buf *out, const char *name, const struct view *view);
void put_refunds(struct buf *out, const char *name, const struct view *view);
void put_spendable(struct buf *out, const char *name, const struct view *view);
void put_provider_minimum(struct buf *out, const char *name, const struct view *view);
void put_settled_fees(struct buf *out, const char *name, const struct view *view);
void put_settlements(struct buf *out, const char *name, const struct view *view);
void put_settlement_progress(struct buf *out, const char *name, const struct view *view);

/* The operator's own provider. */
void put_provider_listed(struct buf *out, const char *name, const struct view *view);
void put_provider_acknowledged(struct buf *out, const char *name, const struct view *view);
void put_provider_stake(struct buf *out, const char *name, const struct view *view);
void put_provider_payers(struct buf *out, const char *name, const struct view *view);
void put_provider_held(struct buf *out, const char *name, const struct view *view);
void put_provider_fees(struct buf *out, const char *name, const struct view *view);
void put_provider_settlements(struct buf *out, const char *name, const struct view *view);
void put_provider_last(struct buf *out, const char *name, const struct view *view);
void put_provider_progress(struct buf *out, const char *name, const struct view *view);

#endif
