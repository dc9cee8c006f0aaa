// Text and its tokens. A token here is a word or a mark: no model runs, but what is counted is there.
import { createHash } from 'node:crypto';

const TOKEN = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
// What a chat template adds around each message.
const TOKENS_PER_MESSAGE = 4;

const PLAIN =
    'the agent reads its task and plans three steps first it checks what it knows then it asks for what is missing last it writes the answer down because a short note helps later and nothing is lost when work stops'.split(
        ' ',
    );
const MULTIBYTE = ['naïve', 'größer', '東京', 'добро', '🚀', 'ελπίδα', 'मेघ'];

// How long an answer gets where nothing cuts it.
const SHORTEST = 24;
const SPREAD = 72;

export const countTokens = (text) => text.match(TOKEN)?.length ?? 0;

const textOf = (content) => {
    if (typeof content === 'string') return content;
    if (!Array.isArray(content)) return '';
    return content.map((part) => part?.text ?? '').join(' ');
};

/** @param {{role: string, content: unknown}[]} messages */
export const promptTokens = (messages) =>
    messages.reduce(
        (sum, { content }) => sum + TOKENS_PER_MESSAGE + countTokens(textOf(content)),
        0,
    );

/** Numbers that follow from a text alone (mulberry32 over its hash). */
function* numbersFrom(text) {
    let state = createHash('sha256').update(text).digest().readUInt32LE(0);
    for (;;) {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        yield (mixed ^ (mixed >>> 14)) >>> 0;
    }
}

/**
 * The answer to a prompt: always the same for the same request.
 * @param {string} request  what the answer depends on
 * @param {number} maxTokens
 * @param {boolean} multibyte
 * @returns {{tokens: string[], finishReason: 'stop' | 'length'}}
 */
export function answerTo(request, maxTokens, multibyte) {
    const numbers = numbersFrom(request);
    const wanted = SHORTEST + (numbers.next().value % SPREAD);
    const words = multibyte ? MULTIBYTE : PLAIN;
    const tokens = Array.from({ length: Math.min(wanted, maxTokens) }, (_, i) => {
        const word = words[numbers.next().value % words.length];
        return i === 0 ? word : ` ${word}`;
    });
    return { tokens, finishReason: wanted > maxTokens ? 'length' : 'stop' };
}
