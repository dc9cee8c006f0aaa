// Somebody who uses an instance while things go wrong: records jobs and remembers which were acknowledged, reads
// the page's data and notes what must never be in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './until.mjs';

const RECORDERS = 2;
const READERS = 2;
const PAUSE_MS = 5;
/** A shown fetchedAt may lag by a third of staleAfterMs, and a snapshot is rendered every 5 s at least. */
const LAG = 4 / 3;
const RENDER_MS = 5000;

export class Witness {
    /** @param {import('./stack.mjs').Stack} stack */
    constructor(stack) {
        this.stack = stack;
        this.token = readFileSync(join(stack.runDir, 'record-token'), 'utf8').trim();
        this.start = `${Date.now()}`;
        /** Ids of jobs whose recording was answered with 200. @type {string[]} */
        this.acknowledged = [];
        /** What a reader saw and should not have seen. @type {string[]} */
        this.offences = [];
        this.reads = { good: 0, failed: 0 };
        this.isOver = false;
        this.highest = 0;
    }

    /** Starts to record and to read, until `end`, or until that test is over. @param {import('node:test').TestContext} t */
    begin(t) {
        t.after(() => this.end());
        const recorders = Array.from({ length: RECORDERS }, (_, i) => this.#recordOn(`${this.start}-${i}`));
        const readers = Array.from({ length: READERS }, () => this.#readOn());
        this.working = Promise.all([...recorders, ...readers]);
    }

    async end() {
        this.isOver = true;
        await this.working;
    }

    /** @param {object} job @returns {Promise<import('./http.mjs').Reply>} */
    record(job) {
        return this.stack.request('/admin/api/jobs', {
            method: 'POST',
            body: JSON.stringify({ model: 'm', status: 'completed', latencyMs: 5, ...job }),
            headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        });
    }

    async #recordOn(name) {
        for (let i = 0; !this.isOver; i++) {
            const id = `witness-${name}-${i}`;
            const reply = await this.record({ id }).catch(() => null);
            if (reply?.status === 200) this.acknowledged.push(id);
            await sleep(PAUSE_MS);
        }
    }

    async #readOn() {
        while (!this.isOver) {
            const least = this.highest;
            const reply = await this.stack.request('/api/metrics').catch(() => null);
            if (reply?.status === 200) {
                this.reads.good += 1;
                this.#look(JSON.parse(reply.text), least);
            } else {
                this.reads.failed += 1;
            }
            await sleep(PAUSE_MS);
        }
    }

    /** A source is fresh only by what it read lately; no recorded job is ever taken back. */
    #look(metrics, least) {
        const renderedMs = Date.parse(metrics.renderedAt);
        for (const [key, { state, fetchedAt, staleAfterMs }] of Object.entries(metrics.sources)) {
            if (state !== 'fresh') continue;
            const ageMs = renderedMs - Date.parse(fetchedAt);
            if (!(ageMs <= staleAfterMs * LAG + RENDER_MS)) this.offences.push(`${key} is fresh after ${ageMs} ms`);
        }
        const total = metrics.compute.totalInferences;
        if (metrics.sources.jobs.state !== 'fresh' || total === null) return;
        // Replies may come in another order than they were rendered in, by as much as nginx keeps one.
        this.newest ??= { renderedMs, total };
        if (renderedMs >= this.newest.renderedMs) {
            if (total < this.newest.total) this.offences.push(`${total} jobs after ${this.newest.total}`);
            this.newest = { renderedMs, total };
        }
        this.highest = Math.max(least, total);
    }

    /** Records and reads work; gives how long that took. */
    async recovery(deadlineMs) {
        const start = performance.now();
        await until(deadlineMs, async () => {
            assert.equal((await this.stack.request('/api/health')).status, 200);
            assert.equal((await this.record({ id: `witness-${this.start}-recovery-${start}` })).status, 200);
        }, 20);
        return Math.round(performance.now() - start);
    }

    /** Every acknowledged job is listed, and nothing was seen that must not be. */
    async assertNothingLost() {
        const listed = new Set();
        for (let query = '?limit=100'; ; ) {
            const { jobs, next } = await this.stack.getJson(`/api/jobs${query}`);
            for (const { id } of jobs) listed.add(id);
            if (next === null) break;
            query = `?limit=100&before=${next}`;
        }
        assert.ok(this.acknowledged.length > 0, 'nothing was recorded');
        assert.ok(this.reads.good > 0, 'nothing was read');
        assert.deepEqual(this.acknowledged.filter((id) => !listed.has(id)), []);
        assert.deepEqual([...new Set(this.offences)], []);
    }
}
