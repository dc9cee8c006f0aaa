// Starts local networks in folders of their own, and ends them again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { call } from '../../scripts/localnet/rpc.mjs';

const PROGRAM = fileURLToPath(new URL('../../scripts/localnet/localnet.mjs', import.meta.url));

/** The checkout's own cache: at most the first test run fetches the contracts. */
export const CACHE = fileURLToPath(new URL('../../run/cache', import.meta.url));

const lastActions = [];
after(async () => {
    for (const action of lastActions) await action();
});

/** Stands for the whole file where a test is asked for. */
export const wholeFile = { after: (action) => lastActions.push(action) };

const cleanups = new WeakMap();

/** Does something when the test is over; what was put off last comes first. */
function defer(test, action) {
    if (!cleanups.has(test)) {
        const actions = [];
        cleanups.set(test, actions);
        test.after(async () => {
            for (const each of actions.reverse()) await each();
        });
    }
    cleanups.get(test).push(action);
}

export function temporaryFolder(test) {
    const folder = mkdtempSync(join(tmpdir(), 'localnet-test-'));
    defer(test, () => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/** Whether the process runs; one that ended but was not collected by its parent does not. */
export function isRunning(pid) {
    try {
        const [, state] = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
        return state !== 'Z';
    } catch {
        return false;
    }
}

/** Waits until the condition holds; throws when it does not within the time. */
export async function until(condition, what, withinMs = 5000) {
    const deadline = Date.now() + withinMs;
    while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
        await sleep(20);
    }
}

/**
 * Starts localnet.mjs. It is killed when the test ends.
 * @returns an object that collects what the program says
 */
export function launch(test, args, env = {}) {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = { child, stdout: '', stderr: '', exited: once(child, 'close') };
    child.stdout.on('data', (chunk) => (program.stdout += chunk));
    child.stderr.on('data', (chunk) => (program.stderr += chunk));
    defer(test, async () => {
        child.kill('SIGKILL');
        await program.exited;
    });
    return program;
}

export const readFacts = (run) => JSON.parse(readFileSync(join(run, 'localnet.json'), 'utf8'));

/** Waits for the end of a program that must not get ready; resolves with its exit code. */
export async function failed(program) {
    await until(
        () => program.stdout || program.child.exitCode !== null,
        'the end of the program',
        60_000,
    );
    if (program.stdout) throw new Error(`it did not fail: ${program.stdout}`);
    const [code] = await program.exited;
    return code;
}

/** Starts a network and waits until it is ready. */
export async function startNetwork(
    test,
    { run = temporaryFolder(test), args = [], env = {} } = {},
) {
    const program = launch(test, ['--run', run, '--cache', CACHE, ...args], env);
    // The first start on a machine fetches the contracts.
    await until(
        () => program.stdout.includes('\n') || program.child.exitCode !== null,
        'the ready line',
        120_000,
    );
    if (!program.stdout) throw new Error(`the network did not start: ${program.stderr}`);
    const facts = readFacts(run);
    return Object.assign(program, { run, facts, rpc: facts.rpc });
}

export const headNumber = async (rpc) => Number(await call(rpc, 'eth_blockNumber'));
