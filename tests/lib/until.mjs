// Waiting for something to become true, with a deadline that names it.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * Asks `look` again and again until it returns without throwing, and gives what it returned.
 * When the deadline passes, the last failure is the cause.
 * @template T
 * @param {number} deadlineMs
 * @param {() => T | Promise<T>} look  throws (an assertion, say) while it is not so yet
 * @param {number} [pauseMs]
 * @returns {Promise<T>}
 */
export async function until(deadlineMs, look, pauseMs = PAUSE_MS) {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
        try {
            return await look();
        } catch (error) {
            if (performance.now() > deadline) {
                throw new Error(`not within ${deadlineMs} ms: ${error.message}`, { cause: error });
            }
        }
        await sleep(pauseMs);
    }
}

/**
 * Checks again and again that something holds for the whole time.
 * @param {number} durationMs
 * @param {() => void | Promise<void>} check  throws when it does not hold
 */
export async function holds(durationMs, check, pauseMs = PAUSE_MS) {
    const end = performance.now() + durationMs;
    while (performance.now() < end) {
        await check();
        await sleep(pauseMs);
    }
}
