// The clients that are given the same stream: the benchmark's engine, fetch in Node.js, and three load
// generators that take the bytes without reading them.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../../lib/stack.mjs';
import { LOAD_CORE, onCore } from './cores.mjs';

const run = promisify(execFile);
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const PACKAGES = pathOf('../clients/');
const AUTOCANNON = join(PACKAGES, 'node_modules/autocannon');

/**
 * @typedef {object} Load
 * @property {number} perSecond  whole replies
 * @property {number} p50Us  latency
 * @property {number} [firstP50Us]  to the first token; only of a client that reads the stream
 * @property {number} [cpuUs]  user and system time for a call
 * @property {number} [anonBytes]  private memory
 * @property {number} failures
 */

/**
 * @typedef {object} Client
 * @property {string} key
 * @property {string} title
 * @property {boolean} readsStream
 * @property {(url: string, streams: number, seconds: number, bodyFile: string) => Promise<Load>} load
 */

async function output(environment, ...command) {
    const [file, ...args] = onCore(LOAD_CORE, ...command).map(String);
    const { stdout } = await run(file, args, {
        env: { ...process.env, ...environment },
        maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
}

/** Of a program that prints what bench_engine prints. */
async function readerLoad(...command) {
    const result = JSON.parse(await output({}, ...command));
    return { ...result, perSecond: (result.calls - result.failures) / result.seconds };
}

async function wrkLoad(url, streams, seconds, bodyFile) {
    const options = ['--threads', 1, '--connections', streams, '--duration', `${seconds}s`];
    const stdout = await output({ BENCH_BODY: bodyFile }, 'wrk', ...options, '--script', pathOf('wrk-post.lua'), url);
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1));
    return {
        perSecond: result.requests / result.seconds,
        p50Us: result.p50Us,
        failures: result.failures + result.timeouts,
    };
}

/** hey prints seconds with four places. */
async function heyLoad(url, streams, seconds, bodyFile) {
    const options = ['-z', `${seconds}s`, '-c', streams, '-cpus', 1, '-m', 'POST', '-T', 'application/json'];
    const stdout = await output({ GOMAXPROCS: '1' }, 'hey', ...options, '-D', bodyFile, url);
    const figure = (pattern) => Number(pattern.exec(stdout)?.[1] ?? NaN);
    const answered = [...stdout.matchAll(/^\s*\[(\d+)\]\s+(\d+) responses$/gm)];
    const others = answered.filter(([, status]) => status !== '200');
    return {
        perSecond: figure(/Requests\/sec:\s+([\d.]+)/),
        p50Us: figure(/50%+ in ([\d.]+) secs/) * 1e6,
        failures: others.reduce((sum, [, , count]) => sum + Number(count), /Error distribution/.test(stdout) ? 1 : 0),
    };
}

/** autocannon prints whole milliseconds. */
async function autocannonLoad(url, streams, seconds, bodyFile) {
    const request = ['-m', 'POST', '-H', 'content-type=application/json', '-i', bodyFile];
    const program = ['node', join(AUTOCANNON, 'autocannon.js'), '-j', '-n', '-c', streams, '-d', seconds];
    const result = JSON.parse(await output({}, ...program, ...request, url));
    return {
        perSecond: result['2xx'] / result.duration,
        p50Us: result.latency.p50 * 1000,
        failures: result.errors + result.non2xx,
    };
}

/** @type {Client[]} */
const CLIENTS = [
    {
        key: 'engine',
        title: 'the engine',
        readsStream: true,
        load: (url, streams, seconds) => readerLoad(join(ROOT, 'build/bench/bench_engine'), url, streams, seconds),
    },
    {
        key: 'fetch',
        title: 'fetch in Node.js',
        readsStream: true,
        load: (url, streams, seconds) => readerLoad('node', pathOf('fetch-client.mjs'), url, streams, seconds),
    },
    { key: 'wrk', title: 'wrk (reads no events)', readsStream: false, load: wrkLoad },
    { key: 'hey', title: 'hey (reads no events)', readsStream: false, load: heyLoad },
    { key: 'autocannon', title: 'autocannon (reads no events)', readsStream: false, load: autocannonLoad },
];

function install() {
    if (existsSync(join(AUTOCANNON, 'package.json'))) return;
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: PACKAGES,
        stdio: ['ignore', 'inherit', 'inherit'],
    });
}

const isInstalled = (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined;

/** Those that can be run here, and the names of the others. @returns {{clients: Client[], missing: string[]}} */
export function streamClients() {
    install();
    const missing = ['hey'].filter((program) => !isInstalled(program));
    return { clients: CLIENTS.filter(({ key }) => !missing.includes(key)), missing };
}

export const autocannonVersion = () => JSON.parse(readFileSync(join(AUTOCANNON, 'package.json'), 'utf8')).version;
