// Behind the feet of the cards: what was asked, what came, and a line that anyone can run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { axeFindings, launchBrowser, openPage } from '../lib/browser.mjs';
import { startStack } from '../lib/stack.mjs';

const run = promisify(execFile);
const FEET = [
    ['GPU Utilization', 'GPU'],
    ['Storage Usage', 'Storage'],
    ['iNFT Status', 'iNFT'],
    ['Recent Inference Jobs', 'Inference jobs'],
];

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    [stack, browser] = await Promise.all([startStack({ ZG_RATE_LIMIT: '0' }), launchBrowser()]);
    await stack.untilMetrics(15_000, ({ sources }) => {
        for (const key of ['gpu', 'storage', 'inft', 'jobs']) assert.equal(sources[key].state, 'fresh', key);
    });
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

async function openDrawer(t, card, title) {
    const { page, complaints, close } = await openPage(browser);
    t.after(close);
    await page.goto(`${stack.url}/?theme=dark`);
    await page.getByRole('region', { name: card }).getByRole('button').first().click();
    const drawer = page.getByRole('dialog', { name: title });
    await drawer.getByText(/^Last good reading|^Nothing was read/).first().waitFor();
    return { page, drawer, complaints };
}

for (const [card, title] of FEET) {
    test(`the foot of ${card} opens its evidence, and axe finds nothing there in either theme`, async (t) => {
        const { page, complaints } = await openDrawer(t, card, title);
        for (const theme of ['dark', 'light']) {
            await page.evaluate((chosen) => document.querySelectorAll('[data-theme]').forEach((part) => (part.dataset.theme = chosen)), theme);
            assert.deepEqual(await axeFindings(page, 'dialog'), [], theme);
        }
        assert.deepEqual(complaints, []);
    });
}

test('the line in the drawer repeats the read from any shell', async (t) => {
    const { drawer } = await openDrawer(t, 'iNFT Status', 'iNFT');
    const line = await drawer.getByLabel('Shell line that repeats request 1').first().textContent();
    const { stdout } = await run('sh', ['-c', line], { env: { ...process.env, ZG_CHAIN_RPC: stack.facts.rpc } });
    const answers = [JSON.parse(stdout)].flat();
    assert.ok(answers.length > 0);
    for (const answer of answers) assert.ok('result' in answer || 'error' in answer, stdout);
    const raw = await drawer.locator('pre').filter({ hasText: '"result"' }).first().textContent();
    assert.ok(raw.includes('"jsonrpc"'));
});

test('Escape closes it, and the page goes on', async (t) => {
    const { page, drawer } = await openDrawer(t, 'GPU Utilization', 'GPU');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.getByText('Inference & 0G Metrics').waitFor();
});
