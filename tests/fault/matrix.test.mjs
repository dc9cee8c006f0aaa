// The rows of docs/faults.md that are quick to check: each program killed once, a full disk, one that is
// read-only, and a clock that jumps. The long form, at random, is matrix.long.test.mjs.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeService } from '../lib/contracts.mjs';
import { CAN_MOUNT, mountDisk } from '../lib/disk.mjs';
import { descendantsOf, runs } from '../lib/processes.mjs';
import { preload, restart } from '../lib/resolver.mjs';
import { CHAIN_SOURCES, NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';
import { Witness } from '../lib/witness.mjs';

/** That a killed program is back within 2 s is measured elsewhere; here others run beside. */
const BACK_MS = 20_000;
const SETTINGS = { ZG_ADMIN_RATE_LIMIT: '0' };
const skip = !CAN_MOUNT && 'no disk can be mounted here';

/** An instance whose folder, or one in it, is a disk of its own. */
async function startOnDisk(t, name) {
    const node = await openNode(t, { services: [makeService(1)] });
    const run = mkdtempSync(join(tmpdir(), '0g-metrics-disk-'));
    chmodSync(run, 0o755);
    const disk = mountDisk(join(run, name), 24);
    const started = startStack(readingFrom(node.url, { ...node.settings, ...SETTINGS, RUN: run }));
    t.after(async () => {
        disk.free();
        await started.then((stack) => stack.stop(), () => {});
        disk.unmount();
        rmSync(run, { recursive: true, force: true });
    });
    return { stack: await started, disk };
}

describe('the matrix of faults', { concurrency: 4 }, () => {
    test('each program killed under load, then the supervisor: no acknowledged job is lost', async (t) => {
        const node = await openNode(t, { services: [makeService(1)] });
        // Outlives the instance that is killed.
        const run = mkdtempSync(join(tmpdir(), '0g-metrics-kept-'));
        chmodSync(run, 0o755);
        t.after(() => rmSync(run, { recursive: true, force: true }));
        const settings = { ...readingFrom(node.url, { ...node.settings, ...SETTINGS }), RUN: run };
        const stack = await startStack(settings);
        const witness = new Witness(stack);
        witness.begin(t);
        for (const program of ['metrics.fcgi', 'admin.fcgi', 'nginx']) {
            await until(BACK_MS, () => assert.ok(witness.acknowledged.length > 10));
            process.kill(stack.pidOf(program), 'SIGKILL');
            t.diagnostic(`${program} killed: back after ${await witness.recovery(BACK_MS)} ms`);
        }
        const all = descendantsOf(stack.pid);
        process.kill(stack.pid, 'SIGKILL');
        await stack.ended;
        await until(BACK_MS, () => assert.deepEqual(all.filter(runs), []));
        await witness.end();

        const again = await startStack(settings);
        t.after(() => again.stop());
        witness.stack = again;
        await witness.assertNothingLost();
        t.diagnostic(`${witness.acknowledged.length} jobs acknowledged, ${witness.reads.good} reads, ${witness.reads.failed} of them without an answer`);
    });

    test('a full disk: nothing is acknowledged that is not kept, the page goes on, and room heals it', { skip }, async (t) => {
        const { stack, disk } = await startOnDisk(t, '.');
        const witness = new Witness(stack);
        witness.begin(t);
        await until(BACK_MS, () => assert.ok(witness.acknowledged.length > 10));
        disk.fill();
        const refused = await until(NEXT_WORD_MS, async () => {
            disk.fill(); // what was freed meanwhile
            const reply = await witness.record({ id: `no room ${Date.now()}` });
            assert.equal(reply.status, 503);
            return reply;
        });
        assert.equal(JSON.parse(refused.text).code, 'store_unavailable');
        await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
        const { length } = witness.acknowledged;
        disk.free();
        t.diagnostic(`room again: recording after ${await witness.recovery(NEXT_WORD_MS)} ms`);
        await until(NEXT_WORD_MS, () => assert.ok(witness.acknowledged.length > length));
        await witness.end();
        await witness.assertNothingLost();
        await stack.untilMetrics(NEXT_WORD_MS, (now) => assertFresh(now, [...CHAIN_SOURCES, 'jobs']));
    });

    test('a store on a read-only disk: nothing is acknowledged, the page shows what is there, and writing heals it', { skip }, async (t) => {
        const { stack, disk } = await startOnDisk(t, 'jobs');
        const witness = new Witness(stack);
        await witness.recovery(BACK_MS);
        witness.begin(t);
        await until(BACK_MS, () => assert.ok(witness.acknowledged.length > 10));
        await until(BACK_MS, () => {
            process.kill(stack.pidOf('admin.fcgi'), 'SIGKILL');
            disk.setReadOnly(true);
        }, 5);
        await until(NEXT_WORD_MS, async () => {
            assert.ok(stack.log('admin').includes('"event":"store_not_opened"'), 'it does not say why');
            assertFresh(await stack.metrics());
        });
        assert.ok((await stack.getJson('/api/jobs?limit=5')).jobs.length > 0);
        // nginx waits 10 s for a program that does not come up, as this client does.
        const refused = await witness.record({ id: 'read-only' }).catch(() => null);
        assert.notEqual(refused?.status, 200);
        disk.setReadOnly(false);
        t.diagnostic(`writable again: recording after ${await witness.recovery(NEXT_WORD_MS)} ms`);
        await witness.end();
        await witness.assertNothingLost();
    });

    test('a clock that jumps: nothing read under another time is fresh, and the right time heals it', async (t) => {
        const node = await openNode(t, { services: [makeService(1)] });
        const stack = await startReading(t, node, SETTINGS);
        const file = join(stack.folder, 'clock');
        const shift = (seconds) => writeFileSync(file, String(seconds));
        shift(0);
        for (const program of ['metrics', 'admin']) preload(stack, 'shifted_clock', { CLOCK_SHIFT_FILE: file }, program);
        for (const program of ['metrics.fcgi', 'admin.fcgi']) await restart(stack, 'SIGKILL', program);
        await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
        const witness = new Witness(stack);
        for (const seconds of [7200, -7200]) {
            shift(seconds);
            const jumpedMs = Date.now() + seconds * 1000;
            const far = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assert.ok(Math.abs(Date.parse(now.renderedAt) - jumpedMs) < 60_000);
                assertFailing(now, { reason: seconds > 0 ? /^the newest block is too old/ : /^the newest block is from the future/, states: ['stale'] });
            });
            assert.equal(far.agent.balanceNeuron, String(node.balance), 'the figure stays, and says how old it is');
            assert.equal((await witness.record({ id: `at ${seconds}` })).status, 200);
            shift(0);
            await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assertFresh(now);
                assert.ok(Math.abs(Date.parse(now.renderedAt) - Date.now()) < 10_000);
            });
        }
        const { jobs } = await stack.getJson('/api/jobs?limit=100');
        assert.deepEqual(jobs.map(({ id }) => id).sort(), ['at -7200', 'at 7200']);
    });
});
