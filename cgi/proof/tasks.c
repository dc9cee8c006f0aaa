#include "proof/tasks.h"

#include "zerog/tee.h"
#include <stdio.h>
#include <string.h>

void task_free(struct task *task)
{
    task->id[0] = '\0';
}

/* The task of this id; with "" the first free place. */
static struct task *find(struct tasks *tasks, const char *id)
{
    for (size_t i = 0; i < TASKS_MAX; i++)
        if (strcmp(tasks->items[i].id, id) == 0)
            return &tasks->items[i];
    return NULL;
}

static void add(struct tasks *tasks, const struct job *job, int64_t now_ms)
{
    struct address provider;
    struct task *task = find(tasks, "");
    if (!task || address_parse(job->provider, &provider))
        return;
    *task = (struct task){.provider = provider,
                          .request_sha256 = job->request_sha256,
                          .response_sha256 = job->response_sha256,
                          .until_ms = job->finished_ms.value + TEE_KEPT_MS,
                          .due_ms = now_ms,
                          .listed = true};
    snprintf(task->id, sizeof task->id, "%s", job->id);
    snprintf(task->chat_id, sizeof task->chat_id, "%s", job->chat_id);
}

void tasks_update(struct tasks *tasks, const struct job *jobs, size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < TASKS_MAX; i++)
        tasks->items[i].listed = false;
    for (size_t i = 0; i < count; i++) {
        struct task *known = find(tasks, jobs[i].id);
        if (!known)
            continue;
        known->listed = true;
        known->request_sha256 = jobs[i].request_sha256; /* they may come later than the rest */
        known->response_sha256 = jobs[i].response_sha256;
    }
    for (size_t i = 0; i < TASKS_MAX; i++)
        if (!tasks->items[i].listed && !tasks->items[i].asking)
            task_free(&tasks->items[i]);
    for (size_t i = 0; i < count; i++)
        if (!find(tasks, jobs[i].id))
            add(tasks, &jobs[i], now_ms);
}

void tasks_expire(struct tasks *tasks, int64_t wall_ms)
{
    for (size_t i = 0; i < TASKS_MAX; i++)
        if (tasks->items[i].until_ms <= wall_ms && !tasks->items[i].asking)
            task_free(&tasks->items[i]);
}

void task_put_off(struct task *task, int64_t now_ms)
{
    int64_t pause = (int64_t)TASK_FIRST_PAUSE_MS << task->tries;
    task->tries++;
    task->due_ms = task->tries == TASK_TRIES       ? INT64_MAX
                   : pause < TASK_LONGEST_PAUSE_MS ? now_ms + pause
                                                   : now_ms + TASK_LONGEST_PAUSE_MS;
}
