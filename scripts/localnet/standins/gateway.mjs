// OpenAI-compatible servers that take an API key: 0G's router, which passes requests on to providers of the
// network, and a centralised server that knows nothing of 0G. No request is really passed on: the answer
// is made here, in the pace of the provider that is said to give it.
import { randomUUID } from 'node:crypto';
import { CHAT_FAULTS, planAnswer } from './chat.mjs';
import { sendStream, sendWhole } from './chat-reply.mjs';
import { chatFee } from './fees.mjs';
import { Refusal, parseJson, readBody } from './front.mjs';
import { paceOf } from './hardware.mjs';

const BODY_LIMIT = 1_000_000;

/** Worth nothing anywhere else. */
export const ROUTER_KEY = 'sk-localnet-router';
export const BASELINE_KEY = 'sk-localnet-baseline';

export const BASELINE_MODEL = 'central/model';
const BASELINE_PACE = { ttftMs: 60, tpotMs: 8 };

const problem = (status, message, type) => new Refusal(status, { error: { message, type } });

/** @typedef {{pace: {ttftMs: number, tpotMs: number}, traceOf: (usage: object) => object | undefined}} Server */

class Gateway {
    #key;
    #serverOf;

    /**
     * @param {string} key
     * @param {(req: import('node:http').IncomingMessage, model: string, fault: object) => Server | undefined} serverOf
     *        who answers for a model
     */
    constructor(key, serverOf) {
        this.#key = key;
        this.#serverOf = serverOf;
    }

    /** @type {import('./front.mjs').Handler} */
    handle = async (req, res, fault) => {
        const start = performance.now();
        const request = parseJson(await readBody(req, BODY_LIMIT));
        if (req.url !== '/v1/chat/completions') throw problem(404, 'no such path', 'not_found');
        if (req.headers.authorization !== `Bearer ${this.#key}`) {
            throw problem(401, 'the API key is not valid', 'authentication_error');
        }
        const server = this.#serverOf(req, request.model, fault);
        if (!server) throw problem(404, 'nobody serves this model', 'model_not_found');
        const answer = planAnswer(request, `chatcmpl-${randomUUID()}`, request.model, fault);
        answer.trace = server.traceOf(answer.usage);
        const send = request.stream === true ? sendStream : sendWhole;
        await send(res, answer, { pace: { ...server.pace, ...fault }, fault, headers: {}, start });
    };
}

/** Faults of the router, beside those of every chat. */
export const ROUTER_FAULTS = {
    ...CHAT_FAULTS,
    /** the last provider of the network answers, whoever was asked for */
    reroute: (value) => value === true,
};
export const BASELINE_FAULTS = CHAT_FAULTS;

/**
 * @param {import('./provider.mjs').Provider[]} providers
 * @param {import('../services.mjs').PlannedService[]} services  theirs, in the same order
 */
export function router(providers, services) {
    const serverOf = (req, model, { reroute }) => {
        const asked = req.headers['x-0g-provider-address']?.toLowerCase();
        const serves = (index) =>
            services[index].model === model &&
            (!asked || providers[index].account.address.toLowerCase() === asked);
        const found = services.findIndex((_, index) => serves(index));
        if (found < 0) return undefined;
        const index = reroute ? providers.length - 1 : found;
        const traceOf = (usage) => ({
            request_id: randomUUID(),
            provider: providers[index].account.address,
            billing: { total_cost: String(chatFee(services[index], usage)) },
        });
        return { pace: paceOf(index), traceOf };
    };
    return new Gateway(ROUTER_KEY, serverOf);
}

export const baseline = () =>
    new Gateway(BASELINE_KEY, (_, model) =>
        model === BASELINE_MODEL ? { pace: BASELINE_PACE, traceOf: () => undefined } : undefined,
    );
