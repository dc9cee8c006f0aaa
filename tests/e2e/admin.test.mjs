// The admin page in a real browser, through nginx, against the local network.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { provider, wallet } from '../../scripts/localnet/accounts.mjs';
import { registerService } from '../../scripts/localnet/control.mjs';
import { SERVICE_NAME, ledger } from '../../scripts/localnet/deploy.mjs';
import { callTransaction, sendAndMine } from '../../scripts/localnet/transactions.mjs';
import { BENCHMARKS, Benchmarks } from '../lib/benchmark.mjs';
import { axeFindings, launchBrowser, openPage } from '../lib/browser.mjs';
import { ROOT, startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

const ONE = 10n ** 18n;
const HOSTILE = 100;
const HOSTILE_MODEL =
    '<img src=x onerror="window.hacked=1"> ![p](https://elsewhere.example/p.png) [l](javascript:window.hacked=1) | <script>window.hacked=1</script> https://elsewhere.example/';
const WRONG = 'wrong-token-wrong-token-wrong-token-wrong';

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Benchmarks} */
let benchmarks;
let facts;

before(async () => {
    [stack, browser] = await Promise.all([startStack({ ZG_ADMIN_RATE_LIMIT: '0', ZG_RATE_LIMIT: '0' }), launchBrowser()]);
    benchmarks = new Benchmarks(stack);
    facts = stack.facts;
    await benchmarks.prepare();
    // It answers at another provider's address, which refuses the token: every call fails.
    await registerService(facts.rpc, { provider: HOSTILE, url: facts.providers[0].url, model: HOSTILE_MODEL, acknowledged: true });
    await sendAndMine(facts.rpc, [callTransaction(ledger, wallet, 'transferFund', [provider(HOSTILE).address, SERVICE_NAME, 2n * ONE])]);
});
after(async () => {
    await browser?.close();
    await stack?.stop();
});

/** @param {import('node:test').TestContext} t */
async function visit(t, options = {}) {
    const visited = await openPage(browser, options);
    t.after(visited.close);
    await visited.page.goto(`${stack.url}/admin/`);
    return visited;
}

/** With the token typed in and the plan checked. */
async function enter(t, options = {}) {
    const visited = await visit(t, options);
    await visited.page.getByLabel('Admin token').fill(benchmarks.token);
    await visited.page.keyboard.press('Enter');
    await visited.page.locator('#check').waitFor();
    return visited;
}

/** Neuron that are no whole number of 0G, as the page shows them. */
const coins = (neuron) => `${BigInt(neuron) / ONE}.${(BigInt(neuron) % ONE).toString().padStart(18, '0').replace(/0+$/, '')} 0G`;

const choose = (page, address) => page.getByLabel('What is called').selectOption(address);
const check = async (page) => {
    const [reply] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/admin/api/preflight')),
        page.getByRole('button', { name: 'Check what it costs' }).click(),
    ]);
    return reply.json();
};
const startButton = (page) => page.getByRole('button', { name: /^Start/ });
const runPart = (page) => page.locator('section[aria-labelledby="run"]');
const ended = (page) => runPart(page).locator('[data-run]');
const report = (page) => runPart(page).locator('.zg-report');
const focused = (page) => page.evaluate(() => document.activeElement?.id);
const runIdOf = async (page) => (await page.locator('#run').innerText()).replace('Run ', '');

/** In both themes, and as narrow as a phone. */
async function assertSound(page, what) {
    for (const colorScheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await axeFindings(page), [], `${what}, ${colorScheme}`);
    }
    const { width, height } = page.viewportSize();
    for (const narrow of [390, 1280]) {
        await page.setViewportSize({ width: narrow, height });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${what}: ${overflow} px too wide at ${narrow}`);
    }
    await page.setViewportSize({ width, height });
}

/** Nobody else was asked, and the policy held. A refusal that was provoked is a line of the browser's own. */
function assertQuiet({ complaints, requested }) {
    assert.deepEqual(complaints.filter((line) => !line.startsWith('console: Failed to load resource')), []);
    const hosts = new Set(requested.map((url) => new URL(url)).filter(({ protocol }) => protocol.startsWith('http')).map(({ origin }) => origin));
    assert.deepEqual([...hosts], [stack.url]);
}

/** Anything of the page that outlives it or can be read by others. */
async function assertTokenNowhere({ page, requested }) {
    const { token } = benchmarks;
    const kept = await page.evaluate(() => [location.href, document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.documentElement.outerHTML, JSON.stringify(history.state), [...document.querySelectorAll('input')].map(({ value }) => value).join(' ')].join('\n'));
    assert.ok(!kept.includes(token), 'in the page');
    assert.deepEqual(await page.evaluate(async () => [...(await indexedDB.databases()), ...(await caches.keys())]), []);
    assert.ok(!JSON.stringify(await page.context().storageState()).includes(token), 'in a storage');
    assert.ok(!requested.some((url) => url.includes(token)), 'in an address');
    for (const file of readdirSync(join(stack.runDir, 'log'))) {
        assert.ok(!readFileSync(join(stack.runDir, 'log', file), 'utf8').includes(token), `in ${file}`);
    }
}

describe('the way in', () => {
    test('a wrong token is refused, and may be tried again', async (t) => {
        const visited = await visit(t);
        const { page } = visited;
        await until(5000, async () => assert.equal(await focused(page), 'token-field'));
        await page.keyboard.type(WRONG);
        await page.keyboard.press('Enter');
        await page.getByRole('alert').getByText('This is not the admin token.').waitFor();
        await assertSound(page, 'wrong token');
        await page.getByLabel('Admin token').fill(benchmarks.token);
        await page.keyboard.press('Enter');
        await page.locator('#plan').waitFor();
        assertQuiet(visited);
        await page.getByRole('button', { name: 'Forget the token' }).click();
        await page.getByLabel('Admin token').waitFor();
        assert.equal(await page.locator('#plan').count(), 0);
    });

    test('while the server is away it says so', async (t) => {
        const { page } = await visit(t);
        await page.route('**/admin/api/**', (route) => route.abort());
        await page.getByLabel('Admin token').fill(benchmarks.token);
        await page.keyboard.press('Enter');
        await page.getByRole('alert').getByText('The server does not answer.').waitFor();
        await page.unroute('**/admin/api/**');
        await page.getByLabel('Admin token').fill(benchmarks.token);
        await page.keyboard.press('Enter');
        await page.locator('#check').waitFor();
    });

    test('the public page has nothing of it', async (t) => {
        const { page, requested, close } = await openPage(browser);
        t.after(close);
        await page.goto(stack.url);
        await page.locator('header [data-status="connected"]').waitFor();
        assert.deepEqual(requested.filter((url) => new URL(url).pathname.startsWith('/admin')), []);
        const dist = join(ROOT, 'static/dist');
        const own = readdirSync(join(dist, 'admin/assets')).filter((file) => file.endsWith('.js') || file.endsWith('.css'));
        const files = ['index.html', ...readdirSync(join(dist, 'assets')).map((file) => `assets/${file}`)];
        for (const file of files) {
            const text = await readFile(join(dist, file), 'latin1');
            for (const word of ['/admin/', 'Admin token', ...own]) assert.ok(!text.includes(word), `${word} in ${file}`);
        }
    });
});

describe('a plan', () => {
    test('that lacks something is told all of it, with the amount and the command', async (t) => {
        const visited = await enter(t);
        const { page } = visited;
        const { provider: address } = facts.providers[3];
        await choose(page, address);
        assert.equal(await startButton(page).count(), 0, 'the bound is that of another plan');
        const { problems } = await check(page);
        assert.deepEqual(problems.map(({ code }) => code), ['signer_not_acknowledged', 'no_sub_account']);
        await page.getByRole('heading', { name: 'Not ready' }).waitFor();
        assert.equal(await focused(page), 'check');
        const shown = await page.locator('[data-problem="no_sub_account"]').innerText();
        assert.ok(shown.includes(coins(problems[1].missingNeuron)), shown);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stack.url });
        await page.locator('[data-problem="no_sub_account"]').getByRole('button', { name: 'Copy' }).click();
        await page.getByText('copied').waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), problems[1].command);
        assert.equal(await startButton(page).count(), 0);
        await assertSound(page, 'not ready');
        assertQuiet(visited);
    });

    test('with a field that cannot be is not sent; the field gets the focus', async (t) => {
        const { page, requested } = await enter(t);
        const asked = requested.length;
        await page.getByLabel('Calls', { exact: true }).fill('0');
        await page.getByText('Prompts, connections and time-outs').click();
        await page.getByLabel('Spend at most').fill('much');
        await page.getByRole('button', { name: 'Check what it costs' }).click();
        await page.getByText('A whole number from 1 to 1000.').waitFor();
        assert.equal(await focused(page), 'calls');
        assert.equal(requested.length, asked);
        await assertSound(page, 'faults');
    });
});

describe('a run', () => {
    test('by keyboard: bound, start, live calls, report, files as the API has them', async (t) => {
        const visited = await enter(t, { acceptDownloads: true });
        const { page } = visited;
        await page.getByLabel('Calls', { exact: true }).fill('3');
        await page.getByLabel('Tokens at most').fill('12');
        await page.keyboard.press('Enter');
        await until(5000, async () => assert.equal(await focused(page), 'check'));
        const bound = await page.locator('.zg-bound').innerText();
        const judged = await benchmarks.ask('/admin/api/preflight', { method: 'POST', body: { calls: 3, maxTokens: 12 } });
        assert.equal(bound, coins(JSON.parse(judged.text).worstCaseNeuron));
        await benchmarks.withFault({ tpotMs: 60 }, async () => {
            await page.keyboard.press('Tab');
            assert.match(await page.evaluate(() => document.activeElement.textContent), new RegExp(`^Start, for at most ${bound}$`));
            await page.keyboard.press('Enter');
            await until(5000, async () => assert.equal(await focused(page), 'run'));
            await runPart(page).locator('[data-contact="live"]').waitFor();
            await runPart(page).locator('[data-outcome="ok"]').first().waitFor();
            assert.equal(await ended(page).count(), 0, 'it is told while it goes on');
            await assertSound(page, 'running');
        });
        await report(page).waitFor();
        assert.match(await ended(page).innerText(), /^complete/);
        await report(page).getByText('Compute Metrics Report: Local network').waitFor();
        assert.ok((await report(page).locator('table').count()) >= 4);
        await assertSound(page, 'report');

        const id = await runIdOf(page);
        for (const form of ['md', 'json', 'csv']) {
            // The part about money is written anew when a provider settles in between.
            await until(10_000, async () => {
                const [download] = await Promise.all([
                    page.waitForEvent('download'),
                    page.getByRole('button', { name: `Download report.${form}` }).click(),
                ]);
                assert.equal(download.suggestedFilename(), `${id}.${form}`);
                const { text } = await benchmarks.ask(`${BENCHMARKS}/${id}/report.${form}`);
                assert.ok(text.length > 0);
                assert.equal(await readFile(await download.path(), 'utf8'), text, form);
            });
        }
        // nginx writes its log once a second.
        await until(5000, () => assert.ok(stack.log('access').includes(`${id}/report.csv`)));
        await assertTokenNowhere(visited);
        assertQuiet(visited);
    });

    test('ends within a second when it is cancelled, and says that it is partial', async (t) => {
        const { page } = await enter(t);
        await benchmarks.withFault({ tpotMs: 100 }, async () => {
            await startButton(page).click();
            await runPart(page).locator('[data-contact="live"]').waitFor();
            const [reply] = await Promise.all([
                page.waitForResponse((response) => response.request().method() === 'DELETE'),
                page.getByRole('button', { name: 'Cancel the run' }).click(),
            ]);
            assert.equal((await reply.json()).state, 'PARTIAL');
            const { responseEnd } = reply.request().timing();
            assert.ok(responseEnd < 1000, `${responseEnd} ms`);
            await ended(page).getByText('partial: cancelled').waitFor();
        });
        await until(2000, async () => assert.equal(await focused(page), 'run'));
    });

    test('of a hostile model ends early, and its report is text and nothing else', async (t) => {
        const visited = await enter(t);
        const { page } = visited;
        await choose(page, provider(HOSTILE).address);
        await check(page);
        await startButton(page).click();
        await report(page).waitFor();
        assert.match(await ended(page).innerText(), /partial: five failures in a row/);
        assert.ok((await page.locator('section[aria-labelledby="runs"] td[data-label="Model"]').allInnerTexts()).includes(HOSTILE_MODEL));
        assert.match(await report(page).innerText(), /<img src=x onerror=/);
        assert.equal(await page.locator('#root').locator('img, script, iframe, [onerror]').count(), 0);
        assert.equal(await report(page).locator('a').count(), 0);
        assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
        await assertSound(page, 'hostile report');
        assertQuiet(visited);
    });

    test('goes on while the connection is lost; the page finds it again, without a call twice', async (t) => {
        const visited = await enter(t);
        const { page } = visited;
        await benchmarks.withFault({ tpotMs: 15 }, async () => {
            await startButton(page).click();
            await runPart(page).locator('[data-outcome]').nth(1).waitFor();
            process.kill(stack.pidOf('nginx'), 'SIGTERM');
            await runPart(page).locator('[data-contact="lost"]').waitFor();
            await runPart(page).locator('[data-contact="live"]').waitFor();
            await until(20_000, async () => assert.ok((await runPart(page).locator('[data-outcome]').count()) >= 4));
            const numbers = await runPart(page).locator('tbody th').allInnerTexts();
            assert.deepEqual([...new Set(numbers)], numbers);
            assert.deepEqual(numbers.slice(0, -1).map(Number), numbers.slice(0, -1).map((_, index) => numbers.length - 1 - index));
        });
        await report(page).waitFor();
        assert.match(await ended(page).innerText(), /^complete/);
    });

    test('that somebody else started stands in the way and is shown; after a reload it is found', async (t) => {
        const { page } = await enter(t);
        await benchmarks.withFault({ tpotMs: 100 }, async () => {
            const url = await benchmarks.start({ calls: 50, warmup: 0 });
            await startButton(page).click();
            await page.getByRole('alert').getByText('Another run is on').waitFor();
            await assertSound(page, 'busy');
            await page.getByRole('button', { name: 'Show it' }).click();
            await runPart(page).locator('[data-contact="live"]').waitFor();
            assert.ok(url.endsWith(await runIdOf(page)));
            await page.reload();
            await page.getByLabel('Admin token').fill(benchmarks.token);
            await page.keyboard.press('Enter');
            await runPart(page).locator('[data-contact="live"]').waitFor();
            assert.ok(url.endsWith(await runIdOf(page)));
            await benchmarks.ask(url, { method: 'DELETE' });
            await ended(page).getByText('partial: cancelled').waitFor();
        });
    });
});

test('runs of the past are listed, opened and compared', async (t) => {
    const visited = await enter(t);
    const { page } = visited;
    const { runs } = await benchmarks.json(BENCHMARKS);
    const rows = page.locator('section[aria-labelledby="runs"] tbody tr');
    assert.equal(await rows.count(), runs.length);
    assert.ok(runs.length >= 2);
    const [newest, older] = runs;
    await page.getByRole('button', { name: `Open ${older.id}` }).click();
    await report(page).waitFor();
    assert.equal(await runIdOf(page), older.id);
    assert.equal(await focused(page), 'run');
    const compare = page.getByRole('button', { name: /^Compare/ });
    assert.equal(await compare.getAttribute('aria-disabled'), 'true');
    for (const { id } of [newest, older]) await page.getByLabel(`Compare ${id}`).check();
    await compare.click();
    const paper = page.locator('section[aria-labelledby="paper"]');
    await paper.getByText('Comparison of two benchmark runs').waitFor();
    assert.equal(await focused(page), 'paper');
    assert.match(await paper.innerText(), new RegExp(`A: run ${older.id}[\\s\\S]*B: run ${newest.id}`));
    await assertSound(page, 'comparison');
    await page.getByRole('button', { name: 'Observed traffic' }).click();
    await paper.getByText('Observed traffic (not a benchmark)').waitFor();
    assert.equal(await focused(page), 'paper');
    await assertSound(page, 'observed');
    assertQuiet(visited);
    await assertTokenNowhere(visited);
});
