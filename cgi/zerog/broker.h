/* What a provider's broker answers to whoever has no token, and so at no cost: its attestation
 * report, and the refusal of a chat. Source: 0gfoundation/0g-serving-broker, proxy.go and
 * ctrl/quote.go. Pure, thread-safe. */
#ifndef ZEROG_BROKER_H
#define ZEROG_BROKER_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#define BROKER_QUOTE_PATH "/v1/quote"
#define BROKER_CHAT_PATH  "/v1/proxy/chat/completions"

/* Whether it is a report, in one of the shapes of the brokers in use. What it attests is not looked
 * at. */
bool broker_is_quote(const cJSON *doc);

/* Whether it is an error in the words of a broker, or of the model's server behind it. */
bool broker_is_error(const cJSON *doc);

#endif
