// An exporter and a status API that go wrong in ways of their own: each says so for itself, the others do
// not notice, and both heal. What can happen to every source: sources.test.mjs.
import assert from 'node:assert/strict';
import { Readable, pipeline } from 'node:stream';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeService } from '../lib/contracts.mjs';
import { dcgm, healthReport } from '../lib/own-node.mjs';
import { CHAIN_SOURCES, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { openServer } from '../lib/stub-web.mjs';

const GPU_INTERVAL_MS = 2000;
const STATUS_INTERVAL_MS = 15_000;
const STALE_AFTER_MS = 15_000;
const REQUEST_DEADLINE_MS = 5000;
const HUGE = 200 * 1024 * 1024;

const FIGURES = dcgm([{ load: 30, usedMiB: 100, freeMiB: 900 }]);

function pour(response) {
    const chunk = Buffer.alloc(1024 * 1024, '#');
    const chunks = function* () {
        for (let sent = 0; sent < HUGE; sent += chunk.length) yield chunk;
    };
    pipeline(Readable.from(chunks()), response, () => {});
}

async function trickle(response, text) {
    for (const byte of text) {
        if (response.destroyed) return;
        response.write(byte);
        await sleep(1000);
    }
    response.end();
}

/** @type {{name: string, reason: RegExp, statusReason?: RegExp, reply: import('../lib/stub-web.mjs').StubServer['reply']}[]} */
const FAULTS = [
    {
        name: 'a well-formed answer of somebody else',
        reason: /^the answer has none of the figures looked for/,
        statusReason: /^the answer is not JSON/,
        reply: (response) => response.end('node_load1 0.5\n'),
    },
    {
        name: '200 MB',
        reason: /^the answer is larger than its limit/,
        reply: (response) => pour(response),
    },
    {
        name: 'one byte a second',
        reason: /^no complete answer within the deadline/,
        reply: (response, text) => void trickle(response, text),
    },
    {
        name: 'a connection that breaks',
        reason: /^(the data ends too early|the connection is refused or broken)/,
        reply: (response) => {
            response.writeHead(200, { 'content-length': 1000 });
            response.write('D', () => response.destroy());
        },
    },
];

async function startWithBoth(t) {
    const services = [makeService(1)];
    const node = await openNode(t, { services });
    const exporter = await openServer(t, FIGURES);
    const prober = await openServer(
        t,
        healthReport([{ provider: services[0].provider, model: services[0].model, status: 'healthy' }]),
    );
    const start = () =>
        startReading(t, node, { ZG_GPU_EXPORTER_URL: exporter.url, ZG_STATUS_URL: prober.url });
    return { exporter, prober, start };
}

async function assertBroken(stack, { reason, statusReason = reason }) {
    const { compute, services } = await stack.untilMetrics(REQUEST_DEADLINE_MS + GPU_INTERVAL_MS + SLACK_MS, (now) => {
        assertFailing(now, { reason, states: ['error'], keys: ['gpu'] });
        assertFailing(now, { reason: statusReason, states: ['error'], keys: ['status'] });
        assertFresh(now, CHAIN_SOURCES);
    });
    assert.equal(compute.gpuUtilization, null);
    assert.equal(compute.gpu, null);
    assert.equal(services[0].health, null);
}

async function assertHealed(stack) {
    const { compute, services } = await stack.untilMetrics(STATUS_INTERVAL_MS + SLACK_MS, (now) => {
        assertFresh(now, [...CHAIN_SOURCES, 'gpu', 'status']);
    });
    assert.equal(compute.gpuUtilization, 30);
    assert.equal(services[0].health.status, 'healthy');
}

describe('the own node and the prober go wrong', { concurrency: 6 }, () => {
    for (const fault of FAULTS) {
        test(fault.name, async (t) => {
            const { exporter, prober, start } = await startWithBoth(t);
            exporter.reply = prober.reply = fault.reply;
            const stack = await start();
            await assertBroken(stack, fault);
            exporter.reply = prober.reply = null;
            await assertHealed(stack);
        });
    }

    test('a refused connection', async (t) => {
        const { exporter, prober, start } = await startWithBoth(t);
        await Promise.all([exporter.close(), prober.close()]);
        const stack = await start();
        await assertBroken(stack, { reason: /^the connection is refused or broken/ });
        await Promise.all([exporter.open(), prober.open()]);
        await assertHealed(stack);
    });

    test('the last figures stay, with their reason, until and after they are stale', async (t) => {
        const { exporter, start } = await startWithBoth(t);
        const stack = await start();
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => assertFresh(now, ['gpu']));
        await exporter.close();
        const failing = (states) => (now) => {
            assertFailing(now, { reason: /^the connection is refused/, states, keys: ['gpu'] });
            assert.equal(now.compute.gpuUtilization, 30);
        };
        await stack.untilMetrics(GPU_INTERVAL_MS + SLACK_MS, failing(['fresh']));
        await stack.untilMetrics(STALE_AFTER_MS + SLACK_MS, failing(['stale']));
        const { text } = await stack.request('/metrics');
        assert.match(text, /^zg_source_fresh\{source="gpu"\} 0$/m);
        await exporter.open();
        await stack.untilMetrics(GPU_INTERVAL_MS + SLACK_MS, (now) => assertFresh(now, ['gpu']));
    });
});
