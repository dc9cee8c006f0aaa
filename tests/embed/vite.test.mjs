// A dashboard made with Vite shows the library's panel twice: with the figures of an instance at another origin, and
// with the eight props alone. As it is developed (StrictMode does everything twice there) and as it is built.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPage } from '../lib/browser.mjs';
import { Endings } from '../lib/endings.mjs';
import { installBesideInstance } from '../lib/host-app.mjs';
import { until } from '../lib/until.mjs';

const POLLED_DEADLINE_MS = 30_000;
const HEADING = 'Inference & 0G Metrics';
const SERVERS = { developed: ['vite'], built: ['vite', 'preview'] };
/**
 * What React listens to on the document, the hook, which rests while the tab is hidden, and React again when it tries
 * what the browser can.
 */
const LISTENERS = ['document selectionchange', 'document visibilitychange', 'window test'];

const shared = new Endings();
/** @type {import('../lib/host-app.mjs').HostApp} */
let app;
/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    [app, stack, browser] = await installBesideInstance('vite', shared);
});
after(() => shared.run());

/** Notes each listener on what belongs to the whole document. */
function noteListeners() {
    const add = EventTarget.prototype.addEventListener;
    globalThis.listeners = [];
    EventTarget.prototype.addEventListener = function (type, ...rest) {
        const global = [
            [globalThis, 'window'],
            [document, 'document'],
            [document.documentElement, 'html'],
            [document.body, 'body'],
        ].find(([target]) => target === (this ?? globalThis));
        if (global) globalThis.listeners.push(`${global[1]} ${type}`);
        return add.call(this, type, ...rest);
    };
}

test('its types hold in a strict project', async () => {
    await app.run('tsc');
});

for (const [how, [program, ...command]] of Object.entries(SERVERS)) {
    describe(`as ${how}`, () => {
        const server = new Endings();
        let url;
        let opened;
        before(async () => {
            if (how === 'built') await app.run('vite', 'build');
            url = await app.serve(server, {}, program, ...command, '--host', '127.0.0.1', '--strictPort', '--port', 'PORT');
            opened = await openPage(browser);
            await opened.page.goto(`${url}/?metrics=${stack.url}/api/metrics`, { timeout: 60_000 });
            await opened.page.getByRole('heading', { name: HEADING }).nth(1).waitFor({ timeout: 60_000 });
        });
        after(async () => {
            await opened?.close();
            await server.run();
        });

        test('both panels stand beside each other', async () => {
            const { page } = opened;
            const [live, own] = await page.locator('.zg-root').all();
            await live.locator('[data-status="connected"]').waitFor();
            await live.getByText('LOCAL NETWORK').waitFor();
            for (const figure of ['78%', '24.8%', '12345', '512/128']) await own.getByText(figure).waitFor();
            await own.getByText(/ago$/).waitFor();
            assert.equal(await own.getByRole('button').count(), 0);
            const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
            assert.equal(new Set(ids).size, ids.length);
            for (const panel of [live, own]) assert.equal((await panel.boundingBox()).height, 495);
        });

        test('the instance is polled from here without a preflight, and what has not changed is a 304', async () => {
            const asked = () =>
                stack
                    .log('access')
                    .trim()
                    .split('\n')
                    .map((line) => JSON.parse(line))
                    .filter(({ uri }) => uri === '/api/metrics');
            const before = asked().length;
            await until(POLLED_DEADLINE_MS, () => {
                const since = asked().slice(before);
                assert.ok(since.length >= 4 && since.some(({ status }) => status === 304), `${since.length} polls`);
            });
            // A preflight would be an OPTIONS.
            assert.deepEqual([...new Set(asked().map(({ method }) => method))], ['GET']);
        });

        test('its keys and listeners stay the host\'s', async () => {
            const { page, close } = await openPage(browser);
            await page.addInitScript(noteListeners);
            await page.goto(`${url}/?metrics=${stack.url}/api/metrics`);
            await page.locator('[data-status="connected"]').nth(1).waitFor();
            const address = page.url();
            for (const key of ['p', 'k', 'f', '?']) await page.keyboard.press(key);
            assert.equal(page.url(), address);
            assert.equal(await page.getByRole('dialog').count(), 0);
            assert.equal(await page.getByText('updates paused').count(), 0);
            assert.equal(await page.evaluate(() => document.fullscreenElement), null);
            // Vite's own client listens too while developing.
            const listeners = await page.evaluate(() => globalThis.listeners);
            if (how === 'built') assert.deepEqual([...new Set(listeners)].sort(), LISTENERS);
            for (const listener of listeners) assert.doesNotMatch(listener, / key|wheel|touch|pointer|mouse|click|focus/);
            await close();
        });

        test('the drawer is loaded when it is opened, and reads the evidence across origins', async () => {
            const { page, requested } = opened;
            const drawerFiles = () => requested.filter((address) => /EvidenceDrawer/.test(address));
            assert.deepEqual(drawerFiles(), []);
            await page.getByRole('region', { name: 'GPU Utilization' }).first().getByRole('button').first().click();
            const drawer = page.getByRole('dialog', { name: 'GPU' });
            await drawer.getByText(/Nothing was read|Last good reading/).waitFor();
            assert.equal(drawerFiles().length, 1);
            const { x, y, width, height } = await drawer.boundingBox();
            assert.deepEqual({ right: x + width, y, height }, { right: 1920, y: 0, height: 1080 });
            await page.keyboard.press('Escape');
            await drawer.waitFor({ state: 'detached' });
        });

        test('nothing was complained about', () => {
            assert.deepEqual(opened.complaints, []);
        });
    });
}
