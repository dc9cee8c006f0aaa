// The page while the world moves: what it asks, and how soon it shows what happened.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pauseAgent } from '../../scripts/localnet/control.mjs';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

const SEEN_WITHIN_MS = 3000;
const INTERVAL_MS = 2000;
const POLLS = 10;

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    [stack, browser] = await Promise.all([startStack({ ZG_RATE_LIMIT: '0' }), launchBrowser()]);
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

async function untilConnected(page) {
    await page.locator('header [data-status="connected"]').waitFor();
}

async function record(job) {
    const reply = await stack.request('/admin/api/jobs', {
        method: 'POST',
        body: JSON.stringify(job),
        headers: {
            authorization: `Bearer ${readFileSync(join(stack.runDir, 'record-token'), 'utf8').trim()}`,
            'content-type': 'application/json',
        },
    });
    assert.equal(reply.status, 200, reply.text);
}

test('a recorded job appears within 3 s, and completes in its own row', async (t) => {
    const { page, close } = await openPage(browser);
    t.after(close);
    await page.goto(stack.url);
    await untilConnected(page);
    const job = { id: 'seen-soon', model: 'seen-soon', inputTokens: 256 };
    const row = page.getByRole('row').filter({ hasText: 'seen-soon' });

    await record({ ...job, status: 'running' });
    await until(SEEN_WITHIN_MS, async () => assert.match(await row.innerText(), /running[^]*256\/\.\.\.[^]*\.\.\./));
    await row.evaluate((element) => {
        globalThis.rowOfBefore = element;
    });
    await record({ ...job, status: 'completed', outputTokens: 64, latencyMs: 1234 });
    await until(SEEN_WITHIN_MS, async () => assert.match(await row.innerText(), /completed[^]*256\/64[^]*1,234ms/));
    assert.ok(await row.evaluate((element) => element === globalThis.rowOfBefore));
});

test('one request each interval, and at least half of them 304 while only blocks come', async (t) => {
    await pauseAgent(stack.facts.control);
    const { page, close } = await openPage(browser);
    t.after(close);
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    /** When each poll was sent, by its id; and with which status it was answered, which fetch() does not tell. */
    const sent = new Map();
    const statuses = [];
    network.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
        if (request.url === `${stack.url}/api/metrics`) sent.set(requestId, timestamp * 1000);
    });
    network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
        if (sent.has(requestId)) statuses.push(statusCode);
    });
    // What the agent did last has to be over: its file, its proofs.
    await page.goto(stack.url);
    await untilConnected(page);
    await until(10 * POLLS * INTERVAL_MS, () => {
        const last = statuses.slice(-POLLS);
        assert.ok(last.length === POLLS && last.every((status) => status === 200 || status === 304), statuses.join(' '));
        const unchanged = last.filter((status) => status === 304).length;
        assert.ok(unchanged >= POLLS / 2, `${unchanged} of the last ${POLLS}: ${statuses.join(' ')}`);
    }, 500);
    const times = [...sent.values()];
    const pauses = times.slice(1).map((time, index) => time - times[index]);
    // The interval begins when the answer is there.
    assert.ok(Math.min(...pauses) >= INTERVAL_MS - 50, `pauses of ${pauses.map(Math.round).join(', ')} ms`);
});
