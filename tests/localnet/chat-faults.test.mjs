// What a provider can be told to do wrong in a chat answer.
import assert from 'node:assert/strict';
import net from 'node:net';
import test, { before } from 'node:test';
import * as control from '../../scripts/localnet/control.mjs';
import { ask, eventsIn, makeToken } from './client.mjs';
import { startNetwork, wholeFile } from './harness.mjs';

const FAST = { ttftMs: 5, tpotMs: 1 };

/** @type {any} */
let facts;

before(async () => {
    ({ facts } = await startNetwork(wholeFile));
    await control.pauseAgent(facts.control);
});

const request = (changes) => ({
    model: facts.providers[0].model,
    messages: [{ role: 'user', content: 'one two three' }],
    max_tokens: 6,
    stream: true,
    ...changes,
});
const headers = () => ({ authorization: `Bearer ${makeToken(control.provider(0).address)}` });

async function chatUnder(fault, changes) {
    await control.setFault(facts.control, 'provider/0', { ...FAST, ...fault });
    return ask(`${facts.standins['provider/0']}/v1/proxy/chat/completions`, {
        body: request(changes),
        headers: headers(),
    });
}

const streamUnder = async (fault, changes) => {
    const { bytes } = await chatUnder(fault, changes);
    const text = bytes.toString();
    return { text, events: eventsIn(text), usages: eventsIn(text).filter((one) => one?.usage) };
};
const contents = (events) => events.map((one) => one?.choices?.[0]?.delta.content).filter(Boolean);

test('no usage, usage everywhere, and too much of it', async () => {
    assert.equal((await streamUnder({ usage: 'none' })).usages.length, 0);
    const { events, usages } = await streamUnder({ usage: 'every' });
    assert.equal(usages.length, 7);
    assert.deepEqual(
        usages.map(({ usage }) => usage.completion_tokens),
        [1, 2, 3, 4, 5, 6, 6],
    );
    assert.equal(events.at(-1), null);
    const { usages: more } = await streamUnder({ extraTokens: 50 });
    assert.equal(more[0].usage.completion_tokens, 56);
    const { usages: cached } = await streamUnder({ cachedTokens: 3 });
    assert.equal(cached[0].usage.prompt_tokens_details.cached_tokens, 3);
});

test('over-reported tokens are billed', async () => {
    await control.settleFees(facts.control);
    await chatUnder({ extraTokens: 1000 });
    const [{ feeNeuron }] = await control.settleFees(facts.control, 0);
    assert.equal(BigInt(feeNeuron), 50_000_000_000n * 7n + 100_000_000_000n * 1006n);
});

test('a role before the text, and reasoning', async () => {
    const { events: role } = await streamUnder({ roleFirst: true });
    assert.deepEqual(role[0].choices[0].delta, { role: 'assistant', content: '' });
    assert.equal(contents(role).length, 6);
    const { events, usages } = await streamUnder({ reasoningTokens: 2 });
    assert.deepEqual(
        events.slice(0, 3).map(({ choices }) => Object.keys(choices[0].delta)[0]),
        ['reasoning_content', 'reasoning_content', 'content'],
    );
    assert.equal(usages[0].usage.completion_tokens, 6);
});

test('other line ends, and no [DONE]', async () => {
    const { text, events } = await streamUnder({ crlf: true });
    assert.ok(text.endsWith('data: [DONE]\r\n\r\n'));
    assert.equal(contents(events).length, 6);
    const open = await streamUnder({ omitDone: true });
    assert.ok(!open.text.includes('[DONE]'));
    assert.equal(contents(open.events).length, 6);
});

test('an error object under status 200', async () => {
    for (const stream of [true, false]) {
        const { status, bytes, body } = await chatUnder({ errorUnder200: true }, { stream });
        assert.equal(status, 200);
        const answer = stream ? eventsIn(bytes.toString())[0] : body;
        assert.equal(answer.error.type, 'server_error');
    }
});

test('text that is cut inside a character comes in two pieces', async () => {
    await control.setFault(facts.control, 'provider/0', { ...FAST, splitUtf8: true });
    const { hostname, port } = new URL(facts.standins['provider/0']);
    const body = JSON.stringify(request());
    const pieces = await new Promise((resolve, reject) => {
        const received = [];
        const socket = net.connect(Number(port), hostname, () => {
            socket.write(
                'POST /v1/proxy/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' +
                    `Authorization: ${headers().authorization}\r\n` +
                    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
            );
        });
        socket.on('data', (piece) => received.push(piece));
        socket.on('end', () => resolve(received));
        socket.on('error', reject);
    });
    // A chunk of the transfer that ends in the first byte of a longer character.
    const all = Buffer.concat(pieces).toString('latin1');
    assert.match(all, /[\xc3\xce\xd0\xe0-\xf4]\r\n[0-9a-f]+\r\n[\x80-\xbf]/);
});

test('a stream that is cut, and one that stalls', async () => {
    for (const [fault, end] of [
        [{ cutAfterEvents: 2 }, { message: 'terminated' }],
        [{ stallAfterEvents: 2 }, { name: 'TimeoutError' }],
    ]) {
        await control.setFault(facts.control, 'provider/0', { ...FAST, ...fault });
        const response = await fetch(`${facts.standins['provider/0']}/v1/proxy/chat/completions`, {
            method: 'POST',
            body: JSON.stringify(request()),
            headers: headers(),
            signal: AbortSignal.timeout(600),
        });
        let text = '';
        await assert.rejects(async () => {
            for await (const piece of response.body) text += Buffer.from(piece).toString();
        }, end);
        assert.equal(eventsIn(text).length, 2);
    }
});

test('errors of the broker by status and text', async () => {
    const cases = [
        [
            { status: 402, error: 'insufficient balance: your locked balance is 0 0G' },
            /insufficient/,
        ],
        [{ status: 400, error: 'session token expired' }, /expired/],
        [{ status: 429, error: 'Rate limit exceeded. Please slow down', retryAfterS: 7 }, /Rate/],
        [{ status: 503, error: 'Server is currently processing too many requests' }, /too many/],
    ];
    for (const [fault, text] of cases) {
        const { status, headers: sent, body } = await chatUnder(fault);
        assert.equal(status, fault.status);
        assert.match(body.error, text);
        assert.equal(sent.get('retry-after'), fault.retryAfterS ? String(fault.retryAfterS) : null);
    }
});
