// The operator's own storage node on the card: its disk and its limit, how far it follows the chain, and what
// is left of that when it goes wrong.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as control from '../../scripts/localnet/control.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { CHAIN_SOURCES, NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startStack } from '../lib/stack.mjs';

const SECTOR = 256;
const MAX_SECTORS = 40_000;
const DATA_BYTES = 3_000_000;
/** Blocks; a node that is well is behind by less. */
const LAG = 6;

describe('node mode', () => {
    const folder = mkdtempSync(join(tmpdir(), 'storage-node-'));
    const file = join(folder, 'data_db/000001.sst');
    /** @type {import('../lib/stack.mjs').Stack} */
    let stack;
    let facts;

    before(async () => {
        chmodSync(folder, 0o755);
        mkdirSync(join(folder, 'data_db'));
        writeFileSync(file, Buffer.alloc(DATA_BYTES, 1));
        stack = await startStack({
            ZG_STORAGE_MODE: 'node',
            ZG_STORAGE_DATA_DIR: folder,
            ZG_STORAGE_MAX_SECTORS: String(MAX_SECTORS),
            ZG_RATE_LIMIT: '0',
        });
        facts = stack.facts;
        await control.pauseAgent(facts.control);
    });
    after(async () => {
        await stack?.stop();
        rmSync(folder, { recursive: true });
    });

    const setFault = (fault) => control.setFault(facts.control, 'storageNode', fault);
    const stateOf = ({ checks }, name) => checks.find((check) => check.name === name).state;
    const healed = () =>
        stack.untilMetrics(NEXT_WORD_MS, (now) => {
            assertFresh(now, [...CHAIN_SOURCES, 'storage']);
            assert.ok(now.storage.node.lagBlocks < LAG);
            for (const name of ['node flow', 'node chain id', 'node submissions']) {
                assert.equal(stateOf(now.storage, name), 'agrees', name);
            }
        });

    test('the disk, its limit, and how far the node follows the chain', async () => {
        const { storage, sources } = await healed();
        assertComponent('Storage', storage);
        assert.equal(storage.basis, 'node');
        assert.equal(storage.usedBasis, 'disk');
        assert.equal(storage.usedBytes, 512 * statSync(file).blocks);
        assert.equal(storage.totalBytes, MAX_SECTORS * SECTOR);
        assert.equal(storage.totalBasis, 'limit');
        assert.equal(storage.scan, null, 'no wallet is counted');
        assert.equal(storage.objectCount, null, 'a node does not tell how many files it has');
        assert.equal(storage.node.peers, 0);
        assert.ok(storage.node.shareBytes > 0 && storage.node.shareBytes % (1024 * SECTOR) === 0);
        assert.equal(sources.storage.origin.endpoint, '$ZG_STORAGE_NODE_ENDPOINT');
    });

    test('what it writes, that it lags, and that it follows another contract', async () => {
        writeFileSync(join(folder, 'data_db/000002.sst'), Buffer.alloc(DATA_BYTES, 1));
        await setFault({ lagBlocks: LAG, flowAddress: facts.marketContract });
        const { storage } = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
            assert.ok(now.storage.usedBytes >= 2 * DATA_BYTES);
            assert.ok(now.storage.node.lagBlocks >= LAG);
            assert.equal(stateOf(now.storage, 'node flow'), 'differs');
        });
        assert.equal(stateOf(storage, 'node chain id'), 'agrees');
    });

    for (const [fault, reason] of [
        [{ status: 500 }, /^the node answers with an error \(\$ZG_STORAGE_NODE_ENDPOINT\)/],
        [{ garbage: true }, /^the answer is not JSON/],
        [{ hang: true }, /^no complete answer within the deadline/],
    ]) {
        test(`${Object.keys(fault)[0]}: the card says so and keeps what it had`, async () => {
            await setFault(fault);
            const { storage } = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assertFailing(now, { reason, states: ['fresh', 'stale'], keys: ['storage'] });
                assertFresh(now, [...CHAIN_SOURCES, 'inft', 'gpu', 'jobs']);
            });
            assert.equal(storage.totalBytes, MAX_SECTORS * SECTOR);
            assert.ok(storage.usedBytes >= 2 * DATA_BYTES);
            assert.ok(storage.node.lagBlocks >= LAG);
        });
    }

    test('it heals', async () => {
        await setFault(null);
        await healed();
    });
});
