// The kinds of endpoints that a benchmark calls, through nginx against the local network: 0G's router and a
// centralised server, each by its key; a baseline in turn with a provider; and what an operator may
// configure about a run. A second instance holds other keys.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { provider, wallet } from '../../scripts/localnet/accounts.mjs';
import { clearFault, pauseAgent, setFault } from '../../scripts/localnet/control.mjs';
import { serving } from '../../scripts/localnet/deploy.mjs';
import { BASELINE_KEY, ROUTER_KEY } from '../../scripts/localnet/standins/gateway.mjs';
import { callTransaction, sendAndMine } from '../../scripts/localnet/transactions.mjs';
import { BENCHMARKS, Benchmarks } from '../lib/benchmark.mjs';
import { assertDocumented } from '../lib/openapi.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';

const QUICK = { calls: 3, warmup: 1, maxTokens: 8 };
const FAST = { ttftMs: 20, tpotMs: 2 };
const MODEL = 'openai/gpt-oss-20b';
const TOKEN_ID = 7;

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {Benchmarks} */
let benchmarks;
let facts;

before(async () => {
    stack = await startStack({ ZG_ADMIN_RATE_LIMIT: '0', ZG_RATE_LIMIT: '0', ZG_BENCH_REGION: 'eu | 1' });
    benchmarks = new Benchmarks(stack);
    facts = stack.facts;
    await pauseAgent(facts.control);
    for (const name of ['provider/0', 'router', 'baseline']) await setFault(facts.control, name, FAST);
});
after(() => stack?.stop());

const markdownOf = async ({ url }) => (await benchmarks.ask(`${url}/report.md`)).text;

/** Everything that the instance says of a run, and all that it logs. */
async function everythingSaid({ url, events }) {
    const replies = await Promise.all(
        [...['', '/report.md', '/report.json', '/report.csv'].map((part) => `${url}${part}`), BENCHMARKS, '/api/jobs', '/api/metrics'].map(
            async (path) => (await benchmarks.ask(path)).text,
        ),
    );
    const logs = readdirSync(join(stack.runDir, 'log')).map((name) => readFileSync(join(stack.runDir, 'log', name), 'utf8'));
    return [...replies, ...logs, JSON.stringify(events), stack.output].join('\n');
}

const outcomes = ({ report }) => report.run.calls.map(({ outcome }) => outcome);

describe('a run over the router', () => {
    test('comes to its report, knows neither price nor signer, and its key stands nowhere', async () => {
        const run = await benchmarks.run({ ...QUICK, kind: 'router', model: MODEL });
        assert.equal(run.done.state, 'COMPLETE');
        assert.deepEqual([run.done.kind, run.done.spentNeuron], ['router', null]);
        const [endpoint] = run.report.run.head.endpoints;
        assert.deepEqual([endpoint.kind, endpoint.provider, endpoint.url], ['router', null, '$ZG_ROUTER_URL']);
        for (const call of run.report.run.calls) {
            assert.deepEqual([call.outcome, call.costNeuron, call.proof, call.rerouted], ['ok', null, null, false]);
        }
        const markdown = await markdownOf(run);
        assert.match(markdown, /\(router, 0G's own gateway\)/);
        assert.match(markdown, /\| Avg Cost\/Inference \| n\/a \|/);
        assert.ok(!(await everythingSaid(run)).includes(ROUTER_KEY));
    });

    test('can ask for one provider, and marks the calls that another one answered', async () => {
        const asked = provider(0).address;
        const plan = { ...QUICK, warmup: 0, kind: 'router', model: MODEL, provider: asked };
        const straight = await benchmarks.run(plan);
        assert.equal(straight.report.run.head.endpoints[0].provider, asked);
        assert.ok(straight.report.run.calls.every(({ rerouted }) => !rerouted));
        await setFault(facts.control, 'router', { ...FAST, reroute: true });
        const rerouted = await benchmarks.run(plan);
        await setFault(facts.control, 'router', FAST);
        assert.ok(rerouted.report.run.calls.every((call) => call.rerouted && call.outcome === 'ok'));
        assert.match(await markdownOf(rerouted), / 3 calls were answered by another provider than the one asked for\./);
        // Nobody but the provider asked for serves: the router knows no other way.
        const elsewhere = await benchmarks.run({ ...plan, calls: 1, provider: provider(1).address });
        assert.deepEqual(outcomes(elsewhere), ['http_4xx:404']);
    });

    test('has to know its model', async () => {
        const refused = await benchmarks.post({ kind: 'router' });
        assert.equal(refused.status, 422);
        assert.deepEqual(JSON.parse(refused.text).preflight.problems.map(({ code }) => code), ['no_model']);
    });
});

describe('a baseline', () => {
    test('of its own run has no price and no proof, and its key stands nowhere', async () => {
        const run = await benchmarks.run({ ...QUICK, kind: 'baseline' });
        assert.equal(run.done.state, 'COMPLETE');
        const [endpoint] = run.report.run.head.endpoints;
        assert.deepEqual([endpoint.kind, endpoint.model], ['baseline', facts.baselineModel]);
        for (const call of run.report.run.calls) assert.deepEqual([call.outcome, call.costNeuron, call.proof], ['ok', null, null]);
        assert.match(await markdownOf(run), /baseline, a centralised endpoint: not 0G Compute/);
        assert.ok(!(await everythingSaid(run)).includes(BASELINE_KEY));
    });

    test('stands in the report of a later run as it was measured', async () => {
        const run = await benchmarks.run({ ...QUICK, calls: 1, warmup: 0 });
        assert.equal(run.report.baseline.head.plan.kind, 'baseline');
        assert.match(await markdownOf(run), /\*\*Decentralised vs centralised:\*\* not determinable: provider delays are programmed/);
    });

    test('that is asked for is called in turn with the provider', async () => {
        const plan = { ...QUICK, baseline: true, slo: { costNeuron: '1000000000000000' } };
        const run = await benchmarks.run(plan);
        const { head, calls, tail } = run.report.run;
        assert.equal(run.done.state, 'COMPLETE');
        assert.deepEqual(head.endpoints.map(({ kind }) => kind), ['provider', 'baseline']);
        assert.deepEqual([head.plan.baseline, head.plan.slo.costNeuron], [true, '1000000000000000']);
        assert.deepEqual(calls.map(({ endpoint, warmup }) => [endpoint, warmup]), [
            [0, true], [1, true], ...Array(3).fill([[0, false], [1, false]]).flat(),
        ]);
        assert.deepEqual(calls.map(({ proof }) => proof), Array(4).fill(['response', null]).flat());
        assert.deepEqual(tail.reconciliations.map(({ state }) => state), ['pending', null]);
        const costs = calls.filter(({ endpoint }) => endpoint === 0).map(({ costNeuron }) => BigInt(costNeuron));
        assert.equal(run.done.spentNeuron, String(costs.reduce((sum, cost) => sum + cost)));
        assert.equal(run.report.baseline, null);
        const markdown = await markdownOf(run);
        assert.match(markdown, /\*\*Verdict for endpoint B:\*\* 3 of 3 calls succeeded/);
        assert.match(markdown, /The baseline is called in turn with the others/);
    });

    test('has not to be there when it is not asked for, and is missed when it is', async () => {
        const other = await startOther({});
        try {
            const asking = new Benchmarks(other);
            const { problems } = JSON.parse((await asking.ask('/admin/api/preflight', { method: 'POST', body: { baseline: true } })).text);
            assert.deepEqual(problems.map(({ code }) => code), ['no_endpoint', 'no_key', 'no_model']);
        } finally {
            await other.stop();
        }
    });
});

/** Another instance over the same network, with the same wallet. */
const startOther = (settings) =>
    startStack(
        readingFrom(facts.rpc, {
            ZG_SERVING_CONTRACT: facts.servingContract,
            ZG_LEDGER_CONTRACT: facts.ledgerContract,
            ZG_BENCH_PROVIDER: facts.benchProvider,
            ZG_CHAIN_PRIVATE_KEY: wallet.privateKey,
            ...settings,
        }),
    );

describe('an instance with other settings', () => {
    /** @type {import('../lib/stack.mjs').Stack} */
    let other;
    /** @type {Benchmarks} */
    let asking;
    before(async () => {
        other = await startOther({
            ZG_SESSION_TOKEN_ID: String(TOKEN_ID),
            ZG_ROUTER_URL: facts.routerUrl,
            ZG_ROUTER_API_KEY: 'sk-wrong',
            ZG_BASELINE_URL: facts.baselineUrl,
            ZG_BASELINE_API_KEY: 'sk-wrong',
            ZG_BASELINE_MODEL: facts.baselineModel,
        });
        asking = new Benchmarks(other);
    });
    after(() => other?.stop());

    // The limit on runs that are started counts all of these.
    test('shows a wrong key as the class auth, for each kind', async () => {
        for (const plan of [{ kind: 'router', model: MODEL }, { kind: 'baseline' }]) {
            const run = await asking.run({ ...QUICK, calls: 1, warmup: 0, ...plan });
            assert.deepEqual(outcomes(run), ['auth'], plan.kind);
            assert.equal(run.events[1].data.remedy, `check the key in ZG_${plan.kind.toUpperCase()}_API_KEY`);
            assert.ok(!JSON.stringify(run.report).includes('sk-wrong') && !other.log('admin').includes('sk-wrong'));
        }
    });

    test('calls with a persistent token, until the wallet revokes it', async () => {
        const run = await asking.run({ ...QUICK, calls: 1, warmup: 0 });
        assert.deepEqual(outcomes(run), ['ok']);
        await sendAndMine(facts.rpc, [callTransaction(serving, wallet, 'revokeToken', [facts.benchProvider, TOKEN_ID])]);
        const reply = await asking.ask('/admin/api/preflight', { method: 'POST', body: {} });
        const { problems } = assertDocumented('/admin/api/preflight', reply, 'post');
        assert.deepEqual(problems.map(({ code }) => code), ['token_revoked']);
        assert.match(problems[0].detail, /id 7/);
    });

    test('lets six runs a minute be started after three at once, and anything be read', async () => {
        const replies = [];
        for (let i = 0; i < 8; i++) replies.push(await asking.post({ calls: 0 }));
        const refused = replies.filter(({ status }) => status === 429);
        assert.ok(refused.length >= 4, replies.map(({ status }) => status).join());
        assert.match(refused[0].headers['content-type'], /^application\/problem\+json/);
        assert.ok(Number(refused[0].headers['retry-after']) > 0);
        for (let i = 0; i < 8; i++) assert.equal((await asking.ask(BENCHMARKS)).status, 200);
    });
});

describe('the test environment', () => {
    test("says the operator's region, and the GPUs that a provider declares", async () => {
        const run = await benchmarks.run({ ...QUICK, calls: 1, warmup: 0, providers: [provider(0).address, provider(1).address, provider(2).address] });
        assert.deepEqual(run.report.run.head.endpoints.map(({ hardware, noHardware }) => [hardware, noHardware]), [
            ['1 NVIDIA GPU (SIMULATED)', null],
            [null, 'its quote names no GPU'],
            ['2 NVIDIA GPUs (SIMULATED)', null],
        ]);
        const markdown = await markdownOf(run);
        assert.match(markdown, /region \(label supplied by the operator\) eu &#124; 1/);
        assert.match(markdown, /\| A: `1 NVIDIA GPU \(SIMULATED\)`; B: not declared: its quote names no GPU; C: `2 NVIDIA GPUs \(SIMULATED\)` \|/);
    });

    test('is there without a quote', async () => {
        await setFault(facts.control, 'provider/0', { status: 403, error: 'no', path: '/v1/quote' });
        const run = await benchmarks.run({ ...QUICK, calls: 1, warmup: 0 });
        await clearFault(facts.control, 'provider/0');
        const [{ hardware, noHardware }] = run.report.run.head.endpoints;
        assert.deepEqual([hardware, noHardware], [null, 'its quote cannot be read: status 403']);
        // The run before over the same provider is the one that the report goes back to.
        assert.deepEqual(run.report.previous.head.endpoints.map(({ provider: address }) => address), [facts.benchProvider]);
        assert.match(await markdownOf(run), new RegExp(`\\*\\*Changed since run\\*\\* \`${run.report.previous.head.id}\``));
    });
});
