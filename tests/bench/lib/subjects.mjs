// What is compared: five ways to answer the same request with the same bytes.
import { join } from 'node:path';
import { request } from '../../lib/http.mjs';
import { descendantsOf } from '../../lib/processes.mjs';
import { startStack } from '../../lib/stack.mjs';
import { AccessLog } from './access-log.mjs';
import { LOAD_CORE, SERVER_CORE, pin } from './cores.mjs';
import { PATH, startNginx } from './nginx.mjs';
import { startNext } from './next.mjs';

/**
 * @typedef {object} Subject
 * @property {'file' | 'fileCopied' | 'cached' | 'uncached' | 'next'} key
 * @property {string} title
 * @property {string} url
 * @property {() => Record<string, number[]>} processes  that work for a reply, by the name of their program
 */

// The request's own, which differ from reply to reply.
const VOLATILE = ['date', 'etag', 'x-request-id'];

const comparable = (reply) =>
    JSON.stringify(
        Object.entries(reply.headers)
            .map(([name, value]) => (VOLATILE.includes(name) ? name : `${name}: ${value}`))
            .sort(),
        null,
        1,
    );

/** The file has to be as much work as the reply of the program. */
async function requireEqualReplies(file, cached) {
    const [one, other] = [await request(file), await request(cached)];
    // A number of the chain may have got a digit more meanwhile.
    const withoutLength = (reply) => {
        const { 'content-length': length, ...headers } = reply.headers;
        return { length: Number(length), headers };
    };
    const [a, b] = [withoutLength(one), withoutLength(other)];
    if (comparable(a) !== comparable(b)) {
        throw new Error(`headers differ; file: ${comparable(a)} cached: ${comparable(b)}`);
    }
    if (Math.abs(a.length - b.length) > 16) throw new Error(`${a.length} and ${b.length} bytes`);
}

export class Subjects {
    /** Starts all servers; close() ends them. */
    static async open() {
        const stack = await startStack({ ZG_NETWORK: 'local', ZG_RATE_LIMIT: '0' });
        const subjects = new Subjects(stack);
        try {
            await subjects.#start();
        } catch (error) {
            await subjects.close();
            throw error;
        }
        return subjects;
    }

    constructor(stack) {
        this.stack = stack;
        this.accessLog = new AccessLog(join(stack.runDir, 'log/access.log'));
        /** @type {import('./server.mjs').Server[]} */
        this.servers = [];
    }

    /** So that the memory measured is that of workers of which each has the stores open. */
    async #openStores() {
        for (let burst = 0; burst < 40; burst++) {
            const limits = Array.from({ length: 16 }, (_, index) => 1 + ((16 * burst + index) % 100));
            await Promise.all(limits.map((limit) => this.stack.request(`/api/jobs?limit=${limit}`)));
        }
    }

    async #start() {
        await this.#openStores();
        const reply = await this.stack.request(PATH);
        this.bytes = reply.bytes.length;
        this.metrics = JSON.parse(reply.text);
        // The local network has to run, but not on the server's core.
        for (const pid of descendantsOf(this.stack.pid)) pin(pid, LOAD_CORE);
        pin(this.stack.metricsPid, SERVER_CORE);

        const nginx = await startNginx(this.stack, reply);
        this.servers.push(nginx.server);
        const next = await startNext(nginx.bodyFile);
        this.servers.push(next.server);
        await requireEqualReplies(nginx.urls.file, nginx.urls.cached);

        const nginxAlone = () => ({ nginx: nginx.pids() });
        const withProgram = () => ({ ...nginxAlone(), 'metrics.fcgi': [this.stack.metricsPid] });
        const nextAlone = () => ({ 'next-server': next.server.pids });
        /** @type {Subject[]} */
        this.all = [
            { key: 'file', title: 'nginx, the same bytes as a file', url: nginx.urls.file, processes: nginxAlone },
            {
                key: 'fileCopied',
                title: 'nginx, the file with sendfile off',
                url: nginx.urls.fileCopied,
                processes: nginxAlone,
            },
            { key: 'cached', title: '/api/metrics, cached', url: nginx.urls.cached, processes: withProgram },
            { key: 'uncached', title: '/api/metrics, uncached', url: nginx.urls.uncached, processes: withProgram },
            { key: 'next', title: 'Next.js route handler', url: next.url, processes: nextAlone },
        ];
    }

    async close() {
        for (const server of this.servers) await server.stop();
        await this.stack.stop();
    }
}
