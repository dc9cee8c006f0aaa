// Child processes that cannot outlive this one.
import { spawn } from 'node:child_process';
import { Failure } from './failure.mjs';

// What setpriv, like a shell, answers for a program that does not exist.
const COMMAND_NOT_FOUND = 127;

/**
 * Starts a program that the kernel ends with SIGTERM when this process dies, however it dies.
 * It gets a session of its own, so that Ctrl-C reaches this process alone, which stops it in order.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function spawnTied(program, args, options) {
    return spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...args], {
        ...options,
        detached: true,
    });
}

/**
 * What to tell a person when spawnTied() could not start anything.
 * @param {NodeJS.ErrnoException} error
 */
export function spawnProblem(error) {
    return error.code === 'ENOENT'
        ? 'setpriv was not found: install the package util-linux'
        : `cannot start a program: ${error.message}`;
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {{input?: string, signal: AbortSignal}} options  the signal ends the program
 * @returns {Promise<Buffer>} what it printed
 */
export function runToEnd(program, args, { input = '', signal }) {
    return new Promise((resolve, reject) => {
        const child = spawnTied(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
        signal.addEventListener('abort', () => child.kill(), { once: true });
        const out = [];
        const err = [];
        child.stdout.on('data', (chunk) => out.push(chunk));
        child.stderr.on('data', (chunk) => err.push(chunk));
        child.on('error', (error) => reject(new Failure(spawnProblem(error))));
        child.on('close', (code) => {
            if (code === 0) resolve(Buffer.concat(out));
            else if (code === COMMAND_NOT_FOUND) reject(new Failure(`${program} was not found`));
            else reject(new Error(Buffer.concat(err).toString().trim() || `exit code ${code}`));
        });
        // A program that ends without reading says why through its exit code.
        child.stdin.on('error', () => {});
        child.stdin.end(input);
    });
}
