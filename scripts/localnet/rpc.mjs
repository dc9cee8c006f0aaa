// JSON-RPC over HTTP to the local node.

const DEADLINE_MS = 10_000;

async function post(url, body) {
    const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return response.json();
}

function resultOf(method, answer) {
    if (answer?.error) {
        const error = new Error(`${method}: ${answer.error.message}`);
        error.data = answer.error.data;
        throw error;
    }
    return answer.result;
}

/**
 * @param {string} url
 * @param {string} method
 * @param {unknown[]} [params]
 */
export async function call(url, method, params = []) {
    return resultOf(method, await post(url, { jsonrpc: '2.0', id: 0, method, params }));
}

/**
 * Several calls in one request. The results come back in the order of the calls.
 * @param {string} url
 * @param {[method: string, params: unknown[]][]} calls
 */
export async function batch(url, calls) {
    if (calls.length === 0) return [];
    const requests = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
    const answers = new Map((await post(url, requests)).map((answer) => [answer.id, answer]));
    return calls.map(([method], id) => resultOf(method, answers.get(id)));
}
