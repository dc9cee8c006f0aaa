// What Linux tells about processes.
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';

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

/**
 * The name of its program file. Of a process that lets nobody look into it, its first 15 bytes.
 * @param {number} pid
 */
export function programOf(pid) {
    try {
        return readlinkSync(`/proc/${pid}/exe`).split('/').at(-1);
    } catch {
        return runs(pid) ? readFileSync(`/proc/${pid}/comm`, 'latin1').trim() : '';
    }
}

/** Whom it runs as; the owner of its files in /proc may be root all the same. @param {number} pid */
export function userOf(pid) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const [uid, gid] = ['Uid', 'Gid'].map((name) => Number(new RegExp(`^${name}:\\t(\\d+)`, 'm').exec(status)[1]));
    return { uid, gid };
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

const PIECE = 1024 * 1024;

/** Of what a process has mapped and can read, in pieces. Needs the right to trace it. @param {number} pid */
function* memoryPieces(pid) {
    const mem = openSync(`/proc/${pid}/mem`, 'r');
    try {
        for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
            const [, from, to, name] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
            if (from === undefined || /^\[v(var|syscall)/.test(name)) continue;
            const end = BigInt(`0x${to}`);
            for (let at = BigInt(`0x${from}`); at < end; ) {
                const piece = Buffer.alloc(Number(end - at < PIECE ? end - at : BigInt(PIECE)));
                yield piece.subarray(0, readSync(mem, piece, 0, piece.length, at));
                at += BigInt(piece.length);
            }
        }
    } finally {
        closeSync(mem);
    }
}

/**
 * Which of these stand anywhere in the memory of a process.
 * @param {number} pid
 * @param {Buffer[]} wanted
 */
export function inMemory(pid, wanted) {
    const overlap = Math.max(...wanted.map((bytes) => bytes.length)) - 1;
    const found = new Set();
    let tail = Buffer.alloc(0);
    for (const piece of memoryPieces(pid)) {
        const both = Buffer.concat([tail, piece]);
        for (const bytes of wanted) if (both.includes(bytes)) found.add(bytes);
        tail = both.subarray(Math.max(0, both.length - overlap));
    }
    return wanted.filter((bytes) => found.has(bytes));
}
