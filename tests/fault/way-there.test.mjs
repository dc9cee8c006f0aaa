// The way to the chain node: certificates, addresses, redirects, being asked to wait, a head that stands
// still, and a key in the node's URL.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeService } from '../lib/contracts.mjs';
import { INTERVAL_MS, NEXT_WORD_MS, SLACK_MS, assertFailing, assertFresh } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { holds } from '../lib/until.mjs';

const TLS_REASON = /^the TLS certificate or handshake is not valid/;

/** A self-signed certificate for 127.0.0.1. */
function makeCertificate(folder) {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1';
    const subject = '-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
    execFileSync('openssl', ['req', ...kind.split(' '), ...subject.split(' '), '-keyout', key, '-out', cert], {
        stdio: 'ignore',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
}

describe('the way to the node', { concurrency: 4 }, () => {
    test('a head that stands still is stale after its limit, although the node answers', async (t) => {
        const LIMIT_MS = 4000;
        const node = await openNode(t);
        const stack = await startReading(t, node, { ZG_HEAD_MAX_AGE_MS: String(LIMIT_MS) });
        await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
        const stop = Date.now();
        node.now = () => stop;
        const metrics = await stack.untilMetrics(LIMIT_MS + INTERVAL_MS + SLACK_MS, (now) => {
            assertFailing(now, { reason: /^the newest block is too old/, states: ['stale'] });
        });
        assert.ok(Date.parse(metrics.renderedAt) - stop >= LIMIT_MS - 1000);
        assert.equal(Date.parse(metrics.network.head.time), Math.floor(stop / 1000) * 1000);
        // What is read is true, only late: it goes on being read.
        node.services = [makeService(3)];
        await stack.untilMetrics(INTERVAL_MS + SLACK_MS, ({ services }) => {
            assert.equal(services[0]?.model, 'test/model-3');
        });
        node.now = () => Date.now();
        await stack.untilMetrics(NEXT_WORD_MS, assertFresh);
    });

    test('a node that asks to wait is left alone for so long', async (t) => {
        const WAIT_S = 8;
        const node = await openNode(t);
        node.reply = (response) => {
            response.writeHead(429, { 'retry-after': String(WAIT_S) });
            response.end();
        };
        const stack = await startReading(t, node);
        await stack.untilMetrics(NEXT_WORD_MS, ({ sources }) => assert.match(sources.chain.reason, /\(429\)/));
        const asked = node.requests;
        assert.ok(asked <= 3, 'once for each source at most');
        await holds((WAIT_S - 3) * 1000, () => assert.equal(node.requests, asked));
        node.reply = null;
        await stack.untilMetrics(WAIT_S * 1000 + SLACK_MS, assertFresh);
    });

    test('the target of a redirect is never asked', async (t) => {
        const target = await openNode(t);
        const node = await openNode(t);
        node.reply = (response) => {
            response.writeHead(302, { location: target.url });
            response.end();
        };
        const stack = await startReading(t, node);
        await stack.untilMetrics(NEXT_WORD_MS, ({ sources }) => {
            assert.match(sources.chain.reason, /^the HTTP status is not a success/);
        });
        assert.equal(target.requests, 0);
    });

    test('https to a port that speaks plain HTTP', async (t) => {
        const node = await openNode(t);
        const stack = await startReading(t, node, { ZG_CHAIN_RPC: node.url.replace('http:', 'https:') });
        await stack.untilMetrics(NEXT_WORD_MS, (now) => {
            assertFailing(now, { reason: TLS_REASON, states: ['error'] });
        });
    });

    test('a certificate that nobody vouches for', async (t) => {
        const node = await openNode(t);
        const folder = mkdtempSync(join(tmpdir(), '0g-metrics-test-'));
        t.after(() => rmSync(folder, { recursive: true }));
        let requests = 0;
        const server = https.createServer(makeCertificate(folder), (_request, response) => {
            requests += 1;
            response.end('[]');
        });
        await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
        t.after(() => server.close());
        const rpc = `https://127.0.0.1:${server.address().port}`;
        const stack = await startReading(t, node, { ZG_CHAIN_RPC: rpc });
        await stack.untilMetrics(NEXT_WORD_MS, (now) => {
            assertFailing(now, { reason: TLS_REASON, states: ['error'] });
        });
        assert.equal(requests, 0);
    });

    test('an address that may not be reached is not connected to', async (t) => {
        const node = await openNode(t);
        const stack = await startReading(t, node, { ZG_ALLOW_PRIVATE: '10.0.0.0/8' });
        await stack.untilMetrics(NEXT_WORD_MS, ({ sources }) => {
            assert.match(sources.chain.reason, /^the address is private and not allowed/);
        });
        assert.equal(node.requests, 0);
    });

    test('a key in the URL of the node is never shown', async (t) => {
        const SECRET = 'c0ffee5ec7e7';
        const node = await openNode(t);
        node.reply = (response) => {
            response.writeHead(500);
            response.end(SECRET);
        };
        const stack = await startReading(t, node, {
            ZG_CHAIN_RPC: `${node.url.replace('//', `//user:${SECRET}@`)}/v1/${SECRET}?key=${SECRET}`,
        });
        await stack.untilMetrics(NEXT_WORD_MS, ({ sources }) => assert.equal(sources.chain.state, 'error'));
        const logs = ['metrics', 'nginx', 'access', 'supervise'].map((name) => stack.log(name));
        const replies = await Promise.all(['/api/metrics', '/api/health', '/'].map((path) => stack.request(path)));
        for (const text of [stack.output, ...logs, ...replies.map((reply) => reply.text)]) {
            assert.ok(!text.includes(SECRET), text);
        }
    });
});
