// What processes use, as Linux counts it.
import { readFileSync, readdirSync } from 'node:fs';
import { memoryOf } from '../../lib/processes.mjs';

/**
 * @param {number} pid
 * @returns {number} CPU seconds, user and system, of its threads so far: to the nanosecond, where
 *     /proc/PID/stat counts clock ticks
 */
function cpuOf(pid) {
    const onCpu = (thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0];
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(onCpu(thread)), 0) / 1e9;
}

/** @param {number[]} pids */
export const cpuSeconds = (pids) => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);

/** @typedef {{anon: number, resident: number}} Memory  bytes: private, and with what is shared */

/** @param {number[]} pids @returns {Memory} */
export function memoryOfAll(pids) {
    const sumOf = (field) => pids.reduce((sum, pid) => sum + memoryOf(pid, field), 0);
    return { anon: sumOf('RssAnon'), resident: sumOf('VmRSS') };
}
