// JSON-RPC 2.0 over HTTP as 0G's storage programs speak it: positional parameters, batches.
import { parseJson, readBody, sendJson } from './front.mjs';

const BODY_LIMIT = 1_000_000;

/** An error that a method answers with. */
export class RpcError extends Error {
    constructor(code, message, data) {
        super(message);
        this.answer = data === undefined ? { code, message } : { code, message, data };
    }
}

export const invalidParams = (name, detail) =>
    new RpcError(-32602, `Invalid params: ${name}`, detail);

async function answerOne(methods, { id = null, method, params = [] }) {
    try {
        if (!Object.hasOwn(methods, method ?? '')) throw new RpcError(-32601, 'Method not found');
        return { jsonrpc: '2.0', id, result: await methods[method](...params) };
    } catch (error) {
        const known = error instanceof RpcError;
        const answer = known
            ? error.answer
            : { code: -32603, message: 'Internal error', data: error.message };
        return { jsonrpc: '2.0', id, error: answer };
    }
}

/**
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @param {Record<string, (...params: any[]) => unknown>} methods
 */
export async function answerRpc(req, res, methods) {
    const request = parseJson(await readBody(req, BODY_LIMIT));
    const answer = Array.isArray(request)
        ? await Promise.all(request.map((one) => answerOne(methods, one ?? {})))
        : await answerOne(methods, request ?? {});
    sendJson(res, answer);
}
