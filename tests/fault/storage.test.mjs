// A chain whose storage contracts or logs lie: the storage source alone says so, keeps what it had, and
// heals. What can happen to every source: sources.test.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHAIN_SOURCES, NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { RpcError } from '../lib/stub-rpc.mjs';
import { StorageChain, fileAt, sumOf } from '../lib/storage-node.mjs';

const EVERY = [...CHAIN_SOURCES, 'storage'];
const TREE = '0xfd54b228';
const MARKET = '0x80f55605';
const PRICE = '0x61ec5082';

const revert = () => {
    throw new RpcError({ code: 3, message: 'execution reverted', data: '0x' });
};

/** What the reason says, which answer is spoiled, and how. */
const faults = [
    ['a tree of a single word', /^the data ends too early/, TREE, (data) => data.slice(0, 66)],
    ['a tree of no sectors', /^the data does not have the expected form/, TREE, (data) => `0x${'0'.repeat(128)}${data.slice(130)}`],
    ['no contract', /^no contract of this kind/, TREE, () => '0x'],
    ['a market that is no address', /^the data does not have the expected form/, MARKET, () => `0x${'f'.repeat(64)}`],
    ['a market that reverts', /^the contract reverts the call/, PRICE, revert],
    ['logs that are no list', /^the data does not have the expected form/, 'eth_getLogs', () => ({})],
    ['a log that is cut off', /^the data ends too early/, 'eth_getLogs', (logs) => logs.map((log) => ({ ...log, data: log.data.slice(0, 66) }))],
    ['a log of another wallet', /^the data does not have the expected form/, 'eth_getLogs', (logs) => logs.map((log) => ({ ...log, topics: [log.topics[0], `0x${'0'.repeat(63)}7`, log.topics[2]] }))],
    ['a log of another contract', /^the data does not have the expected form/, 'eth_getLogs', (logs) => logs.map((log) => ({ ...log, address: `0x${'7'.repeat(40)}` }))],
    ['a file larger than its sectors', /^the data does not have the expected form/, 'eth_getLogs', (logs) => logs.map((log) => ({ ...log, data: `${log.data.slice(0, 2 + 64 * 4)}${'f'.padStart(64, '0')}${log.data.slice(2 + 64 * 5)}`.replace(/^(0x.{128}).{64}/, `$1${'0'.repeat(64)}`) }))],
    ['no logs at all, in any window', /^the node answers with an error/, 'eth_getLogs', () => { throw new RpcError({ code: -32000, message: 'no' }); }],
];

describe('storage with faults', { concurrency: 16 }, () => {
    for (const [name, reason, spoiled, change] of faults) {
        test(name, async (t) => {
            // The newest file is behind what has settled, so that it is read in every round.
            const files = [fileAt(10, 1000), fileAt(995, 500)];
            const chain = new StorageChain();
            chain.files = files;
            await chain.open();
            t.after(() => chain.close());
            const stack = await startReading(t, chain);
            const counted = ({ storage }) => {
                assert.equal(storage?.scan?.complete, true);
                const { usedBytes, sectors, objectCount } = storage;
                assert.deepEqual({ usedBytes, sectors, objectCount }, sumOf(files));
            };
            await stack.untilMetrics(2 * NEXT_WORD_MS, (now) => {
                assertFresh(now, EVERY);
                counted(now);
            });

            const honest = chain.answer;
            chain.answer = (call, rest) => {
                const given = honest(call, rest);
                return [call.selector, call.method].includes(spoiled) ? change(given) : given;
            };
            const said = await stack.untilMetrics(2 * NEXT_WORD_MS, (now) => {
                assertFailing(now, { reason, keys: ['storage'], states: ['fresh', 'stale'] });
                assertFresh(now, CHAIN_SOURCES);
            });
            assert.equal(said.storage.objectCount, files.length, 'the last values stay');
            assert.equal(said.storage.usedBytes, sumOf(files).usedBytes);

            chain.answer = honest;
            await stack.untilMetrics(3 * NEXT_WORD_MS, (now) => {
                assertFresh(now, EVERY);
                counted(now);
            });
        });
    }
});
