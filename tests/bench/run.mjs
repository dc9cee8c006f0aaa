// Measures /api/metrics side by side with a file and with Next.js, then the ABI decoder, many viewers, the
// job store and a round over many upstreams; fails when a figure that was promised is missed. docs/performance.md says how to read the result.
//
//   node tests/bench/run.mjs [--rounds N] [--seconds S] [--no-assert] [--write]
//
// --write puts the result into docs/performance.md.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../lib/stack.mjs';
import { requireCores } from './lib/cores.mjs';
import { measureDecoder } from './lib/decoder.mjs';
import { measureEngine } from './lib/engine.mjs';
import { measureHanging } from './lib/hanging.mjs';
import { loadAverage, machine, versions } from './lib/machine.mjs';
import { measureViewers } from './lib/many-viewers.mjs';
import { measure } from './lib/measure.mjs';
import { report, writeReport } from './lib/report.mjs';
import { measureRound } from './lib/round.mjs';
import { measureStore } from './lib/store.mjs';
import { Subjects } from './lib/subjects.mjs';
import { targets } from './lib/targets.mjs';

const { values } = parseArgs({
    options: {
        rounds: { type: 'string', default: '7' },
        seconds: { type: 'string', default: '3' },
        'no-assert': { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
    },
});
const [rounds, seconds] = [values.rounds, values.seconds].map(Number);
if (!(rounds >= 1 && seconds >= 1)) throw new Error('--rounds and --seconds have to be numbers from 1');

// So that the servers are stopped and their folder goes.
const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(signal)));
});
interrupted.catch(() => {}); // it may come while nothing waits for it yet

const say = (line) => process.stderr.write(`${line}\n`);

async function run() {
    requireCores();
    const loadBefore = loadAverage();
    say(`load ${loadBefore}; ${machine()}`);
    const subjects = await Subjects.open();
    try {
        const decoder = measureDecoder(subjects.stack.folder, subjects.metrics.services);
        const roundsOf = await Promise.race([measure(subjects, { rounds, seconds, say }), interrupted]);
        const hanging = await Promise.race([measureHanging(subjects), interrupted]);
        const viewers = await Promise.race([measureViewers(subjects), interrupted]);
        const engine = await Promise.race([measureEngine({ rounds, seconds, say }), interrupted]);
        const sections = [viewers, measureStore(subjects.stack.folder), engine];
        const results = [
            ...targets(roundsOf, decoder),
            ...hanging,
            measureRound(),
            ...sections.flatMap((section) => section.results),
        ];
        const { version, commit } = subjects.metrics.build;
        const facts = [
            `Measured on ${new Date().toISOString().slice(0, 10)} by \`node tests/bench/run.mjs --rounds ${rounds} --seconds ${seconds}\`, version ${version}${commit ? `, commit ${commit}` : ''}.`,
            `${machine()}.`,
            `${versions()}.`,
            `Load average before ${loadBefore}, after ${loadAverage()}.`,
            `The reply has ${subjects.bytes} bytes; the 1,000 services ${decoder.bytes} bytes on ${decoder.pages} pages, ${decoder.rounds} rounds.`,
        ];
        return { text: report({ subjects: subjects.all, roundsOf, targets: results, facts, sections }), results };
    } finally {
        await subjects.close();
    }
}

const { text, results } = await run();
process.stdout.write(`${text}\n`);
if (values.write) writeReport(join(ROOT, 'docs/performance.md'), 'bench', text);
const missed = results.filter(({ isMet }) => isMet === false);
for (const { what, wanted } of missed) say(`missed: ${what}: wanted ${wanted}`);
if (missed.length > 0 && !values['no-assert']) process.exitCode = 1;
