// A mirror node that goes wrong: its source says so, nothing else notices, and it heals without losing a job.
// What can happen to every source: sources.test.mjs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openMirror, taskResult } from '../lib/mirror.mjs';
import { CHAIN_SOURCES, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';

const INTERVAL_MS = 15_000;
const REQUEST_DEADLINE_MS = 5000;

/** Each as the stand-in knows it. */
const FAULTS = [
    { name: 'status 500', fault: { status: 500 }, reason: /^the HTTP status is not a success: 500 .*check ZG_MIRROR_TOPIC/ },
    { name: 'a topic that is not there', fault: { status: 404 }, reason: /^the HTTP status is not a success: 404/ },
    { name: 'a huge answer', fault: { hugeBytes: 200_000_000 }, reason: /^the answer is larger than its limit/ },
    { name: 'a slow answer that is too late', fault: { delayMs: 8000 }, reason: /^no complete answer within the deadline/ },
    { name: 'a broken connection', fault: { reset: true }, reason: /^(the connection is refused or broken|the data ends too early)/ },
    { name: 'an answer that is cut', fault: { cutAfterBytes: 40 }, reason: /^the data ends too early/ },
    { name: 'a redirect', fault: { status: 302 }, reason: /^the HTTP status is not a success: 302/ },
];

describe('the mirror node goes wrong', { concurrency: 10 }, () => {
    for (const { name, fault, reason } of FAULTS) {
        test(name, async (t) => {
            const node = await openNode(t, {});
            const mirror = await openMirror(t);
            await mirror.publish(taskResult('one'));
            mirror.setFault(fault);
            const stack = await startReading(t, node, mirror.settings);
            await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
                assertFailing(now, { reason, states: ['error'], keys: ['mirror'] });
                assertFresh(now, [...CHAIN_SOURCES, 'jobs']);
                assert.deepEqual(now.jobs, []);
            });
            mirror.setFault(null);
            await stack.untilMetrics(INTERVAL_MS + SLACK_MS, (now) => {
                assertFresh(now, [...CHAIN_SOURCES, 'jobs', 'mirror']);
                assert.deepEqual(now.jobs.map(({ id }) => id), ['one']);
            });
        });
    }

    test('a private address has to be allowed on a public network', async (t) => {
        const galileo = await openNode(t, { chainId: 16602, servingAddress: '0xa79F4c8311FF93C06b8CfB403690cc987c93F91E' });
        const mirror = await openMirror(t);
        const stack = await startReading(t, galileo, { ...mirror.settings, ZG_NETWORK: 'galileo', ZG_SERVING_CONTRACT: '' });
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
            assertFailing(now, {
                reason: /^the address is private and not allowed \(\$ZG_MIRROR_URL\) .*ZG_ALLOW_PRIVATE$/,
                states: ['error'],
                keys: ['mirror'],
            });
        });
        assert.deepEqual(mirror.asked, []);
    });
});
