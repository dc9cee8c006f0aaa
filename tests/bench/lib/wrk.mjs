// The load generator: connections that ask again as soon as they are answered.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LOAD_CORE, onCore } from './cores.mjs';

const run = promisify(execFile);
const REPORT = fileURLToPath(new URL('wrk-report.lua', import.meta.url));

/**
 * @typedef {object} Load
 * @property {number} requests  answered
 * @property {number} seconds
 * @property {number} p50Us
 * @property {number} p99Us
 * @property {number} maxUs
 * @property {number} failures  connections that broke, and replies other than 2xx and 3xx
 * @property {number} timeouts  replies later than two seconds
 */

/** @returns {Promise<Load>} */
export async function load(url, connections, seconds) {
    const [command, ...args] = onCore(
        LOAD_CORE,
        ...['wrk', '--threads', '1', '--connections', connections, '--duration', `${seconds}s`],
        ...['--script', REPORT, url],
    ).map(String);
    const { stdout } = await run(command, args);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1));
}
