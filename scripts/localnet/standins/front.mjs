// The HTTP server of one stand-in, on loopback, with its faults before it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { freePort, HOST, portFailure } from '../free-port.mjs';
import { checkedFault, commit } from './faults.mjs';

const NO_FAULT = Object.freeze({});

/** Thrown by a handler: an answer that ends the request. */
export class Refusal extends Error {
    /** @param {number} status @param {unknown} body  JSON; a text stands for {"error": text} */
    constructor(status, body) {
        super(typeof body === 'string' ? body : JSON.stringify(body));
        this.status = status;
        this.body = typeof body === 'string' ? { error: body } : body;
    }
}

/** @param {import('node:http').ServerResponse} res */
export function sendJson(res, value, { status = 200, headers = {} } = {}) {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(value));
}

/** @param {import('node:http').IncomingMessage} req @param {number} limit  bytes */
export async function readBody(req, limit) {
    const chunks = [];
    let length = 0;
    for await (const chunk of req) {
        length += chunk.length;
        if (length > limit) throw new Refusal(413, `Request body size exceeds ${limit} bytes`);
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

export function parseJson(bytes) {
    try {
        return JSON.parse(bytes.toString());
    } catch {
        throw new Refusal(400, 'the body is not JSON');
    }
}

/** Answers while the network is not deployed yet. */
const starting = () => {
    throw new Refusal(503, 'the network is starting');
};

/**
 * @callback Handler
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @param {import('./faults.mjs').Fault} fault  members that the stand-in itself has to heed
 */

export class Front {
    #server;
    #handler = starting;
    #ownFaults = {};
    #onSpoiled = () => {};
    #fault = null;

    /**
     * @param {string} name
     * @param {number} port  0 picks a free one
     */
    static async open(name, port) {
        const front = new Front();
        front.name = name;
        front.#server = createServer((req, res) => front.#answer(req, res));
        const chosenPort = port || (await freePort());
        front.#server.listen(chosenPort, HOST);
        try {
            await once(front.#server, 'listening');
        } catch (error) {
            throw portFailure(chosenPort, error);
        }
        front.origin = `http://${HOST}:${chosenPort}`;
        return front;
    }

    /**
     * @param {Handler} handler
     * @param {object} [options]
     * @param {Record<string, (value: unknown) => boolean>} [options.faults]  that the handler heeds
     * @param {(req: import('node:http').IncomingMessage) => void} [options.onSpoiled]  told of each
     *        request whose answer a fault replaces or cuts
     */
    handle(handler, { faults = {}, onSpoiled = () => {} } = {}) {
        this.#handler = handler;
        this.#ownFaults = faults;
        this.#onSpoiled = onSpoiled;
    }

    get fault() {
        return this.#fault;
    }

    /** @param {unknown} fault  null ends it */
    setFault(fault) {
        this.#fault = fault === null ? null : checkedFault(fault, this.#ownFaults);
    }

    /** What applies to this request. */
    #faultFor(req) {
        const fault = this.#fault;
        if (!fault || !req.url.startsWith(fault.path ?? '/')) return NO_FAULT;
        if (fault.times !== undefined) {
            fault.times -= 1;
            if (fault.times <= 0) this.#fault = null;
        }
        return fault;
    }

    async #answer(req, res) {
        const fault = this.#faultFor(req);
        try {
            const answered = await commit(fault, req, res);
            if (answered || fault.cutAfterBytes !== undefined) this.#onSpoiled(req);
            if (answered) return;
            await this.#handler(req, res, fault);
        } catch (error) {
            if (res.headersSent) res.destroy();
            else if (error instanceof Refusal) sendJson(res, error.body, { status: error.status });
            else sendJson(res, { error: error.message }, { status: 500 });
        }
    }

    close() {
        this.#server.close();
        this.#server.closeAllConnections();
    }
}
