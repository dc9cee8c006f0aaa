// Exporter, status API, mirror node and RPC proxy; and the faults that every stand-in knows.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { ask, makeToken } from './client.mjs';
import { headNumber, startNetwork, until, wholeFile } from './harness.mjs';

/** @type {any} */
let facts;

before(async () => {
    ({ facts } = await startNetwork(wholeFile));
    await control.pauseAgent(facts.control);
});

const setFault = (name, fault) => control.setFault(facts.control, name, fault);
const clearFault = (name) => control.clearFault(facts.control, name);

function chat(index) {
    const address = control.provider(index).address;
    return ask(`${facts.standins[`provider/${index}`]}/v1/proxy/chat/completions`, {
        body: {
            model: facts.providers[index].model,
            messages: [{ role: 'user', content: 'work' }],
            max_tokens: 4,
        },
        headers: { authorization: `Bearer ${makeToken(address)}` },
    });
}

/** The exporter's values by metric, one for each card. */
async function cards() {
    const { status, headers, bytes } = await ask(facts.gpuExporter);
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    const values = {};
    const line =
        /^(DCGM_\w+)\{gpu="(\d)",UUID="GPU-[^"]+",device="nvidia\d",modelName="simulated GPU",Hostname="localnet"\} (\d+)$/;
    for (const text of bytes.toString().trimEnd().split('\n')) {
        if (text.startsWith('# HELP ') || text.startsWith('# TYPE ')) continue;
        const [, name, card, value] = line.exec(text);
        (values[name] ??= [])[card] = Number(value);
    }
    return values;
}

test('the exporter reports the measured load of the providers', async () => {
    await until(async () => (await cards()).DCGM_FI_DEV_FB_USED[0] === 13_110, 'idle cards', 30_000);
    const idle = await cards();
    assert.deepEqual(Object.keys(idle), [
        'DCGM_FI_DEV_GPU_UTIL',
        'DCGM_FI_DEV_FB_FREE',
        'DCGM_FI_DEV_FB_USED',
    ]);
    assert.equal(idle.DCGM_FI_DEV_GPU_UTIL[1], 0, 'a card that did nothing yet');

    await setFault('provider/1', { ttftMs: 2000, tpotMs: 0 });
    const calls = [chat(1), chat(1)];
    await sleep(1500);
    const busy = await cards();
    assert.equal(busy.DCGM_FI_DEV_FB_USED[1], 14_530 + 2 * 640);
    assert.equal(busy.DCGM_FI_DEV_FB_USED[1] + busy.DCGM_FI_DEV_FB_FREE[1], 24_576);
    await Promise.all(calls);
    await clearFault('provider/1');
    const after = await cards();
    assert.equal(after.DCGM_FI_DEV_FB_USED[1], 14_530);
    // Two calls at a time for 2 of the last 10 seconds are 20 %, not 40.
    const [, used] = after.DCGM_FI_DEV_GPU_UTIL;
    assert.ok(used >= 15 && used <= 30, `${used} %`);
    assert.ok(after.DCGM_FI_DEV_GPU_UTIL[0] <= idle.DCGM_FI_DEV_GPU_UTIL[0], 'the other card too');
});

test("the status API counts how the providers' requests ended", async () => {
    const health = async (index) => {
        const { body } = await ask(`${facts.statusUrl}/health`);
        assert.deepEqual(Object.keys(body), [
            'status',
            'timestamp',
            'isMonitoring',
            'summary',
            'services',
        ]);
        assert.equal(body.services.length, body.summary.totalServices);
        const address = control.provider(index).address;
        return body.services.find(({ provider }) => provider === address);
    };
    const unknown = await health(5);
    assert.equal(unknown.status, 'unknown');
    assert.deepEqual(unknown.checks, { total: 0, successful: 0, failed: 0, uptime: null });

    await setFault('provider/2', { ttftMs: 30, tpotMs: 0 });
    await chat(2);
    const good = await health(2);
    assert.equal(good.status, 'healthy');
    assert.equal(good.checks.uptime, 100);
    const { response_time: time } = good.performance;
    assert.ok(time.p50 >= 29 && time.p50 < 1000, `${time.p50} ms`); // a timer may end a millisecond early
    assert.equal(time.unit, 'ms');
    assert.equal(time.samples, good.checks.total);

    await setFault('provider/2', { status: 500, times: 3 });
    for (let i = 0; i < 3; i++) assert.equal((await chat(2)).status, 500);
    const bad = await health(2);
    assert.equal(bad.checks.failed, 3);
    assert.equal(bad.checks.successful, good.checks.successful);
    assert.equal(bad.status, 'critical');
    assert.equal((await control.faults(facts.control))['provider/2'], null, 'it went on');

    const { body: models } = await ask(`${facts.statusUrl}/models`);
    assert.equal(models.data.length, facts.providers.length);
    assert.equal(models.data[0].provider, control.provider(0).address);
    assert.equal(models.data[0].id, facts.providers[0].model);
});

test('the mirror node gives the messages of the topic in pages', async () => {
    const path = `/api/v1/topics/${facts.mirrorTopic}/messages`;
    const get = async (query) => (await ask(`${facts.mirrorUrl}${path}${query}`)).body;
    const first = await control.publishMessage(facts.control, '{"any":"<text>"}');
    for (const text of ['b', 'c']) await control.publishMessage(facts.control, text);

    const { messages, links } = await get(`?sequencenumber=gte:${first}&limit=2`);
    assert.deepEqual(
        messages.map(({ message }) => Buffer.from(message, 'base64').toString()),
        ['{"any":"<text>"}', 'b'],
    );
    assert.deepEqual(Object.keys(messages[0]), [
        'chunk_info',
        'consensus_timestamp',
        'message',
        'payer_account_id',
        'running_hash',
        'running_hash_version',
        'sequence_number',
        'topic_id',
    ]);
    assert.match(messages[0].consensus_timestamp, /^\d{10}\.\d{9}$/);
    const rest = (await ask(`${facts.mirrorUrl}${links.next}`)).body;
    assert.deepEqual(
        rest.messages.map(({ sequence_number: number }) => number),
        [first + 2],
    );
    assert.equal(rest.links.next, null);
    const newest = await get('?order=desc&limit=1');
    assert.equal(newest.messages[0].sequence_number, first + 2);
    const { status, body } = await ask(`${facts.mirrorUrl}/api/v1/topics/0.0.1/messages`);
    assert.equal(status, 404);
    assert.equal(body._status.messages[0].message, 'Not found');
});

test('the RPC proxy passes on, and refuses on command', async () => {
    const { rpcProxy, rpc } = facts;
    assert.equal(await call(rpcProxy, 'eth_chainId'), '0x7a69');
    const calls = ['eth_chainId', 'eth_blockNumber'].map((method, id) => ({
        jsonrpc: '2.0',
        id,
        method,
        params: [],
    }));
    assert.equal((await ask(rpcProxy, { body: calls })).body.length, 2);

    await setFault('rpcProxy', { chainId: 16661 });
    assert.equal(await call(rpcProxy, 'eth_chainId'), '0x4115');
    assert.equal(await call(rpcProxy, 'net_version'), '16661');
    assert.ok((await headNumber(rpcProxy)) > 0);
    assert.equal((await ask(rpcProxy, { body: calls })).body[0].result, '0x4115');

    await call(rpc, 'anvil_mine', ['0x20']);
    const head = await headNumber(rpc);
    const logs = (from) => {
        const filter = { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${head.toString(16)}` };
        return call(rpcProxy, 'eth_getLogs', [filter]);
    };
    await setFault('rpcProxy', { maxBlocks: 20 });
    assert.ok(Array.isArray(await logs(head - 19)));
    await assert.rejects(logs(head - 20), /block range exceeds 20/);
    await setFault('rpcProxy', { maxLogs: 10 });
    await assert.rejects(logs(0), /query returned more than 10 results/);
    await setFault('rpcProxy', { rpcError: { code: -32000, message: 'header not found' } });
    await assert.rejects(call(rpcProxy, 'eth_blockNumber'), /header not found/);
    await clearFault('rpcProxy');
    assert.ok((await logs(0)).length > 10);
});

test('every stand-in takes every fault, alone, and heals', async () => {
    const names = Object.keys(facts.standins).filter((name) => name !== 'control');
    for (const name of names) {
        const url = facts.standins[name];
        await setFault(name, { status: 500 });
        assert.equal((await ask(url)).status, 500, name);
        const all = await control.faults(facts.control);
        const faulty = Object.keys(all).filter((other) => all[other] !== null);
        assert.deepEqual(faulty, [name]);
        await clearFault(name);
        assert.notEqual((await ask(url)).status, 500, name);
    }
});

test('faults do what they say', async () => {
    const url = facts.gpuExporter;
    const right = (await ask(url)).bytes.length;
    const under = async (fault) => {
        await setFault('gpuExporter', fault);
        return ask(url, { signal: AbortSignal.timeout(1000) });
    };
    const busy = await under({ status: 429, retryAfterS: 9 });
    assert.deepEqual([busy.status, busy.headers.get('retry-after')], [429, '9']);
    const start = performance.now();
    await under({ delayMs: 300 });
    assert.ok(performance.now() - start >= 299);
    const garbage = await under({ garbage: true });
    assert.equal(garbage.status, 200);
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(garbage.bytes));
    assert.equal((await under({ hugeBytes: 5_000_000 })).bytes.length, 5_000_002);
    await assert.rejects(under({ hang: true }), { name: 'TimeoutError' });
    await assert.rejects(under({ reset: true }), /fetch failed/);
    await assert.rejects(under({ cutAfterBytes: 100 }), /terminated/);
    assert.ok(right > 100);

    assert.equal((await under({ status: 500, path: '/other' })).status, 200);
    assert.equal((await under({ status: 500, times: 1 })).status, 500);
    assert.equal((await ask(url)).status, 200, 'a fault for one request lasted longer');
});

test('nonsense is refused at the control endpoint', async () => {
    await assert.rejects(setFault('nobody', { hang: true }), /no stand-in is called nobody/);
    await assert.rejects(setFault('mirror', { stauts: 500 }), /unknown member stauts/);
    await assert.rejects(setFault('mirror', { status: 'x' }), /wrong value of status/);
    await assert.rejects(setFault('mirror', { crlf: true }), /unknown member crlf/);
    const plain = await ask(`${facts.control}/pause`, { body: {} });
    assert.equal(plain.status, 415, 'a page in a browser could send this');
});
