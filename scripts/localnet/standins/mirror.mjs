// Hedera's mirror node: the messages of the topic over REST, in pages.
import { Refusal, sendJson } from './front.mjs';
import { TOPIC_ID } from './topic.mjs';

const MESSAGES = `/api/v1/topics/${TOPIC_ID}/messages`;
const LIMIT = { usual: 25, most: 100 };

const COMPARE = {
    eq: (a, b) => a === b,
    gt: (a, b) => a > b,
    gte: (a, b) => a >= b,
    lt: (a, b) => a < b,
    lte: (a, b) => a <= b,
};

const refusal = (status, message) =>
    new Refusal(status, { _status: { messages: [{ message, data: null, detail: null }] } });

const nanoseconds = (timestamp) => {
    const [, whole, rest = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(timestamp) ?? [];
    if (!whole) throw refusal(400, 'Invalid parameter: timestamp');
    return BigInt(whole + rest.padEnd(9, '0'));
};
const sequenceNumber = (text) => {
    if (!/^\d{1,15}$/.test(text)) throw refusal(400, 'Invalid parameter: sequencenumber');
    return Number(text);
};

/** Conditions such as gt:5; without a word in front, equality. */
function conditions(values, parse, of) {
    return values.map((value) => {
        const [, word = 'eq', operand] = /^(?:([a-z]+):)?(.*)$/.exec(value);
        if (!Object.hasOwn(COMPARE, word)) throw refusal(400, 'Invalid parameter');
        const wanted = parse(operand);
        return (message) => COMPARE[word](of(message), wanted);
    });
}

function limitOf(query) {
    const text = query.get('limit') ?? String(LIMIT.usual);
    if (!/^\d{1,6}$/.test(text) || text === '0') throw refusal(400, 'Invalid parameter: limit');
    return Math.min(Number(text), LIMIT.most);
}

function page(topic, query) {
    const matches = [
        ...conditions(query.getAll('sequencenumber'), sequenceNumber, (m) => m.sequence_number),
        ...conditions(query.getAll('timestamp'), nanoseconds, (m) =>
            nanoseconds(m.consensus_timestamp),
        ),
    ];
    const order = query.get('order') ?? 'asc';
    if (order !== 'asc' && order !== 'desc') throw refusal(400, 'Invalid parameter: order');
    const limit = limitOf(query);
    const all = topic.messages().filter((message) => matches.every((match) => match(message)));
    const sorted = order === 'asc' ? all : all.reverse();
    const messages = sorted.slice(0, limit);
    const word = order === 'asc' ? 'gt' : 'lt';
    const after = `timestamp=${word}:${messages.at(-1)?.consensus_timestamp}`;
    const more = sorted.length > limit;
    const next = more ? `${MESSAGES}?limit=${limit}&order=${order}&${after}` : null;
    return { links: { next }, messages };
}

/**
 * @param {import('./topic.mjs').Topic} topic
 * @returns {import('./front.mjs').Handler}
 */
export const mirrorNode = (topic) => (req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://localhost');
    if (pathname !== MESSAGES) throw refusal(404, 'Not found');
    sendJson(res, page(topic, searchParams));
};
