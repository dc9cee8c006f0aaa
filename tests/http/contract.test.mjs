// The HTTP side of the read API: every reply is one that docs/openapi.yaml describes, with the headers
// and methods that it promises, whether nginx or the C program made it.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeService } from '../lib/contracts.mjs';
import { rawRequest, underLoad } from '../lib/http.mjs';
import { assertComponent, assertDocumented, openapi } from '../lib/openapi.mjs';
import { readingFrom, startReading, startStack } from '../lib/stack.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';

/** Of the read API: what the admin API answers stands in recording.test.mjs and benchmark.test.mjs. */
const isRead = (route) => openapi.paths[route].get && !route.startsWith('/admin/');
const ROUTES = Object.keys(openapi.paths).filter(isRead);
const CACHED = ROUTES.filter((route) => openapi.paths[route].get.responses['304']);

/** An address of that route. */
const addressOf = (route) => route.replace('{source}', 'compute');

const SECURITY_HEADERS = {
    'content-security-policy': /^default-src 'none'; script-src 'self'; style-src 'self'; (?!.*unsafe)/,
    'x-content-type-options': /^nosniff$/,
    'referrer-policy': /^no-referrer$/,
    'cross-origin-opener-policy': /^same-origin$/,
    'permissions-policy': /camera=\(\)/,
    'x-request-id': /^[0-9a-f]{32}$/,
};

function assertSecurityHeaders(reply, what) {
    for (const [name, pattern] of Object.entries(SECURITY_HEADERS)) {
        assert.match(reply.headers[name] ?? '(none)', pattern, `${what}: ${name}`);
    }
    assert.equal(reply.headers.server, 'nginx', `${what}: no version of the server`);
}

function assertOpenToAll(reply, what) {
    assert.equal(reply.headers['access-control-allow-origin'], '*', what);
    assert.equal(reply.headers['access-control-expose-headers'], 'ETag, Date, Age', what);
}

/** A problem as RFC 9457 and docs/openapi.yaml want it. */
function assertProblem(reply, status, code) {
    assert.equal(reply.status, status);
    assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json(;|$)/);
    const problem = assertComponent('Problem', JSON.parse(reply.text));
    assert.equal(problem.status, status);
    assert.equal(problem.code, code);
    assertSecurityHeaders(reply, code);
}

const node = new StubNode();
/** What the providers' URLs lead to. */
const provider = net.createServer((socket) => {
    providerConnections += 1;
    socket.destroy();
});
let providerConnections = 0;
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${provider.address().port}/`;
    const additionalInfo = JSON.stringify({ VerifierURL: url });
    node.services = Array.from({ length: 60 }, (_, index) => makeService(index, { url, additionalInfo }));
    await node.open();
    stack = await startStack(readingFrom(node.url, node.settings));
    await stack.untilMetrics(6000, ({ sources, ledger }) => {
        for (const key of ['chain', 'compute', 'ledger']) assert.equal(sources[key].state, 'fresh');
        // This node has no logs; the scan has given up smaller and smaller steps.
        assert.notEqual(ledger.settlements.scan.reason, null);
    });
});
after(async () => {
    await stack?.stop();
    await node.close();
    provider.close();
});

describe('what stands at every route', () => {
    for (const route of ROUTES) {
        test(`GET ${route} is as documented`, async () => {
            const reply = await stack.request(addressOf(route));
            assert.equal(reply.status, 200);
            assertDocumented(route, reply);
            const type = route === '/metrics' ? /^text\/plain; version=0\.0\.4;/ : /^application\/json(;|$)/;
            assert.match(reply.headers['content-type'], type);
            assertSecurityHeaders(reply, route);
            assertOpenToAll(reply, route);
        });

        test(`HEAD ${route} is GET without the body`, async () => {
            const head = await stack.request(addressOf(route), { method: 'HEAD' });
            assert.equal(head.status, 200);
            assert.equal(head.bytes.length, 0);
            assert.ok(Number(head.headers['content-length']) > 0);
            assertSecurityHeaders(head, route);
            assertOpenToAll(head, route);
        });

        test(`OPTIONS ${route} tells another origin what it may do`, async () => {
            const reply = await stack.request(addressOf(route), {
                method: 'OPTIONS',
                headers: { origin: 'https://dashboard.example', 'access-control-request-method': 'GET' },
            });
            assert.equal(reply.status, 204);
            assert.equal(reply.bytes.length, 0);
            assert.equal(reply.headers['access-control-allow-methods'], 'GET, HEAD');
            assert.equal(reply.headers.allow, 'GET, HEAD, OPTIONS');
            assertOpenToAll(reply, route);
            assertSecurityHeaders(reply, route);
        });

        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
            test(`${method} ${route} is not allowed`, async () => {
                const reply = await stack.request(addressOf(route), { method, body: method === 'DELETE' ? undefined : '{}' });
                assertProblem(reply, 405, 'method_not_allowed');
                assert.equal(reply.headers.allow, 'GET, HEAD, OPTIONS');
                assertOpenToAll(reply, method);
            });
        }
    }

    test('the sources are those of the document, in its order', async () => {
        const { sources } = await stack.metrics();
        assert.deepEqual(Object.keys(sources), openapi.components.schemas.Sources.required);
        const health = await stack.getJson('/api/health');
        assert.deepEqual(Object.keys(health.sources), openapi.components.schemas.Sources.required);
    });

    test('a source that is off says how to turn it on, and is null and not 0', async () => {
        const { compute, storage, inft, sources } = await stack.metrics();
        for (const [key, source] of Object.entries(sources)) {
            if (source.state === 'off') assert.match(source.reason, /^.+ · .+ · .+$/, key);
        }
        assert.equal(sources.gpu.state, 'off');
        assert.equal(compute.gpuUtilization, null);
        assert.equal(storage, null);
        assert.equal(inft, null);
    });

    test('the node is named by its variable, because its address is private', async () => {
        const { sources } = await stack.metrics();
        assert.equal(sources.chain.origin.endpoint, '$ZG_CHAIN_RPC');
        const { text } = await stack.request('/api/metrics');
        assert.ok(!text.includes(String(node.port)));
    });
});

describe('unchanged replies', () => {
    for (const route of CACHED) {
        test(`${route} is a 304 for whoever has it`, async () => {
            // Between two requests a newer snapshot may appear.
            await until(3000, async () => {
                const { headers } = await stack.request(route);
                assert.match(headers.etag, /^"[0-9a-f]{32}"$/);
                const again = await stack.request(route, { headers: { 'if-none-match': headers.etag } });
                assert.equal(again.status, 304);
                assert.equal(again.bytes.length, 0);
                assert.equal(again.headers.etag, headers.etag);
                assertSecurityHeaders(again, '304');
                assertOpenToAll(again, '304');
            });
        });

        test(`${route} is sent whole to whoever has another`, async () => {
            const reply = await stack.request(route, { headers: { 'if-none-match': '"0123456789abcdef"' } });
            assert.equal(reply.status, 200);
            assertDocumented(route, reply);
        });
    }

    test('a page of jobs that is not cached is a 304 as well', async () => {
        await until(3000, async () => {
            const { headers } = await stack.request('/api/jobs?limit=5');
            const again = await stack.request('/api/jobs?limit=5', { headers: { 'if-none-match': headers.etag } });
            assert.equal(again.status, 304);
            assert.equal(again.bytes.length, 0);
        });
    });

    test('the ETag stands for the bytes', async () => {
        const bytesOf = new Map();
        for (let i = 0; i < 60; i++) {
            const { headers, text } = await stack.request('/api/metrics');
            assert.equal(bytesOf.get(headers.etag) ?? text, text);
            bytesOf.set(headers.etag, text);
            await sleep(100);
        }
        assert.ok(bytesOf.size >= 2, 'renderedAt moves at least every 5 s');
        assert.ok(bytesOf.size <= 8, `most polls find nothing new, but there were ${bytesOf.size} versions in 6 s`);
    });

    for (const route of ROUTES.filter((each) => !CACHED.includes(each))) {
        test(`${route} is never cached`, async () => {
            const { headers } = await stack.request(addressOf(route));
            assert.match(headers['cache-control'], /no-cache|no-store/);
            assert.equal(headers.etag, undefined);
        });
    }
});

const NO_ROUTES = [
    '/api',
    '/api/',
    '/api/nothing',
    '/api/metrics/',
    '/api/metricsx',
    '/api/../api/x',
];
const NO_FILES = ['/nothing', '/assets/nothing.js', '/index.html.bak', '/.env', '/apix', '/metricsx'];
const NOT_ALLOWED = ['/assets/', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2f..%2fetc/passwd'];

describe('wrong addresses', () => {
    for (const path of NO_ROUTES) {
        test(`${path} is a problem`, async () => {
            assertProblem(await stack.request(path), 404, 'not_found');
        });
    }

    for (const path of NO_FILES) {
        test(`${path} is a plain 404, not the page`, async () => {
            const reply = await stack.request(path);
            assert.equal(reply.status, 404);
            assert.match(reply.headers['content-type'], /^text\/html/);
            assert.ok(!reply.text.includes('id="root"'));
            assertSecurityHeaders(reply, path);
            assert.equal(reply.headers['access-control-allow-origin'], undefined);
        });
    }

    for (const path of NOT_ALLOWED) {
        test(`${path} shows nothing`, async () => {
            const reply = await stack.request(path);
            assert.ok([400, 403, 404].includes(reply.status), String(reply.status));
            assert.ok(!reply.text.includes('root:'));
            assertSecurityHeaders(reply, path);
        });
    }

    test('a zero byte in the path is a problem', async () => {
        assertProblem(await stack.request('/api/%00'), 400, 'bad_request');
    });

    test('a query does not make another reply', async () => {
        const reply = await stack.request('/api/metrics?callback=evil&fields=none');
        assert.equal(reply.status, 200);
        assertDocumented('/api/metrics', reply);
    });
});

describe('requests that are not in order', () => {
    test('a URI that is too long', async () => {
        const reply = await stack.request(`/api/metrics?${'x'.repeat(5000)}`);
        assertProblem(reply, 414, 'uri_too_long');
    });

    test('headers that are too large', async () => {
        const reply = await stack.request('/api/metrics', { headers: { 'x-large': 'x'.repeat(5000) } });
        assertProblem(reply, 431, 'headers_too_large');
    });

    test('a body that is too large', async () => {
        const reply = await stack.request('/api/metrics', { method: 'POST', body: 'x'.repeat(5000) });
        assertProblem(reply, 413, 'content_too_large');
    });

    test('something that is not HTTP', async () => {
        const reply = await rawRequest(stack.url, 'GET /api/metrics HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n');
        assertProblem(reply, 400, 'bad_request');
    });

    test('a header of CGI fame does not reach the program', async () => {
        const reply = await stack.request('/api/health', { headers: { proxy: 'http://127.0.0.1:1/' } });
        assert.equal(reply.status, 200);
    });
});

describe('the page and its files', () => {
    test('the page is HTML that is asked for anew each time', async () => {
        const reply = await stack.request('/');
        assert.equal(reply.status, 200);
        assert.match(reply.headers['content-type'], /^text\/html; charset=utf-8$/);
        assert.equal(reply.headers['cache-control'], 'no-cache');
        assert.equal(reply.headers.etag, undefined);
        assertSecurityHeaders(reply, '/');
    });

    test('its assets never change, are compressed ahead and all there', async () => {
        const { text } = await stack.request('/');
        const assets = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
        assert.ok(assets.length >= 2, 'a script and a style sheet');
        for (const path of assets) {
            const plain = await stack.request(path);
            assert.equal(plain.status, 200);
            assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
            assert.match(plain.headers['content-type'], path.endsWith('.js') ? /^text\/javascript/ : /^text\/css/);
            assertSecurityHeaders(plain, path);
            const packed = await stack.request(path, { headers: { 'accept-encoding': 'gzip' } });
            assert.equal(packed.headers['content-encoding'], 'gzip');
            assert.ok(packed.bytes.length < plain.bytes.length / 2);
        }
    });

    test('there is an icon', async () => {
        const reply = await stack.request('/favicon.svg');
        assert.equal(reply.status, 200);
        assert.match(reply.headers['content-type'], /^image\/svg\+xml/);
    });

    test('nothing can be written', async () => {
        const reply = await stack.request('/', { method: 'POST', body: '{}' });
        assert.equal(reply.status, 405);
        assertSecurityHeaders(reply, '405');
    });
});

test('no request of a viewer becomes a request to the chain', async () => {
    const WINDOW_MS = 6000;
    // In that time: chain every 2 s, compute every 5 s with two pages, ledger every 5 s in two steps, and its scan.
    const OWN_RHYTHM = 4 + 2 * 2 + 2 * 2 + 2;
    const urls = ['/api/metrics', '/api/health', '/api/compute', '/'].map((path) => stack.url + path);
    const before = node.requests;
    const outcomes = await underLoad(urls, 4, () => sleep(WINDOW_MS));
    const asked = node.requests - before;
    for (const { statuses, failures, total } of outcomes) {
        assert.deepEqual(failures, []);
        assert.deepEqual(statuses, { 200: total });
    }
    const served = outcomes.reduce((sum, { total }) => sum + total, 0);
    assert.ok(served > 1000, `${served} requests served`);
    assert.ok(asked <= OWN_RHYTHM, `${asked} requests to the chain while ${served} were served`);
});

test('nothing connects to what the providers registered as their address', async () => {
    const { services } = await stack.metrics();
    assert.equal(services[0].url, node.services[0].url);
    assert.equal(providerConnections, 0);
});

test('whoever asks too often is told so, and health stays open', async (t) => {
    const limited = await startReading(t, node, { ZG_RATE_LIMIT: '5' });
    const replies = await Promise.all(Array.from({ length: 30 }, () => limited.request('/api/metrics')));
    const refused = replies.filter(({ status }) => status === 429);
    assert.ok(refused.length > 5, `${refused.length} of 30 were refused`);
    assert.equal(replies.filter(({ status }) => status === 200).length, 30 - refused.length);
    assertProblem(refused[0], 429, 'rate_limited');
    assert.ok(Number(refused[0].headers['retry-after']) >= 1);
    assertOpenToAll(refused[0], '429');
    const health = await Promise.all(Array.from({ length: 30 }, () => limited.request('/api/health')));
    assert.ok(health.every(({ status }) => status === 200));
});
