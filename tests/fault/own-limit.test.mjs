// ZG_MAX_REQ_PER_MIN at work: a first scan that needs hundreds of requests takes at most half of what
// the live reads leave, says when it will end, and none of them starves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceResolver, restart } from '../lib/resolver.mjs';
import { CHAIN_SOURCES, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { StorageChain, fileAt } from '../lib/storage-node.mjs';
import { sendJson } from '../lib/stub-rpc.mjs';
import { holds } from '../lib/until.mjs';

const HOST = 'rationed.test';
const PER_MINUTE = 60;
const SOON_MS = 15_000;
/** Long enough for a scan without a limit to read all, too short for the first requests to be a minute old. */
const WATCHED_MS = 25_000;

test('a first scan stays inside the budget', async (t) => {
    const head = 200_000;
    const files = Array.from({ length: 200 }, (_, i) => fileAt(1 + i * 999, 1000));
    const chain = Object.assign(new StorageChain(), { chainId: 16_602n, head, files, maxBlocks: 50 });
    const asked = { scan: 0, live: 0 };
    chain.reply = (response, answers) => {
        const calls = chain.calls.slice(-answers.length);
        const isScan = calls.every((call) => ['eth_chainId', 'eth_getBlockByNumber', 'eth_getLogs'].includes(call));
        asked[isScan ? 'scan' : 'live'] += 1;
        sendJson(response, answers);
    };
    await chain.open();
    t.after(() => chain.close());
    const stack = await startReading(t, chain, {
        ZG_NETWORK: 'galileo',
        ZG_CHAIN_RPC: `http://${HOST}:${chain.port}`,
        ZG_ALLOW_PRIVATE: '127.0.0.0/8',
        ZG_MAX_REQ_PER_MIN: String(PER_MINUTE),
        ZG_FROM_BLOCK: '1',
    });
    replaceResolver(stack, HOST);
    await restart(stack, 'SIGKILL');

    const underWay = (now) => {
        const { scan, usedBytes, totalStorageGb } = now.storage;
        assert.ok(scan.progress > 0 && scan.progress < 0.5, String(scan.progress));
        assert.equal(scan.complete, false);
        assert.equal(scan.reason, null, 'waiting for its turn is no failure');
        assert.ok(Date.parse(scan.expectedEndAt) > Date.parse(now.renderedAt), 'it says when it will end');
        assert.ok(usedBytes > 0);
        assert.equal(totalStorageGb, null);
        assertFresh(now, [...CHAIN_SOURCES, 'storage']);
    };
    await stack.untilMetrics(SOON_MS, underWay);
    await sleep(2000); // after a kill nginx may give the copy of before once more
    await holds(WATCHED_MS, async () => {
        const { scan, live } = asked;
        assert.ok(scan + live <= PER_MINUTE, `${scan} + ${live} requests`);
        assert.ok(scan <= PER_MINUTE / 2, `${scan} requests of the scan`);
        underWay(await stack.metrics());
    }, 500);
    assert.ok(asked.scan >= 5, `${asked.scan} requests of the scan`);
});
