/* The task results that agents publish to a topic, as a mirror node has them: they become jobs of
 * the cache, beside those of the job store.
 *
 * A step reads the page behind the last message that is settled, and moves on in the same
 * transaction that adds the page's jobs; the next round, or the next run of the program, goes on
 * from there. Pages are asked for by time: the mirror node's own link to the next one is foreign
 * and never followed. Pages behind the first of a round wait for no gate, so that catching up stays
 * inside the limit of requests.
 *
 * A job that the store has recorded is left out here, and source_jobs.c takes out what is recorded
 * later: so the figures of both can be added. */
#include "base/clock.h"
#include "base/log.h"
#include "panel/sources.h"
#include "zerog/inft_metadata.h"
#include "zerog/task_result.h"
#include "zerog/topic.h"
#include <stdio.h>
#include <string.h>

#define NS_PER_MS 1000000

enum {
    PAGES_A_ROUND = 8,
    PAGE_REPLY_BYTES = 1024 * 1024, /* 100 messages of a kilobyte are a quarter of it */
    CATCH_UP_MS = 1000, /* until the next round while there is more, on an own network */
};

const struct scan_key mirror_scan_key = {.name = "task results", .contract = "", .wallet = ""};

/* Where the reading stands. */
struct position {
    consensus_ns time;
    uint64_t sequence;
};

struct progress {
    struct scan_state state; /* is_begun only */
    bool is_begun;
    struct position at;
    size_t pages;
};

const char *mirror_off(const struct settings *s)
{
    if (!s->has_mirror)
        return "no mirror node is configured · since the start · set ZG_MIRROR_URL";
    if (!s->mirror_topic)
        return "no topic is configured · since the start · set ZG_MIRROR_TOPIC";
    if (!s->cache_db)
        return "no file for its jobs is configured · since the start · set ZG_CACHE_DB";
    return jobs_off(s);
}

const char *mirror_store(const struct settings *settings)
{
    return mirror_off(settings) ? NULL : settings->cache_db;
}

const struct endpoint *mirror_endpoint(const struct settings *settings)
{
    return &settings->mirror;
}

const char *mirror_remedy(enum err err)
{
    if (err == ERR_SYSTEM)
        return "check who may read jobs.db and write the file in ZG_CACHE_DB";
    return err == ERR_HTTP_STATUS ? "check ZG_MIRROR_TOPIC and what answers at %s" : NULL;
}

void mirror_free(void *recorded)
{
    store_reader_free(recorded);
}

/* What our own files cannot do is not the mirror node's fault. */
static enum err own_error(enum err err)
{
    return err && err != ERR_NO_MEMORY ? ERR_SYSTEM : err;
}

/* --- where it stands --- */

static enum err write_position(struct round *round, const struct position *at,
                               struct scan_state *state)
{
    char time[CONSENSUS_TEXT_BYTES];
    struct buf text = buf_make(SCAN_TOTALS_BYTES);
    struct json_writer w = json_writer_make(&text);
    json_open_object(&w, NULL);
    json_put_str(&w, "topic", round->settings->mirror_topic);
    json_put_str(&w, "host", round->settings->mirror.host);
    json_put_str(&w, "time", consensus_text(at->time, time));
    json_close_object(&w);
    const char *totals = text.err ? NULL : arena_strdup(&round->work, buf_str(&text));
    buf_free(&text);
    *state = (struct scan_state){.next_block = at->sequence, .totals = totals};
    return totals ? ERR_OK : ERR_NO_MEMORY;
}

/* ERR_NOT_FOUND when it is about another topic, or the same on another network. */
static enum err read_position(struct round *round, const struct scan_state *state,
                              struct position *at)
{
    cJSON *doc;
    if (json_parse(state->totals, strlen(state->totals), SCAN_TOTALS_BYTES, &doc))
        return ERR_NOT_FOUND;
    const char *topic = json_get_str(doc, "topic"), *host = json_get_str(doc, "host");
    const char *time = json_get_str(doc, "time");
    bool is_ours = topic && strcmp(topic, round->settings->mirror_topic) == 0 && host &&
                   strcmp(host, round->settings->mirror.host) == 0;
    at->sequence = state->next_block;
    enum err err = is_ours && time ? consensus_parse(time, &at->time) : ERR_NOT_FOUND;
    cJSON_Delete(doc);
    return err ? ERR_NOT_FOUND : ERR_OK;
}

/* Read anew in each step, because the cache may be gone since. */
static enum err find_position(struct round *round, struct progress *p)
{
    p->at = (struct position){0};
    p->is_begun = false;
    if (!round->cache)
        return round->settings->keeps_nothing ? ERR_OK : ERR_SYSTEM;
    enum err err = cache_get_scan(round->cache, &mirror_scan_key, &round->work, &p->state);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (!err && read_position(round, &p->state, &p->at) == ERR_NOT_FOUND)
        return own_error(cache_drop_scan(round->cache, &mirror_scan_key));
    p->is_begun = !err;
    return own_error(err);
}

/* --- asking --- */

enum err mirror_plan(struct round *round)
{
    struct progress *p = round->progress;
    if (round->step == 0)
        round->progress = p = arena_alloc(&round->work, sizeof *p);
    if (!round->source->own)
        round->source->own = store_reader_new(round->settings->jobs_path, STORE_JOBS);
    if (!p || !round->source->own)
        return ERR_NO_MEMORY;
    enum err err = find_position(round, p);
    if (err)
        return err;
    char path[TOPIC_PATH_BYTES];
    topic_path(round->settings->mirror_topic, p->at.time, path);
    struct exchange *x = round_get(round, mirror_endpoint(round->settings), path);
    if (!x)
        return ERR_NO_MEMORY;
    x->max_bytes = PAGE_REPLY_BYTES;
    x->optional = p->pages > 0;
    return ERR_OK;
}

/* --- what the messages say --- */

/* Foreign text, fit to be stored; NULL when nothing is left of it. */
static const char *clean(struct round *round, const char *text, size_t max)
{
    if (!text)
        return NULL;
    const char *copy = inft_clean_text((struct abi_text){text, strlen(text)}, max, &round->work);
    return copy && *copy ? copy : NULL;
}

static struct job_number number_of(bool known, uint64_t value)
{
    return (struct job_number){.known = known, .value = known ? (int64_t)value : 0};
}

/* A moment that the sender names, but never one after the network's consensus on the message. */
static int64_t moment_of(const struct task_result *r, int64_t heard_ms)
{
    int64_t said_ms;
    bool is_said = r->timestamp && !time_parse(r->timestamp, &said_ms);
    return is_said && said_ms >= 0 && said_ms < heard_ms ? said_ms : heard_ms;
}

/* ERR_BAD_FORMAT when no job can be made of it. */
static enum err make_job(struct round *round, const struct task_result *r, int64_t heard_ms,
                         struct heard_job *heard)
{
    struct job *job = &heard->record;
    *heard = (struct heard_job){.heard_ms = heard_ms};
    if (!job_id_valid(r->task_id) || job_status_parse(r->status, &job->status))
        return ERR_BAD_FORMAT;
    job->id = arena_strdup(&round->work, r->task_id);
    job->agent_id = clean(round, r->sender, JOB_AGENT_ID_BYTES);
    job->error = clean(round, r->error, JOB_ERROR_BYTES);
    job->total_tokens = number_of(r->has_tokens, r->tokens);
    job->latency_ms = number_of(r->has_duration, r->duration_ms);
    job->proof = PROOF_REPORTED;
    struct job_number moment = number_of(true, (uint64_t)moment_of(r, heard_ms));
    *(job_has_ended(job) ? &job->ended_ms : &job->started_ms) = moment;
    return job->id ? ERR_OK : ERR_NO_MEMORY;
}

static enum err read_job(struct round *round, const struct buf *text, consensus_ns time,
                         struct heard_job *heard)
{
    cJSON *doc;
    struct task_result result;
    enum err err = json_parse(buf_str(text), text->len, TASK_RESULT_MAX, &doc);
    if (err)
        return err;
    err = task_result_read(doc, &result);
    if (!err)
        err = make_job(round, &result, time / NS_PER_MS, heard);
    cJSON_Delete(doc);
    return err;
}

struct page_jobs {
    struct heard_job jobs[TOPIC_PAGE_MAX];
    size_t count;
    size_t settled; /* of the page's messages: these need not be read again */
    size_t odd;     /* of these: task results of which no job can be made */
};

/* Messages before the first that lacks chunks are settled. A full page that begins with such a
 * message would never be left: its chunks are further apart than a page, and it is given up. What
 * is no task result is passed over: anybody may write to a topic. So is one whose task has no id or
 * whose status is none of ours, but that is counted: no state is guessed from a foreign word. */
static enum err read_messages(struct round *round, const struct topic_page *page,
                              struct page_jobs *out)
{
    struct buf text = buf_make(TASK_RESULT_MAX);
    enum err err = ERR_OK;
    out->settled = page->count;
    for (size_t i = 0; i < page->count && err != ERR_NO_MEMORY; i++) {
        size_t last;
        buf_reset(&text);
        err = topic_assemble(page, i, &text, &last);
        if (err == ERR_TRUNCATED && out->settled == page->count && !(i == 0 && page->more))
            out->settled = i;
        if (err)
            continue;
        err = read_job(round, &text, page->messages[last].time, &out->jobs[out->count]);
        out->count += !err;
        out->odd += err == ERR_BAD_FORMAT;
    }
    buf_free(&text);
    return err == ERR_NO_MEMORY ? err : ERR_OK;
}

/* --- keeping it --- */

/* Takes out the jobs that the store has recorded. */
static enum err leave_out_recorded(struct round *round, struct page_jobs *found)
{
    const char *ids[TOPIC_PAGE_MAX];
    bool has[TOPIC_PAGE_MAX] = {false};
    for (size_t i = 0; i < found->count; i++)
        ids[i] = found->jobs[i].record.id;
    enum err err = store_has_jobs(round->source->own, ids, found->count, has);
    if (err && err != ERR_NOT_FOUND)
        return own_error(err);
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if (!has[i])
            found->jobs[kept++] = found->jobs[i];
    found->count = kept;
    return ERR_OK;
}

/* Once for a page, and without their words. */
static void tell_odd(size_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", count);
    if (count > 0)
        log_event(LOG_WARN, "task_results_not_understood", "count", text, NULL);
}

/* ERR_CHANGED when the cache was deleted meanwhile. */
static enum err keep(struct round *round, struct progress *p, const struct topic_page *page,
                     struct page_jobs *found)
{
    struct scan_state after;
    struct position at = p->at;
    if (found->settled > 0) {
        const struct topic_message *last = &page->messages[found->settled - 1];
        at = (struct position){.time = last->time, .sequence = last->sequence};
    }
    enum err err = leave_out_recorded(round, found);
    if (!err)
        err = write_position(round, &at, &after);
    if (err)
        return err;
    err = cache_advance(round->cache, &mirror_scan_key, p->is_begun ? &p->state : NULL, &after,
                        found->jobs, found->count);
    p->at = at;
    if (!err)
        tell_odd(found->odd);
    return err == ERR_CHANGED ? err : own_error(err);
}

/* The first message behind the position shows that the topic began anew: its number is not behind.
 */
static bool was_reset(const struct progress *p, const struct topic_page *page)
{
    return p->is_begun && page->count > 0 && page->messages[0].sequence <= p->at.sequence;
}

static enum err use_page(struct round *round, struct progress *p, const struct topic_page *page)
{
    struct mirror_value *v = round->value;
    v->sequence = p->at.sequence;
    v->complete = !page->more;
    if (page->count == 0 || !round->cache)
        return ERR_OK;
    if (page->messages[0].time <= p->at.time)
        return ERR_BAD_FORMAT; /* not what was asked for */
    round->more = p->pages < PAGES_A_ROUND;
    if (was_reset(p, page))
        return own_error(cache_drop_scan(round->cache, &mirror_scan_key));
    struct page_jobs *found = arena_alloc(&round->work, sizeof *found);
    if (!found)
        return ERR_NO_MEMORY;
    enum err err = read_messages(round, page, found);
    if (!err)
        err = keep(round, p, page, found);
    if (err == ERR_CHANGED)
        return ERR_OK; /* the next step begins anew */
    v->sequence = p->at.sequence;
    round->more = round->more && page->more;
    return err;
}

/* A further page that did not come is no failure: the round keeps what it has. */
static enum err read_page(struct round *round, struct progress *p)
{
    const struct exchange *x = &round->exchanges[0];
    struct topic_page page;
    cJSON *doc;
    p->pages++;
    if (x->err)
        return ERR_OK;
    enum err err = json_parse(x->text, x->text_len, PAGE_REPLY_BYTES, &doc);
    if (err)
        return err;
    err = topic_read_page(doc, &round->work, &page);
    if (!err)
        err = use_page(round, p, &page);
    cJSON_Delete(doc);
    return err;
}

enum err mirror_parse(struct round *round)
{
    if (round->step == 0)
        round->value = arena_alloc(&round->keep, sizeof(struct mirror_value));
    struct mirror_value *v = round->value;
    if (!v)
        return ERR_NO_MEMORY;
    enum err err = read_page(round, round->progress);
    if (!v->complete && round->settings->network->simulated)
        round->again_ms = CATCH_UP_MS;
    return err;
}
