// One core serves, another one makes the load.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

export function requireCores() {
    if (availableParallelism() < 2) throw new Error('the bench needs two cores');
}

/** A command line that runs the given one on a core. @returns {string[]} */
export const onCore = (core, ...command) => ['taskset', '-c', String(core), ...command];

/** Moves a running process with all its threads. */
export function pin(pid, core) {
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
}
