// The agent's jobs, from POST /admin/api/jobs through the store and metrics.fcgi to the API and the page;
// who may record, and what stays where it belongs.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { computeAddress } from 'ethers';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { assertComponent, assertDocumented, openapi } from '../lib/openapi.mjs';
import { inMemory, userOf } from '../lib/processes.mjs';
import { IS_SANITIZED, readingFrom, ROOT, startStack } from '../lib/stack.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';

const run = promisify(execFile);
const ROUTE = '/admin/api/jobs';
const PLANTED = { ADMIN_TOKEN: 'planted-admin-0123456789abcdef0123', RECORD_TOKEN: 'planted-record-0123456789abcdef012' };
/** A private key that nobody uses, and its account. */
const KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';
const WALLET = computeAddress(`0x${KEY}`);
const IS_ROOT = process.getuid() === 0;
/** Through nginx's cache, which counts whole seconds. */
const SHOWN_MS = 4000;

const node = new StubNode();
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await node.open();
    stack = await startStack(
        readingFrom(node.url, {
            ...node.settings,
            ...PLANTED,
            ZG_CHAIN_PRIVATE_KEY: KEY,
            ZG_WALLET_ADDRESS: WALLET,
            ZG_ADMIN_RATE_LIMIT: '0',
        }),
    );
});
after(async () => {
    await stack?.stop();
    await node.close();
});

/** Each has an address of its own, because failures are counted by address. */
let addresses = 1;
const newAddress = () => new http.Agent({ localAddress: `127.0.0.${++addresses}` });

const send = (body, { token = PLANTED.RECORD_TOKEN, method = 'POST', path = ROUTE, agent, type = 'application/json' } = {}) =>
    stack.request(path, {
        method,
        agent,
        body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
        headers: { ...(token && { authorization: `Bearer ${token}` }), ...(type && { 'content-type': type }) },
    });

async function record(...jobs) {
    const reply = await send(jobs);
    assert.equal(reply.status, 200, reply.text);
    return assertDocumented(ROUTE, reply, 'post').jobs.map(({ result }) => result);
}

const listed = async (query = '?limit=100') => {
    const reply = await stack.request(`/api/jobs${query}`);
    assert.equal(reply.status, 200, reply.text);
    return assertDocumented('/api/jobs', reply);
};
const find = async (id) => (await listed()).jobs.find((job) => job.id === id);

function assertProblem(reply, status, code) {
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.headers['content-type'], /^application\/problem\+json/);
    const problem = assertComponent('Problem', JSON.parse(reply.text));
    assert.equal(problem.code, code);
    assert.match(reply.headers['cache-control'], /no-store/);
    assert.match(reply.headers['content-security-policy'] ?? '', /^default-src 'none'/);
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
}

describe('a store that nobody wrote to', () => {
    test('has no jobs, and its figures are unknown or counted', async () => {
        const { jobs, next } = await listed();
        assert.deepEqual([jobs, next], [[], null]);
        const { compute, sources } = await stack.metrics();
        assert.equal(compute.avgLatencyMs, null);
        assert.equal(sources.jobs.state, 'fresh', sources.jobs.reason);
    });
});

describe('a job', () => {
    test('runs, then is completed', async () => {
        const start = { id: 'one', model: 'llama <b>', status: 'running', startedAt: '2026-01-02T03:04:05.678Z', provider: '0xabc' };
        assert.deepEqual(await record(start), ['inserted']);
        const running = await until(1000, async () => (await find('one')) ?? assert.fail('not there'));
        assert.equal(running.status, 'running');
        assert.equal(running.timestamp, start.startedAt);
        assert.equal(running.proof, 'reported');
        await stack.untilMetrics(SHOWN_MS, ({ compute, jobs }) => {
            assert.equal(compute.activeJobs, 1);
            assert.equal(jobs[0].model, 'llama <b>');
        });

        const end = { id: 'one', status: 'completed', inputTokens: 512, outputTokens: 128, latencyMs: 120, endedAt: '2026-01-02T03:04:06Z' };
        assert.deepEqual(await record(end), ['updated']);
        const metrics = await stack.untilMetrics(SHOWN_MS, ({ jobs }) => assert.equal(jobs[0].status, 'completed'));
        assertComponent('Metrics', metrics);
        const { activeJobs, avgLatencyMs, totalInferences, totalSince } = metrics.compute;
        assert.deepEqual({ activeJobs, avgLatencyMs, totalInferences }, { activeJobs: 0, avgLatencyMs: 120, totalInferences: 1 });
        assert.equal(totalSince, start.startedAt);
        const { timestamp, inputTokens, outputTokens, provider } = metrics.jobs[0];
        assert.deepEqual([timestamp, inputTokens, outputTokens, provider], [start.startedAt, 512, 128, '0xabc']);
    });

    test('that is sent again changes nothing', async () => {
        const job = { id: 'twice', model: 'm', status: 'completed', latencyMs: 120, endedAt: '2026-01-02T03:04:06Z' };
        assert.deepEqual(await record(job, job), ['inserted', 'unchanged']);
        assert.deepEqual(await record(job), ['unchanged']);
        assert.deepEqual(await record({ ...job, status: 'running' }), ['unchanged']);
        assert.equal((await listed()).jobs.filter(({ id }) => id === 'twice').length, 1);
    });

    test('that is wrong hinders no other; alone it is a problem', async () => {
        const reply = await send([{ id: 'good', status: 'failed', error: 'e' }, { id: 'bad', status: 'failed', inputToken: 1 }]);
        const { jobs } = assertDocumented(ROUTE, reply, 'post');
        assert.deepEqual(jobs.map(({ id, result }) => [id, result]), [['good', 'inserted'], ['bad', 'refused']]);
        assert.match(jobs[1].reason, /inputToken/);
        assertProblem(await send({ id: 'bad' }), 422, 'refused');
    });
});

test('older pages follow each other without a gap', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `page-${index}`);
    await record(...ids.map((id, index) => ({ id, status: 'completed', startedAt: new Date(Date.UTC(2025, 0, 1, 0, index)).toISOString() })));
    const seen = [];
    let query = '?limit=7';
    for (;;) {
        const { jobs, next } = await listed(query);
        seen.push(...jobs.map(({ id }) => id));
        if (next === null) break;
        query = `?limit=7&before=${next}`;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(seen.filter((id) => id.startsWith('page-')), ids.toReversed());
    const first = await until(SHOWN_MS, async () => {
        const page = await listed('');
        assert.equal(page.jobs.length, 30);
        return page;
    });
    const second = await listed(`?before=${first.next}`);
    assert.deepEqual([...first.jobs, ...second.jobs].map(({ id }) => id), seen.slice(0, 30 + second.jobs.length));
    for (const [bad, code] of [['limit=0', 'bad_limit'], ['limit=101', 'bad_limit'], ['limit=x', 'bad_limit'], ['before=zz', 'bad_cursor']]) {
        const reply = await stack.request(`/api/jobs?${bad}`);
        assert.deepEqual([reply.status, JSON.parse(reply.text).code], [400, code]);
    }
});

describe('who may', () => {
    const NOWHERE = ['/admin/api', '/admin/api/', '/admin/api/jobs/x', '/admin/api/nothing'];
    const DOCUMENTED = Object.keys(openapi.paths).filter((path) => path.startsWith('/admin/') && path !== ROUTE);
    const OTHERS = [...NOWHERE, ...DOCUMENTED.map((path) => path.replace('{id}', 'b-20260101-000000-0000'))];
    const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'OPTIONS'];

    test('the recording token records and opens nothing else; no token opens anything', async () => {
        for (const path of [ROUTE, ...OTHERS]) {
            for (const method of METHODS) {
                for (const token of [PLANTED.RECORD_TOKEN, 'x'.repeat(40), '']) {
                    const isRecording = path === ROUTE && method === 'POST' && token === PLANTED.RECORD_TOKEN;
                    if (isRecording) continue;
                    const reply = await send(undefined, { token, method, path, agent: newAddress() });
                    assertProblem(reply, 401, 'unauthorized');
                    assert.equal(reply.headers['www-authenticate'], 'Bearer');
                }
            }
        }
    });

    test('the admin token opens both, and learns which routes there are', async () => {
        const token = PLANTED.ADMIN_TOKEN;
        assert.equal((await send([], { token })).status, 200);
        for (const path of NOWHERE) assertProblem(await send(undefined, { token, method: 'GET', path }), 404, 'not_found');
        for (const path of OTHERS) assert.notEqual((await send(undefined, { token, method: 'GET', path })).status, 401, path);
        const reply = await send(undefined, { token, method: 'GET' });
        assertProblem(reply, 405, 'method_not_allowed');
        assert.equal(reply.headers.allow, 'POST, OPTIONS');
    });

    test('after ten failures an address waits; a right token is never refused', async () => {
        const agent = newAddress();
        for (let i = 0; i < 10; i++) assertProblem(await send([], { token: 'wrong', agent }), 401, 'unauthorized');
        const refused = await send([], { token: 'wrong', agent });
        assertProblem(refused, 429, 'too_many_failures');
        assert.ok(Number(refused.headers['retry-after']) >= 1);
        assert.equal((await send([], { agent })).status, 200);
    });
});

test('bodies have limits', async () => {
    const filled = (bytes) => `[]${' '.repeat(bytes - 2)}`;
    assert.equal((await send(filled(2 ** 20))).status, 200);
    assertProblem(await send(filled(2 ** 20 + 1)), 413, 'content_too_large');
    const small = { token: PLANTED.ADMIN_TOKEN, path: '/admin/api/other' };
    assertProblem(await send(filled(1024), small), 404, 'not_found');
    assertProblem(await send(filled(1025), small), 413, 'content_too_large');
    assertProblem(await send(Array.from({ length: 1001 }, (_, id) => ({ id: `${id}`, status: 'failed' }))), 413, 'too_many_jobs');
    assertProblem(await send('[', {}), 400, 'not_json');
    assertProblem(await send('7', {}), 400, 'bad_body');
    assertProblem(await send('[]', { type: 'text/plain' }), 415, 'not_json');
});

test('kill -9 while recording loses no acknowledged job, and the panel reads on', async () => {
    const acknowledged = [];
    let isOver = false;
    async function client(name) {
        for (let i = 0; !isOver; i++) {
            const id = `kill-${name}-${i}`;
            const reply = await send({ id, status: 'completed', startedAt: '2025-06-01T00:00:00Z' }).catch(() => null);
            if (reply?.status === 200) acknowledged.push(id);
        }
    }
    const clients = ['a', 'b', 'c'].map(client);
    for (let kills = 0; kills < 3; kills++) {
        const before = acknowledged.length;
        await until(8000, () => assert.ok(acknowledged.length > before + 5, 'nothing is recorded'));
        process.kill(stack.pidOf('admin.fcgi'), 'SIGKILL');
    }
    const last = acknowledged.length;
    await until(8000, () => assert.ok(acknowledged.length > last + 5, 'it does not come back'));
    isOver = true;
    await Promise.all(clients);

    const stored = new Set();
    for (let query = '?limit=100'; ; ) {
        const { jobs, next } = await listed(query);
        for (const { id } of jobs) stored.add(id);
        if (next === null) break;
        query = `?limit=100&before=${next}`;
    }
    assert.deepEqual(acknowledged.filter((id) => !stored.has(id)), []);
    const { sources } = await stack.metrics();
    assert.equal(sources.jobs.state, 'fresh', sources.jobs.reason);
});

describe('secrets', () => {
    const holdsNone = (what, text) => {
        for (const secret of [...Object.values(PLANTED), KEY]) assert.ok(!text.includes(secret), `${what} holds a secret`);
    };

    test('metrics.fcgi holds none: environment, open files, mapped files', () => {
        const pid = stack.metricsPid;
        const proc = `/proc/${pid}`;
        holdsNone('environ', readFileSync(`${proc}/environ`, 'latin1'));
        holdsNone('cmdline', readFileSync(`${proc}/cmdline`, 'latin1'));
        const open = readdirSync(`${proc}/fd`).map((fd) => readlinkSync(`${proc}/fd/${fd}`));
        const mapped = readFileSync(`${proc}/maps`, 'latin1').split('\n').map((line) => line.slice(73)).filter((file) => file.startsWith('/'));
        for (const file of new Set([...open, ...mapped])) {
            if (file.startsWith('/') && !file.startsWith('/dev/') && !file.includes(' (deleted)')) holdsNone(file, readFileSync(file, 'latin1'));
        }
    });

    const unreadable = (!IS_ROOT && 'only root may read it') || (IS_SANITIZED && 'a sanitizer maps terabytes');

    test('nor anywhere in its memory', { skip: unreadable }, async () => {
        await listed(); // it has answered, and read the store
        const secrets = [...Object.values(PLANTED), KEY].map((text) => Buffer.from(text));
        const found = inMemory(stack.metricsPid, [Buffer.from(WALLET), ...secrets, Buffer.from(KEY, 'hex')]);
        assert.deepEqual(found.map(String), [WALLET], 'what it is given is found, and no secret');
    });

    test('admin.fcgi keeps no token or key in its environment', { skip: !IS_ROOT && 'its environment can be read by its user' }, () => {
        const environment = readFileSync(`/proc/${stack.pidOf('admin.fcgi')}/environ`, 'latin1');
        holdsNone('environ', environment);
    });

    test('no log, reply or line of the start has one', async () => {
        for (const log of ['access', 'admin', 'metrics', 'nginx', 'supervise']) holdsNone(log, stack.log(log));
        holdsNone('output', stack.output);
        for (const path of ['/', '/api/metrics', '/api/health', '/api/jobs', '/admin/api/jobs', '/run/admin-token']) {
            holdsNone(path, (await stack.request(path, { agent: newAddress() })).text);
        }
    });

    test('the token files hold what is in force and are private', () => {
        for (const [file, token] of [['admin-token', PLANTED.ADMIN_TOKEN], ['record-token', PLANTED.RECORD_TOKEN]]) {
            const path = join(stack.runDir, file);
            assert.equal(readFileSync(path, 'utf8').trim(), token);
            assert.equal(statSync(path).mode & 0o777, 0o600);
            assert.ok(stack.output.includes(path));
        }
    });

    test('the panel cannot read a token or write the store', { skip: !IS_ROOT && 'one user runs both' }, () => {
        const [panel, admin] = ['metrics.fcgi', 'admin.fcgi'].map((program) => userOf(stack.pidOf(program)).uid);
        assert.notEqual(panel, admin);
        assert.notEqual(admin, 0);
        const asPanel = (...command) =>
            execFileSync('setpriv', ['--reuid=www-data', '--regid=www-data', '--clear-groups', '--', ...command], { stdio: 'pipe' });
        const jobs = join(stack.runDir, 'jobs');
        assert.equal(statSync(jobs).mode & 0o7777, 0o2750);
        asPanel('test', '-r', join(jobs, 'jobs.db'));
        for (const file of ['admin-token', 'record-token', 'conf/admin.env']) {
            assert.throws(() => asPanel('cat', join(stack.runDir, file)), /Permission denied/);
        }
        assert.throws(() => asPanel('touch', join(jobs, 'x')), /Permission denied/);
        for (const file of readdirSync(jobs)) assert.throws(() => asPanel('test', '-w', join(jobs, file)));
    });
});

test('a key of another wallet, or none at all, is refused before anything starts', async () => {
    for (const [key, why] of [
        [KEY, `the key is that of ${WALLET}, which is not ZG_WALLET_ADDRESS`],
        [KEY.slice(1), 'expected a private key, 64 hexadecimal digits'],
    ]) {
        const settings = readingFrom(node.url, { ...node.settings, ZG_CHAIN_PRIVATE_KEY: key });
        await assert.rejects(startStack(settings), (error) => {
            assert.ok(error.message.includes(`ZG_CHAIN_PRIVATE_KEY: ${why}`), error.message);
            assert.ok(!error.message.includes(key));
            return true;
        });
    }
});

test('tokens of its own are random, made once, and work', async (t) => {
    const own = await startStack(readingFrom(node.url, { ...node.settings, ZG_ADMIN_RATE_LIMIT: '0' }));
    t.after(() => own.stop());
    const [admin, recording] = ['admin-token', 'record-token'].map((file) => readFileSync(join(own.runDir, file), 'utf8').trim());
    assert.match(admin, /^[0-9a-f]{64}$/);
    assert.match(recording, /^[0-9a-f]{64}$/);
    assert.notEqual(admin, recording);
    assert.ok(!own.output.includes(admin) && !own.output.includes(recording));
    const reply = await own.request(ROUTE, { method: 'POST', body: '[]', headers: { authorization: `Bearer ${recording}`, 'content-type': 'application/json' } });
    assert.equal(reply.status, 200);
});

describe('the examples of docs/recording-jobs.md', () => {
    const text = readFileSync(join(ROOT, 'docs/recording-jobs.md'), 'utf8');
    const example = (language) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)[1];
    const environment = () => ({ PATH: process.env.PATH, HOME: process.env.HOME, URL: stack.url, TOKEN: PLANTED.RECORD_TOKEN });
    const GO = (lines) => `package main\nimport ("net/http"; "os"; "strings")\nfunc main() {\n${lines}}\n`;
    const RUNS = {
        sh: { id: 'from-curl-1', command: ['curl', '--version'], start: (code) => run('sh', ['-euc', code], { env: environment() }) },
        js: { id: 'from-javascript-1', command: ['node', '--version'], start: (code) => run('node', ['--input-type=module', '-e', code], { env: environment() }) },
        python: { id: 'from-python-1', command: ['python3', '--version'], start: (code) => run('python3', ['-c', code], { env: environment() }) },
        go: {
            id: 'from-go-1',
            command: ['go', 'version'],
            start: (code) => {
                const file = join(stack.folder, 'main.go');
                writeFileSync(file, GO(code));
                return run('go', ['run', file], { env: environment() });
            },
        },
    };
    for (const [language, { id, command, start }] of Object.entries(RUNS)) {
        const isHere = () => {
            try {
                execFileSync(command[0], command.slice(1), { stdio: 'ignore' });
                return true;
            } catch {
                return false;
            }
        };
        test(language, { skip: !isHere() && `${command[0]} is not here` }, async () => {
            assert.equal(example(language).trim().split('\n').length, 5);
            await start(example(language));
            assert.equal((await find(id))?.status, 'completed');
        });
    }
});

test('the page shows a job by itself', async (t) => {
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const { page, complaints } = await openPage(browser);
    await page.goto(`${stack.url}/`);
    await record({ id: 'page', model: 'seen-on-the-page', status: 'running', startedAt: '2028-01-01T00:00:00Z' });
    await page.getByText('seen-on-the-page').waitFor();
    await record({ id: 'page', status: 'completed', inputTokens: 7, outputTokens: 9, latencyMs: 33 });
    await page.getByText('7/9').waitFor();
    assert.deepEqual(complaints, []);
});
