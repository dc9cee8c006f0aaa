// build/bench/bench_round: many upstreams, each with its delay, in flight together.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../lib/stack.mjs';

const [UPSTREAMS, DELAY_MS, ROUNDS, LIMIT_MS] = [50, 100, 31, 150];

export function measureRound() {
    const program = join(ROOT, 'build/bench/bench_round');
    const args = [UPSTREAMS, DELAY_MS, ROUNDS].map(String);
    const output = JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
    const [median, min, max] = [output.medianUs, output.minUs, output.maxUs].map((us) => us / 1000);
    return {
        what: `a round over ${UPSTREAMS} upstreams that answer after ${DELAY_MS} ms, ms`,
        wanted: `at most ${LIMIT_MS}`,
        measured: { median, min, max },
        digits: 1,
        isMet: median <= LIMIT_MS,
    };
}
