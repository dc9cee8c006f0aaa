// The running programs against who is on the other side of their sockets, files and pages: bytes on the FastCGI
// sockets, pages of other origins, text that wants to be a line of a log, and other users of this machine.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { computeAddress } from 'ethers';
import { rawRequest } from '../lib/http.mjs';
import { inMemory, memoryOf, runs, userOf } from '../lib/processes.mjs';
import { seededRandom } from '../lib/random.mjs';
import { restart } from '../lib/resolver.mjs';
import { IS_SANITIZED, readingFrom, startStack } from '../lib/stack.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';
import { connect, encodeParams, encodeRequest, record, request as askSocket } from '../web/fastcgi.mjs';

const IS_ROOT = process.getuid() === 0;
const TOKENS = { ADMIN_TOKEN: 'planted-admin-0123456789abcdef0123', RECORD_TOKEN: 'planted-record-0123456789abcdef012' };
/** A private key that nobody uses. */
const KEY = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';
const ROUTER_KEY = 'sk-planted-router-0123456789abcdef';
const SECRETS = { ...TOKENS, ZG_CHAIN_PRIVATE_KEY: KEY, ZG_ROUTER_API_KEY: ROUTER_KEY };
const MEMORY_GROWTH_MAX = 48 * 1024 * 1024;

const node = new StubNode();
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await node.open();
    const wallet = computeAddress(`0x${KEY}`);
    stack = await startStack(
        readingFrom(node.url, { ...node.settings, ...SECRETS, ZG_WALLET_ADDRESS: wallet, ZG_ADMIN_RATE_LIMIT: '0' }),
    );
});
after(async () => {
    await stack?.stop();
    await node.close();
});

/** Each has an address of its own, because failures are counted by address. */
let addresses = 1;
const newAddress = () => new http.Agent({ localAddress: `127.0.0.${++addresses}` });

const post = (body, headers = {}) =>
    stack.request('/admin/api/jobs', {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${TOKENS.RECORD_TOKEN}`, 'content-type': 'application/json', ...headers },
        agent: newAddress(),
    });

describe('records on a FastCGI socket', { skip: !IS_ROOT && 'the sockets are those of other users' }, () => {
    const PARAMS = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/api/health', QUERY_STRING: '' };
    const begin = (role, flags = 0) => record(1, Buffer.from([0, role, flags, 0, 0, 0, 0, 0]));
    const [responder, params, end] = [begin(1), (bytes) => record(4, bytes), record(4, Buffer.alloc(0))];
    const lengths = (name, value) => {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt32BE((name | 0x80000000) >>> 0, 0);
        bytes.writeUInt32BE((value | 0x80000000) >>> 0, 4);
        return bytes;
    };
    const many = encodeParams(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`HTTP_X_${i}`, 'x'])));
    const pieces = (bytes) => Array.from({ length: Math.ceil(bytes.length / 60_000) }, (_, i) => params(bytes.subarray(i * 60_000, (i + 1) * 60_000)));

    /** @type {Record<string, Buffer[]>} */
    const HOSTILE = {
        'nothing at all': [],
        'text of another protocol': [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
        'another version': [Buffer.from([9, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])],
        'an unknown type': [record(77, Buffer.from('x'))],
        'half a head': [Buffer.from([1, 1, 0])],
        'an unknown role': [begin(200), params(encodeParams(PARAMS)), end],
        'a role without a request': [begin(2), end],
        'a beginning that is too short': [record(1, Buffer.from([0]))],
        'a second beginning': [responder, responder, params(encodeParams(PARAMS)), end],
        'an abort': [responder, record(2, Buffer.alloc(0))],
        'parameters that end in a name': [responder, params(Buffer.from([20, 5, 65])), end],
        'a name of 2 GB': [responder, params(lengths(0x7fffffff, 0)), end],
        'a value of 2 GB': [responder, params(lengths(0, 0x7fffffff)), end],
        'lengths whose sum wraps': [responder, params(Buffer.concat([lengths(0x7fffffff, 0x7fffffff), Buffer.alloc(4096, 65)])), end],
        'a name of no bytes': [responder, params(Buffer.from([0, 0])), end],
        'three thousand parameters': [responder, ...pieces(many), end],
        'the same parameter twice': [responder, params(Buffer.concat([encodeParams(PARAMS), encodeParams({ ...PARAMS, SCRIPT_NAME: '/api/jobs' })])), end],
        'a body that never ends': [responder, params(encodeParams({ ...PARAMS, REQUEST_METHOD: 'POST', CONTENT_LENGTH: '999999999999999999' })), end, record(5, Buffer.alloc(60_000))],
        'a length of many digits': [responder, params(encodeParams({ ...PARAMS, CONTENT_LENGTH: '9'.repeat(60_000) })), end],
        'a token of 60 KB': [responder, params(encodeParams({ ...PARAMS, HTTP_AUTHORIZATION: `Bearer ${'x'.repeat(60_000)}` })), end],
    };
    const random = seededRandom('records');
    for (let i = 0; i < 40; i++) HOSTILE[`noise ${i}`] = [responder, Buffer.from(Array.from({ length: 400 }, () => random(256)))];

    async function send(path, records) {
        const socket = await connect(path);
        socket.on('error', () => {}).on('data', () => {});
        const closed = new Promise((resolve) => socket.on('close', resolve));
        for (const bytes of records) socket.write(bytes);
        socket.end();
        await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
        socket.destroy();
    }

    for (const program of ['metrics', 'admin']) {
        test(`neither end ${program}.fcgi, nor fill its memory, nor hold it up`, async () => {
            const path = join(stack.runDir, `sock/${program}.sock`);
            const pid = stack.pidOf(`${program}.fcgi`);
            const before = memoryOf(pid, 'VmRSS');
            for (const [what, records] of Object.entries(HOSTILE)) {
                await send(path, records);
                assert.ok(runs(pid), `it ended: ${what}`);
            }
            // Eight threads, and each is waited for by a silent client.
            const silent = await Promise.all(Array.from({ length: 8 }, () => connect(path)));
            const start = performance.now();
            const { status } = await askSocket(path, '/api/health', { params: { REMOTE_ADDR: '127.0.0.1' } });
            const waitedMs = performance.now() - start;
            for (const socket of silent) socket.destroy();
            assert.equal(status, program === 'metrics' ? 200 : 401);
            assert.ok(waitedMs < 2000, `${waitedMs} ms behind silent clients`);
            if (!IS_SANITIZED) {
                const grown = memoryOf(pid, 'VmRSS') - before;
                assert.ok(grown < MEMORY_GROWTH_MAX, `${grown} bytes more`);
            }
        });
    }

    test('a whole request is answered, among all this', async () => {
        const path = join(stack.runDir, 'sock/metrics.sock');
        const socket = await connect(path);
        let text = '';
        socket.on('data', (chunk) => (text += chunk.toString('latin1')));
        socket.write(encodeRequest(PARAMS));
        await until(2000, () => assert.match(text, /Status: 200/));
        socket.destroy();
    });
});

describe('a page of another origin', () => {
    const FOREIGN = { origin: 'https://evil.example', referer: 'https://evil.example/', 'sec-fetch-site': 'cross-site' };
    const JOB = '{"id":"forged","model":"m","status":"completed"}';
    const assertClosed = (reply) => {
        for (const name of Object.keys(reply.headers)) assert.ok(!name.startsWith('access-control-'), name);
    };

    test('gets no leave to send a token: the preflight is answered 401 without a word of CORS', async () => {
        for (const path of ['/admin/api/jobs', '/admin/api/benchmarks', '/admin/api/preflight']) {
            const reply = await stack.request(path, {
                method: 'OPTIONS',
                headers: {
                    ...FOREIGN,
                    'access-control-request-method': 'POST',
                    'access-control-request-headers': 'authorization, content-type',
                },
                agent: newAddress(),
            });
            assert.equal(reply.status, 401);
            assertClosed(reply);
        }
    });

    test('has nothing that a browser would send by itself: no cookie, no Basic, no argument opens anything', async () => {
        const token = TOKENS.ADMIN_TOKEN;
        const basic = Buffer.from(`admin:${token}`).toString('base64');
        const attempts = [
            ['/admin/api/jobs', { cookie: `token=${token}; ADMIN_TOKEN=${token}; authorization=Bearer ${token}` }],
            ['/admin/api/jobs', { authorization: `Basic ${basic}` }],
            [`/admin/api/jobs?token=${token}&access_token=${token}&authorization=Bearer%20${token}`, {}],
            ['/admin/api/jobs', { 'x-api-key': token, 'x-admin-token': token, 'proxy-authorization': `Bearer ${token}` }],
        ];
        for (const [path, headers] of attempts) {
            const reply = await stack.request(path, {
                method: 'POST',
                body: JOB,
                headers: { ...FOREIGN, 'content-type': 'application/json', ...headers },
                agent: newAddress(),
            });
            assert.equal(reply.status, 401);
            assert.equal(reply.headers['set-cookie'], undefined);
            assertClosed(reply);
        }
    });

    test('cannot use a form: what is not JSON by its type is refused even with the token', async () => {
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain;application/json', '']) {
            const reply = await post(JOB, { ...FOREIGN, 'content-type': type });
            assert.equal(reply.status, 415, type);
            assertClosed(reply);
        }
        const { jobs } = await stack.getJson('/api/jobs?limit=100');
        assert.deepEqual(jobs.filter(({ id }) => id === 'forged'), []);
    });

    test('reads no reply of the admin API, and cannot frame or open the page and hold on to it', async () => {
        assertClosed(await post('[]', FOREIGN));
        const { headers } = await stack.request('/');
        assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
        assert.match(headers['content-security-policy'], /form-action 'none'/);
        assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    });
});

describe('text that wants to be a line of a log', () => {
    const LINE = '\n{"t":"2026-01-01T00:00:00Z","event":"forged"}\r\n\u001b[2J\u001b]0;forged\u0007\u0085\u2028';
    const LOGS = ['access', 'metrics', 'admin', 'supervise'];

    test('every line of every log stays one JSON object without a control character', async () => {
        const job = { id: `forged${LINE}`, model: `forged${LINE}`, status: 'failed', error: LINE, provider: LINE, chatId: LINE };
        assert.ok([200, 422].includes((await post(JSON.stringify(job))).status));
        const encoded = encodeURIComponent(LINE);
        for (const path of [`/forged${encoded}`, `/api/${encoded}`, `/api/evidence/${encoded}`, `/admin/api/benchmarks/${encoded}`]) {
            await stack.request(path, { agent: newAddress() });
        }
        const headers = 'User-Agent: forged\u001b[2J"}\r\nReferer: "}\\n{"event":"forged"}\r\nX-Request-Id: forged\r\n';
        await rawRequest(stack.url, `GET /api/health HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`);
        await rawRequest(stack.url, 'GET /forged"\\x0a HTTP/1.1\r\nHost: forged"}\r\nConnection: close\r\n\r\n');
        await rawRequest(stack.url, 'forged\u001b[2J {"event":"forged"}\r\n\r\n');
        await until(4000, () => assert.ok(stack.log('access').split('forged').length > 4, 'the log is written once a second'));
        for (const log of LOGS) {
            for (const line of stack.log(log).split('\n').filter(Boolean)) {
                // eslint-disable-next-line no-control-regex -- it is what must not be there
                assert.doesNotMatch(line, /[\u0000-\u001f\u007f]/, log);
                assert.notEqual(JSON.parse(line).event, 'forged', log);
            }
        }
        // eslint-disable-next-line no-control-regex -- as above
        assert.doesNotMatch(stack.log('nginx'), /[\u0000-\u0009\u000b-\u001f\u007f]|^\{/m);
    });
});

describe('secrets of the running programs', () => {
    test('every file that holds one is for its owner alone', () => {
        for (const file of ['admin-token', 'record-token', 'conf/admin.env', 'conf/metrics.env', 'conf/table']) {
            assert.equal(statSync(join(stack.runDir, file)).mode & 0o777, 0o600, file);
        }
        for (const name of ['access', 'admin', 'metrics', 'nginx', 'supervise']) {
            assert.equal(statSync(join(stack.runDir, 'log', `${name}.log`)).mode & 0o002, 0, name);
        }
        assert.equal(statSync(join(stack.runDir, 'conf')).mode & 0o777, 0o750);
        assert.equal(statSync(join(stack.runDir, 'sock')).mode & 0o777, 0o750);
    });

    test('admin.fcgi leaves no core file', () => {
        const limits = readFileSync(`/proc/${stack.pidOf('admin.fcgi')}/limits`, 'latin1');
        assert.match(limits, /^Max core file size +0 +0 /m);
    });

    test('no other process of its user can look into it', { skip: !IS_ROOT && 'only root can become its user' }, () => {
        const pid = stack.pidOf('admin.fcgi');
        const { uid, gid } = userOf(pid);
        assert.notEqual(uid, 0);
        const asItsUser = (...command) =>
            execFileSync('setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...command], { stdio: 'pipe' });
        for (const file of ['environ', 'maps', 'mem', 'auxv']) {
            assert.throws(() => asItsUser('head', '-c', '1', `/proc/${pid}/${file}`), /Permission denied/, file);
        }
        assert.throws(() => asItsUser('ls', `/proc/${pid}/fd`), /Permission denied/);
        asItsUser('head', '-c', '1', `/proc/${pid}/stat`);
    });

    const unreadable = (!IS_ROOT && 'only root may read it') || (IS_SANITIZED && 'a sanitizer maps terabytes');

    test('no text of a token or of the key stays in memory where it is not used', { skip: unreadable }, async () => {
        // A new one, because what a client sends stays in freed memory until something else stands there.
        await restart(stack, 'SIGKILL', 'admin.fcgi');
        await until(5000, async () => assert.equal((await post('[]')).status, 200));
        const texts = [TOKENS.ADMIN_TOKEN, KEY].map((text) => Buffer.from(text));
        const found = (pid) => inMemory(pid, texts).map(String);
        assert.deepEqual(found(stack.pidOf('admin.fcgi')), [], 'admin.fcgi keeps digests and the binary key');
        assert.deepEqual(found(stack.pid), [], 'the supervisor hands them on and forgets them');
        const [binary] = inMemory(stack.pidOf('admin.fcgi'), [Buffer.from(KEY, 'hex')]);
        assert.ok(binary, 'this would find it');
    });
});
