// The whole product, started as a user starts it: scripts/run with settings in its environment.
import { spawn } from 'node:child_process';
import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdtempSync,
    readFileSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { getJson, request } from './http.mjs';
import { childrenOf, descendantsOf, programOf, runs } from './processes.mjs';
import { until } from './until.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// With the local network: deploying it takes most of this on a busy machine.
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 5_000;

/** More of them than a busy machine explains, and nginx has lost its way. */
const OLDER_COPIES = 10;

const REPORT = /^.*(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:)/m;
/** ILL, ABRT, BUS, FPE, SEGV, and SYS of a system call filter. */
const CRASH = /"event":"exit".*"signal":(4|6|7|8|11|31)\b/;

/** The programs are of a build with a sanitizer, which takes memory of its own. */
export const IS_SANITIZED = (process.env.BUILD ?? 'build') !== 'build';

/** An environment without a setting of this project or one of npm. BUILD says which programs are meant. */
function plainEnvironment() {
    const { PATH, HOME = '/', BUILD = 'build' } = process.env;
    return { PATH, HOME, BUILD, LANG: 'C.UTF-8', TMPDIR: tmpdir() };
}

/** @type {Set<Stack>} those that a test which failed early would leave behind */
const running = new Set();
process.on('exit', () => {
    for (const stack of running) {
        stack.kill();
        stack.forget();
    }
});

export class Stack {
    /** When the newest copy of /api/metrics that was seen was made. */
    #newest = '';

    /**
     * @param {object} parts
     * @param {string} parts.folder  of its own, removed at the end
     * @param {number} parts.port
     * @param {Record<string, string>} parts.environment  in which the scripts mean this instance
     * @param {import('node:child_process').ChildProcess} parts.child
     */
    constructor({ folder, port, environment, child }) {
        this.folder = folder;
        this.environment = environment;
        this.runDir = environment.RUN;
        this.url = `http://127.0.0.1:${port}`;
        this.child = child;
        this.output = '';
        /** @type {Promise<{how: number | string, tookMs: number}> | undefined} */
        this.stopped = undefined;
        /** @type {Promise<number | string>} exit code, or the signal's name */
        this.ended = new Promise((resolve) => {
            child.on('exit', (code, signal) => resolve(signal ?? code));
        });
    }

    /** Of the supervisor, which scripts/run becomes. */
    get pid() {
        return this.child.pid;
    }

    /** @param {string} program @returns {number} the process that runs it; throws when none does */
    pidOf(program) {
        const pid = childrenOf(this.pid).find((child) => programOf(child) === program);
        if (!pid) throw new Error(`no ${program} runs`);
        return pid;
    }

    get metricsPid() {
        return this.pidOf('metrics.fcgi');
    }

    /** What the local network published: localnet.json. */
    get facts() {
        return JSON.parse(readFileSync(join(this.runDir, 'localnet.json'), 'utf8'));
    }

    log(name) {
        const file = join(this.runDir, 'log', `${name}.log`);
        return existsSync(file) ? readFileSync(file, 'utf8') : '';
    }

    request(path, options) {
        return request(`${this.url}${path}`, options);
    }

    getJson(path) {
        return getJson(`${this.url}${path}`);
    }

    /** Never goes back: until nginx has stored a newer copy it may once hand out the one before. */
    async metrics() {
        let metrics = await this.getJson('/api/metrics');
        for (let more = OLDER_COPIES; more > 0 && metrics.renderedAt < this.#newest; more--) {
            await sleep(50);
            metrics = await this.getJson('/api/metrics');
        }
        this.#newest = metrics.renderedAt;
        return metrics;
    }

    /**
     * Waits until `look` finds what it wants in /api/metrics; it throws while it does not.
     * @template T
     * @param {number} deadlineMs
     * @param {(metrics: any) => T} look
     */
    untilMetrics(deadlineMs, look) {
        return until(deadlineMs, async () => {
            const metrics = await this.metrics();
            look(metrics);
            return metrics;
        }, 100);
    }

    /** Throws when a C program crashed or a sanitizer complained, which a restart would hide. */
    assertSound() {
        for (const program of ['metrics', 'admin']) {
            const report = REPORT.exec(this.log(program));
            if (report) throw new Error(`${program}.fcgi: ${this.log(program).slice(report.index)}`);
        }
        const crash = this.log('supervise').split('\n').find((line) => CRASH.test(line));
        if (crash) throw new Error(crash);
    }

    /** As Ctrl-C or `kill` would: gives how it ended and how long it took. */
    async stop() {
        this.stopped ??= this.#stop();
        return this.stopped;
    }

    async #stop() {
        const before = performance.now();
        this.child.kill('SIGTERM');
        const how = await Promise.race([this.ended, sleep(STOP_DEADLINE_MS, 'late', { ref: false })]);
        const tookMs = performance.now() - before;
        if (how === 'late') this.kill();
        await this.ended;
        try {
            this.assertSound();
        } finally {
            this.forget();
        }
        return { how, tookMs };
    }

    /** The kernel ends the supervisor's children with it. */
    kill() {
        const all = [this.pid, ...descendantsOf(this.pid)];
        for (const pid of all) {
            if (runs(pid)) process.kill(pid, 'SIGKILL');
        }
    }

    forget() {
        running.delete(this);
        // In memory, and elsewhere where nginx's user cannot reach the checkout.
        for (const name of ['microcache', 'conf']) {
            const link = join(this.runDir, name);
            if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
            rmSync(dirname(readlinkSync(link)), { recursive: true, force: true });
        }
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/**
 * Starts an instance of its own and waits until it is ready.
 * @param {Record<string, string>} [settings]  with ZG_CHAIN_RPC it has no local network of its own
 * @returns {Promise<Stack>}
 */
export async function startStack(settings = {}) {
    const folder = mkdtempSync(join(tmpdir(), '0g-metrics-test-'));
    chmodSync(folder, 0o755);
    // A .env of the checkout must not take part.
    const config = join(folder, 'empty.env');
    writeFileSync(config, '', { mode: 0o600 });
    const port = await freePort();
    const environment = {
        ...plainEnvironment(),
        CONFIG: config,
        RUN: join(folder, 'run'),
        PORT: String(port),
        ...settings,
    };
    const child = spawn(join(ROOT, 'scripts/run'), { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const stack = new Stack({ folder, port, environment, child });
    running.add(stack);
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
            stack.output += text;
        });
    }
    const ready = until(START_DEADLINE_MS, () => {
        if (!stack.output.includes('ready: ')) throw new Error('no line "ready:"');
    });
    const outcome = await Promise.race([ready.then(() => 'ready', (error) => error.message), stack.ended]);
    if (outcome !== 'ready') {
        const words = stack.output;
        stack.kill();
        await stack.ended;
        stack.forget();
        throw new Error(`scripts/run: ${outcome}; it said:\n${words}`);
    }
    return stack;
}

/** Settings for an instance that reads the given node; limits are off, for tests that ask often. */
export function readingFrom(rpc, settings = {}) {
    return { ZG_NETWORK: 'local', ZG_CHAIN_RPC: rpc, ZG_RATE_LIMIT: '0', ...settings };
}

/**
 * An instance for one test.
 * @param {import('node:test').TestContext} t
 * @param {import('./stub-rpc.mjs').StubNode} node  that it reads
 * @param {Record<string, string>} [settings]
 */
export async function startReading(t, node, settings = {}) {
    const stack = await startStack(readingFrom(node.url, { ...node.settings, ...settings }));
    t.after(() => stack.stop());
    return stack;
}
