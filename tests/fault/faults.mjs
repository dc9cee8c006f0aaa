// What a chain node can do wrong, each with the words in which the program has to say so.
import { Readable, pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError, SELECTORS, sendJson } from '../lib/stub-rpc.mjs';

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {RegExp} reason       how the reason begins
 * @property {string[]} sources    keys of those that are hit; the others have to stay fresh
 * @property {(node: import('../lib/stub-rpc.mjs').StubNode) => void | Promise<void>} begin
 * @property {(node: import('../lib/stub-rpc.mjs').StubNode) => void | Promise<void>} [end]
 */

const ALL = ['chain', 'compute', 'ledger'];

const WORD = 64;
const word = (value) => value.toString(16).padStart(WORD, '0');
const MAX_WORD = 2n ** 256n - 1n;

/** Replaces the word at an index of hexadecimal return data. */
const withWord = (data, index, value) =>
    data.slice(0, 2 + WORD * index) + word(value) + data.slice(2 + WORD * (index + 1));

/** getAllServices(offset, limit) returns: offset of the array, total, then the array's count. */
const AT_ARRAY = 0;
const AT_TOTAL = 1;
const AT_COUNT = 2;

/** A fault in what one contract call returns. */
const spoiled = (selector, sources, change) => ({
    sources,
    begin(node) {
        node.answer = (call, honest) => (call.selector === selector ? change(honest()) : honest());
    },
});
const services = (change) => spoiled(SELECTORS.getAllServicesPaged, ['compute'], change);
const deposit = (change) => spoiled(SELECTORS.getLedger, ['ledger'], change);

/** A fault in the answer to one method, which every chain source asks. */
const method = (name, change) => ({
    sources: ALL,
    begin(node) {
        node.answer = (call, honest) => (call.method === name ? change(honest()) : honest());
    },
});

/** A fault in the HTTP reply. */
const reply = (respond) => ({
    sources: ALL,
    begin(node) {
        node.reply = respond;
    },
});

/** Much of nothing; ends when the reader goes away. */
function pour(response, bytes) {
    const chunk = Buffer.alloc(1024 * 1024, '[');
    const chunks = function* () {
        for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
    };
    pipeline(Readable.from(chunks()), response, () => {});
}

async function trickle(response, text) {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const byte of text) {
        if (response.destroyed) return;
        response.write(byte);
        await sleep(1000);
    }
    response.end();
}

const HUGE = 200 * 1024 * 1024;

/** @type {Fault[]} */
export const faults = [
    {
        name: 'return data that is cut off within a word',
        reason: /^(the data ends too early|an offset points outside the data|a length or count is larger)/,
        ...services((data) => data.slice(0, 2 + WORD * 2 + 20)),
    },
    {
        name: 'return data of a single word',
        reason: /^(the data ends too early|an offset points outside the data)/,
        ...services((data) => data.slice(0, 2 + WORD)),
    },
    {
        name: 'a ledger that is cut off',
        reason: /^(the data ends too early|an offset points outside the data)/,
        ...deposit((data) => data.slice(0, 2 + WORD * 2)),
    },
    {
        name: 'an offset past the end',
        reason: /^an offset points outside the data/,
        ...services((data) => withWord(data, AT_ARRAY, BigInt(data.length / 2))),
    },
    {
        name: 'an offset that wraps around',
        reason: /^an offset points outside the data/,
        ...services((data) => withWord(data, AT_ARRAY, MAX_WORD - 31n)),
    },
    {
        name: 'an offset that wraps around in 64 bits',
        reason: /^an offset points outside the data/,
        ...services((data) => withWord(data, AT_ARRAY, 2n ** 64n - 32n)),
    },
    {
        name: 'a count of 2^255',
        reason: /^a length or count is larger than the data/,
        ...services((data) => withWord(data, AT_COUNT, 2n ** 255n)),
    },
    {
        name: 'a count whose size in bytes wraps around',
        reason: /^a length or count is larger than the data/,
        ...services((data) => withWord(data, AT_COUNT, 2n ** 59n + 1n)),
    },
    {
        name: 'a total of 2^256-1 services',
        reason: /^a number is too large/,
        ...services((data) => withWord(data, AT_TOTAL, MAX_WORD)),
    },
    {
        name: 'a result that is not hexadecimal',
        reason: /^the data does not have the expected form/,
        ...services((data) => `${data.slice(0, -1)}g`),
    },
    {
        name: 'a result that is a number',
        reason: /^the data does not have the expected form/,
        ...services(() => 1e300),
    },
    {
        name: 'a contract that reverts',
        reason: /^the contract reverts the call/,
        ...services(() => {
            throw new RpcError({ code: 3, message: 'execution reverted', data: `0x08c379a0${word(32)}` });
        }),
    },
    {
        name: 'no newest block',
        reason: /^the data does not have the expected form/,
        ...method('eth_getBlockByNumber', () => null),
    },
    {
        name: 'a block number that is no number for JSON',
        reason: /^a number is too large/,
        ...method('eth_getBlockByNumber', (block) => ({ ...block, number: '0x7fffffffffffffff' })),
    },
    {
        name: 'an empty reply',
        reason: /^the answer is not JSON/,
        ...reply((response) => response.end()),
    },
    {
        name: 'JSON that is nested deeper than a stack takes',
        reason: /^the answer is not JSON/,
        ...reply((response) => response.end('['.repeat(20_000) + ']'.repeat(20_000))),
    },
    {
        name: 'JSON of a million small values',
        reason: /^the answer is larger than its limit/,
        ...reply((response) => sendJson(response, new Array(1_000_000).fill(0))),
    },
    {
        name: 'a single error object for the batch',
        reason: /^the node answers with an error/,
        ...reply((response) =>
            sendJson(response, { jsonrpc: '2.0', id: null, error: { code: -32600, message: '<b>no batches</b>' } }),
        ),
    },
    {
        name: 'a batch with answers missing',
        reason: /^the data does not have the expected form/,
        ...reply((response, answers) => sendJson(response, answers.slice(2))),
    },
    {
        name: 'a batch with an id twice',
        reason: /^the data does not have the expected form/,
        ...reply((response, answers) => sendJson(response, [...answers, answers[0]])),
    },
    {
        name: '200 MB without an announced length',
        reason: /^the answer is larger than its limit/,
        ...reply((response) => pour(response, HUGE)),
    },
    {
        name: '200 MB with an announced length',
        reason: /^the answer is larger than its limit/,
        ...reply((response) => {
            response.writeHead(200, { 'content-length': HUGE });
            pour(response, HUGE);
        }),
    },
    {
        name: 'headers without end',
        reason: /^the answer is larger than its limit/,
        ...reply((response) => {
            const headers = Array.from({ length: 4000 }, (_, i) => [`x-${i}`, 'x'.repeat(1000)]);
            response.writeHead(200, Object.fromEntries(headers));
            response.end('[]');
        }),
    },
    {
        name: 'one byte a second',
        reason: /^no complete answer within the deadline/,
        ...reply((response, answers) => trickle(response, JSON.stringify(answers))),
    },
    {
        name: 'a connection that breaks in the middle',
        reason: /^the data ends too early/,
        ...reply((response, answers) => {
            response.writeHead(200, { 'content-length': 100_000 });
            response.write(JSON.stringify(answers).slice(0, 50), () => response.destroy());
        }),
    },
    {
        name: 'something that is not HTTP',
        reason: /^the data does not have the expected form/,
        ...reply((response) => response.socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
    },
    {
        name: 'a refused connection',
        reason: /^the connection is refused or broken/,
        sources: ALL,
        begin: (node) => node.close(),
        end: (node) => node.open(),
    },
    {
        name: 'a redirect',
        reason: /^the HTTP status is not a success/,
        ...reply((response, answers, request) => {
            response.writeHead(307, { location: `http://${request.headers.host}/elsewhere` });
            response.end();
        }),
    },
];
