// Each stand-in of the local network is stopped while the page is open: what it fed grows old and says why,
// all else goes on, and it heals without a reload.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clearFault, setFault } from '../../scripts/localnet/control.mjs';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

/** The longest staleAfterMs is 45 s; a busy machine and the page's own interval come on top. */
const STALE_WITHIN_MS = 75_000;
const HEALED_WITHIN_MS = 75_000;

const REFUSED = /^the connection is refused or broken \(\$ZG_(GPU_EXPORTER|STATUS|MIRROR)_URL\) · since .+ · check that the node runs/;
const SILENT = /^no complete answer within the deadline|^the connection is refused or broken/;
const CHAIN = ['Chain head', 'Compute services', 'Ledger and balances', 'Storage', 'iNFT'];

/**
 * Who is stopped, and the sources that go with it, as the page names them. A provider that is gone is what
 * its probe finds; node, indexer and explorer of 0G Storage are asked for what stands beside the figures
 * that the chain gives: these have words of their own on the page, and no source goes stale.
 */
const CUTS = [
    { who: 'GPU exporter, status API and mirror node', fronts: ['gpuExporter', 'status', 'mirror'], stale: ['GPU', 'Provider status', 'Task results'], reason: REFUSED },
    { who: 'providers', fronts: Array.from({ length: 8 }, (_, index) => `provider/${index}`), stale: [] },
    { who: 'storage node, indexer and storage explorer', fronts: ['storageNode', 'indexer', 'storageScan'], stale: [] },
    { who: 'chain', stale: CHAIN, reason: SILENT },
];

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
    [stack, browser] = await Promise.all([startStack({ ZG_RATE_LIMIT: '0' }), launchBrowser()]);
    ({ page } = await openPage(browser));
    await page.goto(stack.url);
    await page.evaluate(() => {
        globalThis.notReloaded = true;
    });
    await until(HEALED_WITHIN_MS, async () => assertStale(await sources(), []));
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

/** The rows of the page's list: state and words by the source's name. */
async function sources() {
    const rows = await page.locator('section[aria-labelledby="sources"] tbody tr').evaluateAll((all) =>
        all.map((row) => [...row.children].map((cell) => cell.innerText.trim())),
    );
    return rows.map(([name, state, words]) => ({ name, state, words }));
}

function assertStale(rows, names, reason) {
    assert.ok(rows.length > 0);
    assert.deepEqual(rows.filter(({ state }) => state !== 'fresh').map(({ name }) => name).sort(), [...names].sort());
    for (const { state, words } of rows.filter(({ name }) => names.includes(name))) {
        assert.equal(state, 'stale');
        assert.match(words, reason);
    }
}

async function stop({ fronts }) {
    if (!fronts) process.kill(stack.facts.anvilPid, 'SIGSTOP');
    else for (const front of fronts) await setFault(stack.facts.control, front, { reset: true });
}

async function resume({ fronts }) {
    if (!fronts) process.kill(stack.facts.anvilPid, 'SIGCONT');
    else for (const front of fronts) await clearFault(stack.facts.control, front);
}

for (const cut of CUTS) {
    test(`without its ${cut.who} exactly ${cut.stale.join(', ') || 'nothing'} goes stale, and heals`, async () => {
        await stop(cut);
        const stoppedAt = performance.now();
        try {
            await until(STALE_WITHIN_MS, async () => assertStale(await sources(), cut.stale, cut.reason), 500);
            // What does not go stale has as much time for it as what does.
            if (cut.stale.length === 0) {
                await page.waitForTimeout(50_000 - (performance.now() - stoppedAt));
                assertStale(await sources(), []);
            }
        } finally {
            await resume(cut);
        }
        await until(HEALED_WITHIN_MS, async () => assertStale(await sources(), []), 500);
        assert.equal(await page.evaluate(() => globalThis.notReloaded), true);
    });
}
