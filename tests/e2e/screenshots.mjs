// Takes the pictures of the documentation: docs/images/panel.png, the panel alone as on a large screen,
// docs/images/page.png, the whole page, and docs/images/admin.png, a run in the admin page.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { ROOT, startStack } from '../lib/stack.mjs';

const FOLDER = join(ROOT, 'docs/images');
const PICTURES = [
    { file: 'panel.png', path: '/?kiosk=1&theme=dark', fullPage: false },
    { file: 'page.png', path: '/?theme=dark', fullPage: true },
];

/** Enough to fill the list; the local network's agent runs one every few seconds. */
const JOBS = 8;

/** A run under way, checked and started as the operator would. */
async function takeAdminPicture() {
    const { page, close } = await openPage(browser, { viewport: { width: 1440, height: 1000 } });
    await page.goto(`${stack.url}/admin/?theme=dark`);
    await page.getByLabel('Admin token').fill(readFileSync(join(stack.runDir, 'admin-token'), 'utf8').trim());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Start/ }).click();
    await page.locator('[data-outcome]').nth(7).waitFor({ timeout: 60_000 });
    await page.screenshot({ path: join(FOLDER, 'admin.png'), animations: 'disabled' });
    await close();
    console.log('docs/images/admin.png');
}

const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
try {
    mkdirSync(FOLDER, { recursive: true });
    await stack.untilMetrics(15_000, ({ sources }) => {
        const waiting = Object.values(sources).filter(({ state }) => state !== 'fresh' && state !== 'off');
        if (waiting.length > 0) throw new Error(waiting[0].reason);
    });
    await stack.untilMetrics(90_000, ({ jobs }) => {
        if (jobs.length < JOBS) throw new Error(`${jobs.length} jobs so far`);
    });
    for (const { file, path, fullPage } of PICTURES) {
        const { page, close } = await openPage(browser);
        await page.goto(stack.url + path);
        await page.locator('header [data-status="connected"]').waitFor();
        await page.evaluate(() => document.fonts.ready);
        if (fullPage) {
            // The history is asked for once it is on the screen.
            await page.locator('#history').scrollIntoViewIfNeeded();
            await page.locator('.zg-spark-line').first().waitFor({ state: 'attached' });
        }
        await page.screenshot({ path: join(FOLDER, file), fullPage, animations: 'disabled' });
        await close();
        console.log(join('docs/images', file));
    }
    await takeAdminPicture();
} finally {
    await browser.close();
    await stack.stop();
}
