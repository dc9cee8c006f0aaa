// The rows of docs/faults.md that are quick to check: each program killed once, and a clock that
// jumps. The long form, at random, is matrix.long.test.mjs; disks stand in disk.test.mjs.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeService } from '../lib/contracts.mjs';
import { descendantsOf, runs } from '../lib/processes.mjs';
import { preload, restart } from '../lib/resolver.mjs';
import { NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';
import { Witness } from '../lib/witness.mjs';

/** That a killed program is back within 2 s is measured elsewhere; here others run beside. */
const BACK_MS = 20_000;
const SETTINGS = { ZG_ADMIN_RATE_LIMIT: '0' };

describe('the matrix of faults', { concurrency: 4 }, () => {
    test('each program killed under load, then the supervisor: no acknowledged job is lost', async (t) => {
        const node = await openNode(t, { services: [makeService(1)] });
        // Outlives the instance that is killed.
        const run = mkdtempSync(join(tmpdir(), '0g-metrics-kept-'));
        chmodSync(run, 0o755);
        /** @type {import('../lib/stack.mjs').Stack | null} */
        let again = null;
        t.after(async () => {
            await again?.stop();
            rmSync(run, { recursive: true, force: true });
        });
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

        again = await startStack(settings);
        witness.stack = again;
        await witness.assertNothingLost();
        t.diagnostic(`${witness.acknowledged.length} jobs acknowledged, ${witness.reads.good} reads, ${witness.reads.failed} of them without an answer`);
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
