// Benchmarks through nginx against the local network's providers: runs that end well and otherwise, the
// class of each fault, the cap, what is refused, and what a kill leaves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SigningKey } from 'ethers';
import { provider, wallet } from '../../scripts/localnet/accounts.mjs';
import { clearFault, registerService, settleFees } from '../../scripts/localnet/control.mjs';
import { SERVICE_NAME, ledger, serving } from '../../scripts/localnet/deploy.mjs';
import { callTransaction, sendAndMine } from '../../scripts/localnet/transactions.mjs';
import { BASELINE_MODEL } from '../../scripts/localnet/standins/gateway.mjs';
import { BENCHMARKS, Benchmarks, STANDIN } from '../lib/benchmark.mjs';
import { assertComponent, assertDocumented } from '../lib/openapi.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';

const ONE = 10n ** 18n;
/** Short, and many tokens a second. */
const QUICK = { warmup: 0, maxTokens: 8 };

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
/** @type {Benchmarks} */
let benchmarks;
let facts;

before(async () => {
    stack = await startStack({ ZG_ADMIN_RATE_LIMIT: '0', ZG_RATE_LIMIT: '0' });
    benchmarks = new Benchmarks(stack);
    facts = stack.facts;
    await benchmarks.prepare();
});
after(() => stack?.stop());

const problemOf = (reply, status, code) => {
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.headers['content-type'], /^application\/problem\+json/);
    const problem = JSON.parse(reply.text);
    assert.equal(problem.code, code);
    return problem;
};

describe('a run', () => {
    let done;

    test('measures, proves and accounts for every call', async () => {
        done = await benchmarks.run({ calls: 3, warmup: 1, maxTokens: 12 });
        assert.equal(done.done.state, 'COMPLETE');
        const { calls, tail } = done.report.run;
        assert.deepEqual(calls.map(({ outcome, warmup, proof }) => [outcome, warmup, proof]), [
            ['ok', true, 'response'],
            ['ok', false, 'response'],
            ['ok', false, 'response'],
            ['ok', false, 'response'],
        ]);
        const prices = done.report.run.head.endpoints[0];
        for (const call of calls) {
            const cost = BigInt(call.inputTokens) * BigInt(prices.inputPriceNeuron) + BigInt(call.outputTokens) * BigInt(prices.outputPriceNeuron);
            assert.equal(call.costNeuron, String(cost));
        }
        assert.ok(calls[0].newConnection, 'the warm-up call opens the connection');
        assert.ok(calls.slice(1).every(({ newConnection }) => !newConnection));
        const [money] = tail.reconciliations;
        const booked = BigInt(money.unsettledAfterNeuron) - BigInt(money.unsettledBeforeNeuron);
        assert.equal(booked, calls.reduce((sum, { costNeuron }) => sum + BigInt(costNeuron), 0n));
        assert.equal(money.state, 'pending');
        assert.equal(tail.signer, wallet.address);
        assert.ok(tail.gpu.configured);
    });

    test('tells its events in order, also to one who comes back', async () => {
        assert.deepEqual(done.events.map(({ id, name }) => [id, name]), [
            [0, 'started'], [1, 'call'], [2, 'call'], [3, 'call'], [4, 'call'], [5, 'done'],
        ]);
        for (const { name, data } of done.events) assertComponent(name === 'call' ? 'BenchmarkCall' : 'BenchmarkRun', data);
        const again = await benchmarks.events(done.url);
        assert.deepEqual(again, done.events);
        const rest = await benchmarks.events(done.url, { lastEventId: 3 });
        assert.deepEqual(rest, done.events.slice(4));
    });

    test('has a report in three forms, and stands in the list', async () => {
        const markdown = await benchmarks.ask(`${done.url}/report.md`);
        assert.match(markdown.headers['content-type'], /^text\/markdown/);
        assert.match(markdown.text, /^# Compute Metrics Report: Local network\n/);
        assert.match(markdown.text, /3\/3 response/);
        const csv = await benchmarks.ask(`${done.url}/report.csv`);
        assert.match(csv.headers['content-type'], /^text\/csv/);
        const { runs } = assertDocumented(BENCHMARKS, await benchmarks.ask(BENCHMARKS));
        assert.equal(runs[0].id, done.done.id);
        assert.deepEqual(await benchmarks.json(done.url), runs[0]);
    });

    test('is settled later, and its money then matches to the neuron', async () => {
        await settleFees(facts.control, 0);
        const matched = await until(20_000, async () => {
            const { run } = await benchmarks.json(`${done.url}/report.json`);
            assert.equal(run.tail.reconciliations[0].state, 'match');
            return run;
        }, 500);
        const [money] = matched.tail.reconciliations;
        // With what the agent owed before the run.
        const owed = BigInt(done.done.spentNeuron) + BigInt(money.unsettledBeforeNeuron);
        assert.equal(money.settledNeuron, String(owed));
        assert.equal(matched.tail.root, done.report.run.tail.root, 'it stands outside the signed root');
    });

    test('is shown live, and its jobs are those of the run', async () => {
        const url = await benchmarks.start({ calls: 2, ...QUICK, maxTokens: 40 });
        await benchmarks.withFault({ tpotMs: 60 }, async () => {
            const running = await stack.untilMetrics(8000, ({ jobs }) => {
                assert.ok(jobs.some(({ status, benchmarkId }) => status === 'running' && benchmarkId));
            });
            assert.equal(running.compute.activeJobs, 0, 'figures are of the agent alone');
            await benchmarks.events(url);
        });
        const { jobs } = await stack.getJson('/api/jobs?limit=100');
        const own = jobs.filter(({ benchmarkId }) => url.endsWith(`/${benchmarkId}`));
        assert.deepEqual(own.map(({ status, proof }) => [status, proof]), [['completed', 'response'], ['completed', 'response']]);
    });

    test('at a fixed rate overlaps, over two providers in turn', async () => {
        const providers = facts.providers.slice(0, 2).map((one) => one.provider);
        const { report, done: end } = await benchmarks.withFault({ ttftMs: 400 }, () =>
            benchmarks.run({ calls: 3, ...QUICK, rate: 600, providers }),
        );
        assert.equal(end.state, 'COMPLETE');
        const { calls } = report.run;
        assert.deepEqual(calls.map(({ endpoint }) => endpoint).sort(), [0, 0, 0, 1, 1, 1]);
        assert.ok(calls.some((a) => calls.some((b) => a !== b && a.startUs < b.startUs && b.startUs < a.endUs)));
        for (const { dueUs, startUs } of calls) assert.ok(startUs >= dueUs && startUs - dueUs < 90_000, `${startUs - dueUs} us late`);
    });

    test('waits for who asks for Markdown', async () => {
        const reply = await benchmarks.post({ calls: 1, ...QUICK }, { headers: { accept: 'text/markdown' } });
        assert.equal(reply.status, 200, reply.text);
        assert.match(reply.text, /^# Compute Metrics Report/);
    });

    test('can be compared with another one, and with what the agent did', async () => {
        const { runs } = await benchmarks.json(BENCHMARKS);
        const other = runs.find(({ planned }) => planned === 1);
        const difference = await benchmarks.ask(`/admin/api/compare.md?a=${done.done.id}&b=${other.id}`);
        assert.equal(difference.status, 200, difference.text);
        assert.match(difference.headers['content-type'], /^text\/markdown/);
        problemOf(await benchmarks.ask('/admin/api/compare.json?a=b-1&b=b-2'), 404, 'not_found');
        const observed = await benchmarks.ask('/admin/api/reports/observed.md');
        assert.match(observed.text, /Observed traffic \(not a benchmark\)/);
        problemOf(await benchmarks.ask('/admin/api/reports/observed.md?since=yesterday'), 400, 'bad_since');
    });
});

describe('a fault of the provider', () => {
    const timeouts = { connectMs: 2000, firstTokenMs: 600, totalMs: 1500, stallMs: 400 };
    /** What the provider does, and the class that the report shows. */
    const faults = [
        [{ status: 400, error: 'missing or invalid Authorization header' }, 'auth'],
        [{ status: 401, error: 'session token expired' }, 'auth'],
        [{ status: 400, error: 'insufficient balance: your locked balance is 1 0G, but the required minimum is 2 0G' }, 'balance'],
        [{ status: 402, error: 'payment required' }, 'balance'],
        [{ status: 400, error: 'user not acknowledge the provider' }, 'not_acknowledged'],
        [{ status: 400, error: 'something else' }, 'http_4xx:400'],
        [{ status: 404, error: 'no such path' }, 'http_4xx:404'],
        [{ status: 429, error: 'Rate limit exceeded', retryAfterS: 1 }, 'rate_limited'],
        [{ status: 500, error: 'Internal Server Error' }, 'http_5xx:500'],
        [{ status: 503, error: 'Server is currently processing too many requests' }, 'http_5xx:503'],
        [{ errorUnder200: true }, 'stream_error'],
        [{ cutAfterEvents: 3 }, 'truncated'],
        [{ hang: true }, 'timeout_first_token'],
        [{ stallAfterEvents: 3 }, 'timeout_stall'],
        [{ tpotMs: 350 }, 'timeout_total'],
        [{ usage: 'none' }, 'ok', { costAtMost: true, tokens: 'estimated' }],
        [{ usage: 'every' }, 'ok', { costAtMost: false, tokens: 'usage' }],
        [{ roleFirst: true }, 'ok'],
        [{ reasoningTokens: 3 }, 'ok'],
        [{ crlf: true }, 'ok'],
        [{ splitUtf8: true }, 'ok'],
        [{ omitDone: true }, 'ok', { doneMarker: false }],
        [{ cachedTokens: 5 }, 'ok', { cachedTokens: 5 }],
    ];
    for (const [fault, outcome, more = {}] of faults) {
        test(`${JSON.stringify(fault)} is ${outcome}`, async () => {
            const { report } = await benchmarks.withFault(fault, () => benchmarks.run({ calls: 1, ...QUICK, timeouts }));
            const [call] = report.run.calls;
            assert.equal(call.outcome, outcome);
            for (const [name, value] of Object.entries(more)) assert.equal(call[name], value, name);
        });
    }

    test('that bills more than the reply can hold is seen, and ends the run', async () => {
        const { done, report } = await benchmarks.withFault({ extraTokens: 5000 }, () => benchmarks.run({ calls: 3, ...QUICK }));
        assert.deepEqual([done.state, done.end, report.run.calls.length], ['PARTIAL', 'overrun', 1]);
        assert.equal(report.run.calls[0].overReported, true);
    });

    test('five times in a row ends the run', async () => {
        const { done } = await benchmarks.withFault({ status: 500 }, () => benchmarks.run({ calls: 10, ...QUICK }));
        assert.deepEqual([done.state, done.end, done.calls, done.planned], ['PARTIAL', 'failures', 5, 10]);
    });

    test('with the token is answered by a new one: the wallet revoked the old in the middle', async () => {
        const url = await benchmarks.start({ calls: 6, ...QUICK });
        await benchmarks.withFault({ tpotMs: 60 }, async () => {
            let revoked = null;
            const events = await benchmarks.events(url, {
                onEvent: ({ id }) => {
                    if (id === 1) revoked = sendAndMine(facts.rpc, [callTransaction(serving, wallet, 'revokeAllTokens', [facts.benchProvider])]);
                },
            });
            await revoked;
            const outcomes = events.filter(({ name }) => name === 'call').map(({ data }) => data.outcome);
            assert.equal(outcomes.filter((outcome) => outcome === 'auth').length, 1, outcomes.join());
            assert.equal(outcomes.at(-1), 'ok');
        });
    });
});

describe('money', () => {
    test('no call starts whose worst case would pass the cap', async () => {
        const price = facts.providers[0];
        const input = BigInt(price.inputPrice ?? price.inputPriceNeuron ?? 50_000_000_000n);
        const output = BigInt(price.outputPrice ?? price.outputPriceNeuron ?? 100_000_000_000n);
        const worst = (512n + 256n) * input + 8n * output;
        const { done } = await benchmarks.run({ calls: 1000, ...QUICK, maxSpendNeuron: String(worst + worst / 10n) });
        assert.deepEqual([done.state, done.end], ['PARTIAL', 'budget']);
        assert.ok(done.calls > 0 && BigInt(done.spentNeuron) <= worst + worst / 10n);
        const problem = problemOf(await benchmarks.post({ calls: 1, maxSpendNeuron: '1000' }), 422, 'not_ready');
        assert.ok(problem.preflight.problems.some(({ code }) => code === 'budget_too_small'));
    });

    test('what is missing is said at once, with the commands that mend it', async () => {
        const provider3 = provider(3).address;
        const reply = await benchmarks.ask('/admin/api/preflight', { method: 'POST', body: { provider: provider3 } });
        assert.equal(reply.status, 200, reply.text);
        const { ready, problems, wallet: money, offers } = assertDocumented('/admin/api/preflight', reply, 'post');
        assert.equal(ready, false);
        assert.deepEqual(offers[0], { kind: 'provider', provider: facts.benchProvider, model: facts.providers[0].model });
        assert.ok(!offers.some(({ model }) => model === 'z-image'), 'chats only');
        assert.deepEqual(offers.slice(-2), [
            { kind: 'router', provider: null, model: null },
            { kind: 'baseline', provider: null, model: BASELINE_MODEL },
        ]);
        assert.deepEqual(problems.map(({ code }) => code), ['signer_not_acknowledged', 'no_sub_account']);
        assert.match(problems[1].command, new RegExp(`^0g-compute-cli transfer-fund --service inference --provider ${provider3} --amount 1\\.\\d{1,6}$`));
        assert.equal(money.minimumDepositNeuron, String(3n * ONE));
        assert.equal(money.providerLockNeuron, String(ONE));
        const refused = await benchmarks.post({ provider: provider3 });
        problemOf(refused, 422, 'not_ready');
        assertDocumented(BENCHMARKS, refused, 'post');
    });

    test('a wallet that has nothing is told the whole way, in its order', async () => {
        const poor = await startStack(
            readingFrom(facts.rpc, {
                ZG_SERVING_CONTRACT: facts.servingContract,
                ZG_LEDGER_CONTRACT: facts.ledgerContract,
                ZG_BENCH_PROVIDER: facts.benchProvider,
                ZG_CHAIN_PRIVATE_KEY: new SigningKey(`0x${'0'.repeat(63)}5`).privateKey,
            }),
        );
        try {
            const asking = new Benchmarks(poor);
            const reply = await asking.ask('/admin/api/preflight', { method: 'POST', body: {} });
            const { problems } = assertDocumented('/admin/api/preflight', reply, 'post');
            assert.deepEqual(problems.map(({ code, command }) => [code, command?.split(' ')[1] ?? null]), [
                ['wallet_low', null],
                ['no_ledger', 'deposit'],
                ['no_sub_account', 'transfer-fund'],
            ]);
            assert.equal(problems[1].missingNeuron, String(3n * ONE));
            const other = await asking.ask('/admin/api/preflight', { method: 'POST', body: { provider: provider(1).address } });
            assert.ok(JSON.parse(other.text).problems.some(({ code }) => code === 'not_allowed'));
            assert.deepEqual(JSON.parse(other.text).offers.map((offer) => offer.provider), [facts.benchProvider], 'what may be called');
        } finally {
            await poor.stop();
        }
    });

    test('an address that may not be reached is not called', async () => {
        await registerService(facts.rpc, { provider: 100, url: 'http://10.1.2.3:9', acknowledged: true });
        await sendAndMine(facts.rpc, [
            callTransaction(ledger, wallet, 'transferFund', [provider(100).address, SERVICE_NAME, 2n * ONE]),
        ]);
        const { report } = await benchmarks.run({ calls: 1, ...QUICK, provider: provider(100).address });
        assert.equal(report.run.calls[0].outcome, 'refused_address');
        assert.equal(report.run.calls[0].costNeuron, '0');
    });
});

describe('who asks', () => {
    test('needs the admin token', async () => {
        const recording = readFileSync(join(stack.runDir, 'record-token'), 'utf8').trim();
        for (const token of [null, recording, 'x'.repeat(40)]) {
            problemOf(await benchmarks.post({}, { token }), 401, 'unauthorized');
        }
        problemOf(await benchmarks.ask(BENCHMARKS, { token: null }), 401, 'unauthorized');
    });

    test('gets all that is wrong with a plan', async () => {
        const problem = problemOf(await benchmarks.post({ calls: 0, concurrency: 2 }), 400, 'bad_plan');
        assert.match(problem.detail, /concurrency is not a field.*calls is not/);
    });

    test("finds nothing of it in the panel's process", async () => {
        for (const path of ['/api/benchmarks', '/api/preflight']) {
            assert.equal((await stack.request(path)).status, 404);
        }
        const environment = readFileSync(`/proc/${stack.metricsPid}/environ`, 'utf8');
        assert.doesNotMatch(environment, /PRIVATE_KEY|ADMIN_TOKEN|RECORD_TOKEN|API_KEY|BENCH/);
    });
});

describe('a run that is on', () => {
    const LONG = { calls: 50, warmup: 0, maxTokens: 60 };
    const callIsOn = () =>
        until(10_000, async () => {
            const { jobs } = await stack.getJson('/api/jobs?limit=1');
            assert.equal(jobs[0].status, 'running');
        });

    test('starts no call after its longest duration, and lets the one that is on end', async () => {
        const { done, report } = await benchmarks.withFault({ tpotMs: 100 }, () => benchmarks.run({ ...LONG, maxTokens: 8, maxDurationMs: 1500 }));
        assert.deepEqual([done.state, done.end], ['PARTIAL', 'duration']);
        const { calls } = report.run;
        assert.ok(calls.length > 0 && calls.length < LONG.calls, `${calls.length} calls`);
        for (const { outcome, startUs } of calls) assert.deepEqual([outcome, startUs <= 1_500_000], ['ok', true], `${startUs} us`);
        assert.ok(calls.at(-1).endUs > 1_500_000, `${calls.at(-1).endUs} us`);
    });

    test('is the only one, and ends within a second when it is cancelled', async () => {
        const url = await benchmarks.withFault({ tpotMs: 100 }, async () => {
            const started = await benchmarks.start(LONG);
            const second = await benchmarks.post({});
            problemOf(second, 409, 'busy');
            assert.equal(second.headers.location, started);
            await callIsOn();
            const from = performance.now();
            const reply = await benchmarks.ask(started, { method: 'DELETE' });
            assert.ok(performance.now() - from < 1000, `${performance.now() - from} ms`);
            assert.equal(JSON.parse(reply.text).state, 'PARTIAL', reply.text);
            return started;
        });
        const { run } = await benchmarks.json(`${url}/report.json`);
        assert.equal(run.tail.end, 'cancelled');
        assert.deepEqual(run.calls.map(({ outcome }) => outcome), ['cancelled']);
    });

    test('lets four watch, and no more', async () => {
        await benchmarks.withFault({ tpotMs: 100 }, async () => {
            const url = await benchmarks.start(LONG);
            let told = 0;
            const watching = Array.from({ length: 4 }, () => benchmarks.events(url, { onEvent: ({ name }) => name === 'started' && told++ }));
            await until(10_000, () => assert.equal(told, 4));
            const refused = await benchmarks.ask(`${url}/events`);
            problemOf(refused, 503, 'too_many_streams');
            assert.ok(Number(refused.headers['retry-after']) > 0);
            await benchmarks.ask(url, { method: 'DELETE' });
            for (const events of await Promise.all(watching)) assert.equal(events.at(-1).name, 'done');
        });
    });

    test('leaves all its calls and a report when the program is killed', async () => {
        const ended = [];
        const url = await benchmarks.start({ calls: 200, warmup: 0, maxTokens: 8 });
        const watching = benchmarks.events(url, { onEvent: ({ name }) => name === 'call' && ended.push(name) }).catch(() => {});
        await until(10_000, () => assert.ok(ended.length >= 3));
        process.kill(stack.pidOf('admin.fcgi'), 'SIGKILL');
        await watching;
        const told = ended.length;
        const run = await until(15_000, async () => {
            const summary = await benchmarks.json(url);
            assert.equal(summary.state, 'PARTIAL');
            return summary;
        });
        assert.equal(run.end, 'interrupted');
        assert.ok(run.calls >= told && run.calls < 200, `${run.calls} calls, ${told} told`);
        const { run: raw } = await benchmarks.json(`${url}/report.json`);
        assert.equal(raw.calls.length, run.calls);
        assert.ok(raw.tail.signature, 'the root is signed all the same');
        const { jobs } = await stack.getJson('/api/jobs?limit=5');
        assert.ok(!jobs.some(({ status, benchmarkId }) => status === 'running' && benchmarkId));
        const next = await benchmarks.run({ calls: 1, ...QUICK });
        assert.equal(next.done.state, 'COMPLETE', 'and the next run works');
    });

    test('ends as PARTIAL when the program is stopped, which takes no longer for it', async () => {
        const url = await benchmarks.withFault({ tpotMs: 100 }, async () => {
            const started = await benchmarks.start(LONG);
            const watching = benchmarks.events(started).catch(() => {});
            await callIsOn();
            const before = performance.now();
            const pid = stack.pidOf('admin.fcgi');
            process.kill(pid, 'SIGTERM');
            await until(3000, () => assert.throws(() => process.kill(pid, 0)));
            assert.ok(performance.now() - before < 2500);
            await watching;
            return started;
        });
        const run = await until(15_000, () => benchmarks.json(url));
        assert.deepEqual([run.state, run.end], ['PARTIAL', 'interrupted']);
        await clearFault(facts.control, STANDIN);
    });
});
