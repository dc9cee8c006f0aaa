// A server of the bench: a child process that ends with it.
import { spawn } from 'node:child_process';
import { descendantsOf } from '../../lib/processes.mjs';
import { request } from '../../lib/http.mjs';
import { until } from '../../lib/until.mjs';

const START_DEADLINE_MS = 30_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
    for (const child of running) child.kill('SIGTERM');
});

export class Server {
    /**
     * @param {string[]} command
     * @param {import('node:child_process').SpawnOptions} [options]
     */
    constructor([file, ...args], options = {}) {
        this.output = '';
        this.child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => {
                this.output += text;
            });
        }
        running.add(this.child);
        this.ended = new Promise((resolve) => {
            this.child.on('error', (error) => {
                this.output += error.message;
                resolve();
            });
            this.child.on('exit', resolve);
        }).then(() => running.delete(this.child));
    }

    /** The process and those it started. */
    get pids() {
        return [this.child.pid, ...descendantsOf(this.child.pid)];
    }

    /** Waits for a 200. @param {string} url */
    async answers(url) {
        const answered = until(START_DEADLINE_MS, async () => {
            const { status } = await request(url);
            if (status !== 200) throw new Error(`${url} answers ${status}`);
        });
        const ended = this.ended.then(() => Promise.reject(new Error('it ended')));
        try {
            await Promise.race([answered, ended]);
        } catch (error) {
            throw new Error(`${this.child.spawnargs.join(' ')}: ${error.message}\n${this.output}`);
        }
        return this;
    }

    async stop() {
        this.child.kill('SIGTERM');
        await this.ended;
    }
}
