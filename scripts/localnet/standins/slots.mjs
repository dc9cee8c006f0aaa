// The slots of a provider, and for how long at least one was busy.

const KEEP_MS = 60_000;

export class Slots {
    #since = 0;
    #spans = [];

    /** @param {number} count */
    constructor(count) {
        this.count = count;
        this.busy = 0;
    }

    /** @returns {boolean} whether one was free */
    take() {
        if (this.busy >= this.count) return false;
        if (this.busy === 0) this.#since = performance.now();
        this.busy += 1;
        return true;
    }

    release() {
        this.busy -= 1;
        if (this.busy > 0) return;
        const now = performance.now();
        this.#spans.push({ from: this.#since, to: now });
        while (this.#spans[0].to < now - KEEP_MS) this.#spans.shift();
    }

    /** The share of the last windowMs (at most a minute) in which at least one slot was busy, 0 to 1. */
    busyShare(windowMs) {
        const now = performance.now();
        const start = now - windowMs;
        const current = this.busy > 0 ? [{ from: this.#since, to: now }] : [];
        const busyMs = [...this.#spans, ...current].reduce(
            (sum, { from, to }) => sum + Math.max(0, to - Math.max(from, start)),
            0,
        );
        return Math.min(1, busyMs / windowMs);
    }
}
