// The client's side of HTTP, close to the wire: nothing is decoded, followed, cached or retried.
import http from 'node:http';
import net from 'node:net';

const DEADLINE_MS = 10_000;

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {http.IncomingHttpHeaders} headers  lower-case names
 * @property {Buffer} bytes
 * @property {string} text
 */

/**
 * @param {string} url
 * @param {object} [options]
 * @param {string} [options.method]
 * @param {Record<string, string>} [options.headers]
 * @param {string} [options.body]
 * @param {http.Agent} [options.agent]  to keep connections; else each request has its own
 * @returns {Promise<Reply>}
 */
export function request(url, { method = 'GET', headers = {}, body, agent } = {}) {
    return new Promise((resolve, reject) => {
        const outgoing = http.request(url, { method, headers, agent: agent ?? false });
        outgoing.setTimeout(DEADLINE_MS, () => {
            outgoing.destroy(new Error(`${method} ${url}: silent for ${DEADLINE_MS} ms`));
        });
        outgoing.on('error', reject);
        outgoing.on('response', (incoming) => {
            /** @type {Buffer[]} */
            const chunks = [];
            incoming.on('data', (chunk) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('end', () => {
                const bytes = Buffer.concat(chunks);
                resolve({
                    status: incoming.statusCode,
                    headers: incoming.headers,
                    bytes,
                    text: bytes.toString('utf8'),
                });
            });
        });
        outgoing.end(body);
    });
}

/** The parsed body of a reply that has to be a 200. */
export async function getJson(url) {
    const reply = await request(url);
    if (reply.status !== 200) throw new Error(`${url} answers ${reply.status}: ${reply.text.slice(0, 200)}`);
    return JSON.parse(reply.text);
}

/**
 * Sends bytes that no HTTP client would send and reads until the server closes.
 * @param {string} url  of the server
 * @param {string} bytes
 * @returns {Promise<Reply>}
 */
export function rawRequest(url, bytes) {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
        /** @type {Buffer[]} */
        const chunks = [];
        socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('the server keeps silent')));
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.on('error', reject);
        socket.on('close', () => resolve(parseReply(Buffer.concat(chunks))));
    });
}

/** @returns {Reply} */
function parseReply(raw) {
    const end = raw.indexOf('\r\n\r\n');
    const [statusLine, ...lines] = raw.subarray(0, end).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
    const bytes = raw.subarray(end + 4);
    return { status: Number(statusLine.split(' ')[1]), headers, bytes, text: bytes.toString('utf8') };
}

/**
 * Asks all these addresses while `work` goes on: clients that keep their connection and ask one after
 * the other. Gives what became of the requests, an entry for each address.
 * @param {string[]} urls
 * @param {number} clients  for each address
 * @param {() => Promise<void>} work
 * @returns {Promise<{statuses: Record<number, number>, failures: string[], total: number}[]>}
 */
export async function underLoad(urls, clients, work) {
    const agent = new http.Agent({ keepAlive: true });
    let isOver = false;
    async function client(url, outcome) {
        while (!isOver) {
            try {
                const { status } = await request(url, { agent });
                outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
                outcome.total += 1;
            } catch (error) {
                outcome.failures.push(error.message);
            }
        }
    }
    const outcomes = urls.map(() => ({ statuses: {}, failures: [], total: 0 }));
    const running = urls.flatMap((url, index) =>
        Array.from({ length: clients }, () => client(url, outcomes[index])),
    );
    try {
        await work();
    } finally {
        isOver = true;
        await Promise.all(running);
        agent.destroy();
    }
    return outcomes;
}
