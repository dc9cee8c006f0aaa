// From the contract to the page: what providers registered in the real InferenceServing contract comes
// out of nginx as it went in, whatever it holds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { listServices, provider, registerServices } from '../../scripts/localnet/control.mjs';
import { assertDocumented } from '../lib/openapi.mjs';
import { dataBlock } from '../lib/page.mjs';
import { startStack } from '../lib/stack.mjs';

const HOSTILE_MARKUP = '</script><img src=x onerror="document.title=1"><!--#echo var="date_gmt"--><!--';

/** Texts that break whoever does not treat them as plain data. */
const TEXTS = [
    'plain',
    '',
    ' leading and trailing blanks ',
    `double " single ' back \\ slash / quotes`,
    HOSTILE_MARKUP,
    ']]>&lt;&amp;%3Cscript%3E${7*7}{{7*7}}',
    '🤖 emoji 👩🏽‍🚀 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
    'שלום \u202Eright to left\u202C مرحبا',
    'line\nfeed\ttab\rreturn\u0000nul\u0001\u001b[31m\u007f',
    'separators \u2028 \u2029 \ufeff \u0085',
    '模型/大语言模型-7b',
    'x'.repeat(200),
];
const PRICES = [0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 96n];

/** Not in the contract's bounds for good: the program keeps 128 bits. */
const TOO_LARGE = [
    { inputPrice: 2n ** 128n, outputPrice: 7n },
    { inputPrice: 7n, outputPrice: 2n ** 256n - 1n },
    { inputPrice: 2n ** 128n - 1n, outputPrice: 2n ** 128n - 1n },
];
const COUNT = 60;
const FIRST_INDEX = 100;

const pick = (list, index) => list[index % list.length];

/** 4096 bytes, all that the contract takes. */
const LONGEST_INFO = '"<é'.repeat(1024);

const entries = Array.from({ length: COUNT }, (_, index) => ({
    provider: FIRST_INDEX + index,
    serviceType: pick(['chatbot', 'text-to-image', HOSTILE_MARKUP], index),
    url: index % 5 === 0 ? `javascript:alert("${index}")` : `https://provider-${index}.example/v1/`,
    model: `${pick(TEXTS, index)} ${index}`,
    verifiability: pick(['TeeML', '', 'OpML', pick(TEXTS, index)], index),
    inputPrice: pick(PRICES, index),
    outputPrice: pick(PRICES, index + 1),
    additionalInfo: index === 3 ? LONGEST_INFO : pick(TEXTS, index),
    acknowledged: index % 3 === 0,
    ...(index < TOO_LARGE.length ? TOO_LARGE[index] : {}),
}));

const MAX_PRICE = 2n ** 128n - 1n;
const shownPrice = (price) => (price > MAX_PRICE ? null : String(price));

/** What /api/metrics has to say about an entry, but for the moment of its registration. */
function shown(entry) {
    const isTooLarge = entry.inputPrice > MAX_PRICE || entry.outputPrice > MAX_PRICE;
    return {
        provider: provider(entry.provider).address,
        serviceType: entry.serviceType,
        model: entry.model,
        url: entry.url,
        inputPriceNeuron: shownPrice(entry.inputPrice),
        outputPriceNeuron: shownPrice(entry.outputPrice),
        priceError: isTooLarge ? 'the price is above 2^128-1 neuron' : null,
        verifiability: entry.verifiability,
        additionalInfo: entry.additionalInfo,
        teeSignerAcknowledged: entry.acknowledged,
        health: null,
        probe: null,
        error: null,
    };
}

/** What the contract says of the services; the prober's figures change from one reply to the next. */
const registrations = (services) => services.map(({ health, ...service }) => service);

/** @type {import('../lib/stack.mjs').Stack} */
let stack;
let metrics;
/** What ethers reads from the contract. */
let registered;

before(async () => {
    stack = await startStack({ ZG_RATE_LIMIT: '0' });
    const already = stack.facts.providers.length;
    await registerServices(stack.facts.rpc, entries);
    registered = await listServices(stack.facts.rpc);
    assert.equal(registered.length, already + COUNT);
    // The acknowledgements come a block after the registrations.
    const acknowledged = (services) => services.filter((service) => service.teeSignerAcknowledged).length;
    metrics = await stack.untilMetrics(10_000, ({ services }) => {
        assert.equal(services.length, registered.length);
        assert.equal(acknowledged(services), acknowledged(registered));
    });
});
after(() => stack?.stop());

test('every registered service is read back field by field', () => {
    assert.ok(metrics.services.length > 50, 'more than one page of the contract');
    assert.equal(metrics.servicesTotal, registered.length);
    const byProvider = new Map(metrics.services.map((service) => [service.provider, service]));
    for (const entry of entries) {
        const { updatedAt, teeSignerAddress, ...service } = byProvider.get(provider(entry.provider).address);
        assert.deepEqual(service, shown(entry));
    }
});

test('the list equals what another reader of the contract finds, order and times included', () => {
    const expected = registered.map((service) => ({
        ...service,
        inputPriceNeuron: shownPrice(BigInt(service.inputPriceNeuron)),
        outputPriceNeuron: shownPrice(BigInt(service.outputPriceNeuron)),
        updatedAt: new Date(service.updatedAt * 1000).toISOString(),
    }));
    const read = metrics.services.map(({ priceError, health, probe, error, ...service }) => service);
    assert.deepEqual(read, expected);
});

test('the network\'s prober knows its own providers, and nobody who registered since', async () => {
    const own = new Set(stack.facts.providers.map((each) => each.provider));
    const { services } = await stack.untilMetrics(20_000, (now) => {
        assert.equal(now.sources.status.state, 'fresh', now.sources.status.reason);
    });
    for (const { provider: address, health } of services) assert.equal(health !== null, own.has(address), address);
});

test('the network\'s own node reports its load', async () => {
    const { compute, sources } = await stack.untilMetrics(8000, (now) => {
        assert.equal(now.sources.gpu.state, 'fresh', now.sources.gpu.reason);
    });
    assert.equal(compute.gpu.exporter, 'dcgm-exporter');
    assert.equal(compute.gpu.name, 'simulated GPU');
    assert.ok(compute.gpuUtilization >= 0 && compute.memoryUtilization > 0);
    assert.equal(sources.gpu.origin.endpoint, '$ZG_GPU_EXPORTER_URL');
});

test('/api/compute says the same', async () => {
    const reply = await stack.request('/api/compute');
    const { services, servicesTotal } = assertDocumented('/api/compute', reply);
    assert.deepEqual(registrations(services), registrations(metrics.services));
    assert.equal(servicesTotal, metrics.servicesTotal);
});

test('the wallet and its sub-accounts are those of the network', () => {
    const { walletAddress, ledgerContract, providers } = stack.facts;
    assert.equal(metrics.agent.address, walletAddress);
    assert.ok(BigInt(metrics.agent.balanceNeuron) > 0n);
    assert.equal(metrics.ledger.exists, true);
    assert.equal(metrics.ledger.contract, ledgerContract);
    const balances = Object.fromEntries(
        metrics.ledger.accounts.map((account) => [account.provider, account.balanceNeuron]),
    );
    const funded = providers.filter(({ subAccountNeuron }) => subAccountNeuron !== '0');
    assert.deepEqual(
        balances,
        Object.fromEntries(funded.map(({ provider: address, subAccountNeuron }) => [address, subAccountNeuron])),
    );
    const locked = Object.values(balances).reduce((sum, balance) => sum + BigInt(balance), 0n);
    const { availableNeuron, totalNeuron } = metrics.ledger;
    assert.equal(BigInt(totalNeuron) - BigInt(availableNeuron), locked);
});

test('the bytes on the wire hold no character that could end an HTML data block', async () => {
    const { bytes } = await stack.request('/api/metrics');
    for (const character of '<>&') assert.equal(bytes.indexOf(character), -1, character);
    assert.ok(bytes.includes('\\u003c/script\\u003e'), 'the markup is there, escaped');
});

test('the page carries the snapshot, and no name can leave its block', async () => {
    const reply = await stack.request('/');
    assert.equal(reply.status, 200);
    const { served, text, rest } = dataBlock(reply.text);
    assert.deepEqual(registrations(JSON.parse(text).services), registrations(metrics.services));
    assert.equal(served * 1000, Date.parse(reply.headers.date));
    assert.ok(!/[<>&]/.test(text));
    assert.ok(!rest.includes('onerror'), 'nothing of it stands outside the block');
    assert.ok(!reply.text.includes('<!--#'), 'no directive is left over');
});

test('a browser that takes gzip gets the same page', async () => {
    const reply = await stack.request('/', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    assert.equal(reply.headers['content-encoding'], 'gzip');
    const { text } = dataBlock(gunzipSync(reply.bytes).toString('utf8'));
    assert.deepEqual(registrations(JSON.parse(text).services), registrations(metrics.services));
});
