// build/bench/bench_viewers, and a client of its own that asks once a second beside it: a load
// generator does not see the starving of those whom it does not ask for.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../lib/stack.mjs';
import { request } from '../../lib/http.mjs';

const PROBE_EVERY_MS = 1000;

/**
 * @typedef {object} Window  what became of the polls of some seconds
 * @property {number} viewers
 * @property {number} seconds
 * @property {number} replies
 * @property {number} notModified  of the replies
 * @property {number} failures  broken connections, and replies other than 200 and 304
 * @property {number} skipped  polls that found the one before unanswered
 * @property {number} p50Us  of a reply, from when its request was due
 * @property {number} p99Us
 * @property {number} maxUs
 */

/**
 * @param {object} options
 * @param {string} options.url  of the server
 * @param {string[]} options.paths  in turn
 * @param {number} options.viewers
 * @param {number} options.periodMs  between two polls of a viewer
 * @param {number} options.seconds
 * @param {number} options.windowSeconds
 * @param {(...command: string[]) => string[]} [options.wrap]  a command that runs the given one
 * @param {(window: Window) => void} [options.onWindow]
 * @returns {Promise<Window[]>}
 */
export async function pollAsViewers({ url, paths, viewers, periodMs, seconds, windowSeconds, wrap, onWindow }) {
    const numbers = [new URL(url).port, viewers, periodMs, seconds, windowSeconds].map(String);
    const plain = [join(ROOT, 'build/bench/bench_viewers'), ...numbers, ...paths];
    const [file, ...args] = wrap ? wrap(...plain) : plain;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    const ended = new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    /** @type {Window[]} */
    const windows = [];
    for await (const line of createInterface({ input: child.stdout })) {
        const window = JSON.parse(line);
        windows.push(window);
        onWindow?.(window);
    }
    const how = await ended;
    process.off('exit', stop);
    if (how !== 0) throw new Error(`bench_viewers ended with ${how}`);
    return windows;
}

/** Asks once a second over a new connection until stop(), which gives what became of it. */
export function startProbe(url) {
    let isOver = false;
    /** @type {number[]} */
    const timesMs = [];
    /** @type {string[]} */
    const failures = [];
    async function run() {
        while (!isOver) {
            const before = performance.now();
            try {
                const { status } = await request(url);
                if (status !== 200) failures.push(`status ${status}`);
                timesMs.push(performance.now() - before);
            } catch (error) {
                failures.push(error.message);
            }
            await sleep(Math.max(0, PROBE_EVERY_MS - (performance.now() - before)));
        }
    }
    const running = run();
    return {
        async stop() {
            isOver = true;
            await running;
            return { timesMs, failures };
        },
    };
}
