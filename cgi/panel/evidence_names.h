/* What the evidence calls things: the functions behind call data, and where a figure comes from.
 * Static storage, thread-safe. */
#ifndef PANEL_EVIDENCE_NAMES_H
#define PANEL_EVIDENCE_NAMES_H

#include "panel/source.h"

/* Signature of the contract's function that these call data ("0x" and hexadecimal) are for; NULL
 * when it is none of those this program calls. */
const char *evidence_function(const char *call_data);

/* Where the figure with that way in /api/metrics ("ledger.accounts[0].balanceNeuron") was decoded
 * from; NULL where the table names nothing. */
const char *evidence_origin(enum source_id source, const char *way);

/* Path of this API that gives the source's figures. */
const char *evidence_route(enum source_id source);

#endif
