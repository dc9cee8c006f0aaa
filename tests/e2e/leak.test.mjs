// The page goes on as it began, however long it stands on a wall.
//
//   SIMULATED_HOURS=24 node --test e2e/leak.test.mjs     as `make test-all` does
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { servePages } from '../lib/page-server.mjs';
import { NOW, REPLIES } from '../lib/sample-replies.mjs';

const INTERVAL_MS = 2000;
const MINUTE_MS = 60_000;
/** `make test-all` has the time to draw a whole day of updates. */
const SIMULATED_MS = Number(process.env.SIMULATED_HOURS ?? 0.25) * 60 * MINUTE_MS;
const WARM_UP_MS = 2 * MINUTE_MS;
/** What React keeps of the state before. A leak is of one for each of hundreds of updates. */
const SLACK = 100;
const STATES = ['fresh', 'run in progress', 'stale', 'mixed', 'off', 'disconnected', 'fresh', 'error', 'empty', 'scanning'];

test(`updates of ${SIMULATED_MS / MINUTE_MS} simulated minutes leak neither nodes nor listeners`, { timeout: Infinity }, async (t) => {
    const [browser, pages] = await Promise.all([launchBrowser(), servePages(REPLIES, NOW)]);
    t.after(() => pages.close());
    t.after(() => browser.close());
    const { page, complaints } = await openPage(browser);
    const inspector = await page.context().newCDPSession(page);
    await inspector.send('Performance.enable');
    await inspector.send('HeapProfiler.enable');
    const count = async () => {
        await inspector.send('HeapProfiler.collectGarbage');
        const { metrics } = await inspector.send('Performance.getMetrics');
        const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
        return { nodes: of('Nodes'), listeners: of('JSEventListeners') };
    };
    await page.clock.install({ time: NOW });
    // Each poll is answered inside the page, so that a day of them takes no network.
    await page.addInitScript((replies) => {
        const bodies = replies.map((reply) => JSON.stringify(reply));
        globalThis.polls = 0;
        const headers = { 'content-type': 'application/json' };
        globalThis.fetch = async () => new Response(bodies[globalThis.polls++ % bodies.length], { headers });
    }, STATES.map((state) => REPLIES[state]));
    await page.goto(pages.url('fresh'));
    await page.locator('.zg-panel').waitFor();

    /** Until the state that all began with stands there again. */
    const run = async (spanMs) => {
        for (let done = 0; done < spanMs; done += MINUTE_MS) await page.clock.runFor(MINUTE_MS);
        while (await page.evaluate((states) => globalThis.polls % states !== 1, STATES.length)) await page.clock.runFor(500);
        return { ...(await count()), polls: await page.evaluate(() => globalThis.polls) };
    };
    const first = await run(WARM_UP_MS);
    const last = await run(SIMULATED_MS);
    const story = `${JSON.stringify(first)}, then ${JSON.stringify(last)}`;
    assert.ok(last.polls - first.polls > SIMULATED_MS / INTERVAL_MS / 2, story);
    assert.ok(last.listeners <= first.listeners + SLACK && last.nodes <= first.nodes + SLACK, story);
    assert.deepEqual(complaints, []);
});
