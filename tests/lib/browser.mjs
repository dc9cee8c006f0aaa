// Chromium, and what it complains about.
import { chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const DEADLINE_MS = 10_000;

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
