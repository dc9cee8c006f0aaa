// What the wallet paid its providers, from the logs of the real contracts on the local network.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { startStack } from '../lib/stack.mjs';

const SOON_MS = 20_000;
const SUCCESS = 0;
const PARTIAL = 1;
const INVALID_NONCE = 4;
const INVALID_SIGNATURE = 5;

const addressOf = (index) => control.provider(index).address;
const rowOf = ({ ledger }, index) =>
    ledger?.settlements?.providers.find(({ provider }) => provider === addressOf(index));
const accountOf = ({ ledger }, index) =>
    ledger?.accounts.find(({ provider }) => provider === addressOf(index));

test('settled, partial and failed settlements of the wallet are counted by provider', async (t) => {
    const stack = await startStack({ ZG_RATE_LIMIT: '0' });
    t.after(() => stack.stop());
    const { facts } = stack;
    await control.pauseAgent(facts.control);
    const settle = (what) => control.settleFee(facts.rpc, what);

    const before = await stack.untilMetrics(SOON_MS, ({ ledger, provider }) => {
        assert.equal(ledger?.settlements?.scan?.complete, true);
        assert.equal(provider?.scan?.complete && provider.stakeScan?.complete, true);
    });
    assertComponent('Metrics', before);
    assert.deepEqual(before.ledger.settlements.providers, []);
    assert.equal(accountOf(before, 1).settledFeesNeuron, '0', 'all logs were read, and there is none');
    assert.equal(accountOf(before, 1).funding, 'ok');
    assert.equal(accountOf(before, 1).warning, null);
    assert.equal(before.ledger.minAccountBalanceNeuron, String(3n * 10n ** 18n));
    assert.equal(before.ledger.minTransferNeuron, String(10n ** 18n));

    const { last24h, payers, ...own } = before.provider;
    assert.equal(own.address, facts.ownProvider);
    assert.equal(own.listed, true);
    assert.equal(own.service.model, facts.providers[0].model);
    assert.equal(own.service.teeSignerAcknowledged, true);
    assert.equal(own.stakeNeuron, String(100n * 10n ** 18n));
    assert.equal(own.minStakeNeuron, own.stakeNeuron);
    assert.equal(own.lastSettlement, null);
    assert.equal(own.reason, null);
    const held = String(6n * 10n ** 18n);
    assert.deepEqual(payers, { accounts: 1, accountsRead: 1, heldNeuron: held, pendingRefundNeuron: '0' });
    assert.ok(Date.parse(last24h.since) <= Date.now());
    assert.equal(last24h.feesNeuron, '0');

    assert.equal((await settle({ provider: 1, feeNeuron: '123456789' })).status, SUCCESS);
    assert.equal((await settle({ provider: 1, feeNeuron: '11' })).status, SUCCESS);
    assert.equal((await settle({ provider: 1, feeNeuron: '5', nonce: '1' })).status, INVALID_NONCE);
    assert.equal((await settle({ provider: 2, feeNeuron: '7', signer: 1 })).status, INVALID_SIGNATURE);
    const many = String(10n ** 18n * 6n);
    const partial = await settle({ provider: 2, feeNeuron: many });
    assert.equal(partial.status, PARTIAL);
    const paid = BigInt(many) - BigInt(partial.unsettledNeuron);

    const after = await stack.untilMetrics(SOON_MS, (now) => {
        assert.equal(rowOf(now, 2)?.partial, 1);
        assert.equal(accountOf(now, 2)?.funding, 'short');
    });
    assertComponent('Metrics', after);
    const { lastBlock, lastAt, ...one } = rowOf(after, 1);
    assert.deepEqual(one, {
        provider: addressOf(1),
        feesNeuron: '123456800',
        settlements: 3,
        partial: 0,
        failed: 1,
        unknownFees: 0,
    });
    assert.ok(lastBlock > 0 && Date.parse(lastAt) > 0);
    assert.equal(rowOf(after, 2).feesNeuron, String(paid));
    assert.equal(rowOf(after, 2).failed, 1, 'whoever sent the transaction');
    assert.equal(accountOf(after, 2).settledFeesNeuron, String(paid));
    assert.match(
        accountOf(after, 2).warning,
        /^0 0G is left with the provider, which refuses requests: .* · since \S+ · move at least 2 0G to it/,
    );
    assert.equal(after.ledger.settlements.feesNeuron, String(123456800n + paid));

    assert.equal(after.provider.last24h.settlements, 0, 'those of others are not its');

    assert.equal((await settle({ provider: 0, feeNeuron: '99' })).status, SUCCESS);
    assert.equal((await settle({ provider: 0, feeNeuron: '98', nonce: '1' })).status, INVALID_NONCE);
    assert.equal((await settle({ provider: 0, feeNeuron: many })).status, PARTIAL);
    const all = await stack.untilMetrics(SOON_MS, (now) => {
        assert.equal(now.provider.last30d.partial, 1);
        assert.equal(rowOf(now, 0)?.partial, 1);
    });
    assertComponent('Metrics', all);
    const { provider } = all;
    for (const { since, ...sum } of [provider.last24h, provider.last30d]) {
        assert.ok(Date.parse(since) <= Date.now());
        assert.deepEqual(sum, { feesNeuron: held, settlements: 3, partial: 1, failed: 1, unknownFees: 0 });
    }
    assert.ok(Date.now() - Date.parse(provider.lastSettlement.time) < 600_000);
    assert.equal(provider.payers.heldNeuron, '0');

    const { text } = await stack.request('/metrics');
    assert.ok(text.includes(`zg_provider_fees_neuron{window="24h"} ${held}\n`));
    assert.ok(text.includes('zg_provider_settlements{window="30d",result="failed"} 1\n'));
    assert.ok(text.includes('zg_provider_listed 1\n'));
    assert.ok(text.includes(`zg_settled_fees_neuron{provider="${addressOf(1)}"} 123456800\n`));
    assert.ok(text.includes(`zg_settlements{provider="${addressOf(2)}",result="partial"} 1\n`));
    assert.ok(text.includes(`zg_account_spendable_neuron{provider="${addressOf(2)}"} 0\n`));
    assert.ok(text.includes('zg_settlement_scan_progress_ratio 1\n'));

    // Nothing is counted twice after a kill, nor when the cache is gone; what a reorganisation takes
    // back was never paid.
    const sameSums = (now) => assert.deepEqual(now.ledger?.settlements?.providers, all.ledger.settlements.providers);
    for (const forget of [false, true]) {
        const at = Date.now();
        process.kill(stack.metricsPid, 'SIGKILL');
        if (forget) for (const end of ['', '-wal', '-shm']) rmSync(join(stack.runDir, `state/cache.db${end}`), { force: true });
        await stack.untilMetrics(SOON_MS, (now) => {
            assert.ok(Date.parse(now.renderedAt) > at);
            sameSums(now);
            assert.equal(now.ledger.settlements.scan.complete, true);
            assert.deepEqual(now.provider.last30d, provider.last30d);
            assert.equal(now.provider.stakeNeuron, provider.stakeNeuron);
        });
    }
    await settle({ provider: 1, feeNeuron: '7' });
    const more = await stack.untilMetrics(SOON_MS, (now) => assert.equal(rowOf(now, 1)?.feesNeuron, '123456807'));
    const head = Number(await call(facts.rpc, 'eth_blockNumber'));
    // One or two blocks more than it takes: others are made meanwhile.
    await control.reorganise(facts.rpc, head - rowOf(more, 1).lastBlock + 3);
    await stack.untilMetrics(SOON_MS, sameSums);
});
