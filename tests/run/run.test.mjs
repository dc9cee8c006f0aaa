// scripts/run with the real programs and the real local network, in copies of the built project.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { END_MS, makeCheckout, processesOf, startedBy } from './checkout.mjs';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { isRunning, statusOf, until } from './processes.mjs';

const RUN = ['scripts/run'];
const MAKE = ['make', 'run'];
const isRoot = process.getuid() === 0;
const asRoot = { skip: !isRoot && 'needs root' };
const nobody = () => ({
    uid: Number(execFileSync('id', ['-u', 'nobody'])),
    gid: Number(execFileSync('id', ['-g', 'nobody'])),
});

const get = (url) => fetch(url, { signal: AbortSignal.timeout(5_000) });
const settings = async (more = {}) => ({ PORT: String(await freePort()), ...more });

describe('an instance', { concurrency: false }, () => {
    let checkout;
    let instance;
    let page;
    let port;
    before(async () => {
        checkout = await makeCheckout();
        await writeFile(checkout.file('.env'), 'ZG_AGENT_NAME="An agent"\nADMIN_TOKEN=planted-token-0123456789abcdef0123456789\nZG_TYPO=1\n', { mode: 0o600 });
        const environment = await settings({ ZG_ROUTER_API_KEY: 'planted-key', ZG_UNKNOWN: '1', OTHER: 'other' });
        port = environment.PORT;
        instance = checkout.start(RUN, environment);
        page = await instance.ready();
    });
    after(() => checkout?.remove());

    const started = () => startedBy(checkout.file('run/log/supervise.log'));

    test('says where it is, and the page there has a fresh chain', async () => {
        assert.equal(page, `http://127.0.0.1:${port}/`);
        const html = await (await get(page)).text();
        const snapshot = JSON.parse(/id="snapshot"[^>]*>([^<]*)</.exec(html)[1]);
        assert.equal(snapshot.sources.chain.state, 'fresh');
        assert.equal(snapshot.agent.name, 'An agent');
        assert.equal(snapshot.network.name, 'local');
    });

    test('warns of names that are no setting', () => {
        assert.match(instance.output, /line 3: there is no setting ZG_TYPO; it is ignored/);
        assert.match(instance.output, /there is no setting ZG_UNKNOWN; it is ignored/);
        assert.doesNotMatch(instance.output, /planted/);
    });

    test('metrics.fcgi is given the allowed settings and nothing else', async () => {
        const pids = await started();
        const environment = (await readFile(`/proc/${pids['metrics.fcgi']}/environ`, 'utf8')).split('\0').filter(Boolean);
        const names = environment.map((line) => line.split('=')[0]).sort();
        assert.deepEqual(names, [
            'LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT', 'RUN', 'ZG_AGENT_NAME', 'ZG_CACHE_DB', 'ZG_CHAIN_RPC',
            'ZG_FLOW_CONTRACT', 'ZG_GPU_EXPORTER_URL', 'ZG_INFT_CONTRACT', 'ZG_INFT_MINT_TX', 'ZG_INFT_TOKEN_ID',
            'ZG_LEDGER_CONTRACT', 'ZG_MIRROR_TOPIC', 'ZG_MIRROR_URL', 'ZG_PROBE_PROVIDERS', 'ZG_PROVIDER_ADDRESS',
            'ZG_SERVING_CONTRACT', 'ZG_STATUS_URL', 'ZG_STORAGE_INDEXER', 'ZG_STORAGE_NODE_ENDPOINT',
            'ZG_STORAGE_SCAN_URL', 'ZG_WALLET_ADDRESS',
        ]);
        for (const name of ['localnet', 'nginx']) {
            const text = await readFile(`/proc/${pids[name]}/environ`, 'utf8');
            assert.doesNotMatch(text, /planted|ZG_/);
        }
    });

    test("its agent's jobs are recorded, and proven by the providers' signatures", () =>
        until(async () => {
            const { jobs } = await (await get(`${page}api/jobs`)).json();
            return jobs.some(({ status, proof }) => status === 'completed' && proof === 'response');
        }, 15_000, 'a proven job'));

    test('the doctor reads the same network', async () => {
        const doctor = checkout.start(['scripts/doctor'], {});
        assert.equal(await doctor.exited, 0, doctor.output);
        assert.match(doctor.output, /^chain +fresh/m);
        assert.match(doctor.output, /^compute +fresh/m);
    });

    test('listens on the loopback address alone', () => {
        const sockets = execFileSync('ss', ['-Hltn', `sport = :${port}`], { encoding: 'utf8' }).trim().split('\n');
        assert.equal(sockets.length, 1);
        assert.match(sockets[0], new RegExp(`127\\.0\\.0\\.1:${port}`));
    });

    test('as root: page and program run as www-data, and run/ leads to their files', asRoot, async () => {
        const pids = await started();
        for (const name of ['metrics.fcgi', 'nginx']) {
            assert.match((await statusOf(pids[name])).Uid, /^33\b/, name);
        }
        assert.ok((await lstat(checkout.file('run/sock'))).isSymbolicLink());
        const socket = await stat(checkout.file('run/sock/metrics.sock'));
        assert.deepEqual([socket.uid, socket.gid, socket.mode & 0o777], [0, 33, 0o660]);
        assert.equal((await stat(checkout.file('run/sock'))).mode & 0o777, 0o750);
        assert.equal((await stat(checkout.file('run/conf/metrics.env'))).mode & 0o777, 0o600);
    });

    async function isReplaced(name, killed) {
        await until(async () => (await started())[name] !== killed, 2_000, `a new ${name}`);
        assert.ok(await isRunning((await started())[name]));
    }

    test('metrics.fcgi killed: back within 2 s, and every request is answered', async () => {
        const killed = (await started())['metrics.fcgi'];
        process.kill(killed, 'SIGKILL');
        const begun = performance.now();
        const replies = await Promise.all(Array.from({ length: 10 }, () => get(`${page}api/metrics`)));
        assert.ok(performance.now() - begun < 2_000);
        for (const reply of replies) assert.equal(reply.status, 200);
        await isReplaced('metrics.fcgi', killed);
    });

    test('nginx killed: back within 2 s, and no connection is refused', async () => {
        const { nginx: killed } = await started();
        process.kill(killed, 'SIGKILL');
        for (let i = 0; i < 50; i++) {
            const socket = net.connect(Number(port), '127.0.0.1');
            await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject));
            socket.destroy();
            await sleep(5);
        }
        await isReplaced('nginx', killed);
        assert.equal((await get(page)).status, 200);
    });

    test('the local network is not restarted, and the page stays', async () => {
        const { localnet } = await started();
        process.kill(localnet, 'SIGKILL');
        await until(async () => !(await isRunning(localnet)), 1_000, 'end');
        await sleep(500);
        assert.equal((await started()).localnet, localnet);
        assert.equal((await get(`${page}api/metrics`)).status, 200);
    });

    test('a second one in the same folder is refused in one line', async () => {
        const second = checkout.start(RUN, await settings());
        assert.equal(await second.exited, 1);
        assert.match(second.output, /run: an instance is running in .*\/run; RUN=FOLDER PORT=NUMBER start one beside it\n$/);
        assert.equal((await get(page)).status, 200);
    });

    test('a taken port is said in one line', async () => {
        const second = checkout.start(RUN, { PORT: port, RUN: 'run3', CONFIG: '' });
        assert.equal(await second.exited, 1);
        const lines = second.output.split('\n').filter((line) => /taken/.test(line));
        assert.equal(lines.length, 1);
        assert.match(lines[0], new RegExp(`^run: port ${port} is taken on 127\\.0\\.0\\.1`));
        assert.doesNotMatch(second.output, /local 0G network/);
    });

    test('a second one beside it, with a configuration of its own', async () => {
        await writeFile(checkout.file('agent2.env'), `ZG_AGENT_NAME=second\nPORT=${await freePort()}\nRUN=run2\n`, { mode: 0o600 });
        const second = checkout.start(RUN, { CONFIG: 'agent2.env' });
        const address = await second.ready();
        const { agent } = await (await get(`${address}api/metrics`)).json();
        assert.equal(agent.name, 'second');
        assert.equal((await get(page)).status, 200);
        second.child.kill('SIGTERM');
        assert.equal(await second.exited, 0);
        assert.equal((await get(page)).status, 200);
    });

    test('SIGTERM ends everything within 5 s', async () => {
        instance.child.kill('SIGTERM');
        const took = await instance.ends();
        assert.ok(took < END_MS);
        assert.equal(await instance.exited, 0);
        await assert.rejects(get(page));
    });
});

describe('the end', { concurrency: false }, () => {
    let checkout;
    before(async () => {
        checkout = await makeCheckout();
    });
    after(() => checkout?.remove());

    test('KILL of scripts/run ends all it started', async () => {
        const instance = checkout.start(RUN, await settings());
        await instance.ready();
        instance.child.kill('SIGKILL');
        await instance.ends();
    });

    test('SIGTERM to make', async () => {
        const instance = checkout.start(MAKE, await settings());
        await instance.ready();
        instance.child.kill('SIGTERM');
        await instance.ends();
        await instance.exited;
    });

    test('Ctrl-C: SIGINT to the group of make', async () => {
        const instance = checkout.start(MAKE, await settings());
        await instance.ready();
        process.kill(-instance.child.pid, 'SIGINT');
        await instance.ends();
        await instance.exited;
    });

    for (const delay of [0, 50, 200, 600, 1_200, 2_000]) {
        test(`SIGTERM to make ${delay} ms after the start`, async () => {
            const instance = checkout.start(MAKE, await settings());
            await sleep(delay);
            instance.child.kill('SIGTERM');
            await instance.ends();
            await instance.exited;
        });
    }

    test('a start after a KILL is clean', async () => {
        const killed = checkout.start(RUN, await settings());
        await killed.ready();
        killed.child.kill('SIGKILL');
        await killed.ends();
        const instance = checkout.start(RUN, await settings());
        await instance.ready();
        instance.child.kill('SIGTERM');
        await instance.ends();
    });
});

describe('as an ordinary user', { skip: !isRoot && 'the other tests do' }, () => {
    test('from a folder of its own: everything is the user, nothing is left', async () => {
        const user = nobody();
        const checkout = await makeCheckout(user);
        try {
            const instance = checkout.start(RUN, await settings());
            const page = await instance.ready();
            assert.equal((await get(page)).status, 200);
            for (const { pid, command } of await processesOf(checkout.folder)) {
                assert.match((await statusOf(pid)).Uid, new RegExp(`^${user.uid}\\b`), command);
            }
            assert.ok((await lstat(checkout.file('run/sock'))).isDirectory());
            instance.child.kill('SIGTERM');
            await instance.ends();
            assert.equal(await instance.exited, 0);
        } finally {
            await checkout.remove();
        }
    });
});

describe('a public network', { concurrency: false }, () => {
    let checkout;
    before(async () => {
        checkout = await makeCheckout();
    });
    after(() => checkout?.remove());

    test('no network of its own; ready when the API answers, even if the network does not', async () => {
        // A node that refuses connections stands for one that cannot be reached.
        const closed = await freePort();
        const instance = checkout.start(RUN, await settings({
            ZG_NETWORK: 'galileo', ZG_CHAIN_RPC: `http://127.0.0.1:${closed}`, ZG_ALLOW_PRIVATE: '127.0.0.0/8',
        }));
        const page = await instance.ready();
        const { network, sources } = await (await get(`${page}api/metrics`)).json();
        assert.equal(network.chainId, 16602);
        assert.equal(sources.chain.state, 'error');
        const children = Object.keys(await startedBy(checkout.file('run/log/supervise.log')));
        assert.deepEqual(children.sort(), ['admin.fcgi', 'await-ready', 'metrics.fcgi', 'nginx']);
        instance.child.kill('SIGTERM');
        await instance.ends();
    });
});

describe('a wrong configuration', { concurrency: false }, () => {
    let checkout;
    before(async () => {
        checkout = await makeCheckout();
    });
    after(() => checkout?.remove());

    /** Starts, expects a refusal, and returns what was said. */
    async function refusal(environment) {
        const instance = checkout.start(RUN, { PORT: '0', ...environment });
        assert.equal(await instance.exited, 1);
        assert.deepEqual(await processesOf(checkout.folder), []);
        return instance.output;
    }

    test("a folder of another user's in the place of its own", asRoot, async (t) => {
        const digest = createHash('sha256').update(checkout.file('run9')).digest('hex').slice(0, 12);
        const folder = `/dev/shm/0g-metrics.${digest}`;
        await mkdir(folder);
        t.after(() => rm(folder, { recursive: true }));
        await chown(folder, 33, 33);
        const instance = checkout.start(RUN, await settings({ RUN: 'run9' }));
        assert.equal(await instance.exited, 1);
        assert.match(instance.output, new RegExp(`^run: ${folder} belongs to another user; remove it, or RUN=FOLDER chooses another$`, 'm'));
    });

    test('a file that others can read', async () => {
        await writeFile(checkout.file('open.env'), '');
        await chmod(checkout.file('open.env'), 0o644);
        assert.equal(await refusal({ CONFIG: 'open.env' }), 'run: open.env can be read by others; first: chmod 600 open.env\n');
    });

    test('a line that is no assignment is refused, and nothing in the file is executed', async () => {
        await writeFile(checkout.file('shell.env'), 'ZG_AGENT_NAME=$(touch executed)`touch executed`\ntouch executed\n', { mode: 0o600 });
        assert.equal(await refusal({ CONFIG: 'shell.env' }), 'run: shell.env line 2 is not NAME=VALUE\n');
        assert.ok(!(await readdir(checkout.folder)).includes('executed'));
    });

    test('a file that is not there', async () => {
        assert.equal(await refusal({ CONFIG: 'none.env' }), 'run: CONFIG=none.env: there is no such file\n');
    });

    test('all that is wrong for metrics.fcgi is said at once', async () => {
        const output = await refusal({
            PORT: String(await freePort()), ZG_NETWORK: 'galileo', ZG_WALLET_ADDRESS: 'nonsense', ZG_MAX_REQ_PER_MIN: '-5',
        });
        assert.match(output, /ZG_WALLET_ADDRESS/);
        assert.match(output, /ZG_MAX_REQ_PER_MIN/);
        assert.doesNotMatch(output, /nonsense/);
    });

    test('the local one too, before its network is started', async () => {
        const output = await refusal({ PORT: String(await freePort()), ZG_WALLET_ADDRESS: 'nonsense', ZG_MAX_REQ_PER_MIN: '-5' });
        assert.match(output, /ZG_WALLET_ADDRESS/);
        assert.match(output, /ZG_MAX_REQ_PER_MIN/);
    });
});

describe('make configure', { concurrency: false }, () => {
    let checkout;
    before(async () => {
        checkout = await makeCheckout();
    });
    after(() => checkout?.remove());

    const ADDRESS = '0x000000000000000000000000000000000000dEaD';
    const lines = async (name) => (await readFile(checkout.file(name), 'utf8')).split('\n');
    const assigned = async (name) => (await lines(name)).filter((line) => /^[A-Z]/.test(line)).sort();
    const unreachable = async () => ({
        ZG_CHAIN_RPC: `http://127.0.0.1:${await freePort()}`, ZG_ALLOW_PRIVATE: '127.0.0.0/8',
    });

    test('writes a private .env from the example, and says what could not be read', async () => {
        const configure = checkout.start(['scripts/configure'], { ZG_WALLET_ADDRESS: ADDRESS, ...(await unreachable()) });
        assert.equal(await configure.exited, 1);
        assert.match(configure.output, /^chain +error/m);
        assert.match(configure.output, /configure: the settings are written, but not everything could be read/);
        assert.equal((await stat(checkout.file('.env'))).mode & 0o777, 0o600);
        assert.deepEqual(await assigned('.env'), ['ZG_NETWORK=galileo', `ZG_WALLET_ADDRESS=${ADDRESS}`]);
        assert.equal((await lines('.env')).length, (await lines('.env.example')).length);
    });

    test('keeps the other settings of a file that is there', async () => {
        await writeFile(checkout.file('mine.env'), `ZG_NETWORK=aristotle\nZG_AGENT_NAME=mine\nZG_WALLET_ADDRESS=0x1\n`, { mode: 0o600 });
        const configure = checkout.start(['scripts/configure'], {
            CONFIG: 'mine.env', ZG_WALLET_ADDRESS: ADDRESS, ...(await unreachable()),
        });
        await configure.exited;
        assert.deepEqual(await assigned('mine.env'), ['ZG_AGENT_NAME=mine', 'ZG_NETWORK=aristotle', `ZG_WALLET_ADDRESS=${ADDRESS}`]);
    });

    test('refuses what is no address, and writes nothing', async () => {
        const configure = checkout.start(['scripts/configure'], { CONFIG: 'new.env', ZG_WALLET_ADDRESS: '0x12; rm -rf /' });
        assert.equal(await configure.exited, 1);
        assert.match(configure.output, /^configure: expected 0x and 40 hexadecimal digits/);
        assert.ok(!(await readdir(checkout.folder)).includes('new.env'));
    });
});
