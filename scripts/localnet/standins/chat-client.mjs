// One streamed chat call as an agent makes it, with what it needs to prove and to record it.
import { sha256 } from './signatures.mjs';

const DEADLINE_MS = 60_000;

/** The error text of an answer, whichever of the usual shapes it has. */
function errorText(status, body) {
    try {
        const { error } = JSON.parse(body);
        return typeof error === 'string' ? error : error.message;
    } catch {
        return `status ${status}`;
    }
}

function* dataLines(text) {
    for (const line of text.split(/\r?\n/)) {
        if (line.startsWith('data: ') && line !== 'data: [DONE]') yield JSON.parse(line.slice(6));
    }
}

function lastUsage(text) {
    let usage = null;
    for (const chunk of dataLines(text)) {
        if (chunk.error) throw new Error(chunk.error.message);
        usage = chunk.usage ?? usage;
    }
    if (!usage) throw new Error('the answer carries no usage');
    return usage;
}

/**
 * @param {string} url  the provider's, as registered
 * @param {string} token
 * @param {{model: string, messages: object[], max_tokens: number, seed: number}} request
 * @param {AbortSignal} signal
 * @returns {Promise<{usage: object, chatId: string, requestSha256: string, responseSha256: string}>}
 */
export async function streamChat(url, token, request, signal) {
    const stream = { stream: true, stream_options: { include_usage: true } };
    const body = JSON.stringify({ ...request, ...stream });
    const response = await fetch(`${url.replace(/\/+$/, '')}/v1/proxy/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(errorText(response.status, bytes.toString()));
    return {
        usage: lastUsage(bytes.toString()),
        chatId: response.headers.get('zg-res-key'),
        requestSha256: sha256(body),
        responseSha256: sha256(bytes),
    };
}
