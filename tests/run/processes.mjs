// What runs on this machine, read from /proc.
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

async function readProcess(pid, file) {
    try {
        return await readFile(`/proc/${pid}/${file}`, 'utf8');
    } catch {
        return ''; // it has ended
    }
}

async function isZombie(pid) {
    return /\) Z /.test(await readProcess(pid, 'stat'));
}

/** Processes with the text in their command line. */
export async function processesWith(text) {
    const found = [];
    for (const pid of await readdir('/proc')) {
        if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
        const command = (await readProcess(pid, 'cmdline')).replaceAll('\0', ' ');
        if (command.includes(text) && !(await isZombie(pid))) found.push({ pid: Number(pid), command });
    }
    return found;
}

export async function isRunning(pid) {
    return (await readProcess(pid, 'stat')) !== '' && !(await isZombie(pid));
}

/** The fields of /proc/PID/status. */
export async function statusOf(pid) {
    const lines = (await readProcess(pid, 'status')).split('\n');
    return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
}

/** Waits until `check` gives something true and returns it; throws after the time, with what it gave. */
export async function until(check, milliseconds, what) {
    const deadline = performance.now() + milliseconds;
    for (;;) {
        const value = await check();
        if (value) return value;
        if (performance.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
        await sleep(10);
    }
}
