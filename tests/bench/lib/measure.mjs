// Rounds of load on every subject, interleaved, so that a neighbour's work meets all of them.
import { cpuSeconds, memoryOfAll } from './usage.mjs';
import { load } from './wrk.mjs';

export const CONNECTIONS = [64, 8];
const WARM_UP_SECONDS = 2;

/**
 * @typedef {object} Round
 * @property {import('./wrk.mjs').Load} load
 * @property {number} perSecond  replies
 * @property {number} cpuUs  user and system time of the subject's processes for one reply
 * @property {Record<string, import('./usage.mjs').Memory>} memory  of each of its programs, after the load
 */

/** @returns {Promise<Round>} */
async function measureOne(subject, connections, seconds) {
    const programs = subject.processes();
    const pids = Object.values(programs).flat();
    const before = cpuSeconds(pids);
    const result = await load(subject.url, connections, seconds);
    const used = cpuSeconds(pids) - before;
    return {
        load: result,
        perSecond: result.requests / result.seconds,
        cpuUs: (used / result.requests) * 1e6,
        memory: Object.fromEntries(
            Object.entries(programs).map(([program, members]) => [program, memoryOfAll(members)]),
        ),
    };
}

/** A round that measured something else than its name says would be worse than none. */
function requireTrueTo(subject, connections, { load: result }, shareFromCache) {
    const where = `${subject.title}, ${connections} connections`;
    if (subject.key === 'next') return;
    if (result.failures + result.timeouts > 0) {
        throw new Error(`${where}: ${result.failures} failures, ${result.timeouts} timeouts`);
    }
    const isTrue = subject.key === 'cached' ? shareFromCache > 0.99 : shareFromCache === 0;
    if (!isTrue) throw new Error(`${where}: nginx's cache answered ${(shareFromCache * 100).toFixed(1)} %`);
}

/**
 * @param {import('./subjects.mjs').Subjects} subjects
 * @param {{rounds: number, seconds: number, say: (line: string) => void}} options
 * @returns {Promise<(key: string, connections: number) => Round[]>} the rounds of a subject
 */
export async function measure({ all, accessLog }, { rounds, seconds, say }) {
    /** @type {Map<string, Round[]>} */
    const results = new Map();
    const nameOf = (key, connections) => `${key} ${connections}`;

    for (const subject of all) await load(subject.url, CONNECTIONS.at(-1), WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round++) {
        // None is always the one that comes after a certain other.
        const order = all.map((_, index) => all[(index + round) % all.length]);
        for (const connections of CONNECTIONS) {
            for (const subject of order) {
                accessLog.clear();
                const result = await measureOne(subject, connections, seconds);
                requireTrueTo(subject, connections, result, accessLog.shareFromCache());
                const name = nameOf(subject.key, connections);
                results.set(name, [...(results.get(name) ?? []), result]);
                say(
                    `round ${round + 1}/${rounds}  ${name.padEnd(12)}` +
                        `${result.perSecond.toFixed(0).padStart(8)}/s ${result.cpuUs.toFixed(1).padStart(8)} us CPU`,
                );
            }
        }
    }
    return (key, connections) => results.get(nameOf(key, connections));
}
