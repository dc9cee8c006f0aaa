// The page in a frame of another origin: it shows where ZG_FRAME_ANCESTORS names that origin, and nowhere else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { Endings } from '../lib/endings.mjs';
import { ROOT, startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';

const shared = new Endings();
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('../lib/stub-rpc.mjs').StubNode} */
let node;

before(async () => {
    node = await openNode(shared);
    browser = await launchBrowser();
    shared.after(() => browser.close());
});
after(() => shared.run());

/** A dashboard at an origin of its own; the frame in it is that of docs/embedding.md. */
async function openDashboard(t) {
    const text = readFileSync(join(ROOT, 'tests/embed/frame.html'), 'utf8');
    const dashboard = { framed: '', url: '' };
    const server = http.createServer((_, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(text.replace('https://metrics.example', dashboard.framed));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    dashboard.url = `http://127.0.0.1:${server.address().port}`;
    return dashboard;
}

/** @returns {Promise<{frame: import('playwright-core').Frame, complaints: string[]}>} what stands in the dashboard's frame */
async function look(t, dashboard) {
    const { page, complaints, close } = await openPage(browser);
    t.after(close);
    await page.goto(dashboard.url);
    const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
    return { frame, complaints };
}

test('an allowed origin shows the panel, alone and alive; another is refused', async (t) => {
    const [allowed, other] = [await openDashboard(t), await openDashboard(t)];
    const stack = await startReading(t, node, { ZG_FRAME_ANCESTORS: allowed.url });
    allowed.framed = other.framed = stack.url;

    const shown = await look(t, allowed);
    await shown.frame.getByRole('heading', { name: 'Inference & 0G Metrics' }).waitFor();
    await shown.frame.locator('[data-status="connected"]').waitFor();
    assert.equal(await shown.frame.getByRole('toolbar').count(), 0);
    assert.deepEqual(shown.complaints, []);

    const refused = await look(t, other);
    await until(10_000, () => assert.match(refused.complaints.join(), /frame-ancestors/));
    assert.equal(await refused.frame.getByRole('heading').count(), 0);
});

test('nobody may show it unless told', async (t) => {
    const dashboard = await openDashboard(t);
    const stack = await startReading(t, node);
    dashboard.framed = stack.url;
    const refused = await look(t, dashboard);
    await until(10_000, () => assert.match(refused.complaints.join(), /frame-ancestors 'none'/));
    assert.equal(await refused.frame.getByRole('heading').count(), 0);
});
