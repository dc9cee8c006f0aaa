// The three generations of getAllServices that 0G deployed, and lists that are longer or odder than
// those of a real contract.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interface } from 'ethers';
import { expectedService, makeService, serving } from '../lib/contracts.mjs';
import { startReading } from '../lib/stack.mjs';
import { LEDGER_ADDRESS, RpcError, SELECTORS, StubNode, sendJson } from '../lib/stub-rpc.mjs';

const FIRST_ROUND_MS = 6000;

const range = (count, make = makeService) => Array.from({ length: count }, (_, index) => make(index));
const shown = (services, generation) => services.map((service) => expectedService(service, generation));

/**
 * What an instance of its own reads from the node in its first round.
 * @param {import('node:test').TestContext} t
 * @param {StubNode} node
 * @param {'fresh' | 'error'} [state]  of the source `key`
 */
async function readBy(t, node, state = 'fresh', key = 'compute') {
    await node.open();
    t.after(() => node.close());
    const stack = await startReading(t, node);
    const metrics = await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
        assert.equal(sources[key].state, state);
        assert.doesNotMatch(sources[key].reason ?? '', /^not read yet/);
    });
    if (state === 'fresh') assert.equal(metrics.sources[key].reason, null);
    return metrics;
}

/** @param {Partial<StubNode>} parts */
const nodeWith = (parts) => Object.assign(new StubNode(), parts);

for (const generation of ['v1', 'v2', 'v3']) {
    test(`a contract of generation ${generation} is read`, async (t) => {
        const node = nodeWith({ generation, services: range(4) });
        const { services, servicesTotal } = await readBy(t, node);
        assert.deepEqual(services, shown(node.services, generation));
        assert.equal(servicesTotal, 4);
    });
}

test('an old contract gives all its services in one answer', async (t) => {
    const node = nodeWith({ generation: 'v2', services: range(120) });
    const { services } = await readBy(t, node);
    assert.deepEqual(services, shown(node.services, 'v2'));
});

for (const count of [50, 51, 100, 120]) {
    test(`a current contract with ${count} services is read page by page`, async (t) => {
        const node = nodeWith({ services: range(count) });
        const { services, servicesTotal } = await readBy(t, node);
        assert.deepEqual(services, shown(node.services));
        assert.equal(servicesTotal, count);
    });
}

test('no services are an empty list, not an unknown one', async (t) => {
    const { services, servicesTotal } = await readBy(t, nodeWith({ services: [] }));
    assert.deepEqual(services, []);
    assert.equal(servicesTotal, 0);
});

test('the rows above the limit of 1000 are left out and counted', async (t) => {
    const node = nodeWith({ services: range(1200) });
    const { services, servicesTotal } = await readBy(t, node);
    assert.deepEqual(services, shown(node.services.slice(0, 1000)));
    assert.equal(servicesTotal, 1200);
});

test('a service that moved from one page to another while they were read is listed once', async (t) => {
    const services = range(120);
    const node = nodeWith({ services });
    // A removal on the first page, after it was read, swaps the last service into the hole; the rest of
    // the list is as if the first had been put in twice.
    node.answer = ({ selector, params }, honest) => {
        if (selector !== SELECTORS.getAllServicesPaged) return honest();
        const [offset] = serving.v3.decodeFunctionData('getAllServices', params[0].data).map(Number);
        node.services = offset === 0 ? services : services.with(50, services[0]);
        return honest();
    };
    const { services: read } = await readBy(t, node);
    assert.deepEqual(read, shown(services.toSpliced(50, 1)));
});

/** Puts a word into the encoded answer to getAllServices; `at` counts from the array's first offset. */
function withWord(encoded, at, word) {
    const start = 2 + 64 * (3 + at);
    return encoded.slice(0, start) + word + encoded.slice(start + 64);
}

test('a row that cannot be read is kept with its error, and the others as they are', async (t) => {
    const node = nodeWith({ services: range(6) });
    const beyond = (2n ** 255n).toString(16).padStart(64, '0');
    node.answer = ({ selector }, honest) =>
        selector === SELECTORS.getAllServicesPaged ? withWord(honest(), 2, beyond) : honest();
    const { services } = await readBy(t, node);
    const expected = shown(node.services);
    const nothing = Object.fromEntries(Object.keys(expected[2]).map((key) => [key, null]));
    expected[2] = { ...nothing, error: 'an offset points outside the data' };
    assert.deepEqual(services, expected);
});

/** Replaces a text's bytes by others of the same length. */
const withBytes = (encoded, text, bytes) =>
    encoded.replaceAll(Buffer.from(text).toString('hex'), bytes.toString('hex'));

test('a text that is not UTF-8 comes out as valid JSON, and the others as they are', async (t) => {
    const node = nodeWith({ services: [makeService(1, { model: 'model-XXXX' }), makeService(2)] });
    const invalid = Buffer.from([0x6d, 0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf5, 0xe2, 0x82]);
    node.answer = ({ selector }, honest) =>
        selector === SELECTORS.getAllServicesPaged ? withBytes(honest(), 'model-XXXX', invalid) : honest();
    const { services } = await readBy(t, node);
    assert.match(services[0].model, /^m\ufffd+$/, 'what cannot be read is marked as such');
    assert.deepEqual({ ...services[0], model: 'model-XXXX' }, expectedService(node.services[0]));
    assert.deepEqual(services[1], expectedService(node.services[1]));
});

test('answers of a batch are told apart by their ids, whatever their order', async (t) => {
    const node = nodeWith({ services: range(4) });
    node.reply = (response, answers) => sendJson(response, answers.toReversed());
    const { services } = await readBy(t, node);
    assert.deepEqual(services, shown(node.services));
});

test('a wallet without a deposit has no ledger, and that is no error', async (t) => {
    const { ledger } = await readBy(t, nodeWith({ ledger: null }), 'fresh', 'ledger');
    assert.equal(ledger.exists, false);
    assert.equal(ledger.availableNeuron, null);
    assert.equal(ledger.totalNeuron, null);
});

test('ledger and sub-accounts are read field by field', async (t) => {
    const account = {
        provider: makeService(7).provider,
        balance: 2n ** 96n,
        pendingRefund: 5n,
        acknowledged: true,
        generation: 2n ** 256n - 1n,
    };
    const node = nodeWith({ accounts: [account] });
    const { ledger } = await readBy(t, node, 'fresh', 'ledger');
    const { settlements: _scanned, ...read } = ledger;
    assert.deepEqual(read, {
        exists: true,
        contract: LEDGER_ADDRESS,
        availableNeuron: String(node.ledger.availableBalance),
        totalNeuron: String(node.ledger.totalBalance),
        minAccountBalanceNeuron: null,
        minTransferNeuron: null,
        providerMinimumNeuron: String(10n ** 18n),
        accounts: [
            {
                provider: account.provider,
                balanceNeuron: String(account.balance),
                pendingRefundNeuron: '5',
                spendableNeuron: String(account.balance - 5n),
                settledFeesNeuron: null,
                acknowledged: true,
                generation: String(account.generation),
                funding: 'ok',
                warning: null,
            },
        ],
    });
});

test('a call that is reverted with a reason is an error, not an older contract', async (t) => {
    const node = nodeWith({ services: range(1) });
    const reason = new Interface(['error Error(string)']).encodeErrorResult('Error', ['no']);
    node.answer = ({ selector }, honest) => {
        if (selector !== SELECTORS.getAllServicesPaged) return honest();
        throw new RpcError({ code: 3, message: 'execution reverted: no', data: reason });
    };
    const { sources } = await readBy(t, node, 'error');
    assert.match(sources.compute.reason, /^the contract reverts the call/);
    assert.ok(!node.calls.includes(SELECTORS.getAllServices), 'the older form is not tried');
});

test('an address without a contract is said to be one', async (t) => {
    const node = new StubNode();
    node.answer = ({ method }, honest) => (method === 'eth_call' ? '0x' : honest());
    const { sources } = await readBy(t, node, 'error');
    assert.match(sources.compute.reason, /^no contract of this kind at the address/);
    assert.equal(sources.chain.state, 'fresh');
});
