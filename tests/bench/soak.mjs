// Polls one instance for an hour and fails when memory, descriptors, CPU time or latency grew.
//
//   [SOAK_SECONDS=3600] [SOAK_RATE=400] node tests/bench/soak.mjs [--write]
//
// SOAK_RATE is in requests a second. --write puts the figures into docs/performance.md, which says how
// to read them.
import { readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { descendantsOf, memoryOf, programOf } from '../lib/processes.mjs';
import { ROOT, startStack } from '../lib/stack.mjs';
import { loadAverage, machine } from './lib/machine.mjs';
import { lasting } from './lib/nginx.mjs';
import { number, table, writeReport } from './lib/report.mjs';
import { spreadOf } from './lib/stats.mjs';
import { cpuSeconds } from './lib/usage.mjs';
import { pollAsViewers, startProbe } from './lib/viewers.mjs';

const PERIOD_MS = 2000; // as the page polls
const WINDOWS = 120;
const CROWDS = 50;
const CROWD = 64;
const MB = 1e6;
const PROGRAMS = ['metrics.fcgi', 'admin.fcgi', 'nginx'];
// Half of these are answered by metrics.fcgi each time.
const PATHS = [
    '/api/metrics',
    '/api/health',
    '/api/history',
    '/metrics',
    '/api/compute',
    '/api/jobs?limit=10',
    '/api/jobs',
    '/api/evidence/compute',
];

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const seconds = Number(process.env.SOAK_SECONDS ?? 3600);
const rate = Number(process.env.SOAK_RATE ?? 400);
if (!(seconds >= WINDOWS && rate >= 1)) {
    throw new Error(`SOAK_SECONDS has to be at least ${WINDOWS}, SOAK_RATE at least 1`);
}

// So that the servers are stopped and their folder goes.
const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(signal)));
});
interrupted.catch(() => {}); // it may come while nothing waits for it yet

const say = (line) => process.stderr.write(`${line}\n`);

const sumOver = (items, pick) => items.reduce((sum, item) => sum + pick(item), 0);
const median = (items, pick) => spreadOf(items.map(pick)).median;
const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** What each program uses now; a program that was restarted has other pids. */
function usageOf(stack) {
    const running = descendantsOf(stack.pid);
    const usage = PROGRAMS.map((program) => {
        const pids = lasting(running.filter((pid) => programOf(pid) === program));
        return [
            program,
            {
                pids: pids.join(' '),
                anonMb: sumOver(pids, (pid) => memoryOf(pid, 'RssAnon')) / MB,
                descriptors: sumOver(pids, descriptorsOf),
                cpuSeconds: cpuSeconds(pids),
            },
        ];
    });
    return Object.fromEntries(usage);
}

/**
 * Each worker of metrics.fcgi opens the stores when it first needs them, which at this rate some would do late in the
 * run: it would look like growth.
 */
async function occupyEveryWorker(stack) {
    for (let crowd = 0; crowd < CROWDS; crowd++) {
        await Promise.all(Array.from({ length: CROWD }, () => stack.request('/api/jobs?limit=10')));
    }
}

/** @typedef {import('./lib/viewers.mjs').Window & {usage: ReturnType<typeof usageOf>, load: number}} Sample */

/** @returns {Promise<{samples: Sample[], probe: {timesMs: number[], failures: string[]}}>} */
async function soak(stack) {
    /** @type {Sample[]} */
    const samples = [];
    const probe = startProbe(`${stack.url}/api/metrics`);
    const viewing = pollAsViewers({
        url: stack.url,
        paths: PATHS,
        viewers: Math.round((rate * PERIOD_MS) / 1000),
        periodMs: PERIOD_MS,
        seconds,
        windowSeconds: Math.floor(seconds / WINDOWS),
        onWindow(window) {
            const usage = usageOf(stack);
            samples.push({ ...window, usage, load: loadavg()[0] });
            const { anonMb, descriptors } = usage['metrics.fcgi'];
            say(
                `${samples.length}/${WINDOWS} ${window.replies} replies, ${window.failures} failures, p99 ` +
                    `${(window.p99Us / 1000).toFixed(1)} ms, ${anonMb.toFixed(2)} MB, ${descriptors} fds, load ${loadAverage()}`,
            );
        },
    });
    try {
        await Promise.race([viewing, interrupted]);
        return { samples, probe: await probe.stop() };
    } finally {
        await probe.stop();
    }
}

/** CPU of metrics.fcgi and nginx for one reply, over the windows behind the first of these. */
function cpuUsPerReply(samples) {
    const used = (sample) => sample.usage['metrics.fcgi'].cpuSeconds + sample.usage.nginx.cpuSeconds;
    const replies = sumOver(samples.slice(1), (sample) => sample.replies);
    return ((used(samples.at(-1)) - used(samples[0])) * 1e6) / replies;
}

/**
 * What must not grow, and by how much it may for the noise of a shared machine.
 * @returns {{what: string, digits: number, of: (samples: Sample[]) => number, most: (before: number) => number, isLatency?: boolean}[]}
 */
function figures() {
    const ofPrograms = PROGRAMS.flatMap((program) => [
        {
            what: `${program}: private memory (RssAnon), MB`,
            digits: 2,
            of: (samples) => median(samples, ({ usage }) => usage[program].anonMb),
            most: (before) => before + 1,
        },
        {
            what: `${program}: open descriptors`,
            digits: 0,
            of: (samples) => median(samples, ({ usage }) => usage[program].descriptors),
            most: (before) => before + 4,
        },
    ]);
    return [
        ...ofPrograms,
        { what: 'CPU of nginx and metrics.fcgi per reply, µs', digits: 1, of: cpuUsPerReply, most: (before) => 1.25 * before },
        {
            what: 'p50, ms',
            digits: 2,
            of: (samples) => median(samples, ({ p50Us }) => p50Us / 1000),
            most: (before) => 1.5 * before + 1,
            isLatency: true,
        },
        {
            what: 'p99, ms',
            digits: 2,
            of: (samples) => median(samples, ({ p99Us }) => p99Us / 1000),
            most: (before) => 2 * before + 5,
            isLatency: true,
        },
    ];
}

const loadOf = (samples) => median(samples, ({ load }) => load);

/**
 * The first quarter is for warming up: the history of figures alone fills for 15 minutes. Latency that
 * grows while the machine gets busier, which CPU time per reply tells apart, says nothing of the programs.
 */
function compare(samples) {
    const quarter = Math.floor(samples.length / 4);
    const [before, after] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
    const isBusier = loadOf(after) > 1.25 * loadOf(before) + 0.5;
    const rows = figures().map(({ what, digits, of, most, isLatency }) => {
        const [then, now] = [of(before), of(after)];
        const isFlat = now <= most(then);
        const verdict = isFlat ? 'flat' : isLatency && isBusier ? 'machine busier' : 'grew';
        return { what, digits, then, now, most: most(then), verdict };
    });
    return { rows, loads: [loadOf(before), loadOf(after)] };
}

function report({ rows, loads }, { samples, probe, before }) {
    const figureTable = table(
        ['figure', 'second quarter', 'last quarter', 'at most', ''],
        rows.map(({ what, digits, then, now, most, verdict }) => [
            what,
            ...[then, now, most].map((value) => number(value, digits)),
            verdict === 'grew' ? '**grew**' : verdict,
        ]),
    );
    const replies = sumOver(samples, (sample) => sample.replies);
    const facts = [
        `Run on ${new Date().toISOString().slice(0, 10)} by \`SOAK_SECONDS=${seconds} SOAK_RATE=${rate} node tests/bench/soak.mjs\`: ` +
            `${number(replies, 0)} replies in ${number(sumOver(samples, (sample) => sample.seconds), 0)} s to ${samples[0].viewers} connections, ` +
            `${number(sumOver(samples, (sample) => sample.notModified), 0)} of them 304, ` +
            `${sumOver(samples, (sample) => sample.failures)} failures, ${sumOver(samples, (sample) => sample.skipped)} late by a period, ` +
            `the slowest ${number(Math.max(...samples.map(({ maxUs }) => maxUs / 1000)), 0)} ms.`,
        `A request a second beside it, over a new connection: ${probe.timesMs.length} replies, ${probe.failures.length} failures, ` +
            `median ${number(median(probe.timesMs, (ms) => ms), 1)} ms, slowest ${number(Math.max(...probe.timesMs), 0)} ms.`,
        `${machine()}. Load average before ${before}, after ${loadAverage()}; median of the second quarter ${number(loads[0], 1)}, of the last ${number(loads[1], 1)}.`,
    ];
    return [figureTable, facts.map((fact) => `- ${fact}`).join('\n')].join('\n\n');
}

/** What makes the figures worthless, in words. */
function failuresOf({ samples, probe }) {
    const broken = sumOver(samples, (sample) => sample.failures);
    const restarted = PROGRAMS.filter((program) => new Set(samples.slice(1).map(({ usage }) => usage[program].pids)).size > 1);
    return [
        ...(broken > 0 ? [`${broken} polls failed`] : []),
        ...(probe.failures.length > 0 ? [`the probe failed: ${probe.failures[0]}`] : []),
        ...restarted.map((program) => `${program} was restarted`),
    ];
}

const before = loadAverage();
const stack = await startStack({ ZG_NETWORK: 'local', ZG_RATE_LIMIT: '0' });
let run;
try {
    await occupyEveryWorker(stack);
    run = await soak(stack);
} finally {
    await stack.stop();
}
const comparison = compare(run.samples);
const text = report(comparison, { ...run, before });
process.stdout.write(`${text}\n`);
if (values.write) writeReport(join(ROOT, 'docs/performance.md'), 'soak', text);
const problems = [
    ...failuresOf(run),
    ...comparison.rows
        .filter(({ verdict }) => verdict === 'grew')
        .map(({ what, digits, then, now }) => `${what} grew from ${number(then, digits)} to ${number(now, digits)}`),
];
for (const problem of problems) say(`soak: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
