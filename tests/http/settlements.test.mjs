// What the wallet paid its providers, from the logs of the real contracts on the local network.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as control from '../../scripts/localnet/control.mjs';
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

    const before = await stack.untilMetrics(SOON_MS, ({ ledger }) => {
        assert.equal(ledger?.settlements?.scan?.complete, true);
    });
    assertComponent('Metrics', before);
    assert.deepEqual(before.ledger.settlements.providers, []);
    assert.equal(accountOf(before, 1).settledFeesNeuron, '0', 'all logs were read, and there is none');
    assert.equal(accountOf(before, 1).funding, 'ok');
    assert.equal(accountOf(before, 1).warning, null);
    assert.equal(before.ledger.minAccountBalanceNeuron, String(3n * 10n ** 18n));
    assert.equal(before.ledger.minTransferNeuron, String(10n ** 18n));

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

    const { text } = await stack.request('/metrics');
    assert.ok(text.includes(`zg_settled_fees_neuron{provider="${addressOf(1)}"} 123456800\n`));
    assert.ok(text.includes(`zg_settlements{provider="${addressOf(2)}",result="partial"} 1\n`));
    assert.ok(text.includes(`zg_account_spendable_neuron{provider="${addressOf(2)}"} 0\n`));
    assert.ok(text.includes('zg_settlement_scan_progress_ratio 1\n'));

    // Nothing is counted twice after a kill, nor when the cache is gone; what a reorganisation takes
    // back was never paid.
    const sameSums = (now) => assert.deepEqual(now.ledger?.settlements?.providers, after.ledger.settlements.providers);
    for (const forget of [false, true]) {
        const at = Date.now();
        process.kill(stack.metricsPid, 'SIGKILL');
        if (forget) for (const end of ['', '-wal', '-shm']) rmSync(join(stack.runDir, `state/cache.db${end}`), { force: true });
        await stack.untilMetrics(SOON_MS, (now) => {
            assert.ok(Date.parse(now.renderedAt) > at);
            sameSums(now);
            assert.equal(now.ledger.settlements.scan.complete, true);
        });
    }
    await settle({ provider: 0, feeNeuron: '99' });
    await stack.untilMetrics(SOON_MS, (now) => assert.equal(rowOf(now, 0)?.feesNeuron, '99'));
    await control.reorganise(facts.rpc, 8);
    await stack.untilMetrics(SOON_MS, (now) => assert.equal(rowOf(now, 0), undefined));
});
