// The last 15 minutes of each figure, for sparklines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDocumented } from '../lib/openapi.mjs';
import { dcgm } from '../lib/own-node.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { openServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

const STEP_MS = 5000;
/** A snapshot may be that late, and nginx keeps it for up to two seconds. */
const SHOWN_MS = STEP_MS + 4500 + 2500;

test('each figure moves with its source, and has a gap where the source was not fresh', async (t) => {
    const node = await openNode(t);
    const exporter = await openServer(t, dcgm([{ load: 20, usedMiB: 100, freeMiB: 900 }]));
    const stack = await startReading(t, node, { ZG_GPU_EXPORTER_URL: exporter.url, ZG_HEAD_MAX_AGE_MS: '4000' });
    const read = async () => assertDocumented('/api/history', await stack.request('/api/history'));
    const last = (values) => values[values.length - 1];

    await until(SHOWN_MS, async () => assert.equal(last((await read()).series.gpuUtilization), 20));
    exporter.text = dcgm([{ load: 70, usedMiB: 100, freeMiB: 900 }]);
    const moved = await until(SHOWN_MS, async () => {
        const history = await read();
        assert.equal(last(history.series.gpuUtilization), 70);
        return history;
    });
    assert.ok(moved.series.gpuUtilization.includes(20), 'the past stays');
    assert.equal(last(moved.series.memoryUtilization), 10);
    assert.ok(last(moved.series.headAgeMs) < 4000);

    const stop = Date.now();
    node.now = () => stop;
    const stood = await until(4000 + SHOWN_MS, async () => {
        const history = await read();
        assert.equal(last(history.series.headAgeMs), null);
        return history;
    });
    assert.ok(stood.series.headAgeMs.some((age) => age !== null));
    assert.equal(last(stood.series.gpuUtilization), 70, 'the other source is not touched');

    assert.equal(stood.stepMs, STEP_MS);
    const times = stood.times.map((time) => Date.parse(time));
    for (let i = 1; i < times.length; i++) {
        assert.ok(Math.abs(times[i] - times[i - 1] - STEP_MS) < 1000, `${stood.times[i - 1]} to ${stood.times[i]}`);
    }
    for (const [name, values] of Object.entries(stood.series)) assert.equal(values.length, times.length, name);
    for (const name of ['avgLatencyMs', 'tokensPerSecond', 'usedStorageGb', 'objectCount']) {
        assert.ok(stood.series[name].every((value) => value === null), `${name} is unknown, not 0`);
    }

    // Between two points nothing changes, so that most polls are a 304.
    const { headers } = await stack.request('/api/history');
    const again = await stack.request('/api/history', { headers: { 'if-none-match': headers.etag } });
    assert.ok(again.status === 304 || again.headers.etag !== headers.etag);
});
