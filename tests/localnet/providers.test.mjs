// The compute providers: who may call them, what they answer, what they charge and settle.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { serving } from '../../scripts/localnet/deploy.mjs';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { sessionToken } from '../../scripts/localnet/session.mjs';
import { callTransaction, read, sendAndMine } from '../../scripts/localnet/transactions.mjs';
import { chatFee } from '../../scripts/localnet/standins/fees.mjs';
import { ask, ethers, eventsIn, makeToken, tokenOf } from './client.mjs';
import { startNetwork, until, wholeFile } from './harness.mjs';

const HOUR_MS = 3_600_000;
const FAST = { ttftMs: 5, tpotMs: 1 };

/** @type {any} */
let facts;

before(async () => {
    ({ facts } = await startNetwork(wholeFile));
    await control.pauseAgent(facts.control);
    for (const index of [0, 1, 2]) await control.setFault(facts.control, `provider/${index}`, FAST);
    await until(async () => (await slotsBusy()) === 0, "the booking of the agent's last call");
    await control.settleFees(facts.control);
});

/** How many slots are busy on the cards, told from the memory in use. */
async function slotsBusy() {
    const { bytes } = await ask(facts.gpuExporter);
    const used = [...bytes.toString().matchAll(/^DCGM_FI_DEV_FB_USED\{.*\} (\d+)$/gm)];
    return used.reduce((sum, [, value]) => sum + Number(value), 0) - 13_110 - 14_530;
}

const address = (index) => control.provider(index).address;
const urlOf = (index) => facts.standins[`provider/${index}`];
const modelOf = (index) => facts.providers[index].model;
const bearer = (token) => ({ authorization: `Bearer ${token}` });

/** A chat call to a provider; `token` and members of the request can be given. */
function chat(index, { token = makeToken(address(index)), ...request } = {}) {
    const body = {
        model: modelOf(index),
        messages: [{ role: 'user', content: 'Say something about the sea.' }],
        max_tokens: 20,
        ...request,
    };
    const headers = token === null ? {} : bearer(token);
    return ask(`${urlOf(index)}/v1/proxy/chat/completions`, { body, headers });
}

async function unsettledFee(index) {
    const url = `${urlOf(index)}/v1/user/${facts.walletAddress}/unsettledfee`;
    const { body } = await ask(url, { headers: bearer(makeToken(address(index))) });
    assert.equal(body.userAddress, facts.walletAddress);
    return BigInt(body.unsettledFee);
}

const subAccount = (index) =>
    read(facts.rpc, serving, 'getAccount', [facts.walletAddress, address(index)]);

test('session tokens are byte for byte those of the recorded ones', () => {
    const text = readFileSync(new URL('../vectors/session-token.txt', import.meta.url), 'utf8');
    for (const name of ['EPHEMERAL', 'PERSISTENT']) {
        const [, json] = new RegExp(`^${name} (\\{[^]*?^\\})`, 'm').exec(text);
        const { message, authorization } = JSON.parse(json);
        const { provider, ...options } = JSON.parse(message);
        const token = sessionToken(control.wallet, provider, options);
        assert.equal(`Bearer ${token}`, authorization);
    }
});

test('a streamed call is answered, counted and signed', async () => {
    const request = { stream: true, stream_options: { include_usage: true } };
    const { status, headers, bytes } = await chat(0, request);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/event-stream');
    assert.equal(headers.get('provider'), address(0));
    assert.equal(headers.get('x-accel-buffering'), 'no');
    const chatId = headers.get('zg-res-key');
    assert.match(chatId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);

    const events = eventsIn(bytes.toString());
    assert.equal(events.at(-1), null);
    const { usage } = events.at(-2);
    const contents = events
        .slice(0, -2)
        .map(({ choices }) => choices[0].delta.content)
        .filter(Boolean);
    assert.equal(contents.length, 20);
    assert.equal(usage.completion_tokens, 20);
    assert.equal(usage.total_tokens, usage.prompt_tokens + 20);
    assert.equal(events.at(-3).choices[0].finish_reason, 'length');
    assert.ok(events.slice(0, -1).every(({ object }) => object === 'chat.completion.chunk'));

    const path = `/v1/proxy/signature/${chatId.toUpperCase()}?model=x`;
    const { body: proof } = await ask(`${urlOf(0)}${path}`);
    const sha256 = (data) => createHash('sha256').update(data).digest('hex');
    const sent = JSON.stringify({
        model: modelOf(0),
        messages: [{ role: 'user', content: 'Say something about the sea.' }],
        max_tokens: 20,
        ...request,
    });
    assert.equal(proof.text, `${sha256(sent)}:${sha256(bytes)}`);
    assert.equal(proof.signing_algo, 'ecdsa');
    const signer = ethers.verifyMessage(proof.text, proof.signature);
    assert.equal(signer, facts.providers[0].teeSignerAddress);
    assert.equal(proof.signing_address, signer);
});

test('a call in one piece has the same answer', async () => {
    const whole = await chat(0, { messages: [{ role: 'user', content: 'hello' }] });
    const streamed = await chat(0, {
        messages: [{ role: 'user', content: 'hello' }],
        stream: true,
    });
    assert.equal(whole.body.object, 'chat.completion');
    const text = eventsIn(streamed.bytes.toString())
        .map((event) => event?.choices[0]?.delta.content ?? '')
        .join('');
    assert.equal(whole.body.choices[0].message.content, text);
    assert.equal(whole.body.usage.prompt_tokens, 5);
});

test('the stream keeps the pace it is given', async () => {
    await control.setFault(facts.control, 'provider/0', { ttftMs: 200, tpotMs: 20 });
    const start = performance.now();
    await chat(0, { stream: true });
    const tookMs = performance.now() - start;
    await control.setFault(facts.control, 'provider/0', FAST);
    assert.ok(tookMs >= 580 && tookMs < 5800, `${tookMs} ms`);
});

test('refuses wrong tokens with the texts of the broker', async () => {
    const good = makeToken(address(0));
    const payload = Buffer.from(good.slice(7), 'base64').toString();
    const [message, signature] = payload.split('|');
    const now = Date.now();
    const stranger = ethers.Wallet.createRandom();
    const cases = [
        [null, /missing or invalid Authorization header/],
        ['sk-other', /missing or invalid Authorization header/],
        ['app-sk-***', /invalid base64/],
        [tokenOf(message), /invalid Authorization payload/],
        [tokenOf(`{|${signature}`), /invalid session token format/],
        [makeToken(address(0), { timestamp: '1' }), /invalid session token format/],
        [makeToken(address(1)), /session token is for different provider/],
        [makeToken(address(0), { expiresAt: 0 }), /must have an expiration time/],
        [makeToken(address(0), { expiresAt: now + 25 * HOUR_MS }), /cannot exceed 24 hours/],
        [
            makeToken(address(0), { timestamp: now - HOUR_MS, expiresAt: now - 2000 }),
            /session token expired/,
        ],
        [tokenOf(`${message}|${signature.slice(0, -2)}`), /invalid signature/],
        [tokenOf(`${message}|${signature.slice(0, -2)}01`), /invalid signature/],
        [
            tokenOf(`${message.replace('"nonce":"00', '"nonce":"01')}|${signature}`),
            /signature verification failed: address mismatch/,
        ],
        [
            makeToken(address(0), { address: stranger.address }),
            /signature verification failed: address mismatch/,
        ],
        [makeToken(address(0), {}, stranger), /account not exist/],
        [makeToken(address(0), { generation: 1 }), /revoked, generation/],
    ];
    for (const [token, text] of cases) {
        const { status, body } = await chat(0, { token });
        assert.equal(status, 400, String(text));
        assert.match(body.error, text);
    }
    assert.equal((await chat(0, { token: good })).status, 200);
});

test('a revoked token is refused, and a new generation taken', async () => {
    const { rpc } = facts;
    const byWallet = (method, args) =>
        sendAndMine(rpc, [callTransaction(serving, control.wallet, method, args)]);
    const persistent = makeToken(address(1), { expiresAt: 0, tokenId: 7 });
    assert.equal((await chat(1, { token: persistent })).status, 200);
    await byWallet('revokeToken', [address(1), 7]);
    assert.match((await chat(1, { token: persistent })).body.error, /revoked/);
    const other = makeToken(address(1), { expiresAt: 0, tokenId: 8 });
    assert.equal((await chat(1, { token: other })).status, 200);

    await byWallet('revokeAllTokens', [address(1)]);
    assert.match((await chat(1, { token: other })).body.error, /revoked, generation/);
    const next = makeToken(address(1), { generation: 1 });
    assert.equal((await chat(1, { token: next })).status, 200);
});

test('refuses other models, other paths and providers nobody vouches for', async () => {
    assert.match((await chat(0, { model: 'other' })).body.error, /model mismatch/);
    const unknown = await ask(`${urlOf(0)}/v1/proxy/completions`, { body: {} });
    assert.equal(unknown.status, 400);
    assert.equal(unknown.body.error, 'unsupported endpoint: endpoint not supported');
    assert.equal((await ask(`${urlOf(0)}/health`)).status, 404);
    const forgotten = await ask(`${urlOf(0)}/v1/proxy/signature/${'0'.repeat(36)}`);
    assert.match(forgotten.body.error, /chat_id_not_found/);
    await control.revoke(facts.rpc, 2);
    const unvouched = await chat(2);
    assert.match(unvouched.body.error, /service not acknowledge the tee signer/);
    await control.acknowledge(facts.rpc, 2);
    assert.equal((await chat(2)).status, 200);
});

test('says what it is without a token', async () => {
    const { body: quote } = await ask(`${urlOf(0)}/v1/quote`);
    const signer = Buffer.from(quote.report_data, 'base64').toString().replace(/\0+$/, '');
    assert.equal(signer, facts.providers[0].teeSignerAddress);
    assert.deepEqual([quote.nvidia_payload.arch, quote.nvidia_payload.evidence_list.length], ['SIMULATED', 1]);
    assert.equal((await ask(`${urlOf(1)}/v1/quote`)).body.nvidia_payload, undefined);
    // Where the model has an enclave of its own, the GPUs are in that one's report.
    const report = (index) => ask(`${urlOf(index)}/v1/proxy/attestation/report?model=m`);
    assert.equal(JSON.parse((await report(2)).body.nvidia_payload).evidence_list.length, 2);
    assert.equal((await report(0)).status, 501);
    const { body: models } = await ask(`${urlOf(0)}/v1/models`);
    assert.equal(models.data[0].id, modelOf(0));
    assert.deepEqual(models.data[0].pricing, {
        prompt: '50000000000',
        completion: '100000000000',
    });
});

test('fees are kept, and settled on the chain to the last neuron', async () => {
    const before = await subAccount(0);
    await control.settleFees(facts.control, 0);
    const start = await subAccount(0);
    assert.ok(start.balance < before.balance, 'the calls above cost nothing');
    assert.equal(await unsettledFee(0), 0n);

    let calculated = 0n;
    for (let i = 0; i < 3; i++) {
        const { body } = await chat(0, { seed: i });
        const { prompt_tokens: input, completion_tokens: output } = body.usage;
        calculated += 50_000_000_000n * BigInt(input) + 100_000_000_000n * BigInt(output);
        assert.equal(await unsettledFee(0), calculated);
    }
    const stranger = `${urlOf(0)}/v1/user/${address(0)}/unsettledfee`;
    const refused = await ask(stranger, { headers: bearer(makeToken(address(0))) });
    assert.equal(refused.status, 403);
    assert.match(refused.body.error, /only query your own unsettled fee/);

    const head = await call(facts.rpc, 'eth_blockNumber');
    const [result] = await control.settleFees(facts.control, 0);
    assert.deepEqual(result, {
        provider: address(0),
        user: facts.walletAddress,
        status: 0,
        feeNeuron: String(calculated),
        unsettledNeuron: '0',
    });
    const end = await subAccount(0);
    assert.equal(start.balance - end.balance, calculated);
    assert.equal(await unsettledFee(0), 0n);

    // FundSpent, BalanceUpdated and TEESettlementResult, in this order.
    const filter = { fromBlock: `0x${(Number(head) + 1).toString(16)}`, toBlock: 'latest' };
    const logs = await call(facts.rpc, 'eth_getLogs', [filter]);
    assert.deepEqual(
        logs.map(({ topics }) => topics[0].slice(0, 10)),
        ['0x6f81b9cf', '0x52682494', '0x1f69e5b8'],
    );
    assert.equal(BigInt(logs[0].data), calculated);
    assert.deepEqual(await control.settleFees(facts.control, 0), [], 'settled twice');
});

test('fees follow the tiers and the cached tokens of a service', () => {
    const prices = { inputPrice: 10n, outputPrice: 100n };
    const of = (info, prompt, completion, cached) =>
        chatFee(
            { ...prices, additionalInfo: JSON.stringify(info) },
            {
                prompt_tokens: prompt,
                completion_tokens: completion,
                prompt_tokens_details: { cached_tokens: cached },
            },
        );
    const tier = (maxInputTokens, factor) => ({
        maxInputTokens,
        inputMultiplier: factor,
        outputMultiplier: factor,
    });
    const tieredPricing = { tiers: [tier(8, 1), tier(0, 2)] };
    assert.equal(of({}, 8, 1, 0), 180n);
    assert.equal(of({ tieredPricing }, 8, 1, 0), 180n);
    assert.equal(of({ tieredPricing }, 9, 1, 0), 380n);
    // 3 x 10 for the rest, floor(5 x 10 / 7) for the cached ones
    assert.equal(of({ cacheTokenBilling: { divisor: 7 } }, 8, 1, 5), 137n);
});

test('a sub-account that would fall below 1 0G is refused, and told by how much', async () => {
    await control.updateService(facts.rpc, { provider: 2, inputPrice: 10n ** 18n });
    const { status, body } = await chat(2);
    await control.updateService(facts.rpc, { provider: 2, inputPrice: 300_000_000_000n });
    assert.equal(status, 400);
    assert.match(
        body.error,
        /^insufficient balance: your locked balance is \d+\.\d+ 0G, but the required minimum is \d+\.\d+ 0G$/,
    );
});

test('more calls than slots are refused with 503, and the slots come back', async () => {
    await control.setFault(facts.control, 'provider/0', { ttftMs: 1500, tpotMs: 0 });
    const replies = await Promise.all(Array.from({ length: 10 }, () => chat(0)));
    await control.setFault(facts.control, 'provider/0', FAST);
    const count = (status) => replies.filter((reply) => reply.status === status).length;
    assert.deepEqual([count(200), count(503)], [8, 2]);
    const refused = replies.find(({ status }) => status === 503);
    assert.match(refused.body.error, /currently processing too many requests/);
    assert.equal((await chat(0)).status, 200);
});

test('who leaves early pays all the same', async () => {
    await control.settleFees(facts.control, 1);
    const token = makeToken(address(1), { generation: 1 });
    const body = JSON.stringify({
        model: modelOf(1),
        messages: [{ role: 'user', content: 'leave' }],
        max_tokens: 24,
        stream: true,
    });
    await control.setFault(facts.control, 'provider/1', { ttftMs: 10, tpotMs: 5 });
    const leaving = new AbortController();
    const response = await fetch(`${urlOf(1)}/v1/proxy/chat/completions`, {
        method: 'POST',
        headers: bearer(token),
        body,
        signal: leaving.signal,
    });
    await response.body.getReader().read();
    leaving.abort();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const [settled] = await control.settleFees(facts.control, 1);
    assert.equal(BigInt(settled.feeNeuron), 50_000_000_000n * 5n + 100_000_000_000n * 24n);
});
