// What processes use, as Linux counts it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { memoryOf } from '../../lib/processes.mjs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

// Fields 14 and 15 of proc(5), counted from the third, which follows the program's name.
const UTIME = 11;
const STIME = 12;

/** @param {number} pid @returns {number} CPU seconds, user and system, of all its threads so far */
function cpuOf(pid) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SECOND;
}

/** @param {number[]} pids */
export const cpuSeconds = (pids) => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);

/** @typedef {{anon: number, resident: number}} Memory  bytes: private, and with what is shared */

/** @param {number[]} pids @returns {Memory} */
export function memoryOfAll(pids) {
    const sumOf = (field) => pids.reduce((sum, pid) => sum + memoryOf(pid, field), 0);
    return { anon: sumOf('RssAnon'), resident: sumOf('VmRSS') };
}
