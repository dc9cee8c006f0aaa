// Rounds of load on every subject, interleaved, so that a neighbour's work meets all of them: a round
// gives each subject its seconds one at a time, in turn with the others.
import { spreadOf } from './stats.mjs';
import { cpuSeconds, memoryOfAll } from './usage.mjs';
import { load } from './wrk.mjs';

export const CONNECTIONS = [64, 8];
const WARM_UP_SECONDS = 2;

/**
 * @typedef {object} Round
 * @property {import('./wrk.mjs').Load} load  of all its seconds; percentiles are the median second's
 * @property {number} perSecond  replies
 * @property {number} cpuUs  user and system time of the subject's processes for one reply
 * @property {Record<string, import('./usage.mjs').Memory>} memory  of each of its programs, after the load
 */

/** @returns {Promise<{load: import('./wrk.mjs').Load, cpuUs: number}>} CPU of the whole second */
async function measureSecond(subject, connections) {
    const pids = Object.values(subject.processes()).flat();
    const before = cpuSeconds(pids);
    const result = await load(subject.url, connections, 1);
    return { load: result, cpuUs: (cpuSeconds(pids) - before) * 1e6 };
}

/** @returns {Round} */
function roundOf(subject, parts) {
    const sum = (pick) => parts.reduce((total, part) => total + pick(part), 0);
    const median = (pick) => spreadOf(parts.map(pick)).median;
    const requests = sum((part) => part.load.requests);
    const seconds = sum((part) => part.load.seconds);
    return {
        load: {
            requests,
            seconds,
            p50Us: median((part) => part.load.p50Us),
            p99Us: median((part) => part.load.p99Us),
            maxUs: Math.max(...parts.map((part) => part.load.maxUs)),
            failures: sum((part) => part.load.failures),
            timeouts: sum((part) => part.load.timeouts),
        },
        perSecond: requests / seconds,
        cpuUs: sum((part) => part.cpuUs) / requests,
        memory: Object.fromEntries(
            Object.entries(subject.processes()).map(([program, members]) => [program, memoryOfAll(members)]),
        ),
    };
}

/** A second that measured something else than its name says would be worse than none. */
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
            /** @type {Map<object, Awaited<ReturnType<typeof measureSecond>>[]>} */
            const parts = new Map(order.map((subject) => [subject, []]));
            for (let second = 0; second < seconds; second++) {
                for (const subject of order) {
                    accessLog.clear();
                    const part = await measureSecond(subject, connections);
                    requireTrueTo(subject, connections, part, accessLog.shareFromCache());
                    parts.get(subject).push(part);
                }
            }
            for (const subject of order) {
                const result = roundOf(subject, parts.get(subject));
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
