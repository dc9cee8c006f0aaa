// Changing a running network from a test.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test, { before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as control from '../../scripts/localnet/control.mjs';
import { services } from '../../scripts/localnet/services.mjs';
import { headNumber, startNetwork, wholeFile } from './harness.mjs';

const CONTROL = fileURLToPath(new URL('../../scripts/localnet/control.mjs', import.meta.url));

const find = async (rpc, index) => {
    const { address } = control.provider(index);
    return (await control.listServices(rpc)).find((service) => service.provider === address);
};

let rpc;

before(async () => {
    ({ rpc } = await startNetwork(wholeFile));
});

test('registers 60 services with any text and any price in under 10 s', async () => {
    const texts = [
        'a "quoted" \\ name',
        "<script>alert('x')</script>&amp;",
        '🤖 日本語 \u202e',
        '</div>{{x}}\n\t',
        '',
    ];
    const prices = [0n, 2n ** 96n, 2n ** 128n - 1n, 2n ** 128n, 2n ** 256n - 1n];
    const entries = Array.from({ length: 60 }, (_, i) => ({
        provider: 200 + i,
        serviceType: texts[i % 5],
        model: `${i} ${texts[(i + 1) % 5]}`,
        url: `http://127.0.0.1:1/${texts[(i + 2) % 5]}`,
        verifiability: texts[(i + 3) % 5],
        additionalInfo: texts[(i + 4) % 5].padEnd(i % 2 ? 4000 : 0, 'x'),
        inputPrice: prices[i % 5],
        outputPrice: prices[(i + 1) % 5],
    }));
    const start = performance.now();
    await control.registerServices(rpc, entries);
    assert.ok(performance.now() - start < 10_000);

    const listed = await control.listServices(rpc);
    assert.equal(listed.length, services.length + entries.length);
    const registered = listed.slice(services.length);
    for (const [i, entry] of entries.entries()) {
        assert.deepEqual(registered[i], {
            provider: control.provider(entry.provider).address,
            serviceType: entry.serviceType,
            model: entry.model,
            url: entry.url,
            inputPriceNeuron: String(entry.inputPrice),
            outputPriceNeuron: String(entry.outputPrice),
            verifiability: entry.verifiability,
            additionalInfo: entry.additionalInfo,
            teeSignerAddress: control.teeSigner(entry.provider).address,
            teeSignerAcknowledged: false,
            updatedAt: registered[i].updatedAt,
        });
    }
});

test('acknowledges, revokes, updates and removes', async () => {
    await control.registerService(rpc, { provider: 100, model: 'before', acknowledged: true });
    assert.equal((await find(rpc, 100)).teeSignerAcknowledged, true);

    await control.revoke(rpc, 100);
    assert.equal((await find(rpc, 100)).teeSignerAcknowledged, false);
    await control.acknowledge(rpc, 100);
    assert.equal((await find(rpc, 100)).teeSignerAcknowledged, true);

    await control.updateService(rpc, { provider: 100, inputPrice: '7' });
    const repriced = await find(rpc, 100);
    assert.equal(repriced.inputPriceNeuron, '7');
    assert.equal(repriced.model, 'before');
    assert.equal(repriced.teeSignerAcknowledged, true, 'a new price withdrew the acknowledgement');

    await control.updateService(rpc, { provider: 100, model: 'after' });
    const renamed = await find(rpc, 100);
    assert.equal(renamed.model, 'after');
    assert.equal(renamed.inputPriceNeuron, '7');
    assert.equal(renamed.teeSignerAcknowledged, false, 'a new model kept the acknowledgement');

    await control.removeService(rpc, 100);
    assert.equal(await find(rpc, 100), undefined);
});

test('says why the contract refused', async () => {
    await assert.rejects(
        control.removeService(rpc, 999),
        /removeService from 0x\w+: reverted, ServiceNotExist\(0x\w+\)/,
    );
    const tooLong = { provider: 101, additionalInfo: 'x'.repeat(4097) };
    await assert.rejects(
        control.registerService(rpc, tooLong),
        /reverted, AdditionalInfoTooLong\(\)/,
    );
    assert.equal(await find(rpc, 101), undefined);
});

test('lets the head stand still and move again', async () => {
    await control.setBlockInterval(rpc, 0);
    const head = await headNumber(rpc);
    await sleep(2600);
    assert.equal(await headNumber(rpc), head);
    await control.setBlockInterval(rpc, 1);
    await sleep(1600);
    assert.ok((await headNumber(rpc)) > head);
});

test('works from the command line', async () => {
    const run = (...args) => promisify(execFile)(process.execPath, [CONTROL, rpc, ...args]);
    await run(
        'register',
        JSON.stringify([{ provider: 110, inputPrice: String(2n ** 200n) }, { provider: 111 }]),
    );
    await run('update', '{"provider":111,"model":"renamed"}');
    await run('remove', '110');
    const listed = JSON.parse((await run('list')).stdout);
    assert.deepEqual(listed, await control.listServices(rpc));
    assert.equal(
        listed.find(({ model }) => model === 'renamed').provider,
        control.provider(111).address,
    );
    await assert.rejects(run('toString', '{}'), (error) => {
        assert.equal(error.code, 1);
        assert.match(error.stderr, /^control: usage: .*\n$/);
        return true;
    });
});
