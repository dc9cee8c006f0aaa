// What /api/metrics says about the sources that read the chain.
import assert from 'node:assert/strict';

export const CHAIN_SOURCES = ['chain', 'compute', 'ledger'];

/** "what · since when · what to do" */
const REASON_FORM = /^[^·]+ · since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z · [^·]+$/;

/** Of the local network. */
export const INTERVAL_MS = 5000;
export const STALE_AFTER_MS = 15_000;

const REQUEST_DEADLINE_MS = 5000;
/** For rendering, nginx's cache and a busy machine. */
export const SLACK_MS = 3000;

/** Until every source has been read once more, with or without success. */
export const NEXT_WORD_MS = INTERVAL_MS + REQUEST_DEADLINE_MS + SLACK_MS;

/** All is well with these sources. */
export function assertFresh(metrics, keys = CHAIN_SOURCES) {
    for (const key of keys) {
        const { state, reason } = metrics.sources[key];
        assert.equal(state, 'fresh', `${key}: ${reason}`);
        assert.equal(reason, null, key);
    }
}

/**
 * These sources give that reason, in its form, and are in one of those states.
 * @param {any} metrics
 * @param {{reason: RegExp, states: string[], keys?: string[]}} expected
 */
export function assertFailing(metrics, { reason, states, keys = CHAIN_SOURCES }) {
    for (const key of keys) {
        const source = metrics.sources[key];
        assert.match(source.reason ?? '(none)', reason);
        assert.match(source.reason, REASON_FORM);
        assert.ok(states.includes(source.state), `${key} is ${source.state}`);
    }
}
