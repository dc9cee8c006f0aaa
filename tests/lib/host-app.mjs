// The projects in tests/embed: each is copied to a folder of its own, where nothing of this checkout is in reach, and
// gets its packages as its lock file says and the library as any project would install it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { launchBrowser } from './browser.mjs';
import { packLibrary } from './library.mjs';
import { ROOT, readingFrom, startStack } from './stack.mjs';
import { openNode } from './stub-rpc.mjs';
import { until } from './until.mjs';

const run = promisify(execFile);
const START_DEADLINE_MS = 120_000;
const FRESH_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 5_000;
const NO_SCRIPTS = ['--ignore-scripts', '--no-audit', '--no-fund'];

export class HostApp {
    /** @param {string} folder */
    constructor(folder) {
        this.folder = folder;
    }

    /** Runs a program of the app to its end. @returns {Promise<string>} what it said */
    async run(program, ...args) {
        try {
            const { stdout } = await run(join(this.folder, 'node_modules/.bin', program), args, {
                cwd: this.folder,
                env: environment(),
            });
            return stdout;
        } catch (error) {
            throw new Error(`${program} ${args.join(' ')}: ${error.stdout}${error.stderr}`);
        }
    }

    /**
     * Runs a server of the app until the test ends. PORT among the arguments stands for its port.
     * @param {{after: (end: () => unknown) => void}} t
     * @param {Record<string, string>} settings  in its environment
     * @returns {Promise<string>} its address
     */
    async serve(t, settings, program, ...args) {
        const port = String(await freePort());
        const given = args.map((arg) => (arg === 'PORT' ? port : arg));
        const child = spawn(join(this.folder, 'node_modules/.bin', program), given, {
            cwd: this.folder,
            env: { ...environment(), ...settings },
            stdio: ['ignore', 'pipe', 'pipe'],
            // Its own helpers end with it.
            detached: true,
        });
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
        const ended = new Promise((resolve) => child.on('exit', resolve));
        t.after(async () => {
            signalGroup(child.pid, 'SIGTERM');
            await Promise.race([ended, sleep(STOP_DEADLINE_MS, undefined, { ref: false })]);
            signalGroup(child.pid, 'SIGKILL');
            await ended;
        });
        const url = `http://127.0.0.1:${port}`;
        await until(START_DEADLINE_MS, async () => {
            if (child.exitCode !== null) return;
            await fetch(url, { method: 'HEAD' });
        }, 200);
        if (child.exitCode !== null) throw new Error(`${program}: ${said}`);
        return url;
    }
}

function environment() {
    const { PATH, HOME = '/', NODE_EXTRA_CA_CERTS = '' } = process.env;
    // Rendered on a machine in another time zone than the viewer's.
    return { PATH, HOME, NODE_EXTRA_CA_CERTS, TZ: 'UTC', CI: '1', NEXT_TELEMETRY_DISABLED: '1' };
}

function signalGroup(pid, signal) {
    try {
        process.kill(-pid, signal);
    } catch (error) {
        if (error.code !== 'ESRCH') throw error;
    }
}

/**
 * @param {string} name  of the folder in tests/embed
 * @param {string} archive  of the library
 */
export async function installApp(name, archive) {
    const folder = mkdtempSync(join(tmpdir(), `embed-${name}-`));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    cpSync(join(ROOT, 'tests/embed', name), folder, { recursive: true });
    const npm = (...args) => run('npm', [...args, ...NO_SCRIPTS], { cwd: folder, env: environment() });
    await npm('ci', '--prefer-offline');
    // The archive's digest changes with every build, so no lock file can name it.
    await npm('install', '--no-save', '--no-package-lock', archive);
    return new HostApp(folder);
}

/**
 * The app with the library in it, an instance that it can show, and a browser; until the endings are run.
 * @param {string} name
 * @param {import('./endings.mjs').Endings} endings
 * @returns {Promise<[HostApp, import('./stack.mjs').Stack, import('playwright-core').Browser]>}
 */
export async function installBesideInstance(name, endings) {
    const node = await openNode(endings);
    const [app, stack, browser] = await Promise.all([
        installApp(name, packLibrary().archive),
        startStack(readingFrom(node.url, node.settings)),
        launchBrowser(),
    ]);
    endings.after(() => stack.stop());
    endings.after(() => browser.close());
    await stack.untilMetrics(FRESH_DEADLINE_MS, ({ sources }) => assert.equal(sources.chain.state, 'fresh'));
    return [app, stack, browser];
}
