// How a provider's last requests ended.

const KEEP = 1000;
const PERCENTILES = [50, 90, 95, 99];

/** @typedef {{ok: boolean, at: number, latencyMs?: number, ttftMs?: number, tokensPerSecond?: number}} Outcome */

function summary(values, unit) {
    if (values.length === 0) return undefined;
    const sorted = values.toSorted((a, b) => a - b);
    const rounded = (value) => Math.round(value * 100) / 100;
    // nearest rank
    const percentile = (p) => rounded(sorted[Math.ceil((p / 100) * sorted.length) - 1]);
    return {
        avg: rounded(values.reduce((sum, value) => sum + value, 0) / values.length),
        ...Object.fromEntries(PERCENTILES.map((p) => [`p${p}`, percentile(p)])),
        min: rounded(sorted[0]),
        max: rounded(sorted.at(-1)),
        unit,
        samples: values.length,
    };
}

export class Outcomes {
    /** @type {Outcome[]} */
    #last = [];

    /** @param {Omit<Outcome, 'at'>} outcome */
    add(outcome) {
        this.#last.push({ ...outcome, at: Date.now() });
        if (this.#last.length > KEEP) this.#last.shift();
    }

    /** @returns what the status API says of them; lastAt is null before the first */
    figures() {
        const total = this.#last.length;
        const successful = this.#last.filter(({ ok }) => ok).length;
        const of = (member, unit) => {
            const values = this.#last.map((outcome) => outcome[member]);
            return summary(
                values.filter((value) => value !== undefined),
                unit,
            );
        };
        return {
            checks: {
                total,
                successful,
                failed: total - successful,
                uptime: total ? Math.round((10_000 * successful) / total) / 100 : null,
            },
            performance: {
                response_time: of('latencyMs', 'ms'),
                ttft: of('ttftMs', 'ms'),
                tokens_per_second: of('tokensPerSecond', 'tokens/s'),
            },
            lastAt: this.#last.at(-1)?.at ?? null,
        };
    }
}
