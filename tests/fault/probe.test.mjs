// Our own probe of named providers, the local network's brokers among them: what they do wrong is said for each
// of them alone, and nobody else is ever called.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Front, Refusal, sendJson } from '../../scripts/localnet/standins/front.mjs';
import { addressOf, makeService } from '../lib/contracts.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { CHAIN_SOURCES, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';

const INTERVAL_MS = 15_000;
const REQUEST_DEADLINE_MS = 5000;
const NO_TOKEN = 'missing or invalid Authorization header';

/** A broker with the faults of the local network's, and what was asked of it. */
async function openBroker(t, route) {
    const front = await Front.open('provider', 0);
    t.after(() => front.close());
    const broker = { url: front.origin, asked: [], setFault: (fault) => front.setFault(fault) };
    front.handle((req, res) => {
        broker.asked.push(`${req.method} ${req.url}`);
        return route(req, res);
    });
    return broker;
}

const quoting = (req, res) => {
    if (req.url !== '/v1/quote') throw new Refusal(400, NO_TOKEN);
    sendJson(res, { quote: '00', provider_signer: addressOf(7) });
};
const refusing = (req) => {
    if (req.method !== 'POST' || req.headers.authorization) throw new Refusal(404, 'no such path');
    throw new Refusal(400, NO_TOKEN);
};

/** Three registered providers, of which the first two are named. */
async function startWithThree(t, settings = {}, routes = [quoting, quoting]) {
    const brokers = [];
    for (const route of [...routes, quoting]) brokers.push(await openBroker(t, route));
    const services = brokers.map(({ url }, index) => makeService(index + 1, { url }));
    const node = await openNode(t, { services });
    const named = services.slice(0, 2).map(({ provider }) => provider).join(', ');
    const start = () => startReading(t, node, { ZG_PROBE_PROVIDERS: named, ...settings });
    return { brokers, services, start };
}

/** @type {{name: string, fault: object, error?: RegExp, answer?: string}[]} */
const FAULTS = [
    { name: 'status 500', fault: { status: 500 }, error: /^the HTTP status is not a success: 500$/ },
    { name: 'status 429', fault: { status: 429, retryAfterS: 1 }, answer: 'rate limit' },
    { name: 'garbage', fault: { garbage: true }, error: /^the data does not have the expected form$/ },
    { name: 'a huge answer', fault: { hugeBytes: 200_000_000 }, error: /^the answer is larger than its limit$/ },
    { name: 'no answer', fault: { hang: true }, error: /^no complete answer within the deadline$/ },
    { name: 'an answer that is too late', fault: { delayMs: 8000 }, error: /^no complete answer within the deadline$/ },
    { name: 'a broken connection', fault: { reset: true }, error: /^(the connection is refused or broken|the data ends too early)$/ },
    { name: 'a redirect', fault: { status: 302 }, error: /^the HTTP status is not a success: 302$/ },
    { name: 'no to everything', fault: { status: 403, error: '' }, answer: 'refusal' },
];

describe('a named provider goes wrong', { concurrency: 9 }, () => {
    for (const { name, fault, error, answer = null } of FAULTS) {
        test(name, async (t) => {
            const { brokers, start } = await startWithThree(t);
            brokers[0].setFault(fault);
            const stack = await start();
            const metrics = await stack.untilMetrics(2 * REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
                assertFresh(now, [...CHAIN_SOURCES, 'probe']);
                assert.ok(now.services[0].probe);
            });
            assertComponent('Metrics', metrics);
            const [faulty, good, unnamed] = metrics.services.map(({ probe }) => probe);
            assert.equal(faulty.answer, answer);
            assert.equal(faulty.reachable, answer !== null);
            if (error) assert.match(faulty.error, error);
            else assert.equal(faulty.error, null);
            assert.equal(faulty.latencyMs === null, answer === null);
            assert.deepEqual([good.reachable, good.answer, good.error], [true, 'quote', null]);
            assert.ok(good.latencyMs < REQUEST_DEADLINE_MS);
            assert.equal(unnamed, null);

            brokers[0].setFault(null);
            await stack.untilMetrics(INTERVAL_MS + REQUEST_DEADLINE_MS + SLACK_MS, ({ services }) => {
                assert.equal(services[0].probe.answer, 'quote');
            });
            assert.deepEqual(brokers[2].asked, [], 'a provider that is not named was called');
            assert.deepEqual([...new Set(brokers[1].asked)], ['GET /v1/quote']);
        });
    }
});

describe('the probe', { concurrency: 5 }, () => {
    test('takes the refusal of a chat without a token where the report is shut', async (t) => {
        const { brokers, services, start } = await startWithThree(t, {}, [refusing, quoting]);
        const stack = await start();
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
            assert.deepEqual(now.services.map(({ probe }) => probe?.answer), ['refusal', 'quote', undefined]);
        });
        assert.deepEqual(brokers[0].asked.slice(0, 2), ['GET /v1/quote', 'POST /v1/proxy/chat/completions']);
        const { text } = await stack.request('/metrics');
        assert.match(text, new RegExp(`^zg_probe_reachable\\{provider="${services[0].provider}"\\} 1$`, 'm'));
        assert.ok(!text.includes(`zg_probe_reachable{provider="${services[2].provider}"}`));
    });

    test('reaches no private address unless it is allowed', async (t) => {
        const { brokers, start } = await startWithThree(t, { ZG_ALLOW_PRIVATE: '127.0.0.2/32' });
        // The node itself stands on a private address: it is left unread, and so the services are unknown.
        const stack = await start();
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
            assertFailing(now, { reason: /^the contract lists no such service/, states: ['error'], keys: ['probe'] });
        });
        assert.deepEqual(brokers.flatMap(({ asked }) => asked), []);
    });

    test('reaches nobody on a private address that the contract names', async (t) => {
        const broker = await openBroker(t, quoting);
        const port = new URL(broker.url).port;
        const urls = [`http://127.0.0.2:${port}`, 'http://169.254.169.254/latest', `http://[::1]:${port}`];
        const services = urls.map((url, index) => makeService(index + 1, { url }));
        const node = await openNode(t, { services });
        const stack = await startReading(t, node, {
            ZG_PROBE_PROVIDERS: services.map(({ provider }) => provider).join(','),
            ZG_ALLOW_PRIVATE: '127.0.0.1/32',
        });
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
            assertFresh(now, [...CHAIN_SOURCES, 'probe']);
            for (const { probe } of now.services) {
                assert.deepEqual([probe?.reachable, probe?.error], [false, 'the address is private and not allowed']);
            }
        });
        assert.deepEqual(broker.asked, []);
    });

    test('says when none of the named ones is registered', async (t) => {
        const { start } = await startWithThree(t, { ZG_PROBE_PROVIDERS: addressOf(77) });
        const stack = await start();
        await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => {
            assertFailing(now, {
                reason: /^the contract lists no such service \(\$ZG_PROBE_PROVIDERS\) .* check the addresses in ZG_PROBE_PROVIDERS/,
                states: ['error'],
                keys: ['probe'],
            });
            assertFresh(now);
        });
    });

    test('is off without a name, and says how to turn it on', async (t) => {
        const { brokers, start } = await startWithThree(t, { ZG_PROBE_PROVIDERS: '' });
        const stack = await start();
        const { sources, services } = await stack.untilMetrics(REQUEST_DEADLINE_MS + SLACK_MS, (now) => assertFresh(now));
        assert.equal(sources.probe.state, 'off');
        assert.match(sources.probe.reason, / · since the start · set ZG_PROBE_PROVIDERS$/);
        assert.deepEqual(services.map(({ probe }) => probe), [null, null, null]);
        assert.deepEqual(brokers.flatMap(({ asked }) => asked), []);
    });
});
