// Task results of a topic, from the mirror node through the cache to the API, beside recorded jobs.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openMirror, taskResult } from '../lib/mirror.mjs';
import { assertComponent, assertDocumented } from '../lib/openapi.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';

/** An interval of the mirror source, and the way to the API. */
const ROUND_MS = 15_000 + 4000;
const SHOWN_MS = 4000;
const TOKEN = 'planted-record-0123456789abcdef012';

/** An instance that reads a mirror node with these messages. */
async function start(t, messages) {
    const node = await openNode(t, {});
    const mirror = await openMirror(t);
    await mirror.publish(...messages);
    const stack = await startReading(t, node, { ...mirror.settings, RECORD_TOKEN: TOKEN, ZG_ADMIN_RATE_LIMIT: '0' });
    await stack.untilMetrics(SHOWN_MS * 2, ({ sources }) => {
        assert.equal(sources.mirror.state, 'fresh', sources.mirror.reason);
    });
    return { mirror, stack };
}

async function record(stack, ...jobs) {
    const reply = await stack.request('/admin/api/jobs', {
        method: 'POST',
        body: JSON.stringify(jobs),
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    });
    assert.equal(reply.status, 200, reply.text);
}

/** All pages of all jobs. */
async function allJobs(stack, limit) {
    const jobs = [];
    for (let query = `?limit=${limit}`; ; ) {
        const reply = await stack.request(`/api/jobs${query}`);
        assert.equal(reply.status, 200, reply.text);
        const page = assertDocumented('/api/jobs', reply);
        jobs.push(...page.jobs);
        if (page.next === null) return jobs;
        query = `?limit=${limit}&before=${page.next}`;
    }
}

const untilTotal = (stack, total, deadlineMs = SHOWN_MS) =>
    stack.untilMetrics(deadlineMs, ({ compute }) => assert.equal(compute.totalInferences, total));

describe('task results of a topic', { concurrency: 3 }, () => {
    test('are jobs with what the envelope says, and hostile text in it is inert', async (t) => {
        const hostile = '</script><script>alert(1)</script>';
        const { stack, mirror } = await start(t, [
            'not JSON',
            JSON.stringify({ type: 'task_assignment', payload: { task_id: 'none', status: 'completed' } }),
            taskResult('done'),
            taskResult('broken', { status: 'failed', tokens_used: 0, error: hostile }, { sender: hostile }),
            taskResult(`${hostile}\u0007`),
        ]);
        const metrics = await untilTotal(stack, 1);
        assertComponent('Metrics', metrics);
        const [broken, done] = metrics.jobs.sort((a, b) => (a.id < b.id ? -1 : 1));
        assert.equal(metrics.jobs.length, 2);
        const { id, model, status, totalTokens, latencyMs, agentId, proof, inputTokens, provider } = done;
        assert.deepEqual(
            { id, model, status, totalTokens, latencyMs, agentId, proof, inputTokens, provider },
            {
                id: 'done',
                model: 'unknown',
                status: 'completed',
                totalTokens: 640,
                latencyMs: 120,
                agentId: 'agent-1',
                proof: 'reported',
                inputTokens: null,
                provider: null,
            },
        );
        assert.deepEqual([broken.status, broken.error, broken.agentId], ['failed', hostile, hostile]);
        const { text } = await stack.request('/api/metrics');
        assert.ok(!text.includes('<script'));
        assert.equal(metrics.compute.avgLatencyMs, 120);
        assert.equal(metrics.sources.mirror.origin.endpoint, '$ZG_MIRROR_URL');
        assert.match(mirror.asked[0], /^\/api\/v1\/topics\/0\.0\.4210\/messages\?limit=100&order=asc&timestamp=gt:0\./);
        const samples = (await stack.request('/metrics')).text;
        assert.match(samples, /^zg_topic_last_message 5$/m);
        assert.match(samples, /^zg_topic_complete 1$/m);
    });

    test('a job that is recorded too counts once, as recorded, whichever came first', async (t) => {
        const { stack, mirror } = await start(t, [taskResult('one'), taskResult('two')]);
        await untilTotal(stack, 2);
        await record(
            stack,
            { id: 'two', model: 'recorded', status: 'completed', latencyMs: 320 },
            { id: 'three', model: 'recorded', status: 'completed', latencyMs: 320 },
        );
        const { compute } = await untilTotal(stack, 3);
        assert.equal(compute.avgLatencyMs, Math.round((120 + 320 + 320) / 3));
        await mirror.publish(taskResult('three'), taskResult('four'));
        await untilTotal(stack, 4, ROUND_MS);
        const { jobs } = await stack.metrics();
        assert.deepEqual(jobs.map(({ id }) => id).sort(), ['four', 'one', 'three', 'two']);
        assert.deepEqual(jobs.filter(({ model }) => model === 'recorded').map(({ id }) => id).sort(), ['three', 'two']);
        const pages = await allJobs(stack, 1);
        assert.deepEqual(pages.map(({ id }) => id), jobs.map(({ id }) => id));
    });

    test('a long topic is read page by page; killed or without its cache it is complete again', async (t) => {
        const COUNT = 950;
        const time = (index) => new Date(Date.now() - (COUNT - index) * 1000).toISOString();
        const messages = Array.from({ length: COUNT }, (_, index) => taskResult(`task-${index}`, {}, { timestamp: time(index) }));
        const { stack, mirror } = await start(t, messages);
        await untilTotal(stack, COUNT, SHOWN_MS * 2);
        assert.ok(mirror.asked.every((path) => path.includes('/messages?limit=100&order=asc&timestamp=gt:')));

        process.kill(stack.metricsPid, 'SIGKILL');
        await until(SHOWN_MS, () => assert.notEqual(stack.metricsPid, 0));
        const before = mirror.asked.length;
        await mirror.publish(taskResult('after the restart'));
        await untilTotal(stack, COUNT + 1, ROUND_MS + SHOWN_MS);
        assert.ok(mirror.asked.length - before <= 3, 'it goes on where it stopped');

        const state = join(stack.runDir, 'state');
        for (const name of readdirSync(state)) if (name.startsWith('cache.db')) rmSync(join(state, name));
        const starts = () => mirror.asked.filter((path) => path.endsWith('gt:0.000000000')).length;
        await until(ROUND_MS, () => assert.equal(starts(), 2, 'it begins anew'));
        await until(SHOWN_MS * 2, async () => {
            const ids = (await allJobs(stack, 100)).map(({ id }) => id);
            assert.equal(ids.length, COUNT + 1);
            assert.equal(new Set(ids).size, COUNT + 1);
        });
        await untilTotal(stack, COUNT + 1);
    });

    test('without a topic it is off and says how to turn it on', async (t) => {
        const node = await openNode(t, {});
        const { settings } = await openMirror(t);
        const stack = await startReading(t, node, { ...settings, ZG_MIRROR_TOPIC: '' });
        const { sources } = await stack.metrics();
        assert.equal(sources.mirror.state, 'off');
        assert.match(sources.mirror.reason, /^no topic is configured · since the start · set ZG_MIRROR_TOPIC$/);
        assert.equal(sources.mirror.origin, null);
    });
});
