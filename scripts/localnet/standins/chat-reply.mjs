// Sending a planned answer in a server's pace, as a stream or in one piece.
import { setTimeout as sleep } from 'node:timers/promises';
import { completionBody, eventBytes, streamEvents } from './chat.mjs';
import { cut } from './faults.mjs';

/**
 * @typedef {object} Sending
 * @property {{ttftMs: number, tpotMs: number}} pace
 * @property {import('./faults.mjs').Fault} fault
 * @property {Record<string, string>} headers
 * @property {number} start  of the request, on performance.now()'s clock
 */

/** Waits until performance.now() reaches a time. */
async function until(time) {
    const left = time - performance.now();
    if (left > 0) await sleep(left);
}

/** In two pieces, the first of which ends inside a character, where there is one to cut. */
async function writeSplit(res, bytes) {
    const middle = bytes.findIndex((byte) => byte >= 0x80) + 1;
    if (middle > 0) {
        res.write(bytes.subarray(0, middle));
        await sleep(1);
    }
    res.write(bytes.subarray(middle));
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {import('./chat.mjs').Answer} answer
 * @param {Sending} sending
 */
export async function sendWhole(res, answer, { pace, fault, headers, start }) {
    const steps = Math.max(0, answer.usage.completion_tokens - 1);
    await until(start + pace.ttftMs + steps * pace.tpotMs);
    const bytes = Buffer.from(completionBody(answer, fault));
    res.writeHead(200, { 'content-type': 'application/json', ...headers });
    res.end(bytes);
    return { bytes, complete: true };
}

/**
 * The stream goes on, and is billed, whether or not the client still listens.
 * @param {import('node:http').ServerResponse} res
 * @param {import('./chat.mjs').Answer} answer
 * @param {Sending} sending
 */
export async function sendStream(res, answer, { pace, fault, headers, start }) {
    res.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
        ...headers,
    });
    const all = [];
    let due = start + pace.ttftMs;
    let firstAt;
    let complete = true;
    for (const { data, token } of streamEvents(answer, fault)) {
        if (token) {
            await until(due);
            due += pace.tpotMs;
            firstAt ??= performance.now();
        }
        if (all.length === fault.stallAfterEvents) complete = false;
        if (all.length === fault.cutAfterEvents) {
            complete = false;
            cut(res);
        }
        const bytes = eventBytes(data, fault);
        all.push(bytes);
        if (!complete || res.destroyed) continue;
        if (fault.splitUtf8) await writeSplit(res, bytes);
        else res.write(bytes);
    }
    if (complete) res.end();
    return { bytes: Buffer.concat(all), complete, firstAt };
}
