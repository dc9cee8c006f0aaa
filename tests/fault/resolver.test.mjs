// A resolver that hangs for 10 s holds up nothing but the source that waits for it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runs } from '../lib/processes.mjs';
import { assertFresh } from '../lib/sources.mjs';
import { ROOT, startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { holds, until } from '../lib/until.mjs';

const HOST = 'node.hanging.test';
const HANGING = /^no complete answer within the deadline/;

/** Ends metrics.fcgi and waits for the next; gives how long the old one took. */
async function restart(stack, signal) {
    const pid = stack.metricsPid;
    const start = performance.now();
    process.kill(pid, signal);
    await until(2000, () => assert.ok(!runs(pid)), 10);
    const tookMs = performance.now() - start;
    await until(3000, () => assert.notEqual(stack.metricsPid, pid));
    return tookMs;
}

/** Gives metrics.fcgi a resolver of our own from its next start on. */
function replaceResolver(stack, flag) {
    const library = join(stack.folder, 'hanging_resolver.so');
    const source = join(ROOT, 'tests/fault/hanging_resolver.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    const variables = {
        LD_PRELOAD: library,
        ASAN_OPTIONS: 'verify_asan_link_order=0',
        HANGING_HOST: HOST,
        HANGING_WHILE: flag,
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    appendFileSync(join(stack.runDir, 'conf/metrics.env'), lines.join(''));
}

test('a resolver that hangs: the API answers, the program ends in time, and it heals', async (t) => {
    const node = await openNode(t);
    const stack = await startReading(t, node, { ZG_CHAIN_RPC: `http://${HOST}:${node.port}` });
    const flag = join(stack.folder, 'hanging');
    writeFileSync(flag, '');
    replaceResolver(stack, flag);
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
    assert.ok(slowestMs < 900, `${slowestMs} ms for /api/health`);
    const threads = readdirSync(`/proc/${stack.metricsPid}/task`).length;
    assert.ok(threads < 40, `${threads} threads`);

    const tookMs = await restart(stack, 'SIGTERM');
    assert.ok(tookMs < 1500, `ended after ${tookMs} ms`);
    rmSync(flag);
    await stack.untilMetrics(15_000, assertFresh);
});
