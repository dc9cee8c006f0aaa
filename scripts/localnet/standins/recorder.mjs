// Takes the agent's jobs to the admin program: POST /admin/api/jobs, in order, again until it takes them.
import { readFile } from 'node:fs/promises';

const RETRY_MS = 1000;
const REQUEST_MS = 5000;
const MOST_WAITING = 1000;
const MOST_AT_ONCE = 50;

// Answers after which the same record may be taken later.
const isTemporary = (status) => [401, 403, 404, 408, 429].includes(status) || status >= 500;

/** @typedef {{adminUrl: string, tokenFile: string}} Target */

export class Recorder {
    #target;
    #signal;
    #log;
    #waiting = [];
    #busy = false;

    /**
     * @param {Target | null} target  null: there is nobody to record for
     * @param {AbortSignal} signal
     * @param {(line: string) => void} log
     */
    constructor(target, signal, log) {
        this.#target = target;
        this.#signal = signal;
        this.#log = log;
    }

    /** @param {object} job  as POST /admin/api/jobs takes it; the id tells which it is */
    record(job) {
        if (!this.#target) return;
        this.#waiting.push(job);
        if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
        this.#deliver();
    }

    async #deliver() {
        if (this.#busy || this.#signal.aborted) return;
        this.#busy = true;
        let delivered = true;
        while (delivered && this.#waiting.length > 0) delivered = await this.#deliverSome();
        this.#busy = false;
        if (!delivered) setTimeout(() => this.#deliver(), RETRY_MS).unref();
    }

    async #deliverSome() {
        const jobs = this.#waiting.slice(0, MOST_AT_ONCE);
        const status = await this.#post(jobs).catch(() => 0);
        if (status === 0 || isTemporary(status)) return false;
        if (status >= 400) this.#log(`the agent's jobs were refused with status ${status}`);
        this.#waiting = this.#waiting.filter((job) => !jobs.includes(job));
        return true;
    }

    async #post(jobs) {
        const token = (await readFile(this.#target.tokenFile, 'utf8')).trim();
        const response = await fetch(new URL('/admin/api/jobs', this.#target.adminUrl), {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify(jobs),
            signal: AbortSignal.any([this.#signal, AbortSignal.timeout(REQUEST_MS)]),
        });
        await response.arrayBuffer();
        return response.status;
    }
}
