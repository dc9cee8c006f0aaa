// A resolver that hangs for 10 s holds up nothing but the source that waits for it.
import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceResolver, restart } from '../lib/resolver.mjs';
import { assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { holds } from '../lib/until.mjs';

const HOST = 'node.hanging.test';
const HANGING = /^no complete answer within the deadline/;

test('a resolver that hangs: the API answers, the program ends in time, and it heals', async (t) => {
    const node = await openNode(t);
    const stack = await startReading(t, node, { ZG_CHAIN_RPC: `http://${HOST}:${node.port}` });
    const flag = join(stack.folder, 'hanging');
    writeFileSync(flag, '');
    replaceResolver(stack, HOST, { flag });
    await restart(stack, 'SIGKILL');
    await stack.untilMetrics(8000, ({ sources }) => assert.match(sources.chain.reason, HANGING));

    let slowestMs = 0;
    await holds(12_000, async () => {
        const start = performance.now();
        const reply = await stack.request('/api/health');
        slowestMs = Math.max(slowestMs, performance.now() - start);
        assert.equal(reply.status, 200);
        const { renderedAt, sources } = JSON.parse(reply.text);
        assert.ok(Date.now() - Date.parse(renderedAt) < 7000, 'the poller goes on');
        assert.match(sources.chain.reason, HANGING);
    }, 100);
    assert.ok(slowestMs < 5000, `${slowestMs} ms for /api/health`);
    const threads = readdirSync(`/proc/${stack.metricsPid}/task`).length;
    assert.ok(threads < 40, `${threads} threads`);

    const tookMs = await restart(stack, 'SIGTERM');
    assert.ok(tookMs < 5000, `ended after ${tookMs} ms`);
    rmSync(flag);
    await stack.untilMetrics(15_000, assertFresh);
});
