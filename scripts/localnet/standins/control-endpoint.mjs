// What a test may tell the stand-ins while they run. It listens on loopback and takes JSON only, which
// no page in a browser can send here without being allowed to.
import { Refusal, parseJson, readBody, sendJson } from './front.mjs';

const BODY_LIMIT = 1_000_000;
const FAULT = /^\/faults\/([\w/-]+)$/;

export class ControlEndpoint {
    #fronts;
    #actions;

    /**
     * @param {Map<string, import('./front.mjs').Front>} fronts  those that take faults, by name
     * @param {Record<string, (body: any) => Promise<unknown>>} actions  by name
     */
    constructor(fronts, actions) {
        this.#fronts = fronts;
        this.#actions = actions;
    }

    #faults() {
        return Object.fromEntries([...this.#fronts].map(([name, front]) => [name, front.fault]));
    }

    #setFault(name, fault) {
        const front = this.#fronts.get(name);
        if (!front) throw new Refusal(404, `no stand-in is called ${name}`);
        try {
            front.setFault(fault);
        } catch (error) {
            throw new Refusal(400, error.message);
        }
    }

    async #body(req) {
        if (req.headers['content-type'] !== 'application/json') {
            throw new Refusal(415, 'the body has to be application/json');
        }
        return parseJson(await readBody(req, BODY_LIMIT));
    }

    /** @type {import('./front.mjs').Handler} */
    handle = async (req, res) => {
        const { pathname } = new URL(req.url, 'http://localhost');
        if (req.method === 'GET' && pathname === '/faults') return sendJson(res, this.#faults());
        const body = await this.#body(req);
        const [, name] = FAULT.exec(pathname) ?? [];
        if (req.method === 'PUT' && name) {
            this.#setFault(name, body);
            return sendJson(res, this.#faults());
        }
        const action = pathname.slice(1);
        if (req.method === 'POST' && Object.hasOwn(this.#actions, action)) {
            return sendJson(res, (await this.#actions[action](body)) ?? null);
        }
        throw new Refusal(404, 'no such path');
    };
}
