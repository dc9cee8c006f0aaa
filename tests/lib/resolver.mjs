// Names that resolve as a test wants.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { runs } from './processes.mjs';
import { ROOT } from './stack.mjs';
import { until } from './until.mjs';

/** Ends metrics.fcgi and waits for the next; gives how long the old one took. */
export async function restart(stack, signal) {
    const pid = stack.metricsPid;
    const start = performance.now();
    process.kill(pid, signal);
    await until(2000, () => assert.ok(!runs(pid)), 10);
    const tookMs = performance.now() - start;
    await until(3000, () => assert.notEqual(stack.metricsPid, pid));
    return tookMs;
}

/**
 * Gives metrics.fcgi a resolver of our own from its next start on: `host` is this machine, under a name that
 * looks like no private one. It hangs while there is a file `flag`.
 */
export function replaceResolver(stack, host, flag = join(stack.folder, 'never')) {
    const library = join(stack.folder, 'hanging_resolver.so');
    const source = join(ROOT, 'tests/lib/hanging_resolver.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
    const variables = {
        LD_PRELOAD: library,
        ASAN_OPTIONS: 'verify_asan_link_order=0',
        HANGING_HOST: host,
        HANGING_WHILE: flag,
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    appendFileSync(join(stack.runDir, 'conf/metrics.env'), lines.join(''));
}
