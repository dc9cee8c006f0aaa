// A FastCGI responder whose answers a test chooses: it stands where metrics.fcgi listens.
import net from 'node:net';

const BEGIN = 1;
const END = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const HEADER_BYTES = 8;
const RECORD_MAX = 65_528;

function record(type, id, content) {
    const header = Buffer.from([1, type, id >> 8, id & 255, content.length >> 8, content.length & 255, 0, 0]);
    return Buffer.concat([header, content]);
}

function readLength(bytes, at) {
    return bytes[at] < 128 ? [bytes[at], at + 1] : [bytes.readUInt32BE(at) & 0x7fffffff, at + 4];
}

function parseParams(bytes) {
    const params = {};
    for (let at = 0; at < bytes.length;) {
        let nameLength;
        let valueLength;
        [nameLength, at] = readLength(bytes, at);
        [valueLength, at] = readLength(bytes, at);
        const name = bytes.toString('utf8', at, (at += nameLength));
        params[name] = bytes.toString('utf8', at, (at += valueLength));
    }
    return params;
}

function sendReply(socket, id, { status = 200, headers = {}, body = '' }) {
    const head = [`Status: ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
    const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
    for (let at = 0; at < bytes.length; at += RECORD_MAX) {
        socket.write(record(STDOUT, id, bytes.subarray(at, at + RECORD_MAX)));
    }
    socket.write(record(STDOUT, id, Buffer.alloc(0)));
    socket.end(record(END, id, Buffer.alloc(8)));
}

function serveConnection(socket, onRequest) {
    let pending = Buffer.alloc(0);
    let params = Buffer.alloc(0);
    socket.on('error', () => {}); // nginx left: it gave up waiting, or was stopped
    socket.on('data', async (chunk) => {
        pending = Buffer.concat([pending, chunk]);
        while (pending.length >= HEADER_BYTES) {
            const length = pending.readUInt16BE(4);
            const total = HEADER_BYTES + length + pending[6];
            if (pending.length < total) return;
            const [type, id] = [pending[1], pending.readUInt16BE(2)];
            const content = pending.subarray(HEADER_BYTES, HEADER_BYTES + length);
            pending = pending.subarray(total);
            if (type === PARAMS) params = Buffer.concat([params, content]);
            if (type === STDIN && length === 0) {
                const reply = await onRequest(parseParams(params));
                if (reply) sendReply(socket, id, reply);
            }
            if (![BEGIN, PARAMS, STDIN].includes(type)) throw new Error(`unexpected record ${type}`);
        }
    });
}

/**
 * Listens on a unix socket. `answer` gets the parameters and gives {status, headers, body}, or null to stay
 * silent; it may be replaced at any time. `requests` holds the parameters of all requests so far.
 * @param {string} path
 */
export async function startResponder(path) {
    const responder = {
        requests: [],
        answer: () => ({ headers: { 'Content-Type': 'application/json' }, body: '{}' }),
        async stop() {
            const closed = new Promise((resolve) => server.close(resolve));
            for (const socket of sockets) socket.destroy();
            await closed;
        },
    };
    const sockets = new Set();
    const server = net.createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        serveConnection(socket, (params) => {
            responder.requests.push(params);
            return responder.answer(params);
        });
    });
    await new Promise((resolve, reject) => server.listen(path, resolve).on('error', reject));
    return responder;
}
