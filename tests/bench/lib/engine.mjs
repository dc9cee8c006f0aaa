// The benchmark's engine against a stream whose times are known, side by side with other clients. The
// server has one core, the client the other; rounds are interleaved.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../lib/stack.mjs';
import { SERVER_CORE, onCore } from './cores.mjs';
import { loadAverage } from './machine.mjs';
import { spreadOf } from './stats.mjs';
import { autocannonVersion, streamClients } from './stream-clients.mjs';

const CHUNKS = 64;
/** The truth of the paced server. */
const FIRST_TOKEN_US = 50_000;
const GAP_US = 5_000;
const PACED_SECONDS = 4;
const ROUNDS_MAX = 3;
const MB = 1e6;

/** What is run in each round: a server, and how many streams at a time. */
const CELLS = [
    { key: 'instant 1', isPaced: false, streams: 1 },
    { key: 'instant 32', isPaced: false, streams: 32 },
    { key: 'paced 1', isPaced: true, streams: 1 },
    { key: 'paced 128', isPaced: true, streams: 128 },
];

const BODY = JSON.stringify({
    model: 'openai/gpt-oss-20b',
    messages: [{ role: 'user', content: 'Count to 64.' }],
    max_tokens: CHUNKS,
    stream: true,
});

/** build/bench/bench_stream, which prints its port. */
async function startStream(firstUs, gapUs) {
    const [file, ...args] = onCore(SERVER_CORE, join(ROOT, 'build/bench/bench_stream'), firstUs, gapUs, CHUNKS);
    const child = spawn(file, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    const [port] = await Promise.race([
        child.stdout.setEncoding('utf8').take(1).toArray(),
        new Promise((_, reject) => child.once('error', reject)),
    ]);
    return { url: `http://127.0.0.1:${Number(port)}/`, stop };
}

/** A load generator that reads no events has no first token to be measured by. */
const takesPart = (client, cell) => client.readsStream || !cell.isPaced;

async function measureRounds({ clients, urls, bodyFile, rounds, seconds, say }) {
    /** @type {Map<string, import('./stream-clients.mjs').Load[]>} */
    const loads = new Map();
    for (let round = 0; round < rounds; round++) {
        const order = clients.map((_, index) => clients[(index + round) % clients.length]);
        for (const cell of CELLS) {
            for (const client of order.filter((one) => takesPart(one, cell))) {
                const url = cell.isPaced ? urls.paced : urls.instant;
                const load = await client.load(url, cell.streams, cell.isPaced ? PACED_SECONDS : seconds, bodyFile);
                const name = `${client.key} ${cell.key}`;
                if (load.failures > 0) throw new Error(`${name}: ${load.failures} calls failed`);
                loads.set(name, [...(loads.get(name) ?? []), load]);
                say(`round ${round + 1}/${rounds}  ${name.padEnd(22)}${load.perSecond.toFixed(0).padStart(8)}/s`);
            }
        }
    }
    return (client, cell) => loads.get(`${client} ${cell}`) ?? [];
}

/** Of one figure over all rounds; null where the client has none. */
const spreadsOf = (loadsOf) => (client, cell, field) => {
    const values = loadsOf(client, cell).map((load) => load[field]);
    return values.length === 0 || values.includes(undefined) ? null : spreadOf(values);
};

const number = (value, digits) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const scaled = ({ median, min, max }, by) => ({
    median: by(median),
    min: by(min),
    max: by(max),
});

function cell(spread, digits, by = (value) => value) {
    if (!spread) return '';
    const { median, min, max } = scaled(spread, by);
    return `${number(median, digits)} (${number(min, digits)} to ${number(max, digits)})`;
}

const toMs = (us) => us / 1000;
const errorMs = (us) => (us - FIRST_TOKEN_US) / 1000;

function table(clients, of) {
    const head = [
        'client of the same stream',
        'calls/s, 1 stream',
        'calls/s, 32 streams',
        'latency p50, ms, 1 stream',
        'CPU per call, µs, 32 streams',
        'first token late by, p50, ms, 1 stream',
        'first token late by, p50, ms, 128 streams',
        'memory RssAnon, MB, 128 streams',
    ];
    const rows = clients.map(({ key, title }) => [
        title,
        cell(of(key, 'instant 1', 'perSecond'), 0),
        cell(of(key, 'instant 32', 'perSecond'), 0),
        cell(of(key, 'instant 1', 'p50Us'), 3, toMs),
        cell(of(key, 'instant 32', 'cpuUs'), 1),
        cell(of(key, 'paced 1', 'firstP50Us'), 2, errorMs),
        cell(of(key, 'paced 128', 'firstP50Us'), 2, errorMs),
        cell(of(key, 'paced 128', 'anonBytes'), 1, (bytes) => bytes / MB),
    ]);
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * What a call lasts beyond the same reply taken by wrk, which reads nothing of it: the rest is the server
 * and the kernel. Of the same round, which met the same neighbours.
 */
function beyondWrk(loadsOf) {
    const others = loadsOf('wrk', 'instant 1');
    return spreadOf(loadsOf('engine', 'instant 1').map(({ p50Us }, round) => (p50Us - others[round].p50Us) / 1000));
}

/** Met by the median, memory by the largest. @returns {import('./targets.mjs').Target[]} */
function targetsOf(loadsOf) {
    const of = spreadsOf(loadsOf);
    const atMost = (what, limit, measured, digits, seen = measured.median) => ({
        what,
        wanted: `at most ${limit}`,
        measured,
        digits,
        isMet: seen <= limit,
    });
    const perSecond = of('engine', 'instant 32', 'perSecond');
    const memory = scaled(of('engine', 'paced 128', 'anonBytes'), (bytes) => bytes / MB);
    const late = (key) => scaled(of('engine', key, 'firstP50Us'), errorMs);
    return [
        atMost(`engine: p50 of a call with ${CHUNKS} chunks, beyond wrk, ms`, 0.15, beyondWrk(loadsOf), 3),
        atMost('engine: first token late by, p50, 1 stream, ms', 1, late('paced 1'), 2),
        atMost('engine: first token late by, p50, 128 streams, ms', 2, late('paced 128'), 2),
        {
            what: 'engine: calls/s on one core, 32 streams',
            wanted: 'at least 5000',
            measured: perSecond,
            digits: 0,
            isMet: perSecond.median >= 5000,
        },
        atMost('engine: private memory (RssAnon), 128 streams, MB', 16, memory, 1, memory.max),
    ];
}

/**
 * @param {{rounds: number, seconds: number, say: (line: string) => void}} options
 * @returns {Promise<{title: string, text: string, results: import('./targets.mjs').Target[]}>}
 */
export async function measureEngine({ rounds, seconds, say }) {
    const { clients, missing } = streamClients();
    const folder = mkdtempSync(join(tmpdir(), 'bench-engine.'));
    const bodyFile = join(folder, 'body.json');
    writeFileSync(bodyFile, BODY);
    const loadBefore = loadAverage();
    const [instant, paced] = [await startStream(0, 0), await startStream(FIRST_TOKEN_US, GAP_US)];
    try {
        const urls = { instant: instant.url, paced: paced.url };
        const count = Math.min(rounds, ROUNDS_MAX);
        const loadsOf = await measureRounds({ clients, urls, bodyFile, rounds: count, seconds, say });
        const facts = [
            `${count} rounds; load average before ${loadBefore}, after ${loadAverage()}; autocannon ${autocannonVersion()}.`,
        ];
        if (missing.length > 0) facts.push(`Not installed, so not measured: ${missing.join(', ')}.`);
        return {
            title: "The benchmark's engine and other clients of the same stream",
            text: [table(clients, spreadsOf(loadsOf)), facts.map((fact) => `- ${fact}`).join('\n')].join('\n\n'),
            results: targetsOf(loadsOf),
        };
    } finally {
        instant.stop();
        paced.stop();
        rmSync(folder, { recursive: true });
    }
}
