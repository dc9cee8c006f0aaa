// The chain's state on disk, so that a network can go on where it stopped.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { replaceFile } from './files.mjs';
import { call } from './rpc.mjs';

const INTERVAL_MS = 1000;
// A dump grows with the chain. Saving may take this part of the time: on a long chain it is rarer.
const BUSY_SHARE = 0.1;

/**
 * @param {string} rpc
 * @param {string} path
 */
export async function saveState(rpc, path) {
    const dump = await call(rpc, 'anvil_dumpState');
    await replaceFile(path, Buffer.from(dump.slice(2), 'hex'));
}

/** The saved state as the JSON that anvil loads at its start. */
export async function readState(path) {
    return promisify(gunzip)(await readFile(path));
}

/**
 * Saves the state again and again until the signal is given. Failing saves do not end the network.
 * They are reported once, with the second in a row: the first is how the end of anvil shows itself.
 * @param {string} rpc
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {(line: string) => void} log
 */
export async function keepSaving(rpc, path, signal, log) {
    let failures = 0;
    while (!signal.aborted) {
        const start = performance.now();
        try {
            await saveState(rpc, path);
            failures = 0;
        } catch (error) {
            failures += 1;
            if (failures === 2) log(`the state is not saved: ${error.message}`);
        }
        const pause = Math.max(INTERVAL_MS, (performance.now() - start) / BUSY_SHARE);
        await sleep(pause, undefined, { signal }).catch(() => {});
    }
}
