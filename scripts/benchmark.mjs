// benchmark.mjs URL RUN_DIR OWN_NETWORK OUT PLAN: carries out one benchmark through the admin API of the
// instance at URL, which is started where none runs in RUN_DIR, prints a line for each call, and writes
// the report to OUT and its raw data beside it. OWN_NETWORK: yes or no.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pauseAgent } from './localnet/remote.mjs';

const START = fileURLToPath(new URL('run', import.meta.url));
const REQUEST_MS = 60_000;
const NEURON = 10n ** 18n;

const [url, runDir, ownNetwork, out, plan] = process.argv.slice(2);

/** What is expected to go wrong and says enough about itself. */
class Failure extends Error {}

async function isUp() {
    try {
        const reply = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(2000) });
        return reply.ok;
    } catch {
        return false;
    }
}

/** Starts the instance and waits for its line; gives what stops it again. */
async function startInstance() {
    console.log('starting an instance');
    const child = spawn(START, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const ready = new Promise((resolve) => {
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
            said += text;
            if (said.includes('ready: ')) resolve('ready');
        });
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill('SIGTERM'));
    if ((await Promise.race([ready, ended])) !== 'ready') throw new Failure('the instance did not start');
    return async () => {
        child.kill('SIGTERM');
        await ended;
    };
}

async function readToken() {
    try {
        return (await readFile(join(runDir, 'admin-token'), 'utf8')).trim();
    } catch (error) {
        throw new Failure(`the admin token cannot be read: ${error.message}`);
    }
}

/** Gives the reply, whatever its status. */
function ask(token, method, path, { body, accept = 'application/json', signal } = {}) {
    return fetch(url + path, {
        method,
        body,
        headers: {
            authorization: `Bearer ${token}`,
            accept,
            ...(body && { 'content-type': 'application/json' }),
        },
        signal: signal ?? AbortSignal.timeout(REQUEST_MS),
    });
}

function* problemLines(problem) {
    for (const { detail, command } of problem.preflight?.problems ?? []) {
        yield `  ${detail}`;
        if (command) yield `      ${command}`;
    }
}

async function start(token) {
    const reply = await ask(token, 'POST', '/admin/api/benchmarks', { body: plan });
    if (reply.status === 202) return reply.json();
    if (reply.status === 401) throw new Failure(`${url} is another instance: it does not know the token`);
    const problem = await reply.json();
    const lines = [...problemLines(problem)];
    const what = lines.length > 0 ? 'the run cannot start:' : (problem.detail ?? problem.title);
    throw new Failure([what, ...lines].join('\n'));
}

const ms = (us) => (us === null ? '-' : (us / 1000).toFixed(1));

function coins(neuron) {
    if (neuron === null) return 'n/a';
    const value = BigInt(neuron);
    const decimals = String(value % NEURON).padStart(18, '0').replace(/0+$/, '');
    return `${value / NEURON}.${decimals || '0'} 0G`;
}

function printEvent(name, data) {
    if (name === 'started') console.log(`run ${data.id}: ${data.planned} calls to ${data.model} on ${data.network}`);
    if (name === 'call') {
        const label = `${data.warmup ? 'W' : ''}${data.number}`.padStart(4);
        const cost = `${data.costAtMost ? '≤ ' : ''}${coins(data.costNeuron)}`;
        console.log(`${label}  ${data.outcome}  ${ms(data.latencyUs)} ms, first token ${ms(data.ttftUs)} ms, ` +
            `${data.outputTokens ?? '?'} tokens, ${cost}${data.remedy ? ` · ${data.remedy}` : ''}`);
    }
    if (name === 'done') console.log(`${data.state}: ${data.succeeded} of ${data.calls} calls succeeded, spent ${coins(data.spentNeuron)}`);
}

/** Prints the run's events as they come; gives the last one's data. */
async function follow(token, path) {
    const reply = await ask(token, 'GET', `${path}/events`, { signal: AbortSignal.timeout(24 * 3_600_000) });
    if (reply.status !== 200) throw new Failure(`the events cannot be read: status ${reply.status}`);
    let text = '';
    let last = null;
    for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const lines = text.slice(0, end).split('\n');
            text = text.slice(end + 2);
            const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
            if (!field('event')) continue;
            last = { name: field('event'), data: JSON.parse(field('data')) };
            printEvent(last.name, last.data);
        }
    }
    if (last?.name !== 'done') throw new Failure('the instance stopped before the run ended');
    return last.data;
}

/** Never half a file. */
async function write(path, text) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
    console.log(`wrote ${path}`);
}

async function fetchText(token, path) {
    const reply = await ask(token, 'GET', path, { accept: '*/*' });
    if (!reply.ok) throw new Failure(`${path}: status ${reply.status}`);
    return reply.text();
}

/** On an instance of its own, nobody else calls the provider with the same wallet meanwhile. */
async function quieten() {
    if (ownNetwork !== 'yes') return;
    const facts = JSON.parse(await readFile(join(runDir, 'localnet.json'), 'utf8'));
    await pauseAgent(facts.control);
}

async function main() {
    const stop = (await isUp()) ? null : await startInstance();
    try {
        if (stop) await quieten();
        const token = await readToken();
        const { url: path } = await start(token);
        const run = await follow(token, path);
        await write(out, await fetchText(token, `${path}/report.md`));
        await write(out.replace(/(\.md)?$/, '.json'), await fetchText(token, `${path}/report.json`));
        if (run.state !== 'COMPLETE') process.exitCode = 1;
    } finally {
        await stop?.();
    }
}

try {
    await main();
} catch (error) {
    console.error(`benchmark: ${error instanceof Failure ? error.message : error.stack}`);
    process.exitCode = 1;
}
