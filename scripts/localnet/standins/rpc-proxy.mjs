// The node once more, behind faults: a chain RPC that is slow, wrong or strict on command.
import { Refusal, readBody, sendJson } from './front.mjs';

const BODY_LIMIT = 64 * 1024 * 1024;
const LIMIT_EXCEEDED = -32_005;

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** Faults of an RPC, beside those that every stand-in knows. */
export const RPC_FAULTS = {
    /** says that it is another chain */
    chainId: isCount,
    /** the most blocks, and the most logs, of one eth_getLogs */
    maxBlocks: isCount,
    maxLogs: isCount,
    /** answers every call with this JSON-RPC error */
    rpcError: (value) => typeof value === 'object' && value !== null && isCount(-value.code),
};

const limitError = (message) => ({ code: LIMIT_EXCEEDED, message });

/** The answer that the fault gives to a call without asking the node; null: it does not. */
async function ownAnswer({ method, params }, fault, headNumber) {
    if (fault.rpcError) return { error: fault.rpcError };
    if (fault.chainId !== undefined && method === 'eth_chainId') {
        return { result: `0x${fault.chainId.toString(16)}` };
    }
    if (fault.chainId !== undefined && method === 'net_version') {
        return { result: String(fault.chainId) };
    }
    if (fault.maxBlocks !== undefined && method === 'eth_getLogs') {
        const [{ fromBlock = 'latest', toBlock = 'latest', blockHash }] = params;
        if (blockHash) return null;
        const head = await headNumber();
        const number = (tag) => (tag === 'earliest' ? 0 : /^0x/.test(tag) ? Number(tag) : head);
        if (number(toBlock) - number(fromBlock) + 1 > fault.maxBlocks) {
            return { error: limitError(`block range exceeds ${fault.maxBlocks}`) };
        }
    }
    return null;
}

/** Logs beyond the limit are refused, as nodes do once they have counted them. */
function limitLogs({ method }, answer, { maxLogs }) {
    if (maxLogs === undefined || method !== 'eth_getLogs' || !answer.result) return answer;
    if (answer.result.length <= maxLogs) return answer;
    const { jsonrpc, id } = answer;
    return { jsonrpc, id, error: limitError(`query returned more than ${maxLogs} results`) };
}

export class RpcProxy {
    #rpc;

    /** @param {string} rpc */
    constructor(rpc) {
        this.#rpc = rpc;
    }

    async #post(body) {
        const response = await fetch(this.#rpc, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
        });
        return response.json();
    }

    #headNumber = async () => {
        const call = { jsonrpc: '2.0', id: 0, method: 'eth_blockNumber', params: [] };
        return Number((await this.#post(JSON.stringify(call))).result);
    };

    async #answer(call, fault) {
        const own = await ownAnswer(call, fault, this.#headNumber);
        if (own) return { jsonrpc: '2.0', id: call.id ?? null, ...own };
        return limitLogs(call, await this.#post(JSON.stringify(call)), fault);
    }

    /** @type {import('./front.mjs').Handler} */
    handle = async (req, res, fault) => {
        const body = await readBody(req, BODY_LIMIT);
        const own = Object.keys(RPC_FAULTS).some((name) => fault[name] !== undefined);
        try {
            if (!own) return sendJson(res, await this.#post(body));
            const request = JSON.parse(body.toString());
            const answer = Array.isArray(request)
                ? await Promise.all(request.map((call) => this.#answer(call, fault)))
                : await this.#answer(request, fault);
            return sendJson(res, answer);
        } catch (error) {
            throw new Refusal(502, `the node does not answer: ${error.message}`);
        }
    };
}
