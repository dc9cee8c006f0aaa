// How a recorded job gets its proof: admin.fcgi asks the provider that the contract lists for the
// signature of the response. The signatures are made by ethers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Wallet } from 'ethers';
import { makeService } from '../lib/contracts.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { StubServer } from '../lib/stub-web.mjs';
import { until } from '../lib/until.mjs';

const TOKENS = { ADMIN_TOKEN: 'planted-admin-0123456789abcdef0123', RECORD_TOKEN: 'planted-record-0123456789abcdef012' };
const PROVEN_MS = 5000;
/** Long enough for what must not happen to happen. */
const QUIET_MS = 700;

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const HASHES = { requestSha256: sha256('the request'), responseSha256: sha256('the response') };

const enclave = new Wallet(`0x${'5e'.repeat(32)}`);
const stranger = new Wallet(`0x${'6f'.repeat(32)}`);

/** What a provider answers to GET /v1/proxy/signature/...: `signer` decides whose signature it is. */
function signatureBy(signer) {
    const text = `${HASHES.requestSha256}:${HASHES.responseSha256}`;
    const signature = signer.signMessageSync(text);
    return JSON.stringify({ text, signature, signing_address: enclave.address, signing_algo: 'ecdsa' });
}

function refuse(response) {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"error":"Chat id not found or expired, chat_id_not_found"}');
}

const node = new StubNode();
const provider = new StubServer(signatureBy(enclave));
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

const listed = (number, special = {}) =>
    makeService(number, { url: `${provider.url}/`, teeSignerAddress: enclave.address, teeSignerAcknowledged: true, ...special });

before(async () => {
    await node.open();
    await provider.open();
    node.services = [listed(1), listed(2, { teeSignerAcknowledged: false }), listed(3), listed(4)];
    stack = await startStack(readingFrom(node.url, { ...node.settings, ...TOKENS, ZG_ADMIN_RATE_LIMIT: '0' }));
});
after(async () => {
    await stack?.stop();
    await provider.close();
    await node.close();
});

async function record(instance, job) {
    const reply = await instance.request('/admin/api/jobs', {
        method: 'POST',
        body: JSON.stringify({ model: 'm', status: 'completed', provider: node.services[0].provider, chatId: `chat-${job.id}`, ...job }),
        headers: { authorization: `Bearer ${TOKENS.RECORD_TOKEN}`, 'content-type': 'application/json' },
    });
    assert.equal(reply.status, 200, reply.text);
}

async function proofOf(instance, id) {
    const { jobs } = await instance.getJson('/api/jobs?limit=100');
    return jobs.find((job) => job.id === id)?.proof;
}

const untilProof = (instance, id, expected) =>
    until(PROVEN_MS, async () => assert.equal(await proofOf(instance, id), expected, id), 50);

test('the signature proves the signer; with both hashes the response', async () => {
    await record(stack, { id: 'plain' });
    await untilProof(stack, 'plain', 'signer');
    assert.match(provider.asked, /^\/v1\/proxy\/signature\/chat-plain\?model=test%2fmodel-1$/i);
    assert.equal(provider.headers.authorization, undefined);
    await record(stack, { id: 'hashed', ...HASHES });
    await untilProof(stack, 'hashed', 'response');
    await record(stack, { id: 'another', ...HASHES, responseSha256: sha256('another response') });
    await untilProof(stack, 'another', 'signer');
});

test('a signature of somebody else is bad, and stays so', async (t) => {
    const honest = provider.text;
    t.after(() => {
        provider.text = honest;
    });
    provider.text = signatureBy(stranger);
    await record(stack, { id: 'forged', ...HASHES });
    await untilProof(stack, 'forged', 'bad');
    await stack.untilMetrics(4000, ({ jobs }) => assert.equal(jobs.find(({ id }) => id === 'forged').proof, 'bad'));
});

test('only a completed job of a listed and acknowledged provider is asked for', async () => {
    const asked = provider.requests;
    const nobody = makeService(99).provider;
    await record(stack, { id: 'unlisted', provider: nobody });
    await record(stack, { id: 'unacknowledged', provider: node.services[1].provider });
    await record(stack, { id: 'no address', provider: 'somewhere' });
    await record(stack, { id: 'no chat', chatId: null });
    await record(stack, { id: 'failed', status: 'failed' });
    await record(stack, { id: 'running', status: 'running' });
    await record(stack, { id: 'forgotten', endedAt: new Date(Date.now() - 20 * 60_000 - 1).toISOString() });
    await sleep(QUIET_MS);
    assert.equal(provider.requests, asked);
    for (const id of ['unlisted', 'unacknowledged', 'no address', 'no chat', 'failed', 'running', 'forgotten']) {
        assert.equal(await proofOf(stack, id), 'reported', id);
    }
    await record(stack, { id: 'running' });
    await untilProof(stack, 'running', 'signer');
});

test('a listed URL on a private address is not followed', async (t) => {
    const hidden = new StubServer(signatureBy(enclave));
    hidden.host = '127.0.0.2';
    await hidden.open();
    t.after(() => hidden.close());
    const own = await startStack(
        readingFrom(node.url, { ...node.settings, ...TOKENS, ZG_ADMIN_RATE_LIMIT: '0', ZG_ALLOW_PRIVATE: '127.0.0.1/32' }),
    );
    t.after(() => own.stop());
    node.services[2].url = hidden.url;
    const { provider: address } = node.services[2];
    await record(own, { id: 'private', provider: address });
    await until(PROVEN_MS, () => assert.match(own.log('admin'), new RegExp(`"provider_not_asked".*${address}.*private`)));
    await record(own, { id: 'public' });
    await untilProof(own, 'public', 'signer');
    assert.equal(hidden.requests, 0);
    assert.equal(await proofOf(own, 'private'), 'reported');
    await record(stack, { id: 'allowed here', provider: address });
    await untilProof(stack, 'allowed here', 'signer');
});

test('after kill -9 it goes on with the jobs of the last 20 minutes', async (t) => {
    t.after(() => {
        provider.reply = null;
    });
    provider.reply = refuse;
    const asked = provider.requests;
    await record(stack, { id: 'killed', provider: node.services[3].provider });
    await until(PROVEN_MS, () => assert.ok(provider.requests > asked));
    process.kill(stack.pidOf('admin.fcgi'), 'SIGKILL');
    provider.reply = null;
    await untilProof(stack, 'killed', 'signer');
});

test('what a provider says or fails to say hinders no other', async (t) => {
    t.after(() => {
        provider.reply = null;
    });
    const silent = new StubServer('');
    silent.reply = () => {};
    await silent.open();
    t.after(() => silent.close());
    node.services.push(listed(5, { url: silent.url }));
    provider.reply = (response, text) => {
        if (provider.asked.includes('chat-odd')) response.end('<html>');
        else response.end(text);
    };
    await record(stack, { id: 'silent', provider: node.services.at(-1).provider });
    await record(stack, { id: 'odd' });
    await record(stack, { id: 'beside' });
    await untilProof(stack, 'beside', 'signer');
    assert.equal(await proofOf(stack, 'odd'), 'reported');
    const pid = stack.pidOf('admin.fcgi');
    process.kill(pid, 'SIGTERM');
    await until(2000, () => assert.match(stack.log('supervise'), new RegExp(`"exit".*"pid":${pid},"status":0`)));
});

test('no log has a token or a URL of a provider', () => {
    const log = stack.log('admin');
    for (const secret of [...Object.values(TOKENS), provider.url]) assert.ok(!log.includes(secret));
});
