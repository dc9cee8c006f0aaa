#include "net/http.h"

#include "base/clock.h"
#include "net/transfer.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The first version with CURLOPT_QUICK_EXIT. */
enum { CURL_VERSION_NEEDED = 0x075700 };

enum { IDLE_CONNECTIONS_MAX = 64 }; /* kept open for the next round */

struct http_client {
    CURLM *multi;
    struct http_call *calls; /* in flight */
    bool closing;
};

struct http_call {
    struct http_client *client;
    struct http_call *next, **link; /* `link` is what points here */
    struct transfer transfer;
    http_done done;
    void *user;
    bool ending;
};

enum err http_global_init(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ERR_SYSTEM;
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    if (curl->version_num < CURL_VERSION_NEEDED || !(curl->features & CURL_VERSION_ASYNCHDNS)) {
        curl_global_cleanup();
        return ERR_SYSTEM;
    }
    return ERR_OK;
}

void http_global_cleanup(void)
{
    curl_global_cleanup();
}

char *http_libraries(char text[HTTP_LIBRARIES_BYTES])
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    snprintf(text, HTTP_LIBRARIES_BYTES, "libcurl %s, %s", info->version,
             info->ssl_version ? info->ssl_version : "no TLS");
    return text;
}

struct http_client *http_client_new(void)
{
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->multi = curl_multi_init();
    if (!client->multi ||
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS_MAX)) {
        http_client_free(client);
        return NULL;
    }
    return client;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    client->closing = true;
    while (client->calls)
        http_call_cancel(client->calls);
    curl_multi_cleanup(client->multi);
    free(client);
}

static void call_link(struct http_call *call)
{
    call->next = call->client->calls;
    call->link = &call->client->calls;
    if (call->next)
        call->next->link = &call->next;
    *call->link = call;
}

static void call_unlink(struct http_call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
}

static void call_free(struct http_call *call)
{
    transfer_free(&call->transfer);
    free(call);
}

enum err http_submit(struct http_client *client, const struct http_request *request,
                     struct http_call **out)
{
    if (client->closing)
        return ERR_CANCELLED;
    struct http_call *call = calloc(1, sizeof *call);
    if (!call)
        return ERR_NO_MEMORY;
    call->client = client;
    call->done = request->done;
    call->user = request->user;
    enum err err = transfer_init(&call->transfer, request, call);
    call->transfer.started_us = clock_mono_us();
    if (!err && curl_multi_add_handle(client->multi, call->transfer.easy) != CURLM_OK)
        err = ERR_NO_MEMORY;
    if (err) {
        call_free(call);
        return err;
    }
    call_link(call);
    if (out)
        *out = call;
    return ERR_OK;
}

/* The handle leaves libcurl before `done` runs: its connection is free for the next call. */
static void call_end(struct http_call *call, enum err err, int64_t ended_us)
{
    struct http_response response = transfer_response(&call->transfer, err, ended_us);
    call->ending = true;
    call_unlink(call);
    curl_multi_remove_handle(call->client->multi, call->transfer.easy);
    call->done(call->user, &response);
    call_free(call);
}

void http_call_cancel(struct http_call *call)
{
    if (!call->ending)
        call_end(call, ERR_CANCELLED, clock_mono_us());
}

int64_t http_call_started_us(const struct http_call *call)
{
    return call->transfer.started_us;
}

int http_call_status(const struct http_call *call)
{
    return transfer_status(&call->transfer);
}

const char *http_call_header(const struct http_call *call, const char *name)
{
    return transfer_header(&call->transfer, name);
}

/* Ends what libcurl has done with by now; what `done` costs one call is not the next one's time.
 * Returns whether any call ended. */
static bool end_finished(struct http_client *client)
{
    const int64_t ended_us = clock_mono_us();
    bool any = false;
    int queued;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &queued));) {
        struct http_call *call = NULL;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) != CURLE_OK)
            continue;
        call_end(call, transfer_outcome(&call->transfer, message->data.result), ended_us);
        any = true;
    }
    return any;
}

void http_client_run(struct http_client *client, int wait_ms)
{
    int running;
    curl_multi_perform(client->multi, &running);
    if (end_finished(client))
        return;
    curl_multi_poll(client->multi, NULL, 0, wait_ms, NULL);
    curl_multi_perform(client->multi, &running);
    end_finished(client);
}

void http_client_wake(struct http_client *client)
{
    curl_multi_wakeup(client->multi);
}
