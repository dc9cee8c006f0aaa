// Starting, stopping, dying and coming back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { ask } from './client.mjs';
import {
    CACHE,
    failed,
    headNumber,
    isRunning,
    launch,
    readFacts,
    startNetwork,
    temporaryFolder,
    until,
} from './harness.mjs';

/** Of what scripts/run is given for everything. */
const STOP_MS = 5000;

// Ports and processes, and what follows from them.
const PASSING = [
    ['rpc', 'anvilPid', 'standinsPid', 'standins', 'control', 'rpcProxy'],
    [
        'storageNode',
        'indexer',
        'storageScan',
        'gpuExporter',
        'statusUrl',
        'mirrorUrl',
        'routerUrl',
        'baselineUrl',
        'inftMintTx',
    ],
].flat();

/** What does not differ from start to start. */
function lasting({ providers, ...facts }) {
    for (const name of PASSING) delete facts[name];
    return { ...facts, providers: providers.map(({ updatedAt: _at, url: _url, ...rest }) => rest) };
}

async function stop(network, signal) {
    const start = performance.now();
    network.child.kill(signal);
    const [code] = await network.exited;
    return { code, tookMs: performance.now() - start };
}

const blockHash = async (rpc, number) =>
    (await call(rpc, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]))?.hash;

/** What the storage node says of the files that the network starts with. */
const storedFiles = ({ facts }) =>
    Promise.all([0, 1, 2].map((seq) => call(facts.storageNode, 'zgs_getFileInfoByTxSeq', [seq])));

test('a second start is a fresh one with the same addresses and values', async (t) => {
    const first = await startNetwork(t);
    const balance = await call(first.rpc, 'eth_getBalance', [first.facts.walletAddress, 'latest']);
    await control.registerService(first.rpc, { provider: 100 });
    await stop(first, 'SIGTERM');

    const second = await startNetwork(t, { run: first.run });
    assert.deepEqual(lasting(second.facts), lasting(first.facts));
    assert.equal(
        await call(second.rpc, 'eth_getBalance', [second.facts.walletAddress, 'latest']),
        balance,
    );
    assert.equal((await control.listServices(second.rpc)).length, first.facts.providers.length);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} ends everything in time and keeps the files`, async (t) => {
        const network = await startNetwork(t);
        assert.ok(isRunning(network.facts.anvilPid));
        const { code, tookMs } = await stop(network, signal);
        assert.equal(code, 0);
        assert.ok(tookMs < STOP_MS, `${tookMs} ms`);
        assert.ok(!isRunning(network.facts.anvilPid));
        assert.equal(network.stderr, '');
        for (const name of ['localnet.json', 'localnet.key', 'localnet.state']) {
            assert.ok(readFileSync(join(network.run, name)).length > 0);
        }
    });
}

test('SIGTERM during the start ends everything too', async (t) => {
    const run = temporaryFolder(t);
    const program = launch(t, ['--run', run, '--cache', CACHE]);
    const children = () =>
        readFileSync(`/proc/${program.child.pid}/task/${program.child.pid}/children`, 'utf8');
    await until(() => children() !== '', 'a child process', 20_000);
    const pid = children().trim();
    const { code, tookMs } = await stop(program, 'SIGTERM');
    assert.equal(code, 0);
    assert.ok(tookMs < STOP_MS, `${tookMs} ms`);
    assert.equal(program.stdout + program.stderr, '');
    await until(() => !isRunning(pid), 'the end of the child');
});

test('nothing outlives a killed localnet', async (t) => {
    const network = await startNetwork(t);
    await stop(network, 'SIGKILL');
    await until(() => !isRunning(network.facts.anvilPid), 'the end of anvil');
    for (const origin of Object.values(network.facts.standins)) {
        await assert.rejects(ask(origin), /fetch failed/);
    }
});

test('the end of anvil is said in one line and ends the program with a failure', async (t) => {
    const network = await startNetwork(t);
    process.kill(network.facts.anvilPid, 'SIGKILL');
    const [code] = await network.exited;
    assert.equal(code, 1);
    assert.match(network.stderr, /^localnet: anvil \(pid \d+\) ended with signal SIGKILL\n$/);
});

test('--restore goes on where a killed network was, at the same port', async (t) => {
    const network = await startNetwork(t);
    await control.registerService(network.rpc, { provider: 100, model: 'registered later' });
    const services = await control.listServices(network.rpc);
    const head = await headNumber(network.rpc);
    const hash = await blockHash(network.rpc, head);
    const filter = {
        address: network.facts.servingContract,
        fromBlock: '0x0',
        toBlock: `0x${head.toString(16)}`,
    };
    const logs = await call(network.rpc, 'eth_getLogs', [filter]);
    assert.ok(logs.length > 10);

    const stored = await storedFiles(network);
    assert.ok(stored.every(({ finalized }) => finalized));
    const { mirrorUrl, mirrorTopic } = network.facts;
    const topic = `${mirrorUrl}/api/v1/topics/${mirrorTopic}/messages?limit=1`;
    await until(async () => (await ask(topic)).body.messages.length > 0, 'a message', 30_000);
    const [published] = (await ask(topic)).body.messages;

    const path = join(network.run, 'localnet.state');
    const savedHead = () => JSON.parse(gunzipSync(readFileSync(path))).best_block_number;
    await until(() => savedHead() >= head, 'a save', 30_000);
    await stop(network, 'SIGKILL');

    const restored = await startNetwork(t, { run: network.run, args: ['--restore'] });
    assert.equal(restored.rpc, network.rpc);
    assert.notEqual(restored.facts.anvilPid, network.facts.anvilPid);
    assert.deepEqual(lasting(restored.facts), lasting(network.facts));
    assert.ok((await headNumber(restored.rpc)) >= head);
    assert.equal(await blockHash(restored.rpc, head), hash);
    assert.deepEqual(await call(restored.rpc, 'eth_getLogs', [filter]), logs);
    assert.deepEqual(await control.listServices(restored.rpc), services);
    assert.deepEqual(restored.facts.standins, network.facts.standins);
    assert.deepEqual(await storedFiles(restored), stored);
    const [message] = (await ask(topic)).body.messages;
    assert.deepEqual(message, published, 'the topic starts again');
    await until(async () => (await headNumber(restored.rpc)) > head, 'a new block', 20_000);
    await control.updateService(restored.rpc, { provider: 100, model: 'changed after' });
});

test('--restore after a stop loses nothing', async (t) => {
    const network = await startNetwork(t);
    await control.registerService(network.rpc, { provider: 100 });
    const head = await headNumber(network.rpc);
    await stop(network, 'SIGTERM');
    const restored = await startNetwork(t, { run: network.run, args: ['--restore'] });
    assert.ok((await headNumber(restored.rpc)) >= head);
    assert.equal(
        (await control.listServices(restored.rpc)).length,
        network.facts.providers.length + 1,
    );
});

test('the wanted port is used, and a taken one refused', async (t) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address();
    t.after(() => holder.close());

    const run = temporaryFolder(t);
    const refused = launch(t, ['--run', run, '--cache', CACHE, '--rpc-port', String(port)]);
    assert.equal(await failed(refused), 1);
    assert.equal(refused.stderr, `localnet: port ${port} on 127.0.0.1 is taken\n`);

    await new Promise((resolve) => holder.close(resolve));
    await startNetwork(t, { run, args: ['--rpc-port', String(port)] });
    assert.equal(readFacts(run).rpc, `http://127.0.0.1:${port}`);
});

test('nonsense is refused in one line', async (t) => {
    const run = temporaryFolder(t);
    const base = ['--run', run, '--cache', CACHE];
    const blocked = join(run, 'file');
    writeFileSync(blocked, '');
    const cases = [
        [[], /usage: /],
        [['--wrong'], /Unknown option '--wrong'/],
        [[...base, '--rpc-port', '70000'], /from 0 to 65535, not 70000/],
        [[...base, '--restore'], /nothing to restore in /],
        [[...base, '--admin-url', 'http://127.0.0.1:1'], /belong together/],
        [[...base, '--admin-url', 'x', '--record-token-file', 'y'], /--admin-url is no URL: x/],
        [[...base, '--restore', '--rpc-port', '1'], /uses the port of before/],
        [['--run', join(blocked, 'run'), '--cache', CACHE], /not a directory/],
    ];
    for (const [args, message] of cases) {
        const program = launch(t, args);
        assert.equal(await failed(program), 1);
        assert.match(program.stderr, message);
        assert.match(program.stderr, /^localnet: .*\n$/);
    }
});
