// The agent at work: what it records, what it publishes, and what it does when things go wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as control from '../../scripts/localnet/control.mjs';
import { ask } from './client.mjs';
import { startNetwork, temporaryFolder, until, wholeFile } from './harness.mjs';

const TOKEN = 'a-recording-token-of-the-test-0123456789';

/** An admin program that takes jobs. It starts out of order. */
const admin = { jobs: [], status: 503, authorization: null };
const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    admin.authorization = req.headers.authorization;
    admin.path = `${req.method} ${req.url}`;
    if (admin.status === 200) admin.jobs.push(...JSON.parse(body));
    res.writeHead(admin.status).end();
});

/** @type {any} */
let facts;

before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    wholeFile.after(() => server.close());
    const tokenFile = join(temporaryFolder(wholeFile), 'record-token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    const url = `http://127.0.0.1:${server.address().port}`;
    ({ facts } = await startNetwork(wholeFile, {
        args: ['--admin-url', url, '--record-token-file', tokenFile],
    }));
});

const job = (n) => admin.jobs.filter(({ id }) => id.endsWith(`-${n}`));

test('works without an admin program, and records everything once there is one', async () => {
    await until(() => admin.authorization, 'an attempt', 30_000);
    assert.equal(admin.path, 'POST /admin/api/jobs');
    assert.equal(admin.authorization, `Bearer ${TOKEN}`);
    admin.status = 200;
    await until(() => job(0).length === 2, 'the first job', 30_000);

    const [running, completed] = job(0);
    assert.equal(running.status, 'running');
    assert.deepEqual(Object.keys(running), [
        'id',
        'model',
        'provider',
        'endpointKind',
        'startedAt',
        'status',
    ]);
    const { outputTokens, requestSha256, responseSha256, chatId, ...rest } = completed;
    assert.ok(outputTokens > 0);
    assert.match(requestSha256, /^[0-9a-f]{64}$/);
    assert.equal(rest.status, 'completed');
    assert.equal(rest.id, running.id);
    assert.equal(rest.provider, facts.providers[0].provider);
    assert.equal(rest.endpointKind, 'provider');
    assert.ok(Date.parse(rest.endedAt) - Date.parse(rest.startedAt) >= rest.latencyMs - 2);

    // What it recorded can be proved with the provider's signature.
    const path = `/v1/proxy/signature/${chatId}`;
    const { body } = await ask(`${facts.standins['provider/0']}${path}`);
    assert.equal(body.text, `${requestSha256}:${responseSha256}`);
});

test('publishes how each job ended', async () => {
    await until(() => job(1).length === 2, 'the second job', 30_000);
    const { body } = await ask(
        `${facts.mirrorUrl}/api/v1/topics/${facts.mirrorTopic}/messages?limit=2`,
    );
    const [first] = body.messages.map(({ message }) =>
        JSON.parse(Buffer.from(message, 'base64').toString()),
    );
    const [, recorded] = job(0);
    assert.deepEqual(Object.keys(first), ['type', 'sender', 'task_id', 'timestamp', 'payload']);
    assert.equal(first.type, 'task_result');
    assert.equal(first.task_id, recorded.id);
    assert.deepEqual(first.payload, {
        task_id: recorded.id,
        status: 'completed',
        duration_ms: Date.parse(recorded.endedAt) - Date.parse(recorded.startedAt),
        tokens_used: recorded.inputTokens + recorded.outputTokens,
    });
});

test('says why a job failed, and goes on', async () => {
    for (const index of [0, 1, 2]) {
        await control.setFault(facts.control, `provider/${index}`, {
            status: 503,
            error: 'Server is currently processing too many requests',
        });
    }
    const failed = () => admin.jobs.find(({ status }) => status === 'failed');
    await until(failed, 'a failed job', 30_000);
    assert.equal(failed().error, 'Server is currently processing too many requests');
    assert.equal(failed().latencyMs, undefined);
    for (const index of [0, 1, 2]) await control.clearFault(facts.control, `provider/${index}`);
    const last = admin.jobs.length;
    const completed = () => admin.jobs.slice(last).some(({ status }) => status === 'completed');
    await until(completed, 'a completed job', 30_000);
});

test('a pause is over when the job that is on has ended', async () => {
    for (const index of [0, 1, 2]) await control.setFault(facts.control, `provider/${index}`, { ttftMs: 2000 });
    const from = admin.jobs.length;
    const begun = () => admin.jobs.slice(from).find(({ status }) => status === 'running');
    await until(begun, 'a job that is on', 30_000);
    await control.pauseAgent(facts.control);
    const { id } = begun();
    await until(() => admin.jobs.some((each) => each.id === id && each.status === 'completed'), 'its record', 1000);
    for (const index of [0, 1, 2]) await control.clearFault(facts.control, `provider/${index}`);
    await control.resumeAgent(facts.control);
});

test('leaves the processor to others', async () => {
    const ticks = () => {
        const stat = readFileSync(`/proc/${facts.standinsPid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(fields[11]) + Number(fields[12]);
    };
    const start = ticks();
    await sleep(5000);
    // A tick is 10 ms; about 2 % of a core is usual, saving the chain's state included.
    const share = (ticks() - start) / 500;
    assert.ok(share < 0.1, `${100 * share} % of a core`);
});
