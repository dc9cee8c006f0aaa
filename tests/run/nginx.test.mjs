// What nginx promises by itself, whatever metrics.fcgi does: headers, methods, errors, limits, cache, page.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ADMIN_INDEX, ASSET, startNginx, writeConfiguration } from './nginx.mjs';

const CACHED = ['/api/metrics', '/api/compute', '/api/storage', '/api/inft', '/api/history', '/api/jobs'];
const UNCACHED = ['/api/health', '/metrics', '/api/evidence/chain', '/api/jobs?limit=5', '/api/jobs?before=c'];
const SNAPSHOT = '{"renderedAt":"2026-01-01T00:00:00.000Z"}';
// nginx counts whole seconds, so a second's validity lasts at most two.
const CACHE_EXPIRES_MS = 2_100;
const SECURITY_HEADERS = {
    'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
};

const json = (body, more = {}) => ({ headers: { 'Content-Type': 'application/json', ...more }, body });

function assertProblem(reply, status, code) {
    assert.equal(reply.status, status);
    assert.equal(reply.headers['content-type'], 'application/problem+json');
    const problem = JSON.parse(reply.text);
    assert.equal(problem.status, status);
    assert.equal(problem.code, code);
    assert.ok(problem.title);
}

function assertSecurityHeaders(reply) {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        // That of /admin has a second policy behind the first.
        assert.equal(reply.headers[name].replace(/, frame-ancestors 'none'$/, ''), value, name);
    }
    assert.match(reply.headers['x-request-id'], /^[0-9a-f]{32}$/);
    assert.equal(reply.headers.server, 'nginx');
}

/** What the browser would read from the data block. */
const snapshotIn = (html) => JSON.parse(/id="snapshot"[^>]*>(.*)<\/script>/s.exec(html)[1]);

/** Bytes that no HTTP client would send. */
function sendRaw(port, bytes) {
    return new Promise((resolve, reject) => {
        let text = '';
        const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (chunk) => (text += chunk));
        socket.on('error', reject);
        socket.on('close', () => resolve(text));
    });
}

describe('nginx before a program that answers', { concurrency: false }, () => {
    let nginx;
    before(async () => {
        nginx = await startNginx({ ZG_RATE_LIMIT: '0' });
    });
    after(() => nginx?.stop());
    beforeEach(() => {
        nginx.responder.requests.length = 0;
        nginx.responder.answer = () => json(SNAPSHOT, { ETag: '"one"' });
    });

    test('security headers stand on every kind of reply', async () => {
        const replies = {
            page: await nginx.get('/'),
            asset: await nginx.get('/assets/app-1a2b.js'),
            'missing file': await nginx.get('/nothing'),
            'missing asset': await nginx.get('/assets/nothing.js'),
            'not modified': await nginx.get('/api/metrics', { headers: { 'If-None-Match': '"one"' } }),
            api: await nginx.get('/api/metrics'),
            options: await nginx.get('/api/metrics', { method: 'OPTIONS' }),
            'wrong method': await nginx.get('/api/metrics', { method: 'POST' }),
            'wrong method on a file': await nginx.get('/favicon.svg', { method: 'POST' }),
            'large body': await nginx.get('/api/metrics', { method: 'GET', headers: { 'Content-Length': 2000 }, body: 'x'.repeat(2000) }),
            'large header': await nginx.get('/api/metrics', { headers: { 'X-Large': 'x'.repeat(9000) } }),
            'no admin program': await nginx.get('/admin/api/benchmarks'),
            'admin page': await nginx.get('/admin/'),
            'admin asset': await nginx.get('/admin/assets/admin-3c4d.js'),
            'missing admin file': await nginx.get('/admin/nothing'),
            'missing admin asset': await nginx.get('/admin/assets/nothing.js'),
            'no slash': await nginx.get('/admin'),
            'wrong method on the admin page': await nginx.get('/admin/', { method: 'POST' }),
        };
        for (const [what, reply] of Object.entries(replies)) {
            await test(what, () => assertSecurityHeaders(reply));
        }
        const statuses = Object.values(replies).map((reply) => reply.status);
        assert.deepEqual(statuses, [200, 200, 404, 404, 304, 200, 204, 405, 405, 413, 431, 503, 200, 200, 404, 404, 301, 405]);
    });

    test('the admin page is a file of its own, for no search engine', async () => {
        const page = await nginx.get('/admin/');
        assert.equal(page.text, ADMIN_INDEX);
        assert.equal(page.headers['cache-control'], 'no-cache');
        assert.equal((await nginx.get('/admin')).headers.location, '/admin/');
        for (const path of ['/admin', '/admin/', '/admin/assets/admin-3c4d.js', '/admin/nothing', '/admin/assets/nothing.js']) {
            assert.equal((await nginx.get(path)).headers['x-robots-tag'], 'noindex, nofollow', path);
        }
        assert.equal((await nginx.get('/')).headers['x-robots-tag'], undefined);
        assert.deepEqual(nginx.responder.requests.filter(({ SCRIPT_NAME: name }) => name?.startsWith('/admin')), []);
    });

    test('the read API knows GET, HEAD and OPTIONS', async () => {
        // As metrics.fcgi does: no body for HEAD, which must never be cached as the reply for all.
        nginx.responder.answer = ({ REQUEST_METHOD: method }) => json(method === 'HEAD' ? '' : SNAPSHOT, { ETag: '"one"' });
        await sleep(CACHE_EXPIRES_MS);
        for (const path of [...CACHED, ...UNCACHED]) {
            const head = await nginx.get(path, { method: 'HEAD' });
            assert.equal(head.status, 200, path);
            assert.equal(head.text, '');
            const get = await nginx.get(path);
            assert.equal(get.text, SNAPSHOT, `${path} after HEAD`);
            const options = await nginx.get(path, { method: 'OPTIONS' });
            assert.equal(options.status, 204);
            assert.equal(options.headers.allow, 'GET, HEAD, OPTIONS');
            assert.equal(options.headers['access-control-allow-methods'], 'GET, HEAD');
            for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
                const reply = await nginx.get(path, { method });
                assertProblem(reply, 405, 'method_not_allowed');
                assert.equal(reply.headers.allow, 'GET, HEAD, OPTIONS');
            }
        }
    });

    test('any origin may read, and sees ETag, Date and Age', async () => {
        for (const path of [...CACHED, ...UNCACHED, '/api/nothing']) {
            const reply = await nginx.get(path, { headers: { Origin: 'https://dashboard.example' } });
            assert.equal(reply.headers['access-control-allow-origin'], '*');
            assert.equal(reply.headers['access-control-expose-headers'], 'ETag, Date, Age');
        }
        const page = await nginx.get('/');
        assert.equal(page.headers['access-control-allow-origin'], undefined);
    });

    test('a header of nginx that the program sends too stands once', async () => {
        nginx.responder.answer = () =>
            json('{}', { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store', 'Access-Control-Expose-Headers': 'X' });
        const reply = await nginx.get('/api/health');
        assert.equal(reply.headers['access-control-allow-origin'], '*');
        assert.equal(reply.headers['cache-control'], 'no-cache');
        assert.equal(reply.headers['access-control-expose-headers'], 'ETag, Date, Age');
    });

    test('problems of the program pass through', async () => {
        const problem = '{"type":"about:blank","title":"Not Found","status":404,"code":"no_such_source"}';
        nginx.responder.answer = () => ({
            status: 404,
            headers: { 'Content-Type': 'application/problem+json' },
            body: problem,
        });
        const reply = await nginx.get('/api/evidence/nothing');
        assert.equal(reply.status, 404);
        assert.equal(reply.text, problem);
    });

    test('unknown paths elsewhere are a plain 404', async () => {
        for (const path of ['/nothing', '/index.htm', '/apis', '/admins', '/admin/nothing', '/assets/', '/assets', '/../nginx.conf']) {
            const reply = await nginx.get(path);
            assert.equal(reply.status, path.startsWith('/..') ? 400 : 404, path);
            assert.doesNotMatch(reply.text, /snapshot/);
        }
        assert.match((await nginx.get('/nothing')).headers['content-type'], /^text\/html/);
        assertProblem(await nginx.get('/admin/api/benchmarks'), 503, 'unavailable');
        assertProblem(await nginx.get('/metrics/nothing'), 404, 'not_found');
    });

    test('bodies over 1 KB and headers over 4 KB are refused', async () => {
        const large = 'x'.repeat(1025);
        assertProblem(
            await nginx.get('/api/health', { headers: { 'Content-Length': large.length }, body: large }),
            413,
            'content_too_large',
        );
        const chunked = await nginx.get('/api/metrics', { headers: { 'Transfer-Encoding': 'chunked' }, body: large });
        assertProblem(chunked, 413, 'content_too_large');
        const small = await nginx.get('/api/health', { headers: { 'Content-Length': 1024 }, body: 'x'.repeat(1024) });
        assert.equal(small.status, 200);
        assertProblem(await nginx.get('/api/metrics', { headers: { 'X-Large': 'x'.repeat(5000) } }), 431, 'headers_too_large');
        assertProblem(await nginx.get(`/api/metrics?${'x'.repeat(5000)}`), 414, 'uri_too_long');
    });

    test('malformed requests get a problem with the security headers', async () => {
        const text = await sendRaw(nginx.port, 'GET /api/metrics HTTP/1.1\r\nbad header\r\nHost: x\r\nHost: y\r\n\r\n');
        assert.match(text, /^HTTP\/1\.1 400 /);
        assert.match(text, /"code":"bad_request"/);
        assert.match(text, /Content-Security-Policy: default-src 'none'/);
    });

    test('what the program is told comes from nginx, not from the client', async () => {
        await nginx.get('/api/health?a=b', {
            headers: {
                Proxy: 'http://evil.example', 'X-Forwarded-For': '10.0.0.1', Cookie: 'a=b', 'If-None-Match': '"x"',
                'X-Request-Id': 'mine',
            },
        });
        const [params] = nginx.responder.requests;
        assert.ok(!params.HTTP_PROXY);
        assert.equal(params.SCRIPT_NAME, '/api/health');
        assert.equal(params.QUERY_STRING, 'a=b');
        assert.equal(params.REQUEST_METHOD, 'GET');
        assert.equal(params.HTTP_IF_NONE_MATCH, '"x"');
        assert.equal(params.REMOTE_ADDR, '127.0.0.1');
        assert.match(params.REQUEST_ID, /^[0-9a-f]{32}$/);
        assert.equal(params.HTTP_COOKIE, undefined);
        assert.equal(params.HTTP_X_FORWARDED_FOR, undefined);
    });

    test('the access log is JSON, with the request id the program got and without the query', async () => {
        const reply = await nginx.get('/api/health?token=secret');
        const id = reply.headers['x-request-id'];
        assert.equal(nginx.responder.requests[0].REQUEST_ID, id);
        await sleep(1_300); // the log is written once a second
        const entry = (await nginx.accessLog()).find((line) => line.requestId === id);
        assert.equal(entry.uri, '/api/health');
        assert.equal(entry.status, 200);
        assert.doesNotMatch(JSON.stringify(await nginx.accessLog()), /secret/);
    });

    test('hashed files are immutable and precompressed, others are revalidated', async () => {
        const plain = await nginx.get('/assets/app-1a2b.js');
        assert.equal(plain.text, ASSET);
        assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
        assert.match(plain.headers['content-type'], /^text\/javascript/);
        const small = await nginx.get('/assets/app-1a2b.js', { headers: { 'Accept-Encoding': 'gzip' } });
        assert.equal(small.headers['content-encoding'], 'gzip');
        assert.equal(gunzipSync(small.body).toString(), ASSET);
        assert.equal((await nginx.get('/favicon.svg')).headers['cache-control'], 'no-cache');
        const missing = await nginx.get('/assets/app-0000.js');
        assert.equal(missing.headers['cache-control'], undefined);
    });

    test('the page carries the snapshot, plain and compressed', async () => {
        for (const encoding of ['identity', 'gzip', 'gzip, deflate, br']) {
            const reply = await nginx.get('/', { headers: { 'Accept-Encoding': encoding } });
            assert.equal(reply.status, 200);
            assert.match(reply.headers['content-type'], /^text\/html/);
            assert.equal(reply.headers['cache-control'], 'no-cache');
            assert.equal(reply.headers.etag, undefined);
            assert.equal(reply.headers['last-modified'], undefined);
            assert.equal(reply.headers['content-encoding'], encoding === 'identity' ? undefined : 'gzip');
            const html = encoding === 'identity' ? reply.text : gunzipSync(reply.body).toString();
            assert.doesNotMatch(html, /<!--#/);
            assert.deepEqual(snapshotIn(html), JSON.parse(SNAPSHOT));
            const served = Number(/data-served="(\d+)"/.exec(html)[1]);
            assert.ok(Math.abs(served - Date.now() / 1000) < 3, `data-served=${served}`);
        }
    });

    test('a page that was seen before is sent again, with the snapshot of now', async () => {
        const headers = { 'If-Modified-Since': new Date().toUTCString(), 'If-None-Match': '"one"', Range: 'bytes=0-10' };
        const reply = await nginx.get('/', { headers });
        assert.equal(reply.status, 200);
        assert.deepEqual(snapshotIn(reply.text), JSON.parse(SNAPSHOT));
    });

    test('cached replies: nginx answers If-None-Match', async () => {
        const first = await nginx.get('/api/compute');
        assert.equal(first.headers.etag, '"one"');
        assert.equal(first.headers['cache-control'], 'no-cache');
        const second = await nginx.get('/api/compute', { headers: { 'If-None-Match': '"one"' } });
        assert.equal(second.status, 304);
        assert.equal(second.text, '');
        assert.equal(second.headers['access-control-allow-origin'], '*');
        const other = await nginx.get('/api/compute', { headers: { 'If-None-Match': '"other"' } });
        assert.equal(other.status, 200);
        for (const params of nginx.responder.requests) assert.equal(params.HTTP_IF_NONE_MATCH, undefined);
    });

    test('uncached replies: the program answers If-None-Match', async () => {
        for (const path of UNCACHED) {
            nginx.responder.requests.length = 0;
            nginx.responder.answer = () => ({ status: 304, headers: { ETag: '"one"' } });
            const reply = await nginx.get(path, { headers: { 'If-None-Match': '"one"' } });
            assert.equal(reply.status, 304, path);
            assert.equal(nginx.responder.requests[0].HTTP_IF_NONE_MATCH, '"one"');
        }
    });

    test('a crowd costs one request a second, whatever arguments it adds', async () => {
        await sleep(CACHE_EXPIRES_MS);
        nginx.responder.requests.length = 0;
        nginx.responder.answer = async () => {
            await sleep(100);
            return json(SNAPSHOT);
        };
        const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
        const crowd = Array.from({ length: 200 }, (_, i) => nginx.get(`/api/metrics?x=${i}`, { agent }));
        for (const reply of await Promise.all(crowd)) assert.equal(reply.text, SNAPSHOT);
        agent.destroy();
        assert.ok(nginx.responder.requests.length <= 2, `${nginx.responder.requests.length} requests`);
        for (const params of nginx.responder.requests) assert.equal(params.QUERY_STRING, '');
    });

    test('after a second a lone viewer gets a new copy, not the previous one', async () => {
        let count = 0;
        nginx.responder.answer = () => json(`{"count":${++count}}`);
        await nginx.get('/api/storage');
        await sleep(CACHE_EXPIRES_MS);
        const reply = await nginx.get('/api/storage');
        assert.equal(JSON.parse(reply.text).count, count);
        assert.equal(nginx.responder.requests.length, 2);
    });

    test('the first page of jobs is cached, others are not', async () => {
        for (const path of ['/api/jobs', '/api/jobs?limit=30']) await nginx.get(path);
        assert.ok(nginx.responder.requests.length <= 1);
        for (const query of ['limit=5', 'before=abc', 'limit=30&before=abc']) {
            nginx.responder.requests.length = 0;
            await nginx.get(`/api/jobs?${query}`);
            await nginx.get(`/api/jobs?${query}`);
            assert.deepEqual(nginx.responder.requests.map((params) => params.QUERY_STRING), [query, query]);
        }
        nginx.responder.requests.length = 0;
        assert.equal((await nginx.get('/api/jobs')).text, SNAPSHOT);
    });

    test('a large snapshot arrives whole', async () => {
        const large = JSON.stringify({ text: 'x'.repeat(600_000) });
        nginx.responder.answer = () => json(large);
        assert.equal((await nginx.get('/api/inft')).text, large);
        assert.equal((await nginx.get('/api/inft')).text, large);
    });
});

describe('nginx before a program that fails', { concurrency: false }, () => {
    let nginx;
    before(async () => {
        nginx = await startNginx({ ZG_RATE_LIMIT: '0' });
    });
    after(() => nginx?.stop());

    test('down with an empty cache: problems, and a page with null', async () => {
        await nginx.stopResponder();
        for (const path of [...CACHED, ...UNCACHED, '/api/nothing']) {
            const reply = await nginx.get(path);
            assertProblem(reply, 503, 'unavailable');
            assert.equal(reply.headers['retry-after'], '1');
            assert.equal(reply.headers['access-control-allow-origin'], '*');
            assertSecurityHeaders(reply);
        }
        assert.equal((await nginx.get('/api/metrics', { method: 'OPTIONS' })).status, 204);
        assertProblem(await nginx.get('/api/metrics', { method: 'POST' }), 405, 'method_not_allowed');
        for (const encoding of ['identity', 'gzip']) {
            const page = await nginx.get('/', { headers: { 'Accept-Encoding': encoding } });
            assert.equal(page.status, 200);
            assert.equal(snapshotIn((encoding === 'gzip' ? gunzipSync(page.body) : page.body).toString()), null);
        }
        await nginx.restartResponder();
    });

    test('silent: a problem after a second', async () => {
        nginx.responder.answer = () => null;
        const start = performance.now();
        assertProblem(await nginx.get('/api/health'), 503, 'unavailable');
        assert.ok(performance.now() - start < 1_500);
    });

    test('an error of the program is not put into the page', async () => {
        nginx.responder.answer = () => ({ status: 500, headers: { 'Content-Type': 'application/json' }, body: '{"oops":1}' });
        assert.equal(snapshotIn((await nginx.get('/')).text), null);
    });

    for (const [what, answer] of [
        ['down', null],
        ['silent', () => null],
        ['failing with 500', () => ({ status: 500, body: 'no' })],
        ['failing with 503', () => ({ status: 503, body: 'no' })],
        ['talking nonsense', () => ({ status: 'nonsense', headers: { 'a b': '\u0001' }, body: 'no' })],
    ]) {
        test(`${what}: the last good reply stays, in the page too`, async () => {
            nginx.responder.answer = () => json(SNAPSHOT);
            assert.equal((await nginx.get('/api/metrics')).text, SNAPSHOT);
            if (answer) nginx.responder.answer = answer;
            else await nginx.stopResponder();
            await sleep(CACHE_EXPIRES_MS);
            const reply = await nginx.get('/api/metrics');
            assert.equal(reply.status, 200);
            assert.equal(reply.text, SNAPSHOT);
            assert.deepEqual(snapshotIn((await nginx.get('/')).text), JSON.parse(SNAPSHOT));
            if (!answer) await nginx.restartResponder();
        });
    }
});

describe('limits', { concurrency: false }, () => {
    let nginx;
    before(async () => {
        nginx = await startNginx({ ZG_RATE_LIMIT: '1' });
    });
    after(() => nginx?.stop());

    test('too many requests are told so; health and the page are not refused', async () => {
        nginx.responder.answer = () => json(SNAPSHOT);
        const replies = await Promise.all(Array.from({ length: 40 }, () => nginx.get('/api/metrics')));
        const refused = replies.filter((reply) => reply.status !== 200);
        // 1 a second and twice that at once, and few seconds have passed.
        assert.ok(refused.length >= 30 && refused.length <= 37, `${refused.length} refused of 40`);
        const page = await nginx.get('/');
        assert.equal(page.status, 200);
        assert.equal(snapshotIn(page.text), null);
        for (const reply of refused) {
            assertProblem(reply, 429, 'rate_limited');
            assert.equal(reply.headers['retry-after'], '1');
            assert.equal(reply.headers['access-control-allow-origin'], '*');
            assertSecurityHeaders(reply);
        }
        for (let i = 0; i < 30; i++) assert.equal((await nginx.get('/api/health')).status, 200);
    });
});

describe('settings in the configuration', () => {
    test('origins that may embed the page stand in its policy; nobody frames what is under /admin', async () => {
        const nginx = await startNginx({ ZG_FRAME_ANCESTORS: "'self', https://dashboard.example,https://*.example.org:8443" });
        try {
            const policy = (await nginx.get('/')).headers['content-security-policy'];
            assert.match(policy, /frame-ancestors 'self' https:\/\/dashboard\.example https:\/\/\*\.example\.org:8443$/);
            for (const path of ['/admin', '/admin/', '/admin/assets/admin-3c4d.js', '/admin/nothing', '/admin/api/benchmarks']) {
                const own = (await nginx.get(path)).headers['content-security-policy'];
                assert.match(own, /frame-ancestors 'none'$/, path);
            }
        } finally {
            await nginx.stop();
        }
    });

    for (const [name, value] of [
        ['ZG_FRAME_ANCESTORS', 'https://a.example; script-src *'],
        ['ZG_FRAME_ANCESTORS', 'https://a.example";add_header X y'],
        ['ZG_FRAME_ANCESTORS', "'none' https://a.example"],
        ['ZG_FRAME_ANCESTORS', 'https://$remote_addr'],
        ['ZG_FRAME_ANCESTORS', 'https://a/path'],
        ['ZG_RATE_LIMIT', '5;'],
        ['ZG_RATE_LIMIT', '-1'],
        ['PORT', '0'],
        ['PORT', '70000'],
        ['PORT', '80; listen 0.0.0.0:80'],
    ]) {
        test(`${name}=${value} is refused in one line`, async () => {
            await assert.rejects(writeConfiguration('/nonexistent', 8080, { [name]: value }), (error) => {
                assert.equal(error.stderr.trim().split('\n').length, 1, error.stderr);
                assert.ok(error.stderr.includes(`${name}: expected`), error.stderr);
                return true;
            });
        });
    }
});
