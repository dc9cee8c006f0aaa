// What was promised, beside what was measured.
import { SERVICES } from './decoder.mjs';
import { CONNECTIONS } from './measure.mjs';
import { spreadOf } from './stats.mjs';

const MB = 1e6;

/**
 * @typedef {object} Target
 * @property {string} what
 * @property {string} wanted
 * @property {import('./stats.mjs').Spread} [measured]  else a table of its own shows it
 * @property {number} [digits]  behind the point
 * @property {boolean | null} isMet  by the median, by the largest for memory; null: nothing was promised
 */

const atLeast = (what, wanted, measured, digits) => ({
    what,
    wanted: `at least ${wanted}`,
    measured,
    digits,
    isMet: measured.median >= wanted,
});

/**
 * @param {(key: string, connections: number) => import('./measure.mjs').Round[]} roundsOf
 * @param {ReturnType<import('./decoder.mjs').measureDecoder>} decoder
 * @returns {Target[]}
 */
export function targets(roundsOf, decoder) {
    /** Of two subjects in the same round, which met the same neighbours. */
    const ratio = (one, other, connections, field) => {
        const others = roundsOf(other, connections);
        return spreadOf(roundsOf(one, connections).map((round, index) => round[field] / others[index][field]));
    };
    const anon = CONNECTIONS.flatMap((connections) =>
        ['cached', 'uncached'].flatMap((key) =>
            roundsOf(key, connections).map(({ memory }) => memory['metrics.fcgi'].anon / MB),
        ),
    );
    const privateMemory = spreadOf(anon);
    const decoding = {
        median: decoder.medianUs / 1000,
        min: decoder.minUs / 1000,
        max: decoder.maxUs / 1000,
    };
    return [
        atLeast('server CPU per reply: file / cached, 64 connections', 0.9, ratio('file', 'cached', 64, 'cpuUs'), 2),
        {
            what: 'the same with sendfile off for the file',
            wanted: '',
            measured: ratio('fileCopied', 'cached', 64, 'cpuUs'),
            digits: 2,
            isMet: null,
        },
        atLeast('req/s: cached / Next.js, 8 connections', 100, ratio('cached', 'next', 8, 'perSecond'), 0),
        {
            what: 'private memory (RssAnon) of metrics.fcgi, MB',
            wanted: 'at most 8',
            measured: privateMemory,
            digits: 1,
            isMet: privateMemory.max <= 8,
        },
        {
            what: `CPU to decode ${SERVICES} services, ms`,
            wanted: 'under 2',
            measured: decoding,
            digits: 2,
            isMet: decoder.services === SERVICES && decoding.median < 2,
        },
    ];
}
