// Chromium, and what it complains about.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const DEADLINE_MS = 10_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A browser that does nothing of its own accord: what it asks for, the page made it ask for.
const ARGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

export const launchBrowser = () => chromium.launch({ executablePath: EXECUTABLE, args: ARGS, headless: true });

/**
 * A page that notes what goes wrong in it.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, ...options });
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    /** Errors on the console, exceptions and violations of the content security policy. */
    const complaints = [];
    /** @type {string[]} */
    const requested = [];
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
    page.on('request', (request) => requested.push(request.url()));
    await context.exposeBinding('reportViolation', (_, text) => {
        complaints.push(`policy: ${text}`);
    });
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
            globalThis.reportViolation(`${violatedDirective} ${blockedURI}`);
        });
    });
    return { page, complaints, requested, close: () => context.close() };
}

/**
 * What axe has to say against a page.
 * @param {import('playwright-core').Page} page
 * @param {string} [part]  a selector; else the whole document
 * @returns {Promise<string[]>} each rule with what breaks it
 */
export async function axeFindings(page, part) {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((context) => globalThis.axe.run(context), part ?? 'html');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
