// The admin API's benchmarks as a client sees them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pauseAgent, setFault } from '../../scripts/localnet/control.mjs';

export const BENCHMARKS = '/admin/api/benchmarks';

/** The provider that runs call unless they name another. */
export const STANDIN = 'provider/0';
/** Many tokens a second. */
const FAST = { ttftMs: 20, tpotMs: 2 };

/**
 * @typedef {object} Event
 * @property {number} id
 * @property {string} name
 * @property {any} data
 */

export class Benchmarks {
    /** @param {import('./stack.mjs').Stack} stack */
    constructor(stack) {
        this.stack = stack;
        this.token = readFileSync(join(stack.runDir, 'admin-token'), 'utf8').trim();
    }

    /** The local network does nothing by itself, and its provider is fast. */
    async prepare() {
        const { control } = this.stack.facts;
        await pauseAgent(control);
        await setFault(control, STANDIN, FAST);
    }

    /** @template T @param {object} fault  of the provider, while `work` is on @param {() => Promise<T>} work */
    async withFault(fault, work) {
        const { control } = this.stack.facts;
        await setFault(control, STANDIN, { ...FAST, ...fault });
        try {
            return await work();
        } finally {
            await setFault(control, STANDIN, FAST);
        }
    }

    /** @param {string} path @param {{method?: string, body?: unknown, headers?: object, token?: string | null}} [options] */
    ask(path, { method = 'GET', body, headers = {}, token = this.token } = {}) {
        return this.stack.request(path, {
            method,
            body: body === undefined ? undefined : JSON.stringify(body),
            headers: {
                ...(token && { authorization: `Bearer ${token}` }),
                ...(body !== undefined && { 'content-type': 'application/json' }),
                ...headers,
            },
        });
    }

    post(plan, options = {}) {
        return this.ask(BENCHMARKS, { method: 'POST', body: plan, ...options });
    }

    /** Starts a run; gives its URL. */
    async start(plan) {
        const reply = await this.post(plan);
        assert.equal(reply.status, 202, reply.text);
        return reply.headers.location;
    }

    async json(path) {
        const reply = await this.ask(path);
        assert.equal(reply.status, 200, reply.text);
        return JSON.parse(reply.text);
    }

    /**
     * Reads the events of a run until they end.
     * @param {string} url
     * @param {{lastEventId?: number, onEvent?: (event: Event) => void}} [options]
     * @returns {Promise<Event[]>}
     */
    events(url, { lastEventId, onEvent = () => {} } = {}) {
        const headers = {
            authorization: `Bearer ${this.token}`,
            ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
        };
        return new Promise((resolve, reject) => {
            const outgoing = http.get(`${this.stack.url}${url}/events`, { headers, agent: false }, (incoming) => {
                /** @type {Event[]} */
                const events = [];
                let text = '';
                if (incoming.statusCode !== 200) reject(new Error(`status ${incoming.statusCode}`));
                incoming.setEncoding('utf8').on('data', (chunk) => {
                    text += chunk;
                    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
                        const [, id, name, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
                        text = text.slice(end + 2);
                        if (!name) continue;
                        const event = { id: Number(id), name, data: JSON.parse(data) };
                        events.push(event);
                        onEvent(event);
                    }
                });
                incoming.on('end', () => resolve(events));
                incoming.on('error', reject);
            });
            outgoing.on('error', reject);
        });
    }

    /** Carries a run out; gives its last event's data and its raw data. */
    async run(plan) {
        const url = await this.start(plan);
        const events = await this.events(url);
        const report = await this.json(`${url}/report.json`);
        return { url, events, done: events.at(-1).data, report };
    }
}
