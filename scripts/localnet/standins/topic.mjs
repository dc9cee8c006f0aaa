// A topic of Hedera's consensus service: numbered messages, kept on disk as the chain's state is.
import { createHash } from 'node:crypto';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { replaceFile } from '../files.mjs';

export const TOPIC_ID = '0.0.4210';
const PAYER = '0.0.1001';

const KEEP = 10_000;
const NANOSECONDS = 1_000_000_000n;

/** @typedef {{sequence: number, nanoseconds: string, message: string, runningHash: string}} Entry */

export class Topic {
    #path;
    /** @type {Entry[]} */
    #entries = [];
    #appended = 0;
    #writing = Promise.resolve();

    /** @param {string} path */
    constructor(path) {
        this.#path = path;
    }

    async clear() {
        await rm(this.#path, { force: true });
    }

    /** Reads what an earlier run published; a line that a crash cut is left out. */
    async load() {
        const text = await readFile(this.#path, 'utf8').catch((error) => {
            if (error.code === 'ENOENT') return '';
            throw error;
        });
        const lines = text.split('\n').slice(0, -1);
        this.#entries = lines.slice(-KEEP).map((line) => JSON.parse(line));
        await this.#compact();
    }

    #compact() {
        this.#appended = 0;
        const lines = this.#entries.map((entry) => `${JSON.stringify(entry)}\n`);
        return replaceFile(this.#path, lines.join(''));
    }

    #save(entry) {
        this.#appended += 1;
        if (this.#appended > KEEP) return this.#compact();
        return appendFile(this.#path, `${JSON.stringify(entry)}\n`);
    }

    /**
     * @param {string | Buffer} message
     * @returns {Promise<number>} its sequence number
     */
    async publish(message) {
        const last = this.#entries.at(-1);
        const bytes = Buffer.from(message);
        const now = BigInt(Date.now()) * 1_000_000n;
        // Consensus times grow from message to message.
        const after = last ? BigInt(last.nanoseconds) + 1n : 0n;
        const entry = {
            sequence: (last?.sequence ?? 0) + 1,
            nanoseconds: String(now > after ? now : after),
            message: bytes.toString('base64'),
            runningHash: createHash('sha384')
                .update(last?.runningHash ?? '')
                .update(bytes)
                .digest('base64'),
        };
        this.#entries.push(entry);
        if (this.#entries.length > KEEP) this.#entries.shift();
        // One write after the other; a failed one fails its own message alone.
        this.#writing = this.#writing.catch(() => {}).then(() => this.#save(entry));
        await this.#writing;
        return entry.sequence;
    }

    /** Every kept message in order, as the mirror node's JSON has it. */
    messages() {
        return this.#entries.map(({ sequence, nanoseconds, message, runningHash }) => {
            const whole = BigInt(nanoseconds) / NANOSECONDS;
            const rest = String(BigInt(nanoseconds) % NANOSECONDS).padStart(9, '0');
            return {
                chunk_info: null,
                consensus_timestamp: `${whole}.${rest}`,
                message,
                payer_account_id: PAYER,
                running_hash: runningHash,
                running_hash_version: 3,
                sequence_number: sequence,
                topic_id: TOPIC_ID,
            };
        });
    }
}
