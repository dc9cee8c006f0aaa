// What Linux tells about processes.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** @param {number} pid @returns {string} one of R, S, D, T, Z, ...; '' when there is no such process */
function stateOf(pid) {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } catch {
        return '';
    }
}

/** A process that is dead but not yet waited for does not run. @param {number} pid */
export function runs(pid) {
    return !['', 'Z', 'X'].includes(stateOf(pid));
}

/** @param {number} pid */
export function isStopped(pid) {
    return stateOf(pid) === 'T';
}

/** @param {number} pid @returns {number} */
function parentOf(pid) {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
        return 0;
    }
}

/** @param {number} pid @returns {string} the name of its program file */
export function programOf(pid) {
    try {
        return readlinkSync(`/proc/${pid}/exe`).split('/').at(-1);
    } catch {
        return '';
    }
}

/** @param {number} pid @returns {number[]} its children that run */
export function childrenOf(pid) {
    return readdirSync('/proc')
        .map(Number)
        .filter((candidate) => candidate && parentOf(candidate) === pid && runs(candidate));
}

/** @param {number} pid @returns {number[]} all that it started, directly or not */
export function descendantsOf(pid) {
    return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/**
 * @param {number} pid
 * @param {string} field  of /proc/PID/status, in kB there
 * @returns {number} bytes
 */
export function memoryOf(pid, field) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
    if (!match) throw new Error(`/proc/${pid}/status has no ${field}`);
    return Number(match[1]) * 1024;
}
