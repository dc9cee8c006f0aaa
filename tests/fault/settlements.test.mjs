// The scans of settlements: exact whatever the node refuses, leaves out or takes back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertComponent } from '../lib/openapi.mjs';
import { OTHER_PROVIDER, PROVIDER_ADDRESS, STRANGER, SettlementChain } from '../lib/settlement-chain.mjs';
import { startReading } from '../lib/stack.mjs';
import { WALLET_ADDRESS, sendJson } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';

const SCAN_MS = 60_000;
const ROUNDS_MS = 20_000;
const HOUR = 3600;
const INVALID_NONCE = 4;

async function openChain(t, parts) {
    const chain = Object.assign(new SettlementChain(), parts);
    await chain.open();
    t.after(() => chain.close());
    return chain;
}

const sum = (list) => String(list.reduce((total, { fee, status = 0 }) => total + (status > 1 ? 0n : fee), 0n));

function assertWallet({ ledger }, settlements) {
    assert.equal(ledger?.settlements?.scan?.complete, true);
    const own = settlements.filter(({ user = WALLET_ADDRESS }) => user === WALLET_ADDRESS);
    for (const provider of [PROVIDER_ADDRESS, OTHER_PROVIDER]) {
        const row = ledger.settlements.providers.find((one) => one.provider === provider);
        const its = own.filter((one) => one.provider === provider);
        assert.equal(row?.feesNeuron ?? '0', sum(its));
        assert.equal(row?.failed ?? 0, its.filter(({ status = 0 }) => status > 1).length);
        assert.equal(row?.settlements ?? 0, its.length);
    }
    assert.equal(ledger.settlements.feesNeuron, sum(own));
}

/** The current hour and so many before it. */
function assertWindow(window, chain, hours) {
    const since = (Math.floor(chain.timeOf(chain.head) / HOUR) - hours) * HOUR;
    const its = chain.settlements.filter(
        ({ block, provider }) => provider === PROVIDER_ADDRESS && chain.timeOf(block) >= since,
    );
    assert.ok(its.length > 0);
    assert.equal(window.feesNeuron, sum(its));
    assert.equal(window.settlements, its.length);
    assert.equal(window.failed, its.filter(({ status = 0 }) => status > 1).length);
    assert.equal(Date.parse(window.since), since * 1000);
}

/** One every so many blocks: every fifth of another provider, every seventh failed, every third a stranger's. */
function settlementsUpTo(head, every) {
    return Array.from({ length: Math.floor(head / every) }, (_, i) => ({
        block: (i + 1) * every,
        provider: i % 5 === 4 ? OTHER_PROVIDER : PROVIDER_ADDRESS,
        user: i % 3 === 2 ? STRANGER : WALLET_ADDRESS,
        fee: BigInt(i + 1) * 10n ** 15n,
        status: i % 7 === 6 ? INVALID_NONCE : 0,
    }));
}

describe('the scans of settlements', { concurrency: 4 }, () => {
    test('three million blocks of 35 days, limits of 20,000 blocks and 60 logs, no times in logs', async (t) => {
        const head = 3_000_000;
        const chain = await openChain(t, {
            firstHead: head,
            settlements: settlementsUpTo(head, 7001),
            stakes: [
                { block: 5, provider: PROVIDER_ADDRESS, amount: 100n * 10n ** 18n },
                { block: 6, provider: OTHER_PROVIDER, amount: 7n },
                { block: 2_000_000, provider: PROVIDER_ADDRESS, amount: 100n * 10n ** 18n, returned: true },
                { block: 2_000_001, provider: PROVIDER_ADDRESS, amount: 120n * 10n ** 18n },
            ],
            maxBlocks: 20_000,
            maxLogs: 60,
            reply: (response, answers) => void setTimeout(sendJson, 30, response, answers),
        });
        const stack = await startReading(t, chain, { ZG_PROVIDER_ADDRESS: PROVIDER_ADDRESS });
        const under = await stack.untilMetrics(SCAN_MS, ({ ledger }) => assert.ok(ledger?.settlements?.scan));
        assertComponent('Metrics', under);
        const windows = () => chain.calls.filter((call) => call === 'eth_getLogs').length;
        await until(SCAN_MS, () => assert.ok(windows() > 250), 10);
        assert.notEqual((await stack.metrics()).provider.scan?.complete, true, 'it is killed in the middle');
        process.kill(stack.metricsPid, 'SIGKILL');
        const done = await stack.untilMetrics(SCAN_MS, (now) => {
            assertWallet(now, chain.settlements);
            assert.equal(now.provider.scan?.complete && now.provider.stakeScan?.complete, true);
            assertWindow(now.provider.last30d, chain, 30 * 24);
            assertWindow(now.provider.last24h, chain, 24);
        });
        assertComponent('Metrics', done);
        assert.equal(done.provider.stakeNeuron, String(120n * 10n ** 18n));
        assert.equal(done.provider.listed, false);
        assert.ok(chain.refusals > 0, 'the limits were met');
        assert.ok(done.provider.scan.fromBlock > 0, 'what is older than 30 days is not read');
        const newest = chain.settlements.findLast(
            ({ provider, status }) => provider === PROVIDER_ADDRESS && status === 0,
        );
        assert.equal(done.provider.lastSettlement.block, newest.block);
    });

    test('a node that asks to slow down is asked again, and nothing is lost', async (t) => {
        const chain = await openChain(t, { settlements: settlementsUpTo(1000, 100) });
        let refused = 0;
        chain.reply = (response, answers) => {
            if (chain.calls.includes('eth_getLogs') && refused < 2) {
                refused += 1;
                sendJson(response, { error: 'slow down' }, 429, { 'retry-after': '1' });
                return;
            }
            sendJson(response, answers);
        };
        const stack = await startReading(t, chain);
        await stack.untilMetrics(ROUNDS_MS, (now) => assertWallet(now, chain.settlements));
        assert.equal(refused, 2);
    });

    test('a reorganisation deeper than the overlap begins the scan anew', async (t) => {
        const chain = await openChain(t, { settlements: settlementsUpTo(1000, 100) });
        const stack = await startReading(t, chain);
        await stack.untilMetrics(ROUNDS_MS, (now) => assertWallet(now, chain.settlements));
        chain.fork = 1;
        chain.settlements = chain.settlements.slice(0, 4);
        await stack.untilMetrics(ROUNDS_MS, (now) => assertWallet(now, chain.settlements));
    });

    test('a node that has no logs says why, and the balances stay', async (t) => {
        const chain = await openChain(t, { settlements: settlementsUpTo(1000, 100), maxBlocks: 0 });
        const stack = await startReading(t, chain);
        const { ledger, sources } = await stack.untilMetrics(ROUNDS_MS, (now) => {
            assert.match(now.ledger?.settlements?.scan?.reason ?? '', /^the node answers with an error .* · since .* · /);
        });
        assert.equal(sources.ledger.state, 'fresh');
        assert.equal(ledger.settlements.scan.complete, false);
        chain.maxBlocks = Infinity;
        await stack.untilMetrics(SCAN_MS, (now) => assertWallet(now, chain.settlements));
    });
});
