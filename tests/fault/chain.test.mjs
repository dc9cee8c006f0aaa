// A chain node that breaks, lies or falls silent: the sources it hits say so within the deadline and
// keep what they had, the others go on, memory stays bounded, and the next good answer heals all.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectedService, makeService } from '../lib/contracts.mjs';
import { memoryOf } from '../lib/processes.mjs';
import {
    CHAIN_SOURCES,
    NEXT_WORD_MS,
    SLACK_MS,
    STALE_AFTER_MS,
    assertFailing,
    assertFresh,
} from '../lib/sources.mjs';
import { IS_SANITIZED, startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { faults } from './faults.mjs';

const MEMORY_MAX = 64 * 1024 * 1024;

/** Many instances at once: most of the time each only waits. */
const AT_ONCE = { concurrency: 16 };

const SERVICES = [makeService(1), makeService(2)];

function assertBounded(stack) {
    if (IS_SANITIZED) return;
    for (const field of ['RssAnon', 'VmHWM']) {
        const bytes = memoryOf(stack.metricsPid, field);
        assert.ok(bytes < MEMORY_MAX, `${field} is ${bytes} bytes`);
    }
}

/** What the sources had to show. The scan of settlements goes its own way (settlements.test.mjs). */
function values({ agent, network, services, servicesTotal, ledger }) {
    const { settlements: _scanned, ...read } = ledger ?? {};
    return { balance: agent.balanceNeuron, hasHead: network.head !== null, services, servicesTotal, ledger: read };
}

async function endFault({ end }, node) {
    await end?.(node);
    node.answer = null;
    node.reply = null;
}

describe('a chain node with faults', AT_ONCE, () => {
    for (const fault of faults) {
        const { reason, sources: keys } = fault;
        const others = CHAIN_SOURCES.filter((key) => !keys.includes(key));

        test(`${fault.name}, after good answers`, async (t) => {
            const node = await openNode(t, { services: SERVICES });
            const stack = await startReading(t, node);
            const good = await stack.untilMetrics(NEXT_WORD_MS, assertFresh);

            await fault.begin(node);
            const said = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assertFailing(now, { reason, keys, states: ['fresh', 'stale'] });
            });
            assert.deepEqual(values(said), values(good), 'the last values stay');
            const stale = await stack.untilMetrics(STALE_AFTER_MS + SLACK_MS, (now) => {
                assertFailing(now, { reason, keys, states: ['stale'] });
            });
            assert.deepEqual(values(stale), values(good), 'the last values stay');
            assertFresh(stale, others);
            for (const key of keys) {
                const { fetchedAt, staleAfterMs } = stale.sources[key];
                assert.equal(staleAfterMs, STALE_AFTER_MS);
                assert.ok(Date.parse(stale.renderedAt) - Date.parse(fetchedAt) >= staleAfterMs - 1000);
            }
            const health = await stack.getJson('/api/health');
            for (const key of keys) assert.equal(health.sources[key].state, 'stale');
            assertBounded(stack);

            await endFault(fault, node);
            await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
        });

        test(`${fault.name}, and nothing good ever came`, async (t) => {
            const node = await openNode(t, { services: SERVICES });
            await fault.begin(node);
            const stack = await startReading(t, node);
            const metrics = await stack.untilMetrics(NEXT_WORD_MS, (now) => {
                assertFailing(now, { reason, keys, states: ['error'] });
                assertFresh(now, others);
            });
            for (const key of keys) assert.equal(metrics.sources[key].fetchedAt, null);
            if (keys.includes('compute')) assert.equal(metrics.servicesTotal, null);
            assertBounded(stack);

            await endFault(fault, node);
            const healed = await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
            assert.deepEqual(healed.services, SERVICES.map((service) => expectedService(service)));
        });
    }
});
