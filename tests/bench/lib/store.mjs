// build/bench/bench_store: reading the job history at 10^4 and at 10^6 jobs, and writing it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../lib/stack.mjs';

/** Its promises stand in the program. @param {string} folder  on the disk in question */
export function measureStore(folder) {
    const program = join(ROOT, 'build/bench/bench_store');
    const { status, stdout, stderr, error } = spawnSync(program, [folder], { encoding: 'utf8' });
    if (error || status > 1) throw error ?? new Error(stderr);
    return {
        title: 'The job store',
        text: stdout.trimEnd(),
        results: [
            {
                what: 'job store at 10^6 jobs: figures, page of 30',
                wanted: 'under 2 ms, under 5 ms, at most twice 10^4',
                isMet: status === 0,
            },
        ],
    };
}
