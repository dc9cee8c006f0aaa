// What a hostile client or a careless proxy sends to nginx, and what of it reaches a program: never a second
// request, never a parameter that the client chose.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { rawRequest } from '../lib/http.mjs';
import { startNginx } from '../run/nginx.mjs';

const HIDDEN = 'GET /api/health?smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
/** "0", the end of a chunked body, then the hidden request. */
const CHUNKED = `0\r\n\r\n${HIDDEN}`;
const body = (length) => `Content-Length: ${length}`;

const OPEN = 'GET /api/health HTTP/1.1\r\nHost: x\r\n';
const POST = 'POST /admin/api/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const head = (start, ...lines) => `${start}${lines.join('\r\n')}${lines.length ? '\r\n' : ''}\r\n`;

/** Requests about whose end two readers could disagree. @type {[string, string][]} */
const AMBIGUOUS = [
    ['both lengths, CL.TE', head(POST, body(6), 'Transfer-Encoding: chunked') + CHUNKED],
    ['both lengths, TE.CL', head(POST, 'Transfer-Encoding: chunked', body(4)) + `5c\r\n${HIDDEN}\r\n0\r\n\r\n`],
    ['two lengths that differ', head(POST, body(0), body(HIDDEN.length)) + HIDDEN],
    ['two lengths that agree', head(POST, body(2), body(2)) + `[]${HIDDEN}`],
    ['a list of lengths', head(POST, 'Content-Length: 2, 2') + `[]${HIDDEN}`],
    ['a length with a sign', head(POST, 'Content-Length: +2') + `[]${HIDDEN}`],
    ['a negative length', head(POST, 'Content-Length: -1') + HIDDEN],
    ['a hexadecimal length', head(POST, 'Content-Length: 0x2') + `[]${HIDDEN}`],
    ['a length beyond 64 bits', head(POST, 'Content-Length: 18446744073709551618') + `[]${HIDDEN}`],
    ['an unknown coding', head(POST, 'Transfer-Encoding: xchunked') + CHUNKED],
    ['a list of codings', head(POST, 'Transfer-Encoding: gzip, chunked') + CHUNKED],
    ['chunked twice', head(POST, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + CHUNKED],
    ['a blank before the colon', head(POST, 'Transfer-Encoding : chunked') + CHUNKED],
    ['a coding behind a vertical tab', head(POST, 'Transfer-Encoding: \x0bchunked') + CHUNKED],
    ['chunked in HTTP/1.0', head(POST.replace('1.1', '1.0'), 'Transfer-Encoding: chunked') + CHUNKED],
    ['a chunk size that is too large', head(POST, 'Transfer-Encoding: chunked') + `fffffffffffffffff\r\n${HIDDEN}`],
    ['a chunk size that is no number', head(POST, 'Transfer-Encoding: chunked') + `g\r\n${HIDDEN}`],
    ['a zero byte in a header', head(OPEN, 'X-Note: a\0b') + HIDDEN],
    ['a zero byte in the path', `GET /api/he\0alth HTTP/1.1\r\nHost: x\r\n\r\n${HIDDEN}`],
    ['two hosts', head(OPEN, 'Host: y') + HIDDEN],
    ['no host', `GET /api/health HTTP/1.1\r\n\r\n${HIDDEN}`],
    ['a version nobody knows', `GET /api/health HTTP/3.7\r\nHost: x\r\n\r\n${HIDDEN}`],
];

/** Headers that would matter, were they passed on. */
const INJECTED = {
    Proxy: 'http://evil.example',
    'Content_Length': '7',
    Content_Type: 'text/evil',
    Remote_Addr: '6.6.6.6',
    Script_Name: '/admin/api/jobs',
    Is_Direct: '1',
    'Is-Direct': '1',
    Request_Id: 'evil',
    'X-Forwarded-For': '6.6.6.6',
    'X-Original-URL': '/admin/api/jobs',
    'X-Rewrite-URL': '/admin/api/jobs',
    'X-HTTP-Method-Override': 'DELETE',
    Authorization: 'Bearer evil',
    Cookie: 'token=evil',
    Range: 'bytes=0-1',
    Expect: 'evil',
};
const PANEL_PARAMS = [
    'CONTENT_LENGTH', 'DOCUMENT_URI', 'GATEWAY_INTERFACE', 'QUERY_STRING', 'REMOTE_ADDR',
    'REQUEST_ID', 'REQUEST_METHOD', 'SCRIPT_NAME', 'SERVER_PROTOCOL',
];

describe('between a client and the programs', { concurrency: false }, () => {
    let nginx;
    let admin;
    const seen = () => [...nginx.responder.requests, ...admin.requests];
    const url = () => `http://127.0.0.1:${nginx.port}`;

    before(async () => {
        nginx = await startNginx({ ZG_RATE_LIMIT: '0', ZG_ADMIN_RATE_LIMIT: '0' });
        admin = await nginx.startAdmin();
    });
    after(() => nginx?.stop());
    beforeEach(() => {
        nginx.responder.requests.length = 0;
        admin.requests.length = 0;
    });

    test('pipelined requests in good order are two', async () => {
        const second = HIDDEN.replace('Host: x', 'Host: x\r\nConnection: close');
        const { status } = await rawRequest(url(), OPEN + '\r\n' + second);
        assert.equal(status, 200);
        assert.deepEqual(seen().map((params) => params.QUERY_STRING), ['', 'smuggled']);
    });

    for (const [what, bytes] of AMBIGUOUS) {
        test(`${what}: refused, and what follows is not read`, async () => {
            const reply = await rawRequest(url(), bytes);
            assert.ok([400, 413, 501, 505].includes(reply.status), `status ${reply.status}`);
            assert.equal(reply.text.split('HTTP/1.1 ').length, 1, 'one reply, then the end of the connection');
            assert.deepEqual(seen(), []);
        });
    }

    test('a folded header is no header of its own', async () => {
        await rawRequest(url(), head(OPEN, 'X-Note: a', ' Transfer-Encoding: chunked', 'Connection: close'));
        assert.ok(seen().length <= 1);
        for (const params of seen()) assert.equal(params.QUERY_STRING, '');
    });

    test('the panel is given what nginx knows, and no header that was not asked for', async () => {
        for (const path of ['/api/health', '/api/metrics', '/api/nothing']) await nginx.get(path, { headers: INJECTED });
        assert.equal(nginx.responder.requests.length, 3);
        for (const params of nginx.responder.requests) {
            const names = Object.keys(params).sort();
            assert.deepEqual(names.filter((name) => !PANEL_PARAMS.includes(name)), []);
            const values = Object.values(params).join('\n');
            assert.doesNotMatch(values, /evil|6\.6\.6\.6/);
            assert.equal(params.REMOTE_ADDR, '127.0.0.1');
        }
    });

    test('the admin program is given the headers that it reads: no cookie and nothing of a proxy', async () => {
        await nginx.get('/admin/api/benchmarks', {
            headers: { ...INJECTED, Accept: 'a/b', 'Last-Event-ID': '7', 'Content-Type': 'application/json' },
        });
        const [params] = admin.requests;
        const headers = Object.keys(params).filter((name) => name.startsWith('HTTP_')).sort();
        assert.deepEqual(headers, ['HTTP_ACCEPT', 'HTTP_AUTHORIZATION', 'HTTP_LAST_EVENT_ID']);
        assert.equal(params.CONTENT_TYPE, 'application/json');
        assert.equal(params.CONTENT_LENGTH, '');
        assert.equal(params.SCRIPT_NAME, '/admin/api/benchmarks');
        assert.equal(params.REMOTE_ADDR, '127.0.0.1');
        assert.equal(params.IS_DIRECT, undefined);
    });

    test('whoever claims to sit here through a proxy or under another name does not', async () => {
        const claims = [
            { 'X-Forwarded-For': '127.0.0.1' },
            { Forwarded: 'for=127.0.0.1' },
            { Host: 'rebound.example' },
            { Origin: 'http://127.0.0.1' },
            { Via: '1.1 x' },
        ];
        for (const headers of claims) await nginx.get('/api/evidence/chain', { headers });
        assert.deepEqual(nginx.responder.requests.map((params) => params.IS_DIRECT), claims.map(() => '0'));
    });

    test('a chunked body arrives with its true length, and nothing behind it', async () => {
        const bytes = head(POST, 'Transfer-Encoding: chunked', 'Connection: close') + '2\r\n[]\r\n0\r\n\r\n';
        const { status } = await rawRequest(url(), bytes);
        assert.equal(status, 200);
        assert.deepEqual(admin.requests.map((params) => params.CONTENT_LENGTH), ['2']);
    });

    test('a thousand headers are refused, a thousand arguments are one string', async () => {
        const many = Array.from({ length: 1000 }, (_, i) => `X-Header-Of-Some-Length-${i}: some value of some length`);
        assert.equal((await rawRequest(url(), head(OPEN, ...many))).status, 431);
        assert.deepEqual(seen(), []);
        const query = Array.from({ length: 1000 }, () => 'a').join('&');
        assert.equal((await nginx.get(`/api/health?${query}`)).status, 200);
        assert.equal(nginx.responder.requests[0].QUERY_STRING, query);
    });

    test('a path is decoded once and cannot climb out of its location', async () => {
        for (const path of ['/api/../admin/api/jobs', '/api/%2e%2e/admin/api/jobs', '//admin//api//jobs']) {
            admin.requests.length = 0;
            await nginx.get(path);
            for (const params of admin.requests) assert.equal(params.SCRIPT_NAME, '/admin/api/jobs');
            assert.deepEqual(nginx.responder.requests, []);
        }
        await nginx.get('/api/%252e%252e/x');
        assert.equal(nginx.responder.requests[0].SCRIPT_NAME, '/api/%2e%2e/x');
        const split = await rawRequest(url(), `GET /api/health%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        assert.equal(split.headers['x-evil'], undefined);
    });
});
