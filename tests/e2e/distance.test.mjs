// Readable from three metres: the sizes, contrasts and places of everything in the panel, measured in a
// browser in every state, at every size of box it is made for, in both themes.
//
//   UPDATE_LAYOUT=1 node --test e2e/distance.test.mjs     writes layout.json anew
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { axeFindings, launchBrowser, openPage } from '../lib/browser.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { servePages } from '../lib/page-server.mjs';
import { findCuts, layOutAnew, layoutOf, measurePanel } from './panel-measures.mjs';
import { NOW, REPLIES } from '../lib/sample-replies.mjs';

/** Heights of a capital H in CSS pixels: minutes of arc at 3 m on a 55-inch screen. */
const [HERO_PX, VALUE_PX, OTHER_PX] = [69, 30, 22];
/** Of the contrast ratio, as WCAG 2 computes it. */
const [TEXT_CONTRAST, MARK_CONTRAST] = [7, 3];
const JOB_ROWS = 6;
const SMALL_JOB_ROWS = 3;

const STAND = [1920, 1080];
const SIZES = [
    [465, 495], // a cell of a dashboard of five
    [700, 500],
    [940, 1000],
    [390, 844],
    [1280, 720],
    [1366, 768],
    STAND,
    [3840, 2160],
];
const STATES = Object.keys(REPLIES);

const LAYOUT_FILE = new URL('layout.json', import.meta.url);
const isUpdate = process.env.UPDATE_LAYOUT === '1';
const layouts = isUpdate ? {} : JSON.parse(readFileSync(LAYOUT_FILE, 'utf8'));
/** CSS pixels: another version of the browser may round another way. */
const TOLERANCE = 2;

/** A part on each line, so that a change of the layout reads as one. */
const inLines = (value) =>
    JSON.stringify(value, null, 1).replace(/\[[^\]]*\]/g, (box) => box.replace(/\s+/g, ''));

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof servePages>>} */
let pages;

before(async () => {
    [browser, pages] = await Promise.all([launchBrowser(), servePages(REPLIES, NOW)]);
});
after(async () => {
    await browser?.close();
    await pages?.close();
    if (isUpdate) writeFileSync(LAYOUT_FILE, `${inLines(layouts)}\n`);
});

/** The panel alone, as on a screen at a stand. */
async function visitKiosk(state, theme) {
    const [width, height] = STAND;
    const { page, close } = await openPage(browser, { viewport: { width, height }, timezoneId: 'UTC' });
    await stand(page, state, `?kiosk=1&theme=${theme}`);
    await page.evaluate(() => document.fonts.ready);
    return { page, close };
}

/** Opens the page with its clock stopped: however long loading and measuring take, nothing grows old, is asked again or given up. */
async function stand(page, state, query) {
    // A clock can only be stopped ahead of what it says.
    await page.clock.install({ time: NOW - 60_000 });
    await page.clock.pauseAt(NOW);
    const isPoll = (request) => request.url().endsWith('/api/metrics');
    await Promise.all([REPLIES[state] && page.waitForEvent('requestfinished', isPoll), page.goto(pages.url(state, query))]);
    await page.locator('.zg-panel').waitFor();
    // What the answer says may be on its way to the screen.
    const words = () => page.locator('.zg-panel').innerText();
    for (let last = null, now = await words(); now !== last; now = await words()) {
        last = now;
        await sleep(200);
    }
}

const quote = ({ text }) => `"${text.slice(0, 40)}"`;

for (const [state, reply] of Object.entries(REPLIES)) {
    if (reply === null) continue;
    test(`the sample "${state}" is a reply that the program may give`, () => {
        assertComponent('Metrics', reply);
    });
}

async function assertReadable(page) {
    const { texts, marks } = await page.evaluate(measurePanel);
    assert.ok(texts.length > 4);
    for (const text of texts) {
        const isValue = (text.isHeading || text.isFigure) && !text.isInJobs;
        const least = text.isHero ? HERO_PX : isValue ? VALUE_PX : OTHER_PX;
        assert.ok(text.capital >= least, `${quote(text)} is ${text.capital} px high, not ${least}`);
        assert.ok(text.contrast >= TEXT_CONTRAST, `${quote(text)} has a contrast of ${text.contrast}`);
    }
    for (const mark of marks) {
        assert.ok(mark.contrast >= MARK_CONTRAST, `a mark has a contrast of ${mark.contrast}: ${mark.of}`);
    }
    return texts;
}

/** Whether two pieces of text stand on one another, by more than the air around their letters. */
function overlaps({ box: a }, { box: b }) {
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return width > 1 && height > 0.4 * Math.min(a.bottom - a.top, b.bottom - b.top);
}

function assertApart(texts) {
    texts.forEach((one, index) => {
        const other = texts.slice(index + 1).find((text) => overlaps(one, text));
        assert.equal(other, undefined, other && `${quote(one)} and ${quote(other)} stand on one another`);
    });
}

function assertLayout(name, layout) {
    if (isUpdate) {
        layouts[name] = layout;
        return;
    }
    const expected = layouts[name] ?? {};
    assert.deepEqual(Object.keys(layout), Object.keys(expected), `the parts of ${name}`);
    for (const [part, box] of Object.entries(layout)) {
        const isSame = [box].flat().every((side, index) => Math.abs(side - [expected[part]].flat()[index]) <= TOLERANCE);
        assert.ok(isSame, `${name}, ${part}: ${box}, and it was at ${expected[part]}`);
    }
}

for (const state of STATES) {
    describe(`"${state}"`, () => {
        /** @type {Awaited<ReturnType<typeof visitKiosk>>} */
        let visit;
        before(async () => {
            visit = await visitKiosk(state, 'dark');
        });
        after(() => visit?.close());

        test('every text is large and clear enough, and every mark; axe finds nothing', async (t) => {
            for (const theme of ['dark', 'light']) {
                const { page, close } = await visitKiosk(state, theme);
                t.after(close);
                await assertReadable(page);
                // axe waits by the page's clock.
                await page.clock.resume();
                assert.deepEqual(await axeFindings(page), []);
            }
        });

        for (const [width, height] of SIZES) {
            test(`${width} x ${height}: nothing is cut off, nothing overlaps, all stands where it stood`, async () => {
                const { page } = visit;
                await page.setViewportSize({ width, height });
                await page.evaluate(layOutAnew);
                assert.deepEqual(await page.evaluate(findCuts), []);
                // The list of jobs scrolls under its own head.
                const { texts } = await page.evaluate(measurePanel);
                assertApart(texts.filter(({ isInJobs }) => !isInJobs));
                const layout = await page.evaluate(layoutOf);
                if (REPLIES[state]?.jobs.length > 0) {
                    assert.ok(layout['job rows in view'] >= SMALL_JOB_ROWS, `${layout['job rows in view']} job rows`);
                }
                assertLayout(`${state} ${width}x${height}`, layout);
            });
        }
    });
}

test('three figures are read from across the room, and six jobs are seen without scrolling', async (t) => {
    const { page, close } = await visitKiosk('fresh', 'dark');
    t.after(close);
    const texts = await assertReadable(page);
    assert.deepEqual(texts.filter(({ isHero }) => isHero).map(({ text }) => text), ['78%', '24.8%', 'active']);
    const layout = await page.evaluate(layoutOf);
    assert.ok(layout['job rows in view'] >= JOB_ROWS, `${layout['job rows in view']} rows`);
});

test('the words are the same in whatever language the browser speaks', async (t) => {
    const wordsIn = async (locale) => {
        const { page, close } = await openPage(browser, { locale, timezoneId: 'UTC' });
        t.after(close);
        await stand(page, 'fresh', '?kiosk=1');
        return (await page.locator('.zg-panel').innerText()).replaceAll(/\d+ s\b/g, 'a moment');
    };
    const words = await wordsIn('en-US');
    assert.match(words, /24\.8%[^]*1,234[^]*5,678/);
    for (const locale of ['de-DE', 'ar-EG', 'hi-IN']) assert.equal(await wordsIn(locale), words, locale);
});

test('what is old wears no colour that says it is well', async (t) => {
    const { page, close } = await visitKiosk('stale', 'dark');
    t.after(close);
    const isGrey = ({ color }) => Math.max(...color) - Math.min(...color) < 32;
    const measured = await page.evaluate(measurePanel);
    const marks = measured.marks.filter(({ isInJobs, of }) => !isInJobs && !of?.includes('"error"'));
    assert.ok(marks.length >= 6);
    assert.deepEqual(marks.filter((mark) => !isGrey(mark)), []);
});
