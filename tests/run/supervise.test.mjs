// build/supervise with small programs of our own in its table.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { isRunning, processesWith, statusOf, until } from './processes.mjs';

const SUPERVISE = new URL(`../../${process.env.BUILD ?? 'build'}/supervise`, import.meta.url).pathname;
const STOP_MS = 3_500;

let folder;
let running = [];

beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supervise-test.'));
});

afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    running = [];
    for (const { pid } of await processesWith(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
});

/** A program of the table: a shell script of ours, which the folder's name in its line gives away. */
const shell = (script) => ['arg /bin/bash', 'arg -c', `arg : ${folder}; ${script.replaceAll('\n', ' ')}`];
const SLEEP = 'while :; do sleep 0.05; done';
/** Serves the inherited socket and says its process id. */
const server = () => [
    `arg ${process.execPath}`,
    'arg -e',
    `arg /* ${folder} */ require("net").createServer((s) => s.end(String(process.pid))).listen({fd: 0})`,
];

async function start(...rows) {
    const table = join(folder, 'table');
    await writeFile(table, [`log ${folder}/log`, ...rows.flat()].join('\n'));
    const child = spawn(SUPERVISE, [table], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const supervisor = {
        child,
        output: '',
        exited: new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal))),
        async events(event, name) {
            const text = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
            const lines = text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
            return lines.filter((line) => line.event === event && (!name || line.child === name));
        },
        /** The process id of the n-th start of a row. */
        async pid(name, n = 1) {
            const starts = await until(
                async () => {
                    const list = await supervisor.events('start', name);
                    return list.length >= n && list;
                },
                5_000,
                `start ${n} of ${name}`,
            );
            return starts[n - 1].pid;
        },
        async stop(signal = 'SIGTERM') {
            child.kill(signal);
            return supervisor.exited;
        },
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (supervisor.output += chunk));
    running.push(supervisor);
    return supervisor;
}

function ask(path) {
    return new Promise((resolve, reject) => {
        let text = '';
        const socket = net.connect(path);
        socket.on('data', (chunk) => (text += chunk));
        socket.on('error', reject);
        socket.on('close', () => resolve(Number(text)));
    });
}

const exists = (path) => stat(path).then(() => true, () => false);
const left = () => processesWith(folder);

describe('a killed program', () => {
    test('is back within 2 s, and meanwhile no connection is refused', async () => {
        const path = join(folder, 'sock');
        const supervisor = await start('child server', 'restart', `listen-unix 0600 - - ${path}`, server());
        await until(() => ask(path).catch(() => 0), 5_000, 'first answer');
        for (let round = 1; round <= 3; round++) {
            const pid = await supervisor.pid('server', round);
            process.kill(pid, 'SIGKILL');
            const asked = Array.from({ length: 20 }, () => ask(path));
            const killed = performance.now();
            const next = await supervisor.pid('server', round + 1);
            assert.ok(performance.now() - killed < 2_000);
            assert.notEqual(next, pid);
            for (const answer of await Promise.all(asked)) assert.ok([next, 0].includes(answer));
        }
        assert.equal(await supervisor.stop(), 0);
        assert.equal(await exists(path), false);
    });

    test('takes what it started along', async () => {
        const supervisor = await start('child master', 'restart', shell(`(${SLEEP}) & (${SLEEP}) & ${SLEEP}`));
        await until(async () => (await left()).length >= 4, 5_000, 'workers');
        const before = await left();
        const master = await supervisor.pid('master');
        process.kill(master, 'SIGKILL');
        await supervisor.pid('master', 2);
        for (const { pid, command } of before) {
            if (pid !== supervisor.child.pid) assert.equal(await isRunning(pid), false, command);
        }
        await supervisor.stop();
    });

    test('waits longer each time, never over 1.5 s, and not after a stable time', async () => {
        const supervisor = await start('child crash', 'restart', shell('exit 3'));
        await until(async () => (await supervisor.events('restart', 'crash')).length >= 7, 10_000, 'restarts');
        const delays = (await supervisor.events('restart', 'crash')).map((event) => event.delayMs);
        assert.deepEqual(delays.slice(0, 7), [100, 200, 400, 800, 1500, 1500, 1500]);
        await supervisor.stop();

        await rm(join(folder, 'log'));
        const flag = join(folder, 'was-here');
        const steadier = await start(
            'child calm', 'restart',
            shell(`n=$(cat ${flag} 2>/dev/null); echo "x$n" >${flag}; [[ $n == xx ]] && sleep 5.2; exit 1`),
        );
        await until(async () => (await steadier.events('restart', 'calm')).length >= 3, 10_000, 'restarts');
        const calm = (await steadier.events('restart', 'calm')).map((event) => event.delayMs);
        assert.deepEqual(calm.slice(0, 3), [100, 200, 100]);
        await steadier.stop();
    });

    test('is not restarted without `restart`, and the others go on', async () => {
        const supervisor = await start('child once', shell(SLEEP), 'child other', shell(SLEEP));
        process.kill(await supervisor.pid('once'), 'SIGKILL');
        await until(async () => (await supervisor.events('exit', 'once')).length, 2_000, 'exit');
        await sleep(300);
        assert.equal((await supervisor.events('start', 'once')).length, 1);
        assert.ok(await isRunning(await supervisor.pid('other')));
        await supervisor.stop();
    });
});

describe('the end', () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
        test(`${signal}: in order, and none is left`, async () => {
            const notes = join(folder, 'notes');
            const noting = (name) => shell(`trap "echo ${name} >>${notes}; exit 0" TERM QUIT; echo up >>${notes}; ${SLEEP}`);
            const supervisor = await start(
                'child last', 'stop 3 TERM', noting('last'),
                'child second', 'stop 2 TERM', 'restart', noting('second'),
                'child first', 'stop 1 QUIT', 'restart', noting('first'),
            );
            await until(async () => /(up\n){3}/.test(await readFile(notes, 'utf8').catch(() => '')), 5_000, 'three up');
            assert.equal(await supervisor.stop(signal), 0);
            assert.equal((await readFile(notes, 'utf8')).replaceAll('up\n', ''), 'first\nsecond\nlast\n');
            assert.deepEqual(await left(), []);
        });
    }

    test('what does not listen is killed after 3 s, with all it started', async () => {
        const supervisor = await start(
            'child deaf', 'restart', shell(`trap "" TERM INT; (trap "" TERM; ${SLEEP}) & (setsid bash -c ": ${folder}; ${SLEEP}") & ${SLEEP}`),
        );
        await until(async () => (await left()).length >= 4, 5_000, 'children');
        const begun = performance.now();
        assert.equal(await supervisor.stop(), 0);
        const took = performance.now() - begun;
        assert.ok(took > 2_500 && took < STOP_MS, `${took} ms`);
        assert.deepEqual(await left(), []);
    });

    test('during a start it comes as well', async () => {
        const supervisor = await start(
            'child slow', `ready-file ${folder}/never`, shell(SLEEP), 'child next', shell(SLEEP),
        );
        await supervisor.pid('slow');
        assert.equal(await supervisor.stop(), 0);
        assert.equal((await supervisor.events('start', 'next')).length, 0);
        assert.deepEqual(await left(), []);
    });

    test('a killed supervisor takes its children along', async () => {
        const notes = join(folder, 'notes');
        const noting = shell(`echo up >>${notes}; ${SLEEP}`);
        const supervisor = await start('child a', noting, 'child b', noting);
        await until(async () => (await readFile(notes, 'utf8').catch(() => '')) === 'up\nup\n', 5_000, 'both up');
        assert.equal(await supervisor.stop('SIGKILL'), 'SIGKILL');
        await until(async () => (await left()).length === 0, 2_000, 'all ended');
    });

    test('Ctrl-C reaches the supervisor alone', async () => {
        const notes = join(folder, 'notes');
        const supervisor = await start(
            'child a', shell(`trap "echo INT >>${notes}" INT; trap "echo TERM >>${notes}; exit" TERM; echo up >>${notes}; ${SLEEP}`),
        );
        await until(() => exists(notes), 5_000, 'up');
        process.kill(-supervisor.child.pid, 'SIGINT');
        assert.equal(await supervisor.exited, 0);
        assert.equal(await readFile(notes, 'utf8'), 'up\nTERM\n');
    });
});

describe('the start', () => {
    test('rows wait for tasks and ready files; an old ready file is none', async () => {
        const ready = join(folder, 'ready');
        await writeFile(ready, 'of an earlier run');
        const notes = join(folder, 'notes');
        const supervisor = await start(
            'child net', 'say a network comes', `ready-file ${ready}`,
            shell(`sleep 0.4; echo net >>${notes}; echo new >${ready}.new; mv ${ready}.new ${ready}; ${SLEEP}`),
            'task prepare', shell(`sleep 0.2; echo prepare >>${notes}`),
            'child page', shell(`echo page >>${notes}; ${SLEEP}`),
        );
        await supervisor.pid('page');
        await until(async () => (await readFile(notes, 'utf8')).includes('page'), 2_000, 'page');
        assert.equal(await readFile(notes, 'utf8'), 'net\nprepare\npage\n');
        assert.equal(supervisor.output, 'run: a network comes\n');
        await supervisor.stop();
    });

    test('a failing task ends everything with status 1', async () => {
        const supervisor = await start('child a', shell(SLEEP), 'task check', shell('exit 4'), 'child b', shell(SLEEP));
        assert.equal(await supervisor.exited, 1);
        assert.match(supervisor.output, /^run: check did not come up\n$/);
        assert.deepEqual(await left(), []);
    });

    test('a program that ends before it is ready ends everything with status 1', async () => {
        const supervisor = await start('child a', `ready-file ${folder}/never`, shell('exit 0'));
        assert.equal(await supervisor.exited, 1);
        assert.match(supervisor.output, /^run: a did not come up\n$/);
    });

    test('a taken port is said in one line before anything starts', async () => {
        const taken = net.createServer();
        await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
        const { port } = taken.address();
        const supervisor = await start('child a', shell(SLEEP), 'child web', `listen-tcp 127.0.0.1 ${port}`, shell(SLEEP));
        assert.equal(await supervisor.exited, 1);
        assert.match(supervisor.output, new RegExp(`^run: port ${port} is taken on 127\\.0\\.0\\.1; .*\n$`));
        assert.equal((await supervisor.events('start')).length, 0);
        taken.close();
    });

    test('a port lets nobody in before its row is started', async () => {
        const port = await freePort();
        const supervisor = await start(
            'child slow', `ready-file ${folder}/go`, shell(SLEEP), 'child web', `listen-tcp 127.0.0.1 ${port}`, shell(SLEEP),
        );
        await supervisor.pid('slow');
        await assert.rejects(ask(port), { code: 'ECONNREFUSED' });
        await writeFile(join(folder, 'go'), '');
        await supervisor.pid('web');
        const socket = net.connect(port);
        await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject));
        socket.destroy();
        await supervisor.stop();
    });

    test('a program gets its environment, its socket, and nothing else', async () => {
        await writeFile(join(folder, 'env'), 'FROM_FILE=a b=c\n');
        process.env.MUST_NOT_ARRIVE = '1';
        const printer = await start(
            'task print', 'env ONE=first value', `env-file ${folder}/env`, `output ${folder}/out`, 'arg /usr/bin/env',
        );
        delete process.env.MUST_NOT_ARRIVE;
        await until(async () => (await printer.events('exit', 'print')).length, 2_000, 'printed');
        assert.equal(await readFile(join(folder, 'out'), 'utf8'), 'ONE=first value\nFROM_FILE=a b=c\n');
        await printer.stop();
        await rm(join(folder, 'log'));

        const port = await freePort();
        const up = join(folder, 'up');
        const supervisor = await start('child a', `listen-tcp 127.0.0.1 ${port}`, shell(`echo >${up}; ${SLEEP}`));
        const pid = await supervisor.pid('a');
        await until(() => exists(up), 2_000, 'up');
        // The shell has the file it writes open for a moment.
        await until(async () => (await readdir(`/proc/${pid}/fd`)).length === 4, 2_000, 'nothing else open');
        assert.deepEqual((await readdir(`/proc/${pid}/fd`)).sort(), ['0', '1', '2', '3']);
        assert.match(await readlink(`/proc/${pid}/fd/3`), /^socket:/);
        assert.equal(await readlink(`/proc/${pid}/fd/0`), '/dev/null');
        assert.equal((await statusOf(pid)).NoNewPrivs, '1');
        await supervisor.stop();
    });

    test('output is never written through a link', async () => {
        await writeFile(join(folder, 'precious'), 'precious');
        await symlink('precious', join(folder, 'out'));
        const supervisor = await start('child a', `output ${folder}/out`, shell('echo overwritten'));
        assert.equal(await supervisor.exited, 1);
        assert.match(supervisor.output, /cannot open .*out/);
        assert.equal(await readFile(join(folder, 'precious'), 'utf8'), 'precious');
        await unlink(join(folder, 'out'));
    });

    for (const [line, wrong] of [
        ['arg /bin/true', 'outside of a row'],
        ['child UPPER', 'lower-case'],
        ['child a\nnonsense x', 'unknown key'],
        ['child a\nstop 4 TERM', 'order of 1 to 3'],
        ['child a\nstop 1 USR1', 'unknown signal'],
        ['child a\nuser nobody-of-that-name', 'no such user'],
        ['child a\nlisten-tcp 127.0.0.1 0', 'not an IPv4 address and a port'],
        ['child a\nlisten-unix 0600 - - relative', 'not `MODE'],
        ['child a\nenv NOVALUE', 'not NAME=VALUE'],
        ['child a', 'has no program'],
    ]) {
        test(`table with ${JSON.stringify(line)}: refused`, async () => {
            const supervisor = await start(line);
            assert.equal(await supervisor.exited, 1);
            assert.ok(supervisor.output.includes(wrong), supervisor.output);
            assert.equal(supervisor.output.trim().split('\n').length, 1);
        });
    }
});

describe('as root', { skip: process.getuid() !== 0 && 'needs root' }, () => {
    test('a program becomes its user, with the listed groups alone', async () => {
        const supervisor = await start(
            'child plain', 'user www-data', shell(SLEEP),
            'child grouped', 'user nobody', 'group www-data', `listen-unix 0660 nobody www-data ${folder}/sock`, shell(SLEEP),
        );
        const ids = (text) => text.trim().split(/\s+/);
        const changed = async (name) => {
            const status = await statusOf(await supervisor.pid(name));
            return ids(status.Uid)[0] !== '0' && status;
        };
        const grouped = await until(() => changed('grouped'), 2_000, 'user of grouped');
        const plain = await until(() => changed('plain'), 2_000, 'user of plain');
        assert.deepEqual(ids(plain.Uid), ['33', '33', '33', '33']);
        assert.deepEqual(ids(plain.Gid), ['33', '33', '33', '33']);
        assert.equal(plain.Groups.trim(), '');
        assert.deepEqual(ids(grouped.Uid), Array(4).fill('65534'));
        assert.equal(grouped.Groups.trim(), '33');
        const socket = await stat(join(folder, 'sock'));
        assert.deepEqual([socket.uid, socket.gid, socket.mode & 0o777], [65534, 33, 0o660]);
        assert.equal(await supervisor.stop(), 0);
    });

    test('a killed supervisor takes children of other users along', async () => {
        const supervisor = await start('child a', 'user www-data', shell(SLEEP));
        await supervisor.pid('a');
        await sleep(100);
        await supervisor.stop('SIGKILL');
        await until(async () => (await left()).length === 0, 2_000, 'all ended');
    });
});
