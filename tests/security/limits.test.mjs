// What nginx lets through by default, route by route: how often, how large, how slowly. The programs behind it
// are stand-ins, so that only nginx can have refused.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { request, startNginx } from '../run/nginx.mjs';

const READ_RATE = 50;
const ADMIN_RATE = 20;
const STARTS_A_MINUTE = 6;
/** As nginx counts what may come at once. */
const burstOf = (rate) => 2 * rate;
const START_BURST = 3;
/** client_header_timeout and client_body_timeout. */
const SLOW_MS = 5000;

/** Each group of requests has an address of its own, because limits are counted by address. */
let addresses = 1;
const newClient = () => new http.Agent({ localAddress: `127.0.0.${++addresses}`, keepAlive: true, maxSockets: 20 });

describe('the limits', { concurrency: false }, () => {
    let nginx;
    let admin;
    before(async () => {
        nginx = await startNginx();
        admin = await nginx.startAdmin();
    });
    after(() => nginx?.stop());
    beforeEach(() => {
        admin.requests.length = 0;
    });

    /** Sends them at once; gives how many were let through, and checks what the others are told. */
    async function passing(count, path, options) {
        const agent = newClient();
        const start = performance.now();
        const replies = await Promise.all(Array.from({ length: count }, () => request(nginx.port, path, { ...options, agent })));
        const tookS = (performance.now() - start) / 1000;
        agent.destroy();
        const passed = replies.filter(({ status }) => status !== 429);
        for (const reply of replies.filter(({ status }) => status === 429)) {
            assert.equal(JSON.parse(reply.text).code, 'rate_limited');
            assert.ok(Number(reply.headers['retry-after']) >= 1);
        }
        return { passed: passed.length, tookS };
    }

    /** A burst of that size, and what the rate gives in the time that the requests took. */
    function assertLimited({ passed, tookS }, rate, burst) {
        assert.ok(passed >= burst, `${passed} passed, the burst is ${burst}`);
        assert.ok(passed <= burst + 1 + Math.ceil(rate * tookS), `${passed} passed in ${tookS} s`);
    }

    test(`the read API: ${READ_RATE} a second for each client`, async () => {
        assertLimited(await passing(300, '/api/history'), READ_RATE, burstOf(READ_RATE));
        const other = newClient();
        assert.equal((await request(nginx.port, '/api/history', { agent: other })).status, 200, 'another client is not refused');
        other.destroy();
    });

    test(`the admin API: ${ADMIN_RATE} a second`, async () => {
        assertLimited(await passing(150, '/admin/api/compare.json'), ADMIN_RATE, burstOf(ADMIN_RATE));
        assertLimited(await passing(150, '/admin/api/jobs', { method: 'POST' }), ADMIN_RATE, burstOf(ADMIN_RATE));
    });

    test(`starts of a run: ${STARTS_A_MINUTE} a minute`, async () => {
        assertLimited(await passing(30, '/admin/api/benchmarks', { method: 'POST' }), STARTS_A_MINUTE / 60, START_BURST);
        const { passed } = await passing(30, '/admin/api/benchmarks');
        assert.equal(passed, 30, 'reading the list starts nothing');
    });

    for (const [path, most] of [
        ['/admin/api/jobs', 1024 * 1024],
        ['/admin/api/benchmarks', 64 * 1024],
        ['/admin/api/preflight', 64 * 1024],
        ['/admin/api/benchmarks/b-1', 1024],
        ['/admin/api/nothing', 1024],
    ]) {
        test(`a body for ${path} has ${most} bytes at most`, async () => {
            const agent = newClient();
            for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
                const send = (bytes) => request(nginx.port, path, { method: 'POST', body: 'x'.repeat(bytes), headers, agent });
                assert.equal((await send(most)).status, 200);
                assert.equal(admin.requests.at(-1).CONTENT_LENGTH, String(most));
                const refused = await send(most + 1);
                assert.equal(refused.status, 413);
                assert.equal(JSON.parse(refused.text).code, 'content_too_large');
            }
            assert.equal(admin.requests.length, 2);
            agent.destroy();
        });
    }

    test(`whoever sends slowly is cut after ${SLOW_MS / 1000} s, holds no program up and nobody else`, async () => {
        const CLIENTS = 200;
        let closed = 0;
        const sockets = Array.from({ length: CLIENTS }, (_, i) => {
            const socket = net.connect(nginx.port, '127.0.0.1');
            const isBody = i % 2 === 0;
            // The time for a head counts from its first byte, the time for a body from its last.
            socket.write(isBody ? 'POST /admin/api/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n[' : 'GET /api/health HTTP/1.1\r\nHost: ');
            const drip = isBody ? null : setInterval(() => socket.write('x'), 500);
            socket.on('data', () => {}).on('error', () => {}).on('close', () => {
                clearInterval(drip);
                closed += 1;
            });
            return socket;
        });
        let slowestMs = 0;
        await until(SLOW_MS + 5000, async () => {
            const start = performance.now();
            assert.equal((await request(nginx.port, '/api/health')).status, 200);
            slowestMs = Math.max(slowestMs, performance.now() - start);
            assert.equal(closed, CLIENTS, `${closed} of ${CLIENTS} were cut`);
        });
        assert.ok(slowestMs < 1000, `another client waited ${slowestMs} ms`);
        assert.deepEqual(admin.requests, [], 'an unfinished body reaches no program');
        for (const socket of sockets) socket.destroy();
    });
});
