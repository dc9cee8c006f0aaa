// The units' system call list, enforced on the running programs by a launcher in systemd's place.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readingFrom, startStack } from '../lib/stack.mjs';
import { SERVING_ADDRESS, StubNode } from '../lib/stub-rpc.mjs';
import { BUILD, ROOT, allowedCalls, installedUnits, makeFilteredBuild, writeList } from './filter.mjs';

let folder;
let units;
before(() => {
    folder = mkdtempSync(join(tmpdir(), 'filter-test.'));
    chmodSync(folder, 0o755);
    units = installedUnits(join(folder, 'installed'));
});
after(() => rmSync(folder, { recursive: true }));

describe('a program that makes a call it has no use for', () => {
    const forbidden = join(BUILD, 'tests/install/forbidden');
    const filtered = (call) => {
        const list = join(folder, 'metrics.list');
        writeList(list, units.metrics, allowedCalls(units.metrics));
        return spawnSync(join(BUILD, 'tests/install/launch_filtered'), [list, forbidden, call], { encoding: 'utf8' });
    };

    for (const call of ['mount', 'ptrace', 'setuid', 'chroot']) {
        test(`is killed: ${call}`, () => {
            assert.equal(spawnSync(forbidden, [call], { encoding: 'utf8' }).stdout, 'came back\n', 'without the filter');
            const { signal, stdout } = filtered(call);
            assert.deepEqual([signal, stdout], ['SIGSYS', '']);
        });
    }

    test('is left alone where it makes none', () => {
        const { status, stdout } = filtered('none');
        assert.deepEqual([status, stdout], [0, 'came back\n']);
    });

    test('gets no socket of another family', () => {
        assert.equal(filtered('packet-socket').stdout, 'EAFNOSUPPORT\n');
    });
});

describe('the product under the filter', { timeout: 120_000 }, () => {
    let node;
    let stack;
    before(async () => {
        node = new StubNode();
        await node.open();
        stack = await startStack({
            ...readingFrom(node.url, node.settings),
            BUILD: makeFilteredBuild(join(folder, 'build'), units),
        });
    });
    after(async () => {
        await stack?.stop();
        await node?.close();
    });

    const token = () => readFileSync(join(stack.runDir, 'admin-token'), 'utf8').trim();
    const ask = (path, body) => stack.request(path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
    });

    test('runs under it', () => {
        for (const program of ['metrics.fcgi', 'admin.fcgi']) {
            const status = readFileSync(`/proc/${stack.pidOf(program)}/status`, 'utf8');
            assert.match(status, /^Seccomp:\s+2$/m, program);
            assert.match(status, /^NoNewPrivs:\s+1$/m, program);
        }
    });

    test('reads the chain and answers every route', async () => {
        await stack.untilMetrics(15_000, ({ sources }) => assert.equal(sources.compute.state, 'fresh'));
        for (const path of ['/', '/api/metrics', '/api/compute', '/api/storage', '/api/inft', '/api/jobs', '/api/history',
            '/api/health', '/metrics', '/api/evidence/chain', '/api/evidence/compute', '/api/jobs?limit=5']) {
            assert.equal((await stack.request(path)).status, 200, path);
        }
    });

    test('records jobs, shows them and pages through them', async () => {
        const jobs = Array.from({ length: 40 }, (_, i) => ({
            id: `filtered-${i}`, model: 'm', status: 'completed', startedAt: new Date(1.7e12 + i * 1000).toISOString(),
            endedAt: new Date(1.7e12 + i * 1000 + 500).toISOString(), outputTokens: 7,
        }));
        assert.equal((await ask('/admin/api/jobs', jobs)).status, 200);
        await stack.untilMetrics(15_000, (metrics) => assert.equal(metrics.jobs.length, 30));
        const first = await stack.getJson('/api/jobs?limit=25');
        const second = await stack.getJson(`/api/jobs?limit=25&before=${first.next}`);
        assert.equal(second.jobs.length, 15);
    });

    test('copies the job store while it is in use', () => {
        const copy = join(folder, 'copy.db');
        execFileSync(join(ROOT, 'scripts/backup'), { env: { ...stack.environment, BUILD: relative(ROOT, BUILD), OUT: copy } });
        assert.match(readFileSync(copy, 'latin1'), /^SQLite format 3\0[^]*filtered-39/);
    });

    test('says what a benchmark lacks, and what was observed', async () => {
        const preflight = await ask('/admin/api/preflight', { calls: 1 });
        assert.ok([200, 409, 422].includes(preflight.status), `${preflight.status}`);
        assert.equal((await ask('/admin/api/reports/observed.md')).status, 200);
    });

    test('stops by itself, without a crash', async () => {
        const { how } = await stack.stop();
        assert.equal(how, 0);
    });
});

test('metrics.fcgi without a call that it needs is killed', () => {
    const list = join(folder, 'less.list');
    const calls = allowedCalls(units.metrics);
    assert.ok(calls.delete('epoll_create1'), 'the unit allows it');
    writeList(list, units.metrics, calls);
    const { signal } = spawnSync(
        join(BUILD, 'tests/install/launch_filtered'),
        [list, join(BUILD, 'metrics.fcgi'), join(folder, 'less.sock')],
        { env: { ZG_CHAIN_RPC: 'http://127.0.0.1:1', ZG_SERVING_CONTRACT: SERVING_ADDRESS }, timeout: 30_000, killSignal: 'SIGKILL' },
    );
    assert.equal(signal, 'SIGSYS');
});
