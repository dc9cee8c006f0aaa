// The scan of a wallet's submissions: exact whatever the node refuses, however often the program is
// killed, whatever the chain takes back.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertComponent } from '../lib/openapi.mjs';
import { memoryOf } from '../lib/processes.mjs';
import { IS_SANITIZED, startReading } from '../lib/stack.mjs';
import { StorageChain, fileAt, sumOf } from '../lib/storage-node.mjs';
import { WALLET_ADDRESS } from '../lib/stub-rpc.mjs';
import { openServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

// It takes a third of this on an idle machine.
const SCAN_MS = 60_000;
const ROUNDS_MS = 20_000;
const MEMORY_MAX = 64 * 1024 * 1024;

async function openChain(t, parts) {
    const chain = Object.assign(new StorageChain(), parts);
    await chain.open();
    t.after(() => chain.close());
    return chain;
}

function assertCounted({ storage, sources }, files) {
    assert.equal(sources.storage.state, 'fresh', sources.storage.reason);
    assert.equal(storage?.scan?.complete, true);
    const { usedBytes, sectors, objectCount } = storage;
    assert.deepEqual({ usedBytes, sectors, objectCount }, sumOf(files));
}

const explorerChecks = ({ checks }) =>
    checks.filter(({ name }) => name.startsWith('explorer')).map(({ state }) => state);

describe('the scan of submissions', { concurrency: 8 }, () => {
    test('a million blocks, 20,000 logs, limits of 1,000 blocks and 500 logs, killed again and again', async (t) => {
        const head = 1_000_000;
        const files = [];
        // Half of them stand so close that the limit of logs is hit, the others everywhere.
        for (let i = 0; i < 10_000; i += 1) files.push(fileAt(1 + i * 99, 100 + (i % 7919)));
        for (let i = 0; i < 10_000; i += 1) files.push(fileAt(500_000 + Math.floor(i / 2), 1 + (i % 65_537)));
        files.sort((a, b) => a.block - b.block);
        const chain = await openChain(t, { head, files, maxBlocks: 1000, maxLogs: 500 });
        const stack = await startReading(t, chain);
        let seen = 0;
        const killed = [];
        for (const share of [0.1, 0.35, 0.6]) {
            await until(SCAN_MS, () => assert.ok(chain.scanned >= share * head), 5);
            const now = await stack.metrics().catch(() => null);
            if (now?.storage?.scan) {
                assertComponent('Metrics', now);
                assert.ok(now.storage.scan.nextBlock >= seen, 'it goes on where it stopped');
                seen = now.storage.scan.nextBlock;
                if (!now.storage.scan.complete) {
                    assert.equal(now.storage.totalStorageGb, null);
                    assert.ok(now.storage.usedBytes <= sumOf(files).usedBytes);
                }
            }
            assert.ok(chain.scanned < head, 'it is killed in the middle');
            killed.push(stack.metricsPid);
            process.kill(stack.metricsPid, 'SIGKILL');
        }
        const done = await stack.untilMetrics(SCAN_MS, (now) => assertCounted(now, files));
        // Its time is that of its requests; live reads are among them.
        assert.ok(chain.requests < 800, `${chain.requests} requests`);
        assert.equal(new Set(killed).size, killed.length);
        assert.ok(chain.refusals > 0, 'the limits were met');
        // Each kill costs a second's work at most; a scan that began anew would read it all again.
        assert.ok(chain.scanned < 2.5 * head, `${chain.scanned} blocks were read`);
        const most = memoryOf(stack.metricsPid, 'VmHWM');
        if (!IS_SANITIZED) assert.ok(most < MEMORY_MAX, `${most} bytes`);
        assertComponent('Metrics', done);

        // What is counted is not read again: a complete sum is kept at once.
        let before = chain.scanned;
        const at = Date.now();
        process.kill(stack.metricsPid, 'SIGKILL');
        await stack.untilMetrics(SCAN_MS, (now) => {
            assert.ok(Date.parse(now.renderedAt) > at);
            assertCounted(now, files);
        });
        assert.ok(chain.scanned - before < head / 100, `${chain.scanned - before} blocks were read again`);

        // The cache may go at any time.
        before = chain.scanned;
        process.kill(stack.metricsPid, 'SIGKILL');
        for (const end of ['', '-wal', '-shm']) rmSync(join(stack.runDir, `state/cache.db${end}`), { force: true });
        await stack.untilMetrics(SCAN_MS, (now) => {
            assert.ok(chain.scanned >= before + head * 0.9, 'it was read again');
            assertCounted(now, files);
        });
    });

    test('while it runs it is a lower bound with its progress, and live figures stay fresh', async (t) => {
        const head = 200_000;
        const files = Array.from({ length: 2000 }, (_, i) => fileAt(1 + i * 99, 1000));
        const chain = await openChain(t, { head, files, maxBlocks: 10 });
        // 0G's explorer knows of one file that is not in these logs.
        const explorer = { files: files.length + 1, bytes: sumOf(files).usedBytes + 500 };
        const answer = { code: 0, message: 'Success', data: { files: explorer.files, dataSize: explorer.bytes } };
        const server = await openServer(t, JSON.stringify(answer));
        const stack = await startReading(t, chain, { ZG_STORAGE_SCAN_URL: `${server.url}/api` });
        const under = await stack.untilMetrics(ROUNDS_MS, ({ storage }) => {
            assert.ok(storage?.scan?.progress > 0.02);
            assert.ok(storage.usedBytes > 0);
        });
        const { storage, sources } = under;
        assertComponent('Metrics', under);
        assert.equal(storage.scan.complete, false);
        assert.ok(storage.scan.progress < 1);
        assert.ok(Date.parse(storage.scan.expectedEndAt) > Date.parse(under.renderedAt));
        assert.ok(storage.usedBytes < sumOf(files).usedBytes);
        assert.equal(storage.totalStorageGb, null);
        for (const key of ['chain', 'storage']) assert.equal(sources[key].state, 'fresh', key);
        assert.equal(server.asked, `/api/accounts/${WALLET_ADDRESS}`);
        assert.deepEqual(storage.explorer, explorer, 'it stands beside the lower bound');
        assert.deepEqual(explorerChecks(storage), [], 'half a sum differs from any other');

        chain.maxBlocks = Infinity;
        const done = await stack.untilMetrics(SCAN_MS, (now) => assertCounted(now, files));
        assert.deepEqual(explorerChecks(done.storage), ['differs', 'differs']);
    });

    test('a reorganisation within the overlap, a deeper one and another chain', async (t) => {
        const files = [fileAt(10, 1000), fileAt(900, 2000), fileAt(995, 3000)];
        const chain = await openChain(t, { head: 1000, files });
        const stack = await startReading(t, chain);
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, files));

        chain.files = [files[0], files[1], fileAt(997, 500)];
        chain.head = 1004;
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, chain.files));

        chain.fork = 1;
        chain.files = [fileAt(20, 77), fileAt(950, 78)];
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, chain.files));
        assert.match(stack.log('metrics'), /scan_begins_anew/);

        chain.fork = 2;
        chain.head = 600;
        chain.files = [fileAt(20, 99)];
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, chain.files));
    });

    test('files that expire leave the sum', async (t) => {
        const files = [fileAt(100, 1000), fileAt(500, 2000), fileAt(501, 4000), fileAt(900, 8000)];
        const chain = await openChain(t, { head: 1000, files, releaseSeconds: 550n });
        const stack = await startReading(t, chain);
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, files.slice(1)));
        chain.head = 1051;
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, files.slice(3)));
        chain.head = 1600;
        await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, []));
    });

    test('a market of another Flow contract is shown, and a total needs a price', async (t) => {
        const chain = await openChain(t, { files: [fileAt(10, 1000)] });
        const stack = await startReading(t, chain);
        const good = await stack.untilMetrics(ROUNDS_MS, (now) => assertCounted(now, chain.files));
        assert.equal(good.storage.basis, 'agent');
        assert.equal(good.storage.totalBasis, 'affordable');
        const sectors = BigInt(good.storage.sectors) + chain.balance / chain.price;
        assert.equal(good.storage.totalBytes, Number(sectors * 256n));
        assert.deepEqual(good.storage.checks.map(({ name, state }) => [name, state]), [['market flow', 'agrees']]);

        chain.flowOfMarket = chain.servingAddress;
        chain.price = 0n;
        const changed = await stack.untilMetrics(ROUNDS_MS, ({ storage }) => {
            assert.equal(storage.checks[0].state, 'differs');
        });
        assert.equal(changed.storage.totalStorageGb, null);
        assert.equal(changed.storage.totalBasis, null);
    });

    test('a node that gives what was not asked for makes no sum', async (t) => {
        const chain = await openChain(t, { files: [fileAt(10, 1000)] });
        const honest = chain.answer;
        chain.answer = (call, rest) => {
            const given = honest(call, rest);
            return call.method === 'eth_getLogs' ? [...given, ...given] : given;
        };
        const stack = await startReading(t, chain);
        const { storage } = await stack.untilMetrics(ROUNDS_MS, ({ sources }) => {
            assert.match(sources.storage.reason ?? '', /^the data does not have the expected form/);
        });
        assert.notEqual(storage?.scan?.complete, true);

        chain.answer = honest;
        await stack.untilMetrics(2 * ROUNDS_MS, (now) => assertCounted(now, chain.files));
    });
});
