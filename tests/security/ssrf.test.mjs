// A URL that somebody wrote into the contract makes no program connect to this machine's network, however the
// address is written. The probe (metrics.fcgi) and the prover (admin.fcgi) are
// the two that follow such URLs; the benchmark refuses at its preflight what these refuse.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addressOf, makeService } from '../lib/contracts.mjs';
import { SLACK_MS, assertFresh } from '../lib/sources.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { StubServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

const TOKENS = { ADMIN_TOKEN: 'planted-admin-0123456789abcdef0123', RECORD_TOKEN: 'planted-record-0123456789abcdef012' };
const ASKED_MS = 20_000 + SLACK_MS;

/** The same place in all its spellings, and places that only a machine inside can reach. */
const HOSTS = [
    '127.0.0.2',
    '127.2',
    '2130706434',
    '0x7f000002',
    '0x7f.0.0.2',
    '0177.0.0.2',
    '017700000002',
    '%31%32%37.0.0.2',
    'user:password@127.0.0.2',
    'public.example@127.0.0.2',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.2]',
    '[::ffff:7f00:2]',
    '[64:ff9b::7f00:2]',
    '[2002:7f00:2::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '169.254.169.254',
    '10.0.0.1',
    '100.64.0.1',
    '192.168.0.1',
    '255.255.255.255',
];
/** What is no URL to connect to at all. */
const NO_URLS = ['file:///etc/passwd', 'gopher://127.0.0.2:6379/_FLUSHALL', 'http://', 'http://127.0.0.2:port/', 'http://127.0.0.2#@public.example/'];

const node = new StubNode();
const inside = new StubServer('{}');
let connections = 0;
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await node.open();
    inside.host = '0.0.0.0';
    await inside.open();
    inside.server.on('connection', () => (connections += 1));
    const urls = [...HOSTS.map((host) => `http://${host}:${inside.port}/`), ...NO_URLS];
    node.services = urls.map((url, index) =>
        makeService(index + 1, { url, teeSignerAddress: addressOf(7), teeSignerAcknowledged: true }),
    );
    stack = await startStack(
        readingFrom(node.url, {
            ...node.settings,
            ...TOKENS,
            ZG_ADMIN_RATE_LIMIT: '0',
            ZG_ALLOW_PRIVATE: '127.0.0.1/32',
            ZG_PROBE_PROVIDERS: node.services.map(({ provider }) => provider).join(','),
        }),
    );
});
after(async () => {
    await stack?.stop();
    await inside.close();
    await node.close();
});

/** A job whose signature that provider would have. */
async function record(id, provider) {
    const reply = await stack.request('/admin/api/jobs', {
        method: 'POST',
        body: JSON.stringify({ id, model: 'm', status: 'completed', provider, chatId: id }),
        headers: { authorization: `Bearer ${TOKENS.RECORD_TOKEN}`, 'content-type': 'application/json' },
    });
    assert.equal(reply.status, 200, reply.text);
}

test('the probe connects to none of them, and says why', async () => {
    await stack.untilMetrics(ASKED_MS, (now) => {
        assertFresh(now, ['compute', 'probe']);
        for (const { url, probe } of now.services) {
            assert.equal(probe?.reachable, false, url);
            assert.match(probe.error, /^(the address is private and not allowed|the URL cannot be used)$/, url);
        }
    });
    assert.equal(connections, 0);
});

test('nor does the prover', async () => {
    const providers = node.services.map(({ provider }) => provider);
    for (const provider of providers) await record(`of ${provider}`, provider);
    await until(ASKED_MS, () => {
        const log = stack.log('admin');
        for (const provider of providers) {
            const line = log.split('\n').find((one) => one.includes('"provider_not_asked"') && one.includes(provider));
            assert.match(line ?? '(not asked for)', /the address is private and not allowed|the URL cannot be used/, provider);
        }
    });
    assert.equal(connections, 0);
});
