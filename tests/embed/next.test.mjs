// A dashboard made with Next.js renders the panel on its server, from a server component, and the browser takes it over
// without a word: in another time zone than the server's, as it is developed and as it is built.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage } from '../lib/browser.mjs';
import { Endings } from '../lib/endings.mjs';
import { installBesideInstance } from '../lib/host-app.mjs';

const COMPILED_MS = 60_000;

const shared = new Endings();
/** @type {import('../lib/host-app.mjs').HostApp} */
let app;
/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    [app, stack, browser] = await installBesideInstance('next', shared);
});
after(() => shared.run());

/** The page as the server sends it, and as it stands in a browser that has taken it over. */
async function visit(t, url) {
    const reply = await fetch(url, { signal: AbortSignal.timeout(COMPILED_MS) });
    assert.equal(reply.status, 200);
    const { page, complaints, close } = await openPage(browser, { timezoneId: 'Asia/Tokyo' });
    t.after(close);
    await page.goto(url, { timeout: COMPILED_MS });
    // The data that React goes on with stands in scripts.
    return { html: (await reply.text()).replace(/<script.*?<\/script>/gs, ''), page, complaints };
}

for (const how of ['developed', 'built']) {
    describe(`as ${how}`, () => {
        const server = new Endings();
        let url;
        before(async () => {
            if (how === 'built') await app.run('next', 'build');
            const command = how === 'built' ? 'start' : 'dev';
            url = await app.serve(server, { METRICS_ORIGIN: stack.url }, 'next', command, '-H', '127.0.0.1', '-p', 'PORT');
        });

        after(() => server.run());

        test('a server component renders it with the eight props alone; times and ages come with the browser', async (t) => {
            const { html, page, complaints } = await visit(t, url);
            for (const figure of ['78%', '24.8%', '12345', '512/128']) assert.ok(html.includes(figure), figure);
            assert.doesNotMatch(html, / ago|\d\d:\d\d</);
            await page.getByText(/ago$/).waitFor();
            assert.match(await page.locator('time').first().textContent(), /^1 Mar$/);
            assert.equal(await page.locator('.zg-root').evaluate((root) => getComputedStyle(root).containerType), 'size');
            assert.deepEqual(complaints, []);
        });

        test('where the server knows the time it renders ages; times of day are the viewer\'s', async (t) => {
            const { html, page, complaints } = await visit(t, `${url}/dated`);
            assert.ok(html.includes('30 minutes ago'));
            assert.doesNotMatch(html, /\d\d:\d\d</);
            await page.getByText('21:00').waitFor();
            assert.deepEqual(complaints, []);
        });

        test('a snapshot that the server read is on the first paint, and the browser goes on from it', async (t) => {
            const { html, page, complaints } = await visit(t, `${url}/live`);
            assert.match(html, /LOCAL NETWORK/);
            assert.match(html, />connected</);
            const polled = page.waitForResponse(`${stack.url}/api/metrics`);
            assert.equal((await polled).status(), 200);
            await page.locator('[data-status="connected"]').waitFor();
            assert.deepEqual(complaints, []);
        });
    });
}
