// The agent that the page shows. It works as a real one would: it runs inference jobs against the
// providers with a session token of its wallet, says how they ended, and keeps a journal in storage.
import { setTimeout as sleep } from 'node:timers/promises';
import { wallet } from '../accounts.mjs';
import { serving } from '../deploy.mjs';
import { DAY_MS, sessionToken } from '../session.mjs';
import { describeFile, sectorPrice, submitTransaction } from '../storage.mjs';
import { read, sendAndWait } from '../transactions.mjs';
import { streamChat } from './chat-client.mjs';

const JOB_INTERVAL_MS = 4000;
const JOURNAL_INTERVAL_MS = 120_000;
const JOURNAL_DEADLINE_MS = 60_000;
const JOURNAL_LINES = 40;
const RENEW_BEFORE_MS = 3_600_000;

const NAME = 'local-agent';

/** Which provider the agent turns to, by turns. */
const TURNS = [0, 1, 0, 2, 0, 1];

const TASKS = [
    'Summarise the last notes in two sentences.',
    'Which of the open tasks should come first, and why?',
    'Write a short status line for the team.',
    'List what is missing before the next step.',
    'Explain the latest result to somebody new.',
];

const taskOf = (turn) => ({
    messages: [
        { role: 'system', content: 'You are the agent of a local test network.' },
        { role: 'user', content: `${TASKS[turn % TASKS.length]} (${turn})` },
    ],
    max_tokens: 32 + ((turn * 37) % 64),
    seed: turn,
});

export class Agent {
    #rpc;
    #providers;
    #topic;
    #store;
    #recorder;
    #signal;
    #log;
    #tokens = new Map();
    #journal = [];
    #working = true;
    /** The last one, or the one that is on. @type {Promise<void>} */
    #job = Promise.resolve();
    #turn = 0;
    /** Tells this run's jobs from those of earlier ones. */
    #run = Date.now().toString(36);

    /**
     * @param {object} parts
     * @param {string} parts.rpc
     * @param {{url: string, model: string, address: string}[]} parts.providers  by index
     * @param {import('./topic.mjs').Topic} parts.topic
     * @param {import('./file-store.mjs').FileStore} parts.store
     * @param {import('./recorder.mjs').Recorder} parts.recorder
     * @param {AbortSignal} parts.signal  ends its work
     * @param {(line: string) => void} parts.log
     */
    constructor({ rpc, providers, topic, store, recorder, signal, log }) {
        this.#rpc = rpc;
        this.#providers = providers;
        this.#topic = topic;
        this.#store = store;
        this.#recorder = recorder;
        this.#signal = signal;
        this.#log = log;
    }

    start() {
        this.#repeat(JOB_INTERVAL_MS, () => (this.#job = this.#work()));
        this.#repeat(JOURNAL_INTERVAL_MS, () => this.keepJournal());
    }

    /** Resolves when the job that is on has ended. */
    async pause() {
        this.#working = false;
        await this.#job.catch(() => {}); // whoever repeats it tells of it
    }

    resume() {
        this.#working = true;
    }

    async #repeat(intervalMs, action) {
        let due = performance.now();
        while (!this.#signal.aborted) {
            if (this.#working) {
                await action().catch((error) => {
                    if (!this.#signal.aborted) this.#log(`the agent failed: ${error.message}`);
                });
            }
            due = Math.max(due + intervalMs, performance.now());
            const pause = due - performance.now();
            await sleep(pause, undefined, { signal: this.#signal }).catch(() => {});
        }
    }

    async #token(address) {
        const known = this.#tokens.get(address);
        if (known && known.until > Date.now() + RENEW_BEFORE_MS) return known.token;
        const { generation } = await read(this.#rpc, serving, 'getAccount', [
            wallet.address,
            address,
        ]);
        const token = sessionToken(wallet, address, { generation });
        this.#tokens.set(address, { token, until: Date.now() + DAY_MS });
        return token;
    }

    /** One job, from the running record to the message that says how it ended. */
    async #work() {
        const turn = this.#turn;
        this.#turn += 1;
        const provider = this.#providers[TURNS[turn % TURNS.length]];
        const startedAt = new Date();
        const job = {
            id: `${NAME}-${this.#run}-${turn}`,
            model: provider.model,
            provider: provider.address,
            endpointKind: 'provider',
            startedAt: startedAt.toISOString(),
        };
        this.#recorder.record({ ...job, status: 'running' });
        const result = await this.#infer(provider, turn);
        if (this.#signal.aborted) return;
        const ended = { ...job, ...result, endedAt: new Date().toISOString() };
        this.#recorder.record(ended);
        this.#journal.push(JSON.stringify(ended));
        if (this.#journal.length > JOURNAL_LINES) this.#journal.shift();
        await this.#publish(ended);
    }

    async #infer(provider, turn) {
        const start = performance.now();
        try {
            const token = await this.#token(provider.address);
            const request = { model: provider.model, ...taskOf(turn) };
            const { usage, ...proof } = await streamChat(
                provider.url,
                token,
                request,
                this.#signal,
            );
            return {
                status: 'completed',
                inputTokens: usage.prompt_tokens,
                outputTokens: usage.completion_tokens,
                latencyMs: Math.round(performance.now() - start),
                ...proof,
            };
        } catch (error) {
            // The next job begins with a new token: the old one may have been the reason.
            this.#tokens.delete(provider.address);
            return { status: 'failed', error: error.message };
        }
    }

    async #publish({ id, status, startedAt, endedAt, inputTokens, outputTokens, error }) {
        const payload = {
            task_id: id,
            status,
            duration_ms: Date.parse(endedAt) - Date.parse(startedAt),
            tokens_used: (inputTokens ?? 0) + (outputTokens ?? 0),
            ...(error && { error }),
        };
        const envelope = {
            type: 'task_result',
            sender: NAME,
            task_id: id,
            timestamp: endedAt,
            payload,
        };
        await this.#topic.publish(JSON.stringify(envelope));
    }

    /** Stores the last jobs as a file; with none since the start there is nothing to keep. */
    async keepJournal() {
        if (this.#journal.length === 0) return;
        const content = Buffer.from(`${this.#journal.join('\n')}\n`);
        const submission = await describeFile(content, wallet.address);
        const transaction = submitTransaction(wallet, submission, await sectorPrice(this.#rpc));
        const deadline = AbortSignal.timeout(JOURNAL_DEADLINE_MS);
        await sendAndWait(this.#rpc, [transaction], AbortSignal.any([this.#signal, deadline]));
        await this.#store.put(submission.root, content);
    }
}
