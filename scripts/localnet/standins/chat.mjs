// Chat completions in OpenAI's shape: the answer as a whole or as a stream of events, with its timing.
import { answerTo, promptTokens } from './tokens.mjs';

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isFlag = (value) => value === true;

/** Faults of a chat answer, beside those that every stand-in knows. */
export const CHAT_FAULTS = {
    /** time until the first token, and from each token to the next */
    ttftMs: isCount,
    tpotMs: isCount,
    /** after so many events nothing more comes, or the connection is cut */
    stallAfterEvents: isCount,
    cutAfterEvents: isCount,
    /** an error object under status 200 */
    errorUnder200: isFlag,
    /** usage in no chunk, or in every one (cumulative); else in the last one before the end */
    usage: (value) => value === 'none' || value === 'every',
    /** a first chunk with the role and no text */
    roleFirst: isFlag,
    /** so many reasoning tokens before the text */
    reasoningTokens: isCount,
    /** lines end in CRLF */
    crlf: isFlag,
    /** text beyond ASCII, cut inside a character */
    splitUtf8: isFlag,
    /** no [DONE] at the end */
    omitDone: isFlag,
    /** reports, and bills, so many output tokens more than there are */
    extraTokens: isCount,
    /** reports so many prompt tokens as cached */
    cachedTokens: isCount,
};

const DEFAULT_MAX_TOKENS = 128;
const MAX_TOKENS = 4096;

const UPSTREAM_ERROR = {
    error: { message: 'the model stopped unexpectedly', type: 'server_error', code: 'internal' },
};

/**
 * @typedef {object} Usage
 * @property {number} prompt_tokens
 * @property {number} completion_tokens
 * @property {number} total_tokens
 * @property {{cached_tokens: number}} [prompt_tokens_details]
 */

/**
 * @typedef {object} Answer
 * @property {string} id
 * @property {string} model
 * @property {number} created  Unix seconds
 * @property {string[]} reasoning
 * @property {string[]} tokens
 * @property {'stop' | 'length'} finishReason
 * @property {Usage} usage
 * @property {object} [trace]  what 0G's router adds beside the usage
 */

function usageOf(prompt, completion, fault) {
    const completionTokens = completion + (fault.extraTokens ?? 0);
    const usage = {
        prompt_tokens: prompt,
        completion_tokens: completionTokens,
        total_tokens: prompt + completionTokens,
    };
    if (fault.cachedTokens !== undefined) {
        const cached = Math.min(fault.cachedTokens, prompt);
        usage.prompt_tokens_details = { cached_tokens: cached };
    }
    return usage;
}

/**
 * Plans the whole answer to a request.
 * @param {{messages: object[], max_tokens?: number, max_completion_tokens?: number, seed?: number}} request
 * @param {string} id
 * @param {string} model
 * @param {import('./faults.mjs').Fault} fault
 * @returns {Answer}
 */
export function planAnswer(request, id, model, fault) {
    const wished = request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS;
    const maxTokens = Math.min(wished, MAX_TOKENS);
    const basis = JSON.stringify([model, request.seed ?? 0, request.messages]);
    const reasoningLength = Math.min(fault.reasoningTokens ?? 0, maxTokens);
    const text = answerTo(basis, maxTokens - reasoningLength, fault.splitUtf8 === true);
    const reasoning = Array.from({ length: reasoningLength }, (_, i) => (i ? ' hm' : 'hm'));
    return {
        id,
        model,
        created: Math.floor(Date.now() / 1000),
        reasoning,
        ...text,
        usage: usageOf(
            promptTokens(request.messages),
            reasoning.length + text.tokens.length,
            fault,
        ),
    };
}

const traced = (trace) => trace && { x_0g_trace: trace };

/** The answer in one piece. */
export function completionBody(answer, fault) {
    if (fault.errorUnder200) return JSON.stringify(UPSTREAM_ERROR);
    const { id, created, model, reasoning, tokens, finishReason, usage, trace } = answer;
    const message = { role: 'assistant', content: tokens.join('') };
    if (reasoning.length > 0) message.reasoning_content = reasoning.join('');
    const choice = { index: 0, message, finish_reason: finishReason };
    const body = { id, object: 'chat.completion', created, model, choices: [choice], ...traced(trace) };
    return JSON.stringify(fault.usage === 'none' ? body : { ...body, usage });
}

/**
 * The stream's events in order. Those with a token are sent one after another in the provider's pace,
 * the others at once.
 * @returns {Generator<{data: string, token: boolean}>}
 */
export function* streamEvents(answer, fault) {
    if (fault.errorUnder200) {
        yield { data: JSON.stringify(UPSTREAM_ERROR), token: false };
        return;
    }
    const { id, created, model, reasoning, tokens, finishReason, usage, trace } = answer;
    let sent = 0;
    const chunk = (choices, withUsage) => {
        const body = { id, object: 'chat.completion.chunk', created, model, choices };
        return JSON.stringify(withUsage ? { ...body, usage: withUsage, ...traced(trace) } : body);
    };
    const soFar = () => {
        const prompt = usage.prompt_tokens;
        return { ...usage, completion_tokens: sent, total_tokens: prompt + sent };
    };
    const choice = (delta, finish = null) => [{ index: 0, delta, finish_reason: finish }];
    const every = fault.usage === 'every';

    if (fault.roleFirst) {
        yield { data: chunk(choice({ role: 'assistant', content: '' })), token: false };
    }
    for (const [member, pieces] of [
        ['reasoning_content', reasoning],
        ['content', tokens],
    ]) {
        for (const piece of pieces) {
            sent += 1;
            yield { data: chunk(choice({ [member]: piece }), every && soFar()), token: true };
        }
    }
    yield { data: chunk(choice({}, finishReason), every && usage), token: false };
    if (fault.usage === undefined) yield { data: chunk([], usage), token: false };
    if (!fault.omitDone) yield { data: '[DONE]', token: false };
}

/** An event as it goes over the wire. */
export function eventBytes(data, fault) {
    const end = fault.crlf ? '\r\n' : '\n';
    return Buffer.from(`data: ${data}${end}${end}`);
}
