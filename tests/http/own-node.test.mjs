// The operator's own node and 0G's prober, from their servers to the API and to GET /metrics.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeService } from '../lib/contracts.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { NVIDIA_SMI, VLLM, dcgm, healthReport } from '../lib/own-node.mjs';
import { ROOT, readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { StubNode, openNode } from '../lib/stub-rpc.mjs';
import { StubServer, openServer } from '../lib/stub-web.mjs';

const GPU_ROUND_MS = 6000;
const FIRST_ROUND_MS = 8000;

const node = new StubNode();
const exporter = new StubServer(dcgm([{ load: 30, usedMiB: 100, freeMiB: 900 }]));
const prober = new StubServer('');
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    node.services = [makeService(1), makeService(2)];
    const [first] = node.services;
    prober.text = healthReport([
        {
            provider: first.provider.toLowerCase(),
            model: first.model,
            status: 'healthy',
            checks: { total: 40, successful: 39, failed: 1, uptime: 97.5 },
            performance: { response_time: { avg: 480, p50: 320, p95: 900, unit: 'ms', samples: 39 } },
            lastCheck: '2026-01-02T03:04:05.678Z',
        },
    ]);
    await Promise.all([node.open(), exporter.open(), prober.open()]);
    stack = await startStack(
        readingFrom(node.url, { ...node.settings, ZG_GPU_EXPORTER_URL: exporter.url, ZG_STATUS_URL: prober.url }),
    );
    await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
        for (const key of ['chain', 'compute', 'gpu', 'status']) assert.equal(sources[key].state, 'fresh', key);
    });
});
after(async () => {
    await stack?.stop();
    await Promise.all([node.close(), exporter.close(), prober.close()]);
});

const NOTHING = {
    name: null,
    worstUtilization: null,
    worstMemoryUtilization: null,
    memoryUsedBytes: null,
    memoryTotalBytes: null,
    runningRequests: null,
    waitingRequests: null,
    kvCacheUtilization: null,
    ranJobs: null,
};

const EXPORTERS = [
    {
        name: 'two cards of dcgm-exporter',
        text: dcgm([
            { load: 20, usedMiB: 100, freeMiB: 900 },
            { load: 95, usedMiB: 700, freeMiB: 300 },
        ]),
        gpuUtilization: 57.5,
        memoryUtilization: 40,
        gpu: {
            ...NOTHING,
            exporter: 'dcgm-exporter',
            name: 'NVIDIA A100',
            count: 2,
            worstUtilization: 95,
            worstMemoryUtilization: 70,
            memoryUsedBytes: 800 * 1024 * 1024,
            memoryTotalBytes: 2000 * 1024 * 1024,
        },
    },
    {
        name: 'nvidia_gpu_exporter',
        text: NVIDIA_SMI,
        gpuUtilization: 25,
        memoryUtilization: 25,
        gpu: {
            ...NOTHING,
            exporter: 'nvidia_gpu_exporter',
            name: 'NVIDIA RTX 4090',
            count: 1,
            worstUtilization: 25,
            worstMemoryUtilization: 25,
            memoryUsedBytes: 6e9,
            memoryTotalBytes: 24e9,
        },
    },
    {
        name: 'vLLM, whose KV cache is no GPU memory',
        text: VLLM,
        gpuUtilization: null,
        memoryUtilization: null,
        gpu: { ...NOTHING, exporter: 'vLLM', count: 0, runningRequests: 3, waitingRequests: 1, kvCacheUtilization: 91 },
    },
];

describe('the own node', () => {
    for (const { name, text, ...expected } of EXPORTERS) {
        test(name, async () => {
            exporter.text = text;
            const metrics = await stack.untilMetrics(GPU_ROUND_MS, ({ compute }) => {
                assert.equal(compute.gpu.exporter, expected.gpu.exporter);
                assert.equal(compute.gpu.count, expected.gpu.count);
            });
            assertComponent('Metrics', metrics);
            const { gpuUtilization, memoryUtilization, gpu } = metrics.compute;
            assert.deepEqual({ gpuUtilization, memoryUtilization, gpu }, expected);
        });
    }

    test('the path of exporters is asked for, and the address is named by its variable', async () => {
        assert.equal(exporter.asked, '/metrics');
        const { sources } = await stack.metrics();
        assert.equal(sources.gpu.origin.endpoint, '$ZG_GPU_EXPORTER_URL');
        assert.equal(sources.gpu.asOf.block, null);
        assert.equal(sources.gpu.asOf.time, sources.gpu.fetchedAt);
    });

    test('on a public network its private address has to be allowed', async (t) => {
        const galileo = await openNode(t, { chainId: 16602, servingAddress: '0xa79F4c8311FF93C06b8CfB403690cc987c93F91E' });
        const own = await openServer(t, NVIDIA_SMI);
        const asking = await startReading(t, galileo, {
            ZG_NETWORK: 'galileo',
            ZG_SERVING_CONTRACT: '',
            ZG_GPU_EXPORTER_URL: own.url,
            ZG_STATUS_URL: own.url,
        });
        const { compute } = await asking.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
            for (const key of ['gpu', 'status']) {
                assert.equal(sources[key].state, 'error');
                assert.match(sources[key].reason, /^the address is private and not allowed .*ZG_ALLOW_PRIVATE$/);
            }
        });
        assert.equal(compute.gpuUtilization, null);
        assert.equal(own.requests, 0);
    });
});

test("health is 0G's prober's, joined by provider and model; who it does not know has none", async () => {
    assert.equal(prober.asked, '/health');
    const { services } = await stack.metrics();
    const { responseTime, ...health } = services[0].health;
    assert.deepEqual(health, {
        status: 'healthy',
        uptime: 97.5,
        ttft: null,
        tokensPerSecond: null,
        lastCheck: '2026-01-02T03:04:05.678Z',
    });
    assert.equal(responseTime.p50Ms, 320);
    assert.equal(responseTime.p99Ms, null);
    assert.equal(services[1].health, null);
});

describe('GET /metrics', () => {
    /** The sample's text, or null. */
    const sampleOf = (text, series) =>
        text.split('\n').find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? null;

    test('says what the API says', async () => {
        exporter.text = dcgm([{ load: 41, usedMiB: 250, freeMiB: 750 }]);
        await stack.untilMetrics(GPU_ROUND_MS, ({ compute }) => assert.equal(compute.gpuUtilization, 41));
        const { status, headers, text } = await stack.request('/metrics');
        assert.equal(status, 200);
        assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
        assert.equal(sampleOf(text, 'zg_gpu_utilization_ratio'), '0.41');
        assert.equal(sampleOf(text, 'zg_gpu_memory_utilization_ratio'), '0.25');
        assert.equal(sampleOf(text, 'zg_wallet_balance_neuron'), String(node.balance));
        assert.equal(sampleOf(text, 'zg_services'), '2');
        const { provider, model } = node.services[0];
        assert.equal(sampleOf(text, `zg_prober_uptime_ratio{provider="${provider}",model="${model}"}`), '0.975');
        assert.equal(sampleOf(text, 'zg_server_running_requests'), null, 'what is not known has no sample');
        assert.ok(!text.includes(String(exporter.port)));
    });

    const promtool = [join(ROOT, 'run/cache/promtool'), '/usr/bin/promtool'].find(existsSync);
    /** @returns what promtool says, "" when it finds nothing */
    function check(args, input) {
        const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8' });
        assert.equal(status, 0, stdout + stderr);
        return stderr;
    }

    test('promtool finds nothing wrong with it', { skip: !promtool && 'no promtool here' }, async () => {
        const { text } = await stack.request('/metrics');
        assert.equal(check(['check', 'metrics'], text), '');
    });

    test('nor with docs/alerts.yml', { skip: !promtool && 'no promtool here' }, () => {
        check(['check', 'rules', join(ROOT, 'docs/alerts.yml')]);
    });

    test("the alert on the agent's jobs fires when it should", { skip: !promtool && 'no promtool here' }, () => {
        check(['test', 'rules', join(ROOT, 'tests/http/alerts.yml')]);
    });
});
