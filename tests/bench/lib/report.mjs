// The figures as Markdown, and their place in docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { CONNECTIONS } from './measure.mjs';
import { spreadOf } from './stats.mjs';

const MB = 1e6;
const VERDICTS = new Map([
    [true, 'met'],
    [false, '**missed**'],
    [null, ''],
]);

export const number = (value, digits) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The median and, in brackets, the range. */
function spread({ median, min, max }, digits) {
    return `${number(median, digits)} (${number(min, digits)} to ${number(max, digits)})`;
}

export function table(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The largest of all rounds: private memory, and with what is shared. */
function memoryCell(rounds) {
    return Object.keys(rounds[0].memory)
        .map((program) => {
            const largest = (field) => Math.max(...rounds.map(({ memory }) => memory[program][field])) / MB;
            return `${program} ${number(largest('anon'), 1)} / ${number(largest('resident'), 1)}`;
        })
        .join(', ');
}

function ratioCell(rounds, base, digits) {
    return number(spreadOf(rounds.map((round, index) => round.perSecond / base[index].perSecond)).median, digits);
}

function subjectRow({ key, title }, connections, roundsOf) {
    const rounds = roundsOf(key, connections);
    const spreadBy = (pick, digits) => spread(spreadOf(rounds.map(pick)), digits);
    return [
        title,
        String(connections),
        spreadBy((round) => round.perSecond, 0),
        ratioCell(rounds, roundsOf('file', connections), 3),
        ratioCell(rounds, roundsOf('next', connections), 1),
        spreadBy((round) => round.load.p50Us / 1000, 2),
        spreadBy((round) => round.load.p99Us / 1000, 2),
        spreadBy((round) => round.cpuUs, 1),
        memoryCell(rounds),
        String(rounds.reduce((sum, { load }) => sum + load.failures + load.timeouts, 0)),
    ];
}

/**
 * @param {object} run
 * @param {import('./subjects.mjs').Subject[]} run.subjects
 * @param {(key: string, connections: number) => import('./measure.mjs').Round[]} run.roundsOf
 * @param {import('./targets.mjs').Target[]} run.targets
 * @param {string[]} run.facts
 * @param {{title: string, text: string}[]} run.sections  tables of their own
 */
export function report({ subjects, roundsOf, targets, facts, sections }) {
    const rows = CONNECTIONS.flatMap((connections) =>
        subjects.map((subject) => subjectRow(subject, connections, roundsOf)),
    );
    const figures = table(
        [
            'what answers',
            'connections',
            'req/s',
            'times the file',
            'times Next.js',
            'p50, ms',
            'p99, ms',
            'server CPU per reply, µs',
            'memory RssAnon / VmRSS, MB',
            'errors',
        ],
        rows,
    );
    const verdicts = table(
        ['target', 'wanted', 'measured', ''],
        targets.map(({ what, wanted, measured, digits, isMet }) => [
            what,
            wanted,
            measured ? spread(measured, digits) : 'the table below',
            VERDICTS.get(isMet),
        ]),
    );
    const more = sections.map(({ title, text }) => `### ${title}\n\n${text}`);
    return [figures, verdicts, facts.map((fact) => `- ${fact}`).join('\n'), ...more].join('\n\n');
}

/** Replaces what stands between the two marks of that name. @param {string} file */
export function writeReport(file, name, text) {
    const marks = ['begin', 'end'].map((place) => `<!-- ${name}: ${place} -->`);
    const old = readFileSync(file, 'utf8');
    const [begin, end] = marks.map((mark) => old.indexOf(mark));
    if (begin < 0 || end < begin) throw new Error(`${file} has no place for the figures of ${name}`);
    writeFileSync(file, `${old.slice(0, begin + marks[0].length)}\n\n${text}\n\n${old.slice(end)}`);
}
