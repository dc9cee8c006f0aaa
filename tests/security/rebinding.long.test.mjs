// A provider's name stands for an address that may be reached when it is first resolved, and for a private one
// afterwards. libcurl keeps an answer for 60 s, so this takes a minute.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, makeService } from '../lib/contracts.mjs';
import { replaceResolver, restart } from '../lib/resolver.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';
import { StubServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

const TOKENS = { ADMIN_TOKEN: 'planted-admin-0123456789abcdef0123', RECORD_TOKEN: 'planted-record-0123456789abcdef012' };
const HOST = 'rebound.example.test';
const KEPT_MS = 60_000;
const SOON_MS = 10_000;

test('its second address is never connected to', async (t) => {
    const inside = new StubServer('');
    inside.host = '0.0.0.0';
    // "I do not know that answer" shuts nobody out, so the next job is asked for at once.
    inside.reply = (response) => {
        response.writeHead(400, { 'content-type': 'application/json', connection: 'close' });
        response.end('{"error":"Chat id not found or expired, chat_id_not_found"}');
    };
    await inside.open();
    t.after(() => inside.close());
    /** Our end of each connection that came. @type {string[]} */
    const reached = [];
    inside.server.on('connection', (socket) => reached.push(socket.localAddress));
    const url = `http://${HOST}:${inside.port}`;
    const node = await openNode(t, {
        services: [makeService(1, { url, teeSignerAddress: addressOf(7), teeSignerAcknowledged: true })],
    });
    const { provider } = node.services[0];
    const stack = await startReading(t, node, { ...TOKENS, ZG_ADMIN_RATE_LIMIT: '0', ZG_ALLOW_PRIVATE: '127.0.0.1/32' });
    replaceResolver(stack, HOST, { addresses: '127.0.0.1,127.0.0.2', program: 'admin' });
    await restart(stack, 'SIGKILL', 'admin.fcgi');

    let jobs = 0;
    const record = async () => {
        jobs += 1;
        const reply = await stack.request('/admin/api/jobs', {
            method: 'POST',
            body: JSON.stringify({ id: `job ${jobs}`, model: 'm', status: 'completed', provider, chatId: `chat ${jobs}` }),
            headers: { authorization: `Bearer ${TOKENS.RECORD_TOKEN}`, 'content-type': 'application/json' },
        });
        assert.equal(reply.status, 200, reply.text);
    };
    const refused = new RegExp(`"provider_not_asked","provider":"${provider}","reason":"the address is private and not allowed`);
    await until(SOON_MS, record);
    await until(SOON_MS, () => assert.ok(reached.length > 0, 'its first address is not connected to'));
    await until(KEPT_MS + SOON_MS, async () => {
        await record();
        assert.match(stack.log('admin'), refused);
    }, 1000);
    assert.deepEqual([...new Set(reached)], ['127.0.0.1']);
});
