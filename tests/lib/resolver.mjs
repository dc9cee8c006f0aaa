// Names that resolve as a test wants.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { runs } from './processes.mjs';
import { ROOT } from './stack.mjs';
import { until } from './until.mjs';

/** Ends a C program and waits for the next; gives how long the old one took. */
export async function restart(stack, signal, program = 'metrics.fcgi') {
    const pid = stack.pidOf(program);
    const start = performance.now();
    process.kill(pid, signal);
    await until(2000, () => assert.ok(!runs(pid)), 10);
    const tookMs = performance.now() - start;
    await until(3000, () => assert.notEqual(stack.pidOf(program), pid));
    return tookMs;
}

/**
 * Gives a C program a library of tests/lib, with the variables that it reads, from its next start on.
 * @param {import('./stack.mjs').Stack} stack
 * @param {string} name  of the source, without .c
 * @param {Record<string, string>} variables
 * @param {'metrics' | 'admin'} program
 */
export function preload(stack, name, variables, program) {
    const library = join(stack.folder, `${name}.so`);
    execFileSync('gcc', ['-shared', '-fPIC', '-o', library, join(ROOT, `tests/lib/${name}.c`), '-ldl']);
    const all = { LD_PRELOAD: library, ASAN_OPTIONS: 'verify_asan_link_order=0', ...variables };
    const lines = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
    appendFileSync(join(stack.runDir, `conf/${program}.env`), lines.join(''));
}

/**
 * Gives a C program a resolver of our own from its next start on: `host`, which looks like no private name, has
 * these addresses, one at a time. It hangs while there is a file `flag`.
 */
export function replaceResolver(stack, host, { flag = join(stack.folder, 'never'), addresses = '127.0.0.1', program = 'metrics' } = {}) {
    const variables = { RESOLVER_HOST: host, RESOLVER_ADDRESSES: addresses, RESOLVER_HANGS_WHILE: flag };
    preload(stack, 'resolver', variables, program);
}
