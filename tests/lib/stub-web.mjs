// A web server that says what a test wants to be said: an exporter, the status API.
import http from 'node:http';
import { freePort } from '../../scripts/localnet/free-port.mjs';

export class StubServer {
    /** @param {string} text  that it answers with */
    constructor(text) {
        this.text = text;
        this.requests = 0;
        /** Path and query of the newest request, and its headers. */
        this.asked = '';
        /** @type {http.IncomingHttpHeaders} */
        this.headers = {};
        this.host = '127.0.0.1';
        /**
         * Replaces the whole reply.
         * @type {null | ((response: http.ServerResponse, text: string) => void)}
         */
        this.reply = null;
        /** @type {Set<import('node:net').Socket>} */
        this.sockets = new Set();
        this.port = 0;
    }

    get url() {
        return `http://${this.host}:${this.port}`;
    }

    /** Listens, at the port of before if there was one. */
    async open() {
        this.server = http.createServer((request, response) => {
            this.requests += 1;
            this.asked = request.url;
            this.headers = request.headers;
            response.on('error', () => {});
            if (this.reply) this.reply(response, this.text);
            else response.end(this.text);
        });
        this.server.on('connection', (socket) => {
            this.sockets.add(socket);
            socket.on('close', () => this.sockets.delete(socket));
        });
        this.port ||= await freePort();
        await new Promise((resolve, reject) => {
            this.server.on('error', reject);
            this.server.listen(this.port, this.host, resolve);
        });
        return this;
    }

    /** Ends every connection; new ones are refused. */
    async close() {
        if (!this.server.listening) return;
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }
}

/**
 * A server for one test.
 * @param {import('node:test').TestContext} t
 * @param {string} text
 */
export async function openServer(t, text) {
    const server = new StubServer(text);
    await server.open();
    t.after(() => server.close());
    return server;
}
