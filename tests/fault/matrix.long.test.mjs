// The rows of docs/faults.md that take minutes: programs killed at random under load while benchmarks run, as many
// requests as the machine gives beside a benchmark, the chain's node frozen, the local network killed whole. FAULT_SEED repeats a run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Benchmarks } from '../lib/benchmark.mjs';
import { childrenOf } from '../lib/processes.mjs';
import { seededRandom } from '../lib/random.mjs';
import { CHAIN_SOURCES, NEXT_WORD_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';
import { Witness } from '../lib/witness.mjs';

const run = promisify(execFile);
const SEED = process.env.FAULT_SEED ?? `${Date.now()}`;
const KILLS = 20;
/** docs/faults.md says 2 s; a loaded machine is given more, and what it took is printed. */
const BACK_MS = 5000;
const LONG_RUN = { calls: 500, warmup: 0, maxTokens: 8 };

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {Benchmarks} */
let benchmarks;

before(async () => {
    stack = await startStack({ ZG_ADMIN_RATE_LIMIT: '0', ZG_RATE_LIMIT: '0' });
    benchmarks = new Benchmarks(stack);
});
after(() => stack?.stop());

/** A worker of nginx, or the program itself. */
function victim(name) {
    const pid = stack.pidOf(name === 'a worker of nginx' ? 'nginx' : name);
    return name === 'a worker of nginx' ? childrenOf(pid)[0] : pid;
}

test('killed at random under load, while benchmarks run', async (t) => {
    t.diagnostic(`FAULT_SEED=${SEED}`);
    const random = seededRandom(SEED);
    const witness = new Witness(stack);
    witness.begin(t);
    /** Calls that the events of each run told of, by its URL. @type {Map<string, number>} */
    const told = new Map();
    const keepRunning = async () => {
        const url = await benchmarks.start(LONG_RUN).catch(() => null);
        if (!url) return;
        told.set(url, 0);
        benchmarks.events(url, { onEvent: ({ name }) => name === 'call' && told.set(url, told.get(url) + 1) }).catch(() => {});
    };
    const took = { 'metrics.fcgi': [], 'admin.fcgi': [], nginx: [], 'a worker of nginx': [] };
    const names = Object.keys(took);
    for (let kill = 0; kill < KILLS; kill++) {
        await keepRunning();
        await sleep(random(2500));
        const name = names[random(names.length)];
        process.kill(victim(name), 'SIGKILL');
        took[name].push(await witness.recovery(BACK_MS));
    }
    await witness.end();
    await witness.assertNothingLost();
    for (const [name, all] of Object.entries(took)) t.diagnostic(`${name} killed ${all.length} times, back after at most ${Math.max(0, ...all)} ms`);
    t.diagnostic(`${witness.acknowledged.length} jobs acknowledged, ${witness.reads.good} reads, ${witness.reads.failed} without an answer, ${told.size} runs`);
    assert.ok(told.size > 0);
    for (const [url, calls] of told) {
        const summary = await until(BACK_MS, () => benchmarks.json(url));
        assert.ok(summary.calls >= calls, `${url} has ${summary.calls} calls, and told of ${calls}`);
        if (summary.state === 'RUNNING') await benchmarks.ask(url, { method: 'DELETE' });
    }
});

test('as many requests as the machine gives beside a benchmark: neither notices', async (t) => {
    await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
    const load = run('wrk', ['-t', '1', '-c', '64', '-d', '10s', '--latency', `${stack.url}/api/metrics`]);
    const { done, report } = await benchmarks.run({ calls: 40, warmup: 0, maxTokens: 8 });
    const { stdout } = await load;
    const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout);
    t.diagnostic(`${rate} requests a second; the benchmark: ${report.run.calls.length} calls`);
    assert.doesNotMatch(stdout, /Non-2xx|Socket errors/);
    assert.ok(Number(rate) > 1000, rate);
    assert.equal(done.state, 'COMPLETE');
    assert.deepEqual(report.run.calls.filter(({ outcome }) => outcome !== 'ok'), []);
    await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
});

test('the node of the chain frozen: a connection that stands and says nothing is given up, and heals', async () => {
    const { anvilPid } = stack.facts;
    process.kill(anvilPid, 'SIGSTOP');
    try {
        await stack.untilMetrics(40_000, (now) => {
            assertFailing(now, { reason: /^no complete answer within the deadline/, states: ['stale'] });
        });
        assert.equal((await stack.request('/api/health')).status, 200);
    } finally {
        process.kill(anvilPid, 'SIGCONT');
    }
    await stack.untilMetrics(NEXT_WORD_MS, (now) => assertFresh(now, CHAIN_SOURCES));
});

test('the local network killed whole: each source says why, and what was read stays', async () => {
    const good = await stack.untilMetrics(NEXT_WORD_MS, (now) => assertFresh(now, [...CHAIN_SOURCES, 'gpu']));
    process.kill(stack.facts.standinsPid, 'SIGKILL');
    const left = await stack.untilMetrics(60_000, (now) => {
        for (const key of [...CHAIN_SOURCES, 'gpu', 'status', 'mirror']) {
            assert.equal(now.sources[key].state, 'stale', key);
            assert.ok(now.sources[key].reason, key);
        }
    });
    assert.equal(left.services.length, good.services.length);
    assert.equal(left.agent.balanceNeuron, good.agent.balanceNeuron);
    assertFresh(left, ['jobs']);
    const witness = new Witness(stack);
    assert.equal((await witness.record({ id: 'alone' })).status, 200);
});
