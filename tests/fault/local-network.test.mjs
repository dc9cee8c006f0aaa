// The local network stops making blocks, dies and comes back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { publishMessage, setBlockInterval } from '../../scripts/localnet/control.mjs';
import { taskResult } from '../lib/mirror.mjs';
import { CHAIN_SOURCES, NEXT_WORD_MS, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { ROOT, startStack } from '../lib/stack.mjs';

const HEAD_LIMIT_MS = 6000;
const TOPIC_INTERVAL_MS = 15_000;

/** What the contract says of a service; those who look at its health go on without the chain. */
const registered = ({ health: _health, probe: _probe, ...service }) => service;

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {import('node:child_process').ChildProcess | undefined} */
let restored;

before(async () => {
    stack = await startStack({ ZG_HEAD_MAX_AGE_MS: String(HEAD_LIMIT_MS) });
});
after(async () => {
    restored?.kill('SIGTERM');
    if (restored) await once(restored, 'exit');
    await stack?.stop();
});

test('its topic is read and the funded providers are probed, no others', async () => {
    const { control, probeProviders } = stack.facts;
    await publishMessage(control, taskResult('only in the topic'));
    const { services, sources } = await stack.untilMetrics(TOPIC_INTERVAL_MS + SLACK_MS, (now) => {
        assertFresh(now, ['jobs', 'mirror', 'probe']);
        assert.ok(now.jobs.some(({ id }) => id === 'only in the topic'));
    });
    assert.equal(sources.mirror.origin.endpoint, '$ZG_MIRROR_URL');
    const probed = services.filter(({ probe }) => probe);
    assert.deepEqual(probed.map(({ provider }) => provider).sort(), [...probeProviders].sort());
    for (const { probe } of probed) assert.deepEqual([probe.reachable, probe.answer, probe.error], [true, 'quote', null]);
    // The agent records and publishes each of its jobs: one row for both.
    const { jobs } = await stack.getJson('/api/jobs?limit=100');
    assert.equal(new Set(jobs.map(({ id }) => id)).size, jobs.length);
    assert.ok(jobs.length > 1);
});

test('a head that stands still makes every chain source stale, and moving again heals', async () => {
    await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
    await setBlockInterval(stack.facts.rpc, 0);
    await stack.untilMetrics(HEAD_LIMIT_MS + NEXT_WORD_MS, (now) => {
        assertFailing(now, { reason: /^the newest block is too old/, states: ['stale'] });
    });
    await setBlockInterval(stack.facts.rpc, 2);
    await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
});

test('its node is killed: stale within 20 s, the values stay; it is back: fresh within 10 s', async () => {
    const good = await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
    process.kill(stack.facts.anvilPid, 'SIGKILL');
    const stale = await stack.untilMetrics(20_000, (now) => {
        assertFailing(now, {
            reason: /^the connection is refused or broken \(\$ZG_CHAIN_RPC\) .+ check that the node runs/,
            states: ['stale'],
        });
    });
    assert.deepEqual(stale.services.map(registered), good.services.map(registered));
    assert.deepEqual({ ...stale.ledger, settlements: null }, { ...good.ledger, settlements: null });
    assert.equal(stale.agent.balanceNeuron, good.agent.balanceNeuron);
    assert.ok(stale.network.head.number >= good.network.head.number);
    for (const key of CHAIN_SOURCES) {
        const { fetchedAt, staleAfterMs } = stale.sources[key];
        assert.ok(Date.parse(stale.renderedAt) - Date.parse(fetchedAt) > staleAfterMs - SLACK_MS, 'with their age');
    }

    restored = spawn(join(ROOT, 'scripts/localnet-restore'), {
        env: stack.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(restored.stdout.setEncoding('utf8'), 'data');
    assert.match(line, /^localnet ready /);
    const fresh = await stack.untilMetrics(10_000, assertFresh);
    assert.deepEqual(fresh.services.map(registered), good.services.map(registered));
});
