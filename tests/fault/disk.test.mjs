// A disk under an instance that is full, and one that is read-only.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeService } from '../lib/contracts.mjs';
import { CAN_MOUNT, mountDisk } from '../lib/disk.mjs';
import { CHAIN_SOURCES, NEXT_WORD_MS, assertFresh } from '../lib/sources.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';
import { Witness } from '../lib/witness.mjs';

const BACK_MS = 20_000;
/** Long enough: nginx has to write several new copies of the page's data meanwhile. */
const FULL_MS = 8000;
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

describe('the disk', () => {
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
        const { failed } = witness.reads;
        for (const end = performance.now() + FULL_MS; performance.now() < end; await sleep(100)) disk.fill();
        await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
        assert.equal(witness.reads.failed, failed, 'the page was away');
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
});
