// metrics.fcgi freezes, dies or is told to end while somebody asks nginx.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeService } from '../lib/contracts.mjs';
import { underLoad } from '../lib/http.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { snapshotInPage } from '../lib/page.mjs';
import { descendantsOf, runs } from '../lib/processes.mjs';
import { NEXT_WORD_MS, assertFresh } from '../lib/sources.mjs';
import { readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { StubNode, openNode } from '../lib/stub-rpc.mjs';
import { holds, until } from '../lib/until.mjs';

const node = Object.assign(new StubNode(), { services: [makeService(1), makeService(2)] });
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await node.open();
    stack = await startStack(readingFrom(node.url, node.settings));
    await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
});
after(async () => {
    await stack?.stop();
    await node.close();
});

/** Another process than before answers. */
const isBack = (where, before) => async () => {
    assert.notEqual(where.metricsPid, before);
    assert.equal((await where.request('/api/health')).status, 200);
};

function assertAllGood({ statuses, failures, total }) {
    assert.deepEqual(failures, []);
    assert.deepEqual(statuses, { 200: total });
    assert.ok(total > 0);
}

function assertUnavailable(reply) {
    assert.equal(reply.status, 503);
    assert.match(reply.headers['content-type'], /^application\/problem\+json/);
    assert.equal(assertComponent('Problem', JSON.parse(reply.text)).code, 'unavailable');
    assert.ok(Number(reply.headers['retry-after']) >= 1);
    assert.match(reply.headers['content-security-policy'], /^default-src 'none'/);
}

test('frozen: nginx goes on answering from its cache, and renderedAt tells', async () => {
    const pid = stack.metricsPid;
    process.kill(pid, 'SIGSTOP');
    try {
        const last = await stack.metrics();
        await sleep(2000);
        await holds(6000, async () => {
            const reply = await stack.request('/api/metrics');
            assert.equal(reply.status, 200);
            assert.equal(JSON.parse(reply.text).renderedAt, last.renderedAt);
            assert.ok(Date.parse(reply.headers.date) >= Date.parse(last.renderedAt) + 1000, 'Date goes on');
        }, 200);
        assert.equal((await snapshotInPage(stack)).renderedAt, last.renderedAt);
        assertUnavailable(await stack.request('/api/health'));
    } finally {
        process.kill(pid, 'SIGCONT');
    }
    const thawedAt = Date.now();
    await stack.untilMetrics(3000, (now) => {
        assert.ok(Date.parse(now.renderedAt) > thawedAt - 1000);
        assertFresh(now);
    });
    assert.equal(stack.metricsPid, pid);
});

test('killed again and again: back within 2 s, meanwhile the cache answers', async () => {
    for (let time = 0; time < 3; time++) {
        const pid = stack.metricsPid;
        const [outcome] = await underLoad([`${stack.url}/api/metrics`], 2, async () => {
            process.kill(pid, 'SIGKILL');
            await until(2000, isBack(stack, pid), 20);
        });
        assertAllGood(outcome);
        await stack.untilMetrics(3000, assertFresh);
    }
});

test('told to end under load: no request in flight is dropped', async (t) => {
    // A program that ran so long is started again at once.
    const STABLE_MS = 5000;
    const ownNode = await openNode(t, { services: [makeService(1)] });
    const ownStack = await startReading(t, ownNode);
    const urls = ['/api/metrics', '/api/health', '/api/compute', '/'].map((path) => ownStack.url + path);
    for (let time = 0; time < 2; time++) {
        await sleep(STABLE_MS);
        const pid = ownStack.metricsPid;
        const outcomes = await underLoad(urls, 8, async () => {
            await sleep(500);
            process.kill(pid, 'SIGTERM');
            await until(3000, isBack(ownStack, pid), 20);
            await sleep(200);
        });
        outcomes.forEach(assertAllGood);
    }
    await ownStack.untilMetrics(3000, assertFresh);
});

test('with neither program nor cache: the page comes without data, the API is a problem', async () => {
    const pid = stack.metricsPid;
    const nginx = stack.pidOf('nginx');
    process.kill(pid, 'SIGSTOP');
    try {
        const microcache = join(stack.runDir, 'microcache');
        for (const entry of readdirSync(microcache)) rmSync(join(microcache, entry), { recursive: true });
        process.kill(nginx, 'SIGTERM');
        await until(5000, () => assert.notEqual(stack.pidOf('nginx'), nginx));
        assert.equal(await snapshotInPage(stack), null);
        assertUnavailable(await stack.request('/api/metrics'));
    } finally {
        process.kill(pid, 'SIGCONT');
    }
    await stack.untilMetrics(5000, assertFresh);
    assert.notEqual(await snapshotInPage(stack), null);
});

test('frozen for good, all the same everything ends in time and nothing is left', async (t) => {
    const ownStack = await startReading(t, node);
    const all = descendantsOf(ownStack.pid);
    assert.ok(all.length >= 3);
    process.kill(ownStack.metricsPid, 'SIGSTOP');
    const { how, tookMs } = await ownStack.stop();
    assert.equal(how, 0);
    assert.ok(tookMs < 5000, `${tookMs} ms`);
    assert.deepEqual(all.filter(runs), []);
});
