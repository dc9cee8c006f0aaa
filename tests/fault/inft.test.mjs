// What goes wrong between the iNFT source and its node: the source says what it is, keeps what it had,
// no other source notices, and it heals by itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InftContract } from '../lib/inft-node.mjs';
import { NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode, sendJson } from '../lib/stub-rpc.mjs';

const HUGE = Buffer.alloc(6 * 1024 * 1024, '[');

/** @type {{name: string, reason: RegExp, reply: (response: any, answers: any[]) => unknown}[]} */
const FAULTS = [
    {
        name: 'slower than the deadline',
        reason: /^no complete answer within the deadline/,
        reply: async (response, answers) => {
            await sleep(7000);
            sendJson(response, answers);
        },
    },
    {
        name: 'status 500',
        reason: /^the HTTP status is not a success: 500/,
        reply: (response) => sendJson(response, 'oops', 500),
    },
    {
        name: 'garbage',
        reason: /^the answer is not JSON/,
        reply: (response) => response.end('<html>'),
    },
    {
        name: 'more than anybody wants',
        reason: /^the answer is larger than its limit/,
        reply: (response) => response.end(HUGE),
    },
    { name: 'no answer at all', reason: /^no complete answer/, reply: () => {} },
    {
        name: 'another chain',
        reason: /^the node serves another chain/,
        reply: (response, answers) => sendJson(response, [{ ...answers[0], result: '0x1' }, ...answers.slice(1)]),
    },
];

describe('each fault of its node', { concurrency: 3 }, () => {
    for (const { name, reason, reply } of FAULTS) {
        test(name, async (t) => {
            const contract = new InftContract('v1');
            const node = await openNode(t, { answer: contract.answer });
            const stack = await startReading(t, node, contract.settings());
            const good = await stack.untilMetrics(NEXT_WORD_MS, (now) => assertFresh(now, ['inft']));

            // Only this source asks for code.
            node.reply = (response, answers) => {
                const isInft = node.calls.slice(-answers.length).includes('eth_getCode');
                return isInft ? reply(response, answers) : sendJson(response, answers);
            };
            const failing = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assertFailing(now, { reason, states: ['fresh', 'stale'], keys: ['inft'] });
            });
            assert.deepEqual(failing.inft, good.inft, 'the last good value stays');
            assertFresh(failing);

            node.reply = null;
            await stack.untilMetrics(NEXT_WORD_MS, (now) => assertFresh(now, ['inft']));
        });
    }

    test('logs that are refused or never come leave the token as it is', async (t) => {
        const contract = new InftContract('v1', { maxRange: 0 });
        const node = await openNode(t, { answer: contract.answer });
        const stack = await startReading(t, node, contract.settings());
        const { inft } = await stack.untilMetrics(2 * NEXT_WORD_MS, ({ inft: now, sources }) => {
            assert.equal(sources.inft.reason, null);
            assert.ok(now.notes.includes('the node refuses logs: the last change is not known'));
        });
        assert.equal(inft.lifecycle, 'AUTHORISED');
        assert.equal(inft.lastActive, null);
        contract.maxRange = Infinity;
        await stack.untilMetrics(NEXT_WORD_MS, ({ inft: now }) => assert.notEqual(now.lastActive, null));
    });
});
