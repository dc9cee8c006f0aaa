// nginx's access log: tells where the replies of a round came from.
import { closeSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

const TAIL_BYTES = 256 * 1024;
// While one request fetches the next copy, the others get the last one.
const FROM_CACHE = new Set(['HIT', 'UPDATING', 'STALE']);

export class AccessLog {
    /** @param {string} file */
    constructor(file) {
        this.file = file;
    }

    /** The share of the latest replies that came from the cache; NaN when there were none. */
    shareFromCache() {
        // The first line may be cut.
        const lines = this.#tail().split('\n').slice(1, -1);
        return lines.filter((line) => FROM_CACHE.has(JSON.parse(line).cache)).length / lines.length;
    }

    /** Millions of lines of one round would be the disk's work in the next. */
    clear() {
        truncateSync(this.file);
    }

    #tail() {
        const { size } = statSync(this.file);
        const length = Math.min(size, TAIL_BYTES);
        const bytes = Buffer.alloc(length);
        const file = openSync(this.file, 'r');
        try {
            readSync(file, bytes, 0, length, size - length);
        } finally {
            closeSync(file);
        }
        return bytes.toString('utf8');
    }
}
