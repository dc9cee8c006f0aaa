// The page in a real browser, on the local network.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { provider, registerServices } from '../../scripts/localnet/control.mjs';
import { axeFindings, launchBrowser, openPage } from '../lib/browser.mjs';
import { makeService } from '../lib/contracts.mjs';
import { startReading, startStack } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { holds, until } from '../lib/until.mjs';

const HOSTILE = [
    {
        provider: 100,
        model: '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">',
        url: 'javascript:window.hacked=1',
        serviceType: '<svg onload="window.hacked = 1">',
        verifiability: '"><iframe src="https://elsewhere.example/">',
        additionalInfo: '{"__proto__":{"hacked":1}}',
    },
    {
        provider: 101,
        model: `שלום \u202E ${'very-long-name-'.repeat(20)} 🤖`,
        url: 'https://elsewhere.example/icon.png',
    },
];
/** Of the sources that this version reads every few seconds. */
const CHAIN = ['Chain head', 'Compute services', 'Ledger and balances'];
const READ = [...CHAIN, 'GPU'];


/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    [stack, browser] = await Promise.all([startStack({ ZG_RATE_LIMIT: '0' }), launchBrowser()]);
    await registerServices(stack.facts.rpc, HOSTILE);
    await stack.untilMetrics(15_000, ({ services, sources }) => {
        assert.ok(services.some(({ provider: address }) => address === provider(101).address));
        assert.equal(sources.chain.state, 'fresh');
    });
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

/**
 * @param {import('node:test').TestContext} t
 * @param {string} [path]
 * @param {object} [options]  for the browser's context, and
 * @param {(page: import('playwright-core').Page) => Promise<void>} [options.prepare]  before it is opened
 * @param {import('../lib/stack.mjs').Stack} [options.of]  whose page; else that of the local network
 */
async function visit(t, path = '/', { prepare = async () => {}, of = stack, ...options } = {}) {
    const visited = await openPage(browser, options);
    t.after(visited.close);
    await prepare(visited.page);
    await visited.page.goto(of.url + path);
    return visited;
}

const connection = (page) => page.locator('header [data-status]').innerText();
const headerText = (page) => page.locator('header').innerText();

/** The states of the page's list of sources, by the words of its first column. */
async function sourceStates(page) {
    const rows = await page.locator('section[aria-labelledby="sources"] tbody tr').all();
    return Object.fromEntries(
        await Promise.all(
            rows.map(async (row) => [await row.locator('th').innerText(), await row.locator('td').first().innerText()]),
        ),
    );
}

async function assertAllRead(page, state, names = READ) {
    const states = await sourceStates(page);
    for (const name of names) assert.equal(states[name], state, name);
}

test('the gauge shows the own node, which is simulated here and never called 0G', async (t) => {
    const { page } = await visit(t);
    await until(8000, async () => assert.match(await page.getByRole('meter', { name: 'GPU Utilization' }).innerText(), /^\d+%$/m));
    const gauge = await page.locator('section', { has: page.getByRole('heading', { name: 'GPU Utilization' }) }).last().innerText();
    assert.match(gauge, /simulated · \s*GPU: own node/);
    assert.doesNotMatch(gauge, /0G/);
});

test('it opens without a complaint, asks nobody else, and lives', async (t) => {
    const { page, complaints, requested } = await visit(t);
    await until(5000, async () => assert.equal(await connection(page), 'connected'));
    await assertAllRead(page, 'fresh');
    const polls = () => requested.filter((url) => url === `${stack.url}/api/metrics`).length;
    await until(10_000, () => assert.ok(polls() >= 3, `${polls()} polls`));
    assert.deepEqual(complaints, []);
    const hosts = new Set(requested.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin));
    assert.deepEqual([...hosts], [stack.url]);
});

test('it says LOCAL NETWORK in a striped band, and what is simulated', async (t) => {
    const { page } = await visit(t);
    assert.match(await headerText(page), /LOCAL NETWORK · simulated GPU, providers, storage/);
    const background = await page.locator('header').evaluate((header) => getComputedStyle(header).backgroundImage);
    assert.match(background, /repeating-linear-gradient/);
});

test('a public network has its name and chain id in the header, and no band', async (t) => {
    const node = await openNode(t, { chainId: 16602n, services: [makeService(1), makeService(2)] });
    const galileo = await startReading(t, node, { ZG_NETWORK: 'galileo', ZG_ALLOW_PRIVATE: '127.0.0.0/8' });
    await galileo.untilMetrics(8000, ({ sources }) => assert.equal(sources.compute.state, 'fresh'));
    const { page } = await visit(t, '/', { of: galileo });
    const header = await until(5000, async () => {
        assert.equal(await connection(page), 'connected');
        return headerText(page);
    });
    assert.match(header, /0G Galileo via own node · 16602 · #[\d,]+ · 2 providers/);
    assert.ok(!header.includes('LOCAL NETWORK'));
});

test('the first paint has the data already, with no request to the API', async (t) => {
    const { page } = await visit(t, '/', {
        prepare: async (page) => {
            await page.route('**/api/**', (route) => route.abort());
            // When the first figures stand in the document, by the clock of the paint's entry.
            await page.addInitScript(() => {
                new MutationObserver((_, observer) => {
                    const root = document.getElementById('root');
                    if (!root?.textContent.includes('openai/gpt-oss-20b')) return;
                    globalThis.dataAt = performance.now();
                    observer.disconnect();
                }).observe(document, { childList: true, subtree: true });
            });
        },
    });
    const firstPaint = await until(5000, async () => {
        const at = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
        assert.ok(at > 0, 'painted');
        return at;
    });
    const dataAt = await page.evaluate(() => globalThis.dataAt);
    assert.ok(dataAt <= firstPaint, `data after ${dataAt} ms, first paint after ${firstPaint} ms`);
    assert.match(await page.locator('section[aria-labelledby="services"]').innerText(), /qwen\/qwen-2\.5-7b-instruct/);
    await assertAllRead(page, 'fresh');
});

test('services are listed with model, price per million tokens, TEE, contract, block and age', async (t) => {
    const { page } = await visit(t);
    const text = await page.locator('section[aria-labelledby="services"]').innerText();
    const { servingContract } = stack.facts;
    assert.ok(text.includes(servingContract.slice(0, 6)), 'the contract');
    assert.match(text, /#\d/, 'the block');
    assert.match(text, /\d+ s/, 'the age');
    const row = page.locator('section[aria-labelledby="services"] tbody tr').first();
    assert.deepEqual((await row.innerText()).split('\n').map((line) => line.trim()).filter(Boolean).slice(0, 2), [
        'openai/gpt-oss-20b',
        'chatbot',
    ]);
    assert.equal((await row.locator('td[data-label="Input"]').innerText()).trim(), '0.05');
    assert.equal((await row.locator('td[data-label="Output"]').innerText()).trim(), '0.1');
    assert.match(await row.locator('td[data-label="TEE"]').innerText(), /^acknowledged\s+TeeML$/);
});

test('hostile names from the chain are text and nothing else', async (t) => {
    const { page, complaints, requested } = await visit(t);
    await until(5000, async () => assert.equal(await connection(page), 'connected'));
    for (const { model } of HOSTILE) {
        const cells = await page.locator('section[aria-labelledby="services"] tbody th').allTextContents();
        assert.ok(cells.some((cell) => cell.startsWith(model)), model);
    }
    assert.equal(await page.evaluate(() => globalThis.hacked ?? {}.hacked), undefined);
    assert.equal(await page.locator('#root').locator('img, iframe, script, svg[onload]').count(), 0);
    const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.href));
    assert.deepEqual(links.filter((href) => !href.startsWith(stack.url)), []);
    assert.ok(!requested.some((url) => url.includes('elsewhere.example')));
    assert.deepEqual(complaints, []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
});

test('the last minutes of each figure are drawn once they are looked at, by few requests', async (t) => {
    const { page, complaints, requested } = await visit(t);
    const asked = () => requested.filter((url) => url === `${stack.url}/api/history`).length;
    await until(5000, async () => assert.equal(await connection(page), 'connected'));
    assert.equal(asked(), 0, 'nobody has looked yet');
    const section = page.locator('section[aria-labelledby="history"]');
    await section.scrollIntoViewIfNeeded();
    await section.locator('.zg-spark-line').first().waitFor({ state: 'attached' });
    // A point is taken every five seconds, and asked for every ten.
    await until(20_000, async () => {
        const memory = await section.locator('li', { hasText: 'GPU memory' }).innerText();
        assert.match(memory, /^GPU memory\s+\d+%\s+(always \d+%|\d+% to \d+%)/);
    });
    const drawn = await section.locator('.zg-spark-line').evaluateAll((lines) => lines.map((line) => line.getAttribute('d')));
    assert.ok(drawn.filter((line) => line.startsWith('M')).length >= 4, drawn.join(' '));
    assert.ok(asked() <= 3, 'although the figures were asked for again and again');
    assert.deepEqual(complaints, []);
});

const LOOKS = [
    { path: '/', colorScheme: 'dark' },
    { path: '/', colorScheme: 'light' },
    { path: '/?kiosk=1', colorScheme: 'dark' },
];

for (const { path, colorScheme } of LOOKS) {
    test(`axe finds nothing on ${path}, ${colorScheme}`, async (t) => {
        const { page } = await visit(t, path, { colorScheme });
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        if (path === '/') {
            await page.locator('#history').scrollIntoViewIfNeeded();
            await page.locator('.zg-spark-line').first().waitFor({ state: 'attached' });
        }
        assert.deepEqual(await axeFindings(page), []);
    });
}

test('everything can be done with the keyboard alone', async (t) => {
    const { page, complaints } = await visit(t);
    await until(5000, async () => assert.equal(await connection(page), 'connected'));
    const focused = () => page.evaluate(() => document.activeElement?.closest('button, a, [tabindex]')?.innerText ?? '');
    /** Goes on with Tab until what is wanted has the focus, and says what had it on the way. */
    const tabTo = async (wanted) => {
        const seen = [];
        for (let presses = 0; presses < 40; presses += 1) {
            await page.keyboard.press('Tab');
            seen.push(await focused());
            if (wanted.test(seen.at(-1))) return seen;
        }
        throw new Error(`${wanted} never has the focus: ${seen.join(' | ')}`);
    };
    // The feet in the order of the cards, the list that scrolls, the toolbar.
    await tabTo(/GPU: own node/);
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'GPU' });
    await drawer.getByText(/^Last good reading/).waitFor();
    const back = () => until(5000, async () => assert.match(await focused(), /GPU: own node/, 'the focus is back'));
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await back();
    await tabTo(/^Newest first/);
    await tabTo(/^Pause$/);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid', 'the focus is seen');
    await page.keyboard.press('Space');
    await page.getByText('updates paused').waitFor();
    await page.keyboard.press('p');
    await page.getByText('updates paused').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('k');
    await page.getByRole('toolbar').waitFor({ state: 'detached' });
    assert.match(page.url(), /kiosk=1/);
    await page.keyboard.press('k');
    await page.getByRole('toolbar').waitFor();
    assert.deepEqual(complaints, []);
});

for (const reducedMotion of ['reduce', 'no-preference']) {
    test(`marks move or not, as the viewer prefers (${reducedMotion})`, async (t) => {
        const { page } = await visit(t, '/', { reducedMotion });
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        const durations = await page.locator('.zg-moves').evaluateAll((marks) =>
            marks.flatMap((mark) => getComputedStyle(mark).transitionDuration.split(', ').map(Number.parseFloat)),
        );
        assert.equal(Math.max(...durations) > 0, reducedMotion === 'no-preference', durations.join(' '));
    });
}

describe('what it says when something is gone', { concurrency: 1 }, () => {
    /** The page must heal by itself. */
    const markDocument = (page) => page.evaluate(() => (globalThis.notReloaded = true));
    const assertSameDocument = async (page) =>
        assert.equal(await page.evaluate(() => globalThis.notReloaded), true, 'it was not reloaded');

    test('metrics.fcgi is frozen: disconnected in 15 s, all stale in 20 s, healed without a reload', async (t) => {
        const { page, complaints } = await visit(t);
        await markDocument(page);
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        const models = page.locator('section[aria-labelledby="services"] tbody th');
        const services = await models.allInnerTexts();
        const pid = stack.metricsPid;
        process.kill(pid, 'SIGSTOP');
        const frozenAt = performance.now();
        const left = (limitMs) => limitMs - (performance.now() - frozenAt);
        try {
            await until(left(15_000), async () => assert.equal(await connection(page), 'disconnected'));
            assert.match(await headerText(page), /metrics program not answering/);
            await until(left(20_000), () => assertAllRead(page, 'stale'));
            assert.deepEqual(await models.allInnerTexts(), services);
            assert.equal((await stack.request('/api/metrics')).status, 200, 'although nginx keeps answering');
        } finally {
            process.kill(pid, 'SIGCONT');
        }
        await until(6000, async () => assert.equal(await connection(page), 'connected'));
        await until(6000, () => assertAllRead(page, 'fresh'));
        await assertSameDocument(page);
        assert.deepEqual(complaints, []);
    });

    test('the chain falls silent: error in 20 s, all stale, healed without a reload', async (t) => {
        const { page } = await visit(t);
        await markDocument(page);
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        const { anvilPid } = stack.facts;
        process.kill(anvilPid, 'SIGSTOP');
        try {
            await until(22_000, async () => assert.equal(await connection(page), 'error'));
            await until(3000, async () => assert.match(await headerText(page), /0G chain unreachable for \d+ s/));
            // Exactly what is read from the chain.
            await until(5000, () => assertAllRead(page, 'stale', [...CHAIN, 'Storage', 'iNFT']));
            await assertAllRead(page, 'fresh', ['GPU', 'Inference jobs', 'Provider status', 'Task results', 'Provider probes']);
        } finally {
            process.kill(anvilPid, 'SIGCONT');
        }
        await until(12_000, async () => assert.equal(await connection(page), 'connected'));
        await assertSameDocument(page);
    });

    test('nginx does not answer: disconnected after two polls', async (t) => {
        const { page } = await visit(t);
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        await page.context().setOffline(true);
        await until(10_000, async () => assert.equal(await connection(page), 'disconnected'));
        assert.match(await headerText(page), /server not answering/);
        await page.context().setOffline(false);
        await until(12_000, async () => assert.equal(await connection(page), 'connected'));
    });

    test('a paused page asks nothing until it goes on', async (t) => {
        const { page, requested } = await visit(t);
        await until(5000, async () => assert.equal(await connection(page), 'connected'));
        await page.keyboard.press('p');
        await page.waitForTimeout(500);
        const asked = requested.length;
        await holds(5000, () => assert.equal(requested.length, asked), 500);
        await page.keyboard.press('p');
        await until(5000, () => assert.ok(requested.length > asked));
    });
});
