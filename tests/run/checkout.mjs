// A copy of the built project in a folder of `mktemp -d`, which only its owner may enter, and instances
// that are started in it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { processesWith, until } from './processes.mjs';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const BUILD = process.env.BUILD ?? 'build';
const READY_MS = 60_000;
/** What README promises after a signal. */
export const END_MS = 5_000;

// The recipe of the real Makefile, without what builds.
const MAKEFILE = '.PHONY: run\nrun:\n\t@scripts/run\n';

/**
 * @param {{uid: number, gid: number}} [owner]  who owns it and starts instances; default: this user
 */
export async function makeCheckout(owner) {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-test.'));
    try {
        await fill(folder, owner);
    } catch (error) {
        await rm(folder, { recursive: true });
        throw error;
    }
    return {
        folder,
        file: (name) => join(folder, name),
        /** Starts `command` in the checkout, in a process group of its own. */
        start: (command, environment) => startInstance(folder, owner, command, environment),
        async remove() {
            for (const { pid } of await processesOf(folder)) process.kill(pid, 'SIGKILL');
            for (const runtime of await runtimesOf(folder)) await rm(runtime, { recursive: true, force: true });
            await rm(folder, { recursive: true });
        },
    };
}

async function fill(folder, owner) {
    const copy = `set -euo pipefail
        tar -C "$1" --exclude=node_modules -cf - scripts nginx ${BUILD}/metrics.fcgi ${BUILD}/admin.fcgi ${BUILD}/supervise \\
            static/dist .env.example | tar -C "$2" -xf -
        mkdir -p "$2/run/cache"
        find "$1/run/cache" -maxdepth 1 -type f ! -name promtool -exec cp -t "$2/run/cache" {} + 2>/dev/null || true`;
    await run('bash', ['--norc', '-c', copy, 'copy', ROOT, folder]);
    await writeFile(join(folder, 'Makefile'), MAKEFILE);
    const modules = 'scripts/localnet/node_modules';
    if (owner) {
        await run('cp', ['-R', join(ROOT, modules), join(folder, modules)]);
        await run('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
    } else {
        await symlink(join(ROOT, modules), join(folder, modules));
    }
}

/** Where files of instances really are, if not in the checkout: in memory, or all of them elsewhere. */
async function runtimesOf(folder) {
    const { stdout } = await run('find', [folder, '-maxdepth', '2', '-type', 'l', '(', '-name', 'log', '-o', '-name', 'microcache', ')']);
    const links = stdout.split('\n').filter(Boolean);
    return Promise.all(links.map(async (link) => dirname(await readlink(link))));
}

/** Every process that was started from the checkout. */
export async function processesOf(folder) {
    const lists = await Promise.all([folder, ...(await runtimesOf(folder))].map(processesWith));
    return lists.flat();
}

function startInstance(folder, owner, [program, ...args], settings = {}) {
    const environment = {
        PATH: process.env.PATH,
        HOME: folder,
        BUILD,
        NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '',
        ...settings,
    };
    const child = spawn(program, args, {
        cwd: folder,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        ...owner,
    });
    const instance = {
        child,
        output: '',
        exited: new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal))),
        /** The address of the page, once it stands. */
        async ready() {
            const ended = instance.exited.then((how) => {
                throw new Error(`ended with ${how}:\n${instance.output}`);
            });
            const ready = until(
                () => /^ready: (http:\/\/\S+)$/m.exec(instance.output)?.[1],
                READY_MS,
                'ready',
            ).catch((error) => {
                throw new Error(`${error.message}\n${instance.output}`);
            });
            return Promise.race([ready, ended]);
        },
        /** Waits until nothing of the checkout runs any more; returns how long that took. */
        async ends() {
            const begun = performance.now();
            await until(async () => (await processesOf(folder)).length === 0, END_MS, 'end of everything').catch(
                async (error) => {
                    const left = (await processesOf(folder)).map(({ command }) => command);
                    throw new Error(`${error.message}; left: ${left.join('; ')}`);
                },
            );
            return performance.now() - begun;
        },
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (instance.output += chunk));
    return instance;
}

/** The process ids of the rows that the instance's supervisor started last. */
export async function startedBy(log) {
    const lines = (await readFile(log, 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
    const starts = lines.filter((line) => line.event === 'start');
    return Object.fromEntries(starts.map((line) => [line.child, line.pid]));
}
