// Evidence: what a source asked and was told can be checked by anybody, and tells nobody what is not
// theirs to know.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Interface } from 'ethers';
import { ledger, makeService, serving } from '../lib/contracts.mjs';
import { assertDocumented, openapi } from '../lib/openapi.mjs';
import { healthReport } from '../lib/own-node.mjs';
import { NEXT_WORD_MS } from '../lib/sources.mjs';
import { readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { openNode, sendJson } from '../lib/stub-rpc.mjs';
import { openServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

const SOURCES = openapi.components.schemas.Sources.required;
const FIRST_ROUND_MS = 8000;

/** What this machine's user gets; `headers` make somebody else of them. */
async function evidenceOf(stack, source, headers = {}) {
    const reply = await stack.request(`/api/evidence/${source}`, { headers });
    return assertDocumented('/api/evidence/{source}', reply);
}

const goodReading = ({ readings }) => readings.find((reading) => reading.good);
const valueOf = (reading, name) => reading.values.find((value) => value.name === name)?.value;
const PROXIED = { 'x-forwarded-for': '203.0.113.7' };

/** Runs the line as somebody who copied it would, and gives what it wrote. */
async function runLine(line, variables = {}) {
    const { stdout } = await promisify(execFile)('sh', ['-c', line], {
        env: { PATH: process.env.PATH, ...variables },
        maxBuffer: 8 * 1024 * 1024,
    });
    return stdout;
}

/** The result of the reading's call to that function, as the line gets it now. */
async function reproduce(reading, name, variables) {
    const find = ({ calls }) => calls.find((call) => (call.function ?? call.method) === name);
    const request = reading.requests.find(find);
    const answers = JSON.parse(await runLine(request.curl, variables));
    return answers.find(({ id }) => id === find(request).id).result;
}

describe('on the local network', () => {
    /** @type {import('../lib/stack.mjs').Stack} */
    let stack;
    before(async () => {
        stack = await startStack({ ZG_RATE_LIMIT: '0' });
        await stack.untilMetrics(20_000, ({ sources }) => {
            for (const key of ['chain', 'compute', 'ledger', 'storage', 'inft', 'gpu', 'jobs', 'status']) {
                assert.equal(sources[key].state, 'fresh', `${key}: ${sources[key].reason}`);
            }
        });
    });
    after(() => stack?.stop());

    /**
     * The figure that the API shows, that the evidence holds, and that ethers makes of what the line
     * gets are one. The agent keeps working, so they are until they are read at one time.
     */
    async function assertReproduced(source, name, functionName, decode) {
        await until(15_000, async () => {
            const reading = goodReading(await evidenceOf(stack, source));
            const value = valueOf(reading, name);
            assert.notEqual(value ?? null, null, name);
            const result = await reproduce(reading, functionName);
            assert.equal(String(decode(result)), String(value), name);
            const metrics = await stack.metrics();
            const shown = name.split(/[.[\]]+/).filter(Boolean).reduce((part, key) => part[key], metrics);
            assert.equal(shown, value, `${name} in /api/metrics`);
        });
    }

    const first = (contract, name) => (data) => contract.decodeFunctionResult(name, data)[0];
    const inft = new Interface([
        'function ownerOf(uint256) view returns (address)',
        'function authorizedUsersOf(uint256) view returns (address[])',
    ]);
    const storage = new Interface(['function numSubmissions() view returns (uint256)']);

    const FIGURES = [
        { source: 'chain', name: 'agent.balanceNeuron', call: 'eth_getBalance', decode: BigInt },
        {
            source: 'compute',
            name: 'services[1].inputPriceNeuron',
            call: 'getAllServices(uint256,uint256)',
            decode: (data) => first(serving.v3, 'getAllServices')(data)[1].inputPrice,
        },
        {
            source: 'compute',
            name: 'services[0].model',
            call: 'getAllServices(uint256,uint256)',
            decode: (data) => first(serving.v3, 'getAllServices')(data)[0].model,
        },
        {
            source: 'ledger',
            name: 'ledger.availableNeuron',
            call: 'getLedger(address)',
            decode: (data) => first(ledger, 'getLedger')(data).availableBalance,
        },
        {
            source: 'ledger',
            name: 'ledger.accounts[0].balanceNeuron',
            call: 'getAccountsByUser(address,uint256,uint256)',
            decode: (data) => first(serving.v3, 'getAccountsByUser')(data)[0].balance,
        },
        { source: 'inft', name: 'inft.owner', call: 'ownerOf(uint256)', decode: first(inft, 'ownerOf') },
        {
            source: 'inft',
            name: 'inft.authorizedUsers[0]',
            call: 'authorizedUsersOf(uint256)',
            decode: (data) => first(inft, 'authorizedUsersOf')(data)[0],
        },
    ];
    for (const { source, name, call, decode } of FIGURES) {
        test(`${name} is what the line gets, as ethers decodes it`, () => assertReproduced(source, name, call, decode));
    }

    test('the files of 0G Storage are those that the line counts', async () => {
        await until(15_000, async () => {
            const reading = goodReading(await evidenceOf(stack, 'storage'));
            const { name } = reading.values.find(({ value }) => value === 'node submissions');
            const count = await reproduce(reading, 'numSubmissions()');
            const [expected] = storage.decodeFunctionResult('numSubmissions', count);
            assert.equal(valueOf(reading, name.replace(/name$/, 'ours')), String(expected));
        });
    });

    test('the scan that counts submissions shows its requests beside them', async () => {
        const { readings } = await evidenceOf(stack, 'storage');
        const scan = readings.find(({ reader }) => reader === 'storage scan');
        assert.ok(scan.requests.some(({ calls }) => calls.some(({ method }) => method === 'eth_getLogs')));
    });

    test('an answer that is not JSON-RPC is reproduced as well', async () => {
        const reading = goodReading(await evidenceOf(stack, 'status'));
        const [request] = reading.requests;
        assert.equal(request.method, 'GET');
        const { services } = JSON.parse(await runLine(request.curl));
        assert.deepEqual(services.map(({ model }) => model), JSON.parse(request.answer).services.map(({ model }) => model));
    });

    test('the jobs come from a store and no network, and their line is one of this server', async () => {
        const { origin, readings, curl } = await evidenceOf(stack, 'jobs');
        assert.equal(origin, 'jobs.db');
        assert.deepEqual(readings.map(({ requests }) => requests), [[]]);
        const { jobs } = JSON.parse(await runLine(curl));
        assert.ok(jobs.some(({ id }) => id === valueOf(readings[0], 'jobs[0].id')));
    });

    test('every figure says what it was decoded or derived from', async () => {
        const { sources } = await stack.metrics();
        for (const source of Object.keys(sources)) {
            const { readings } = await evidenceOf(stack, source);
            const unsaid = readings.flatMap(({ values }) => values.filter(({ from }) => from === null));
            assert.deepEqual(unsaid.map(({ name }) => name), [], source);
        }
    });

    test('an answer that is too long is cut, and says so', async () => {
        const { readings } = await evidenceOf(stack, 'inft');
        const long = readings[0].requests.find(({ answerTruncated }) => answerTruncated);
        assert.equal(long.answer.length, 16 * 1024);
        assert.ok(long.answerBytes > long.answer.length);
        assert.ok((await runLine(long.curl)).length > long.answer.length);
    });

    test('every reading names its block and when it was', async () => {
        for (const source of ['chain', 'compute', 'ledger', 'storage', 'inft']) {
            const { readings } = await evidenceOf(stack, source);
            const { block, blockTime, readAt } = goodReading({ readings });
            assert.ok(block > 0, source);
            assert.ok(Math.abs(Date.parse(readAt) - Date.parse(blockTime)) < 60_000, source);
        }
    });

    test('a private address is shown to who sits here, and to nobody else', async () => {
        const shownHere = [];
        for (const source of SOURCES) {
            const { readings } = await evidenceOf(stack, source);
            shownHere.push(...readings.flatMap(({ requests }) => requests.map(({ url }) => url)));
        }
        // Of the operator's servers; what providers registered is on the chain, for all to read.
        const isOwn = /^http:\/\/(127\.0\.0\.1:\d+)/;
        const own = new Set(shownHere.map((url) => isOwn.exec(url)?.[1]).filter(Boolean));
        for (const { url } of stack.facts.providers) own.delete(new URL(url).host);
        assert.ok(own.has(new URL(stack.facts.rpc).host));
        assert.ok(own.size >= 4, 'chain, storage node, indexer, prober');
        const OTHERS = [
            PROXIED,
            { forwarded: 'for=203.0.113.7' },
            { 'x-real-ip': '203.0.113.7' },
            { via: '1.1 proxy' },
            { origin: 'https://elsewhere.example' },
            { host: 'pointed-here.example' },
        ];
        for (const headers of OTHERS) {
            for (const source of SOURCES) {
                const { text } = await stack.request(`/api/evidence/${source}`, { headers });
                for (const host of own) {
                    assert.ok(!text.includes(host), `${host} in ${source} with ${Object.keys(headers)}`);
                }
            }
        }
        const { readings } = await evidenceOf(stack, 'chain', PROXIED);
        assert.equal(readings[0].requests[0].url, '$ZG_CHAIN_RPC');
        const balance = await reproduce(readings[0], 'eth_getBalance', { ZG_CHAIN_RPC: stack.facts.rpc });
        assert.match(balance, /^0x[0-9a-f]+$/);
    });

    test('what one client may see is kept for no other', async () => {
        const [here, there] = [{}, PROXIED];
        for (const headers of [here, there, here]) {
            const { origin } = await evidenceOf(stack, 'chain', headers);
            assert.equal(origin, headers === there ? '$ZG_CHAIN_RPC' : stack.facts.rpc);
        }
        const { headers } = await stack.request('/api/evidence/chain');
        assert.match(headers['cache-control'], /no-cache|no-store/);
        assert.equal(headers.etag, undefined);
    });
});

test('a source that does not exist is a problem', async (t) => {
    const stack = await startReading(t, await openNode(t));
    for (const name of ['', 'nothing', 'chain/', 'storage%20scan', '*']) {
        const { status, headers } = await stack.request(`/api/evidence/${name}`);
        assert.equal(status, 404, name);
        assert.match(headers['content-type'], /^application\/problem\+json/);
    }
    const { readings, origin, reason } = await evidenceOf(stack, 'gpu');
    assert.deepEqual([readings, origin], [[], null]);
    assert.match(reason, /set ZG_GPU_EXPORTER_URL$/);
});

describe('secrets', () => {
    const KEY = 'planted-9f8e7d6c5b4a';
    /** Wherever in a URL people put keys. */
    const urlWithKeys = (url, suffix = '') =>
        `${url.replace('http://', `http://planted-user:${KEY}-pass@`)}${suffix}/v3/${KEY}-path?apikey=${KEY}%2Fquery`;

    test('a key in the URL is in no answer, however the server repeats it', async (t) => {
        const node = await openNode(t, { services: [makeService(1)] });
        node.reply = (response, answers, request) => {
            const echo = `${request.url} ${decodeURIComponent(request.url)} ${request.headers.authorization}`;
            const login = Buffer.from(request.headers.authorization.slice(6), 'base64').toString();
            sendJson(response, [...answers, { jsonrpc: '2.0', id: null, echo, login }]);
        };
        const exporter = await openServer(t, '');
        exporter.reply = (response) => {
            response.writeHead(404);
            response.end(`no such page: ${exporter.asked}`);
        };
        const settings = { ...node.settings, ZG_GPU_EXPORTER_URL: urlWithKeys(exporter.url) };
        const stack = await startStack(readingFrom(urlWithKeys(node.url), settings));
        t.after(() => stack.stop());
        await until(NEXT_WORD_MS, async () => {
            const { readings } = await evidenceOf(stack, 'chain');
            assert.match(readings[0].requests[0].answer, /\[redacted\]/);
            const gpu = await evidenceOf(stack, 'gpu');
            assert.match(gpu.readings[0].requests[0].answer, /no such page: .*\[redacted\]/);
        });
        for (const headers of [{}, PROXIED]) {
            for (const source of SOURCES) {
                const { text } = await stack.request(`/api/evidence/${source}`, { headers });
                assert.ok(!/planted/i.test(text), `${source}: ${/.{40}planted.{40}/i.exec(text)}`);
                assert.ok(!text.includes(Buffer.from(`planted-user:${KEY}-pass`).toString('base64')), source);
            }
        }
        const { readings } = await evidenceOf(stack, 'chain');
        assert.equal(readings[0].requests[0].url, '$ZG_CHAIN_RPC');
        assert.match(readings[0].requests[0].curl, / "\$ZG_CHAIN_RPC"$/);
    });
});

test('a reading that fails stands beside the last good one, until there is a better', async (t) => {
    const node = await openNode(t, { services: [makeService(1)] });
    const stack = await startReading(t, node);
    await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => assert.equal(sources.compute.state, 'fresh'));
    node.reply = (response) => {
        response.writeHead(500);
        response.end('<b>out of order</b>');
    };
    const { reason } = await until(NEXT_WORD_MS, async () => {
        const evidence = await evidenceOf(stack, 'compute');
        assert.deepEqual(evidence.readings.map(({ good }) => good), [true, false]);
        const [, { code, requests, values }] = evidence.readings;
        assert.equal(code, 'http_status');
        assert.deepEqual(values, []);
        assert.equal(requests[0].status, 500);
        assert.equal(requests[0].answer, '<b>out of order</b>');
        return evidence;
    });
    assert.match(reason, /500/);
    node.reply = null;
    await until(NEXT_WORD_MS, async () => {
        const { readings } = await evidenceOf(stack, 'compute');
        assert.deepEqual(readings.map(({ good }) => good), [true]);
    });
    await node.close();
    await until(NEXT_WORD_MS, async () => {
        const { readings } = await evidenceOf(stack, 'compute');
        const [request] = readings[1].requests;
        assert.equal(request.status, null);
        assert.equal(request.answer, null);
        assert.equal(request.code, 'connect');
    });
});

test('on a public network the line asks its public node, and links lead to its explorer', async (t) => {
    const servingAddress = '0xa79F4c8311FF93C06b8CfB403690cc987c93F91E';
    const node = await openNode(t, { chainId: 16602, servingAddress, services: [makeService(1)] });
    const prober = await openServer(t, healthReport([]));
    const stack = await startReading(t, node, {
        ZG_NETWORK: 'galileo',
        ZG_SERVING_CONTRACT: '',
        ZG_ALLOW_PRIVATE: '127.0.0.0/8',
        ZG_STATUS_URL: prober.url,
    });
    await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => assert.equal(sources.compute.state, 'fresh'));
    const evidence = await evidenceOf(stack, 'compute', PROXIED);
    const [{ requests, block, blockExplorer }] = evidence.readings;
    assert.equal(evidence.contract, servingAddress);
    assert.equal(evidence.explorer, `https://chainscan-galileo.0g.ai/address/${servingAddress}`);
    assert.equal(blockExplorer, `https://chainscan-galileo.0g.ai/block/${block}`);
    assert.equal(requests[0].calls[2].explorer, evidence.explorer);
    assert.ok(requests[0].curl.endsWith(" 'https://evmrpc-testnet.0g.ai'"));
});
