// Sources x faults: whatever goes wrong with what one source reads, the API answers from memory, that source
// says what it is, the others do not notice, and it heals by itself.
//
// Each fault has an instance of its own, in which every second source is hit: first before anything good
// came, then, while those heal, the others. What is special to one source stands in a file of its own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getAddress } from 'ethers';
import { makeService } from '../lib/contracts.mjs';
import { InftContract } from '../lib/inft-node.mjs';
import { dcgm, healthReport } from '../lib/own-node.mjs';
import { NEXT_WORD_MS, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { StorageChain, fileAt } from '../lib/storage-node.mjs';
import { SELECTORS } from '../lib/stub-rpc.mjs';
import { openServer } from '../lib/stub-web.mjs';

/** The longest interval of a source. */
const INTERVAL_MAX_MS = 15_000;
const SLOW_MS = 2500;
/** From memory: no request of the API waits for what a source reads. */
const REPLY_MAX_MS = 2000;
const HUGE = Buffer.alloc(5 * 1024 * 1024, '[');

const SERVICE = makeService(1);
const NO_MESSAGES = JSON.stringify({ messages: [], links: { next: null } });
const HEALTHY = { provider: SERVICE.provider, model: SERVICE.model, status: 'healthy' };

const asks = (call) => (calls) => calls.includes(call);
const HEAD_CALLS = ['eth_chainId', 'eth_getBlockByNumber', 'eth_getBalance'];
const asksForTheHead = (calls) => calls.join() === HEAD_CALLS.join();

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {'rpc' | 'json' | 'text'} speaks
 * @property {(calls: string[]) => boolean} [asks]  tells its requests to the chain's node from others'
 * @property {string} [setting]  of a server of its own
 * @property {Record<string, string>} [also]  settings it needs besides
 * @property {string} [text]     that this answers
 * @property {(metrics: any) => unknown} figure  one that it fills
 * @property {unknown} is        the figure's value
 */

/** @type {Row[]} */
const SOURCES = [
    { key: 'chain', speaks: 'rpc', asks: asksForTheHead, figure: ({ agent }) => agent.balanceNeuron, is: '1000000000000000000' },
    { key: 'compute', speaks: 'rpc', asks: asks(SELECTORS.getAllServicesPaged), figure: (now) => now.servicesTotal, is: 1 },
    { key: 'ledger', speaks: 'rpc', asks: asks(SELECTORS.getLedger), figure: ({ ledger }) => ledger?.totalNeuron, is: '3000000000000000000' },
    { key: 'storage', speaks: 'rpc', asks: asks('0xfd54b228'), figure: ({ storage }) => storage?.usedBytes, is: 1500 },
    { key: 'inft', speaks: 'rpc', asks: asks('eth_getCode'), figure: ({ inft }) => inft?.lifecycle, is: 'AUTHORISED' },
    { key: 'gpu', speaks: 'text', setting: 'ZG_GPU_EXPORTER_URL', text: dcgm([{ load: 30, usedMiB: 1, freeMiB: 9 }]), figure: ({ compute }) => compute.gpuUtilization, is: 30 },
    { key: 'status', speaks: 'json', setting: 'ZG_STATUS_URL', text: healthReport([HEALTHY]), figure: ({ services }) => services[0]?.health?.status, is: 'healthy' },
    { key: 'mirror', speaks: 'json', setting: 'ZG_MIRROR_URL', also: { ZG_MIRROR_TOPIC: '0.0.4242' }, text: NO_MESSAGES, figure: ({ sources }) => sources.mirror.fetchedAt && 'read', is: 'read' },
];

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {RegExp | Record<string, RegExp> | null} reason  by what the source speaks; null: it is none
 * @property {(response: import('node:http').ServerResponse, text: string) => unknown} reply
 * @property {string[]} [only]  what sources speak that it can happen to
 */

/** @type {Fault[]} */
const FAULTS = [
    { name: 'slow', reason: null, reply: (response, text) => setTimeout(() => response.end(text), SLOW_MS) },
    { name: 'status 500', reason: /^the HTTP status is not a success: 500/, reply: (response) => response.writeHead(500).end('oops') },
    { name: 'status 429', reason: /^the server asks to slow down \(429\).* next try at .*Z/, reply: (response) => response.writeHead(429, { 'retry-after': '1' }).end() },
    {
        name: 'garbage',
        reason: { rpc: /^the answer is not JSON/, json: /^the answer is not JSON/, text: /^the data does not have the expected form/ },
        reply: (response) => response.end('<!doctype html><script>alert(1)</script>{]'),
    },
    { name: 'huge', reason: /^the answer is larger than its limit/, reply: (response) => response.end(HUGE) },
    { name: 'hang', reason: /^no complete answer within the deadline/, reply: () => {} },
    { name: 'wrong chain', only: ['rpc'], reason: /^the node serves another chain/, reply: (response, text) => response.end(text.replace('"0x7a69"', '"0x1"')) },
];

/** A node that all chain sources read, in which each has something to find. */
async function openChain(t) {
    const contract = new InftContract('v1');
    const head = contract.firstBlock + 100;
    const chain = Object.assign(new StorageChain(), { services: [SERVICE], head, secondsPerBlock: 2 });
    chain.files = [fileAt(head - 50, 1000), fileAt(head - 2, 500)];
    const storage = chain.answer;
    const isInft = ({ method, params: [what] }) =>
        method === 'eth_getCode' || [what?.to ?? what?.address ?? []].flat().some((one) => getAddress(one) === contract.address);
    chain.answer = (call, honest) => (isInft(call) ? contract.answer(call, honest) : storage(call, honest));
    await chain.open();
    t.after(() => chain.close());
    return { chain, settings: { ...contract.settings(), ZG_FROM_BLOCK: String(head - 150) } };
}

/** All that the sources read, and a switch that spoils it for some of them. */
async function openWorld(t) {
    const { chain, settings } = await openChain(t);
    const servers = new Map();
    for (const { key, setting, also, text } of SOURCES.filter((row) => row.setting)) {
        const server = await openServer(t, text);
        servers.set(key, server);
        Object.assign(settings, { [setting]: server.url }, also);
    }
    /** @param {Row[]} rows @param {Fault['reply']} reply */
    const spoil = (rows, reply) => {
        for (const [key, server] of servers) server.reply = rows.some((row) => row.key === key) ? reply : null;
        chain.reply = (response, answers) => {
            const calls = chain.calls.slice(-answers.length);
            const text = JSON.stringify(answers);
            if (rows.some((row) => row.asks?.(calls))) reply(response, text);
            else response.end(text);
        };
    };
    return { chain, settings, spoil };
}

const keysOf = (rows) => rows.map(({ key }) => key);

function assertFigures(metrics, rows, expected = (row) => row.is) {
    for (const row of rows) assert.deepEqual(row.figure(metrics) ?? null, expected(row), `the figure of ${row.key}`);
}

/** They say what is wrong, or, where nothing is, have their figures. */
function assertHit(metrics, rows, { reason }, { states, figure }) {
    if (reason === null) {
        assertFresh(metrics, keysOf(rows));
        assertFigures(metrics, rows);
        return;
    }
    for (const { key, speaks } of rows) {
        assertFailing(metrics, { reason: reason instanceof RegExp ? reason : reason[speaks], states, keys: [key] });
    }
    assertFigures(metrics, rows, figure);
}

/** The store of the agent's jobs is a file: nothing here can touch it. */
function assertUntouched(metrics, rows) {
    assertFresh(metrics, [...keysOf(rows), 'jobs']);
    assertFigures(metrics, rows);
}

async function assertFromMemory(stack) {
    for (const path of ['/api/metrics', '/api/jobs?limit=5', '/api/health', '/metrics']) {
        const before = performance.now();
        assert.equal((await stack.request(path)).status, 200, path);
        assert.ok(performance.now() - before < REPLY_MAX_MS, path);
    }
}

describe('sources x faults', { concurrency: FAULTS.length + 1 }, () => {
    for (const fault of FAULTS) {
        test(fault.name, async (t) => {
            const can = SOURCES.filter(({ speaks }) => fault.only?.includes(speaks) ?? true);
            const first = can.filter((_, i) => i % 2 === 0);
            const second = can.filter((row) => !first.includes(row));
            const rest = (rows) => SOURCES.filter((row) => !rows.includes(row));
            const { chain, settings, spoil } = await openWorld(t);

            spoil(first, fault.reply);
            const stack = await startReading(t, chain, settings);
            await stack.untilMetrics(2 * NEXT_WORD_MS, (now) => {
                assertHit(now, first, fault, { states: ['error'], figure: () => null });
                assertUntouched(now, rest(first));
            });
            await assertFromMemory(stack);

            spoil(second, fault.reply);
            await stack.untilMetrics(INTERVAL_MAX_MS + NEXT_WORD_MS, (now) => {
                assertHit(now, second, fault, { states: ['fresh', 'stale'], figure: (row) => row.is });
                assertUntouched(now, rest(second));
            });
            await assertFromMemory(stack);

            spoil([], fault.reply);
            await stack.untilMetrics(INTERVAL_MAX_MS + NEXT_WORD_MS + SLACK_MS, (now) => assertUntouched(now, SOURCES));
        });
    }

    test('a reorganisation takes back what it takes back, and nothing else', async (t) => {
        const { chain, settings } = await openWorld(t);
        const stack = await startReading(t, chain, settings);
        await stack.untilMetrics(2 * NEXT_WORD_MS, (now) => assertUntouched(now, SOURCES));
        chain.fork += 1;
        chain.head -= 3;
        chain.files = [fileAt(chain.head - 50, 1000), fileAt(chain.head - 1, 7)];
        await stack.untilMetrics(2 * NEXT_WORD_MS, (now) => {
            assertUntouched(now, SOURCES.filter(({ key }) => key !== 'storage'));
            assertFresh(now, ['storage']);
            assert.equal(now.storage.usedBytes, 1007);
            assert.equal(now.network.head.number, chain.head);
        });
        await assertFromMemory(stack);
    });
});
