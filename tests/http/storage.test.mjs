// The storage card over a real chain: the local network's Flow, Market and Reward, with its storage node,
// indexer and explorer as second opinions; and the modes that are not about a wallet.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as control from '../../scripts/localnet/control.mjs';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { startReading, startStack } from '../lib/stack.mjs';
import { StorageChain, fileAt } from '../lib/storage-node.mjs';
import { until } from '../lib/until.mjs';

const SOON_MS = 20_000;
const SECTOR = 256;
const SUBMIT = '0x167ce04d2aa1981994d3a31695da0d785373335b1078cec239a1a3a2c7675555';

async function rpc(url, method, params) {
    const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.json()).result;
}

/** Counted from the logs themselves, by another reader than the program. */
async function storedBy({ rpc: url, flowContract, walletAddress }) {
    const wallet = `0x${walletAddress.slice(2).toLowerCase().padStart(64, '0')}`;
    const filter = { address: flowContract, fromBlock: '0x0', toBlock: 'latest', topics: [SUBMIT, wallet] };
    const words = (await rpc(url, 'eth_getLogs', [filter])).map(({ data }) => data.slice(2).match(/.{64}/g));
    const sum = (index) => words.reduce((total, row) => total + Number(`0x${row[index]}`), 0);
    return { objectCount: words.length, sectors: sum(2), usedBytes: sum(4) };
}

test('the local network: what its wallet stores, and what others say of it', async (t) => {
    const stack = await startStack({ ZG_RATE_LIMIT: '0' });
    t.after(() => stack.stop());
    const { facts } = stack;
    let stored;
    let metrics;
    for (const end = Date.now() + SOON_MS; ; ) {
        [stored, metrics] = [await storedBy(facts), await stack.metrics()];
        const { objectCount, sectors, usedBytes, scan } = metrics.storage ?? {};
        // The agent goes on storing files: both have to be looked at in a quiet moment.
        if (scan?.complete && objectCount === stored.objectCount) {
            assert.deepEqual({ objectCount, sectors, usedBytes }, stored);
            break;
        }
        assert.ok(Date.now() < end, `${JSON.stringify(metrics.storage)} is not ${JSON.stringify(stored)}`);
    }
    assertComponent('Metrics', metrics);
    assert.equal(metrics.sources.storage.state, 'fresh');
    assert.ok(stored.objectCount >= 3);
    assert.equal(metrics.storage.basis, 'agent');
    assert.equal(metrics.storage.totalBasis, 'affordable');
    assert.ok(metrics.storage.totalBytes > metrics.storage.sectors * SECTOR);
    assert.ok(metrics.storage.node.lagBlocks < 20);
    assert.equal(metrics.storage.indexerNodes, 1);
    const states = Object.fromEntries(metrics.storage.checks.map(({ name, state }) => [name, state]));
    assert.equal(states['market flow'], 'agrees');
    assert.equal(states['node flow'], 'agrees');
    assert.equal(states['node chain id'], 'agrees');
    assert.equal(states['indexer flow'], 'agrees');
    assert.equal(states['indexer chain id'], 'agrees');

    await control.pauseAgent(facts.control);
    await control.setFault(facts.control, 'storageScan', { moreFiles: 3, moreBytes: 1000 });
    await control.setFault(facts.control, 'indexer', { flowAddress: facts.marketContract });
    const { storage } = await stack.untilMetrics(SOON_MS, ({ storage: now }) => {
        assert.deepEqual(differing(now), ['explorer bytes', 'explorer files', 'indexer flow']);
        assert.equal(now.explorer.files, now.objectCount + 3);
    });
    // The agent is paused: the sparkline's newest point is the card's figure, to the byte.
    await until(SOON_MS, async () => {
        const { series } = await stack.getJson('/api/history');
        assert.equal(series.usedStorageGb.at(-1), storage.usedStorageGb);
    });
    const check = (name) => storage.checks.find((one) => one.name === name);
    assert.deepEqual(check('explorer files'), {
        name: 'explorer files',
        state: 'differs',
        ours: String(storage.objectCount),
        theirs: String(storage.objectCount + 3),
    });
    assert.equal(check('indexer flow').theirs, facts.marketContract, 'as an address is written');
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const { page } = await openPage(browser);
    await page.goto(`${stack.url}/`);
    await page.getByText('differs: indexer flow, explorer files, explorer bytes').waitFor();

    await control.clearFault(facts.control, 'storageScan');
    await control.clearFault(facts.control, 'indexer');
    await stack.untilMetrics(SOON_MS, ({ storage: now }) => assert.deepEqual(differing(now), []));
});

const differing = ({ checks }) =>
    checks.filter(({ state }) => state === 'differs').map(({ name }) => name).sort();

describe('other modes', { concurrency: 4 }, () => {
    async function openChain(t) {
        const chain = new StorageChain();
        chain.files = [fileAt(10, 1000)];
        await chain.open();
        t.after(() => chain.close());
        return chain;
    }

    const settled = ({ sources }) => assert.equal(sources.storage.state, 'fresh', sources.storage.reason);

    test('network: all sectors but the place holder, and no invented total', async (t) => {
        const chain = await openChain(t);
        // The wallet's settlements would be looked for in the logs.
        const stack = await startReading(t, chain, { ZG_STORAGE_MODE: 'network', ZG_WALLET_ADDRESS: '' });
        const { storage } = await stack.untilMetrics(SOON_MS, settled);
        assert.equal(storage.basis, 'network');
        assert.equal(storage.usedBytes, (4864 - 1) * SECTOR);
        assert.equal(storage.objectCount, 1);
        assert.equal(storage.totalStorageGb, null);
        assert.equal(storage.totalBasis, null);
        assert.equal(storage.scan, null);
        assert.ok(!chain.calls.includes('0x127f0f07'), 'getContext() is of the last epoch');
        assert.ok(!chain.calls.includes('eth_getLogs'));
    });

    test('node: what the data takes on the disk, and its limit', async (t) => {
        const folder = mkdtempSync(join(tmpdir(), 'storage-node-'));
        t.after(() => rmSync(folder, { recursive: true }));
        const database = join(folder, 'db');
        const chain = await openChain(t);
        const stack = await startReading(t, chain, {
            ZG_STORAGE_MODE: 'node',
            ZG_STORAGE_DATA_DIR: database,
            ZG_STORAGE_MAX_SECTORS: '40000',
        });
        await stack.untilMetrics(SOON_MS, ({ sources }) => {
            assert.match(sources.storage.reason ?? '', /^the operating system refused/);
        });
        chmodSync(folder, 0o755);
        mkdirSync(join(database, 'data_db'), { recursive: true });
        writeFileSync(join(database, 'data_db/000001.sst'), Buffer.alloc(1_000_000, 1));
        writeFileSync(join(database, 'LOG'), Buffer.alloc(500_000, 1));
        const { storage } = await stack.untilMetrics(SOON_MS, settled);
        assert.equal(storage.basis, 'node');
        assert.equal(storage.usedBasis, 'disk');
        assert.ok(storage.usedBytes >= 1_000_000 && storage.usedBytes < 1_100_000, String(storage.usedBytes));
        assert.equal(storage.totalBytes, 40_000 * SECTOR);
        assert.equal(storage.totalBasis, 'limit');
    });

    test('without a Flow contract it is off, and says what to set', async (t) => {
        const chain = await openChain(t);
        const stack = await startReading(t, chain, { ZG_FLOW_CONTRACT: '' });
        const { storage, sources } = await stack.metrics();
        assert.equal(storage, null);
        assert.equal(sources.storage.state, 'off');
        assert.match(sources.storage.reason, /set ZG_FLOW_CONTRACT$/);
    });

    test('a budget is the total', async (t) => {
        const chain = await openChain(t);
        const stack = await startReading(t, chain, { ZG_STORAGE_BUDGET_BYTES: '5000000000' });
        const { storage } = await stack.untilMetrics(SOON_MS, ({ storage: now }) => {
            assert.equal(now?.scan?.complete, true);
        });
        assert.equal(storage.totalBytes, 5_000_000_000);
        assert.equal(storage.totalStorageGb, 5);
        assert.equal(storage.totalBasis, 'budget');
    });

    test('second opinions that fail or differ leave the figures alone', async (t) => {
        const chain = await openChain(t);
        const dead = 'http://127.0.0.1:9';
        const stack = await startReading(t, chain, {
            ZG_STORAGE_NODE_ENDPOINT: dead,
            ZG_STORAGE_INDEXER: dead,
            ZG_STORAGE_SCAN_URL: `${dead}/api`,
        });
        const { storage } = await stack.untilMetrics(SOON_MS, (now) => {
            settled(now);
            assert.equal(now.storage.scan?.complete, true);
        });
        assert.equal(storage.objectCount, 1);
        assert.deepEqual(storage.node, { syncBlock: null, lagBlocks: null, peers: null, shareBytes: null });
        assert.equal(storage.indexerNodes, null);
        assert.equal(storage.explorer, null);
        const states = Object.fromEntries(storage.checks.map(({ name, state }) => [name, state]));
        assert.equal(states['node flow'], 'unknown');
    });
});
