// Faults on command: what a stand-in does wrong until it is told to stop.
import { setTimeout as sleep } from 'node:timers/promises';

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isFlag = (value) => value === true;
const isText = (value) => typeof value === 'string';

/**
 * The members of a fault that every stand-in knows. They combine: a slow 500 that ends after 3 requests
 * is {delayMs: 2000, status: 500, times: 3}.
 */
const COMMON = {
    /** waits before anything else */
    delayMs: isCount,
    /** answers with this status instead */
    status: isCount,
    /** the error text of that answer */
    error: isText,
    /** its Retry-After */
    retryAfterS: isCount,
    /** 200 with bytes that are no JSON, no metrics and no UTF-8 */
    garbage: isFlag,
    /** 200 with a JSON string of this length */
    hugeBytes: isCount,
    /** takes the request and never answers */
    hang: isFlag,
    /** closes the connection at once */
    reset: isFlag,
    /** closes the connection after so many bytes of the right answer */
    cutAfterBytes: isCount,
    /** only requests whose path starts so */
    path: isText,
    /** ends by itself after so many requests */
    times: isCount,
};

const GARBAGE = Buffer.from(
    '\xff\xfe\x00<html>{"jsonrpc":"2.0","result":[[[\x80\x81 NaN 0x',
    'latin1',
);
const HUGE_PIECE = Buffer.alloc(65_536, 'a');

/** @typedef {Record<string, unknown>} Fault */

/**
 * @param {unknown} fault
 * @param {Record<string, (value: unknown) => boolean>} own  members that one kind of stand-in adds
 * @returns {Fault} the fault, if it is one
 */
export function checkedFault(fault, own) {
    if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
        throw new TypeError('a fault is an object');
    }
    const known = { ...COMMON, ...own };
    for (const [name, value] of Object.entries(fault)) {
        if (!Object.hasOwn(known, name)) throw new TypeError(`unknown member ${name}`);
        if (!known[name](value)) throw new TypeError(`wrong value of ${name}`);
    }
    return { ...fault };
}

async function writeHuge(res, length) {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.write('"');
    for (let left = length; left > 0 && !res.destroyed; left -= HUGE_PIECE.length) {
        if (!res.write(HUGE_PIECE.subarray(0, left))) {
            await new Promise((resolve) => {
                res.once('drain', resolve);
                res.once('close', resolve);
            });
        }
    }
    res.end('"');
}

function writeError(res, { status, error = 'a fault on command', retryAfterS }) {
    const headers = { 'content-type': 'application/json' };
    if (retryAfterS !== undefined) headers['retry-after'] = String(retryAfterS);
    res.writeHead(status, headers);
    res.end(JSON.stringify({ error }));
}

/** Closes the connection in the middle of an answer, after what was written of it is sent. */
export function cut(res) {
    // What was written reaches the socket at the end of this turn.
    setImmediate(() => res.socket?.destroySoon());
}

/** Lets so many bytes of the body through, then cuts; a shorter body is cut at its end. */
function cutAfter(res, limit) {
    const write = res.write.bind(res);
    let left = limit;
    res.write = (chunk) => {
        const bytes = Buffer.from(chunk).subarray(0, left);
        if (bytes.length === 0) return true;
        left -= bytes.length;
        if (left === 0) cut(res);
        return write(bytes);
    };
    res.end = (chunk = '') => {
        res.write(chunk);
        cut(res);
    };
}

/**
 * Does what the fault says.
 * @param {Fault} fault
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @returns {Promise<boolean>} whether that was the answer; else the stand-in gives its own
 */
export async function commit(fault, req, res) {
    if (fault.delayMs) await sleep(fault.delayMs);
    if (fault.reset) req.socket.destroy();
    else if (fault.hang) req.resume();
    else if (fault.status !== undefined) writeError(res, fault);
    else if (fault.garbage) res.end(GARBAGE);
    else if (fault.hugeBytes !== undefined) await writeHuge(res, fault.hugeBytes);
    else {
        if (fault.cutAfterBytes !== undefined) cutAfter(res, fault.cutAfterBytes);
        return false;
    }
    return true;
}
