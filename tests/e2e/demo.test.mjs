// docs/demo.md, carried out: its commands in a shell, its clicks in a browser, on the local network.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { ROOT, startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

/** A source is stale after 15 s, and a machine may be busy. */
const SEEN_WITHIN_MS = 30_000;
const SHELL_DEADLINE_MS = 60_000;

const BLOCK = /^```sh\n(.*?)^```$/ms;
const LEAD = /^\*\*([A-Z][\w ]*):\*\* (.*)$/m;

/**
 * The steps of a chapter in their order: shell blocks, and lines that begin with a bold word and name
 * what is meant in `code`.
 * @param {string} text
 * @returns {{lead: string, words: string[]}[]}
 */
function stepsOf(text) {
    const steps = [];
    for (let rest = text; ; ) {
        const next = [BLOCK, LEAD].map((form) => form.exec(rest)).filter(Boolean).sort((a, b) => a.index - b.index)[0];
        if (!next) return steps;
        const [all, first, words] = next;
        steps.push(words === undefined
            ? { lead: 'Shell', words: [first] }
            : { lead: first, words: [...words.matchAll(/`([^`]+)`/g)].map(([, word]) => word) });
        rest = rest.slice(next.index + all.length);
    }
}

const [opening, ...chapters] = readFileSync(join(ROOT, 'docs/demo.md'), 'utf8')
    .split(/^## /m)
    .map((text) => ({ title: text.split('\n', 1)[0], steps: stepsOf(text) }));

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof openPage>>} */
let visit;
let scratch;
/** Of the last command. */
let said = { code: 0, text: '' };

before(async () => {
    scratch = mkdtempSync(join(tmpdir(), '0g-demo-'));
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    visit = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
});
after(async () => {
    await browser?.close();
    await stack?.stop();
    rmSync(scratch, { recursive: true, force: true });
});

/** The document speaks of an instance that was started without settings. */
const here = (text) =>
    text
        .replaceAll('/tmp/', `${scratch}/`)
        .replaceAll('http://127.0.0.1:8080', stack.url)
        .replaceAll(/(?<![\w/])run\//g, `${stack.runDir}/`);

async function runInShell(line) {
    const shell = spawn('sh', ['-c', line], { cwd: ROOT, timeout: SHELL_DEADLINE_MS });
    let text = '';
    for (const stream of [shell.stdout, shell.stderr]) {
        stream.setEncoding('utf8').on('data', (piece) => {
            text += piece;
        });
    }
    const code = await new Promise((resolve) => shell.on('close', resolve));
    said = { code, text };
}

function assertPrinted(words) {
    for (const word of words) assert.ok(said.text.includes(word), `"${word}" in:\n${said.text}`);
}

const card = (name) => visit.page.getByRole('region', { name });

async function untilSeen(part, words) {
    await until(SEEN_WITHIN_MS, async () => {
        const text = await part.innerText();
        for (const word of words) assert.ok(text.includes(word), `"${word}" in:\n${text}`);
    });
}

const CARRY_OUT = {
    Open: async ([address]) => {
        await visit.page.goto(here(address));
    },
    Shell: ([lines]) => runInShell(here(lines)),
    Prints: (words) => {
        assert.equal(said.code, 0, said.text);
        assertPrinted(words);
    },
    'Fails and prints': (words) => {
        assert.notEqual(said.code, 0);
        assertPrinted(words);
    },
    'On the page': (words) => untilSeen(visit.page.locator('body'), words),
    'In the card': ([name, ...words]) => untilSeen(card(name), words),
    'Not in the card': ([name, ...words]) =>
        until(SEEN_WITHIN_MS, async () => {
            const text = await card(name).innerText();
            for (const word of words) assert.ok(!text.includes(word), `"${word}" in:\n${text}`);
        }),
    'Click in the card': ([name, text]) => card(name).getByRole('button').filter({ hasText: text }).first().click(),
    'Copy and run': async ([label]) => {
        const line = visit.page.getByLabel(label, { exact: true }).first();
        await line.locator('..').getByRole('button', { name: 'Copy' }).click();
        await line.locator('..').getByText('copied').waitFor();
        await runInShell(await visit.page.evaluate(() => navigator.clipboard.readText()));
    },
    Press: ([key]) => visit.page.keyboard.press(key),
};

test('it begins with what this test began with', () => {
    assert.deepEqual(opening.steps, [{ lead: 'Shell', words: ['make run\n'] }]);
    assert.ok(chapters.length >= 5, `${chapters.length} chapters`);
});

for (const { title, steps } of chapters) {
    test(title, async () => {
        assert.ok(steps.some(({ lead }) => / the card$| the page$|rints$/.test(lead)), 'something is to be seen');
        for (const [index, { lead, words }] of steps.entries()) {
            assert.ok(words.length > 0 && Object.hasOwn(CARRY_OUT, lead), `"${lead}" with ${words.length} words`);
            if (lead === 'Shell') assert.match(steps[index + 1]?.lead ?? '', /rints$/, 'what a command prints is told');
            await CARRY_OUT[lead](words);
        }
    });
}

test('nothing went wrong in the page meanwhile', () => {
    assert.deepEqual(visit.complaints, []);
});
