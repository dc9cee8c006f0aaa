// Chance that can be repeated: the same seed gives the same numbers.
import { createHash } from 'node:crypto';

/**
 * @param {string} seed
 * @returns {(below: number) => number} whole numbers from 0, each as likely as the others
 */
export function seededRandom(seed) {
    let count = 0;
    return (below) => {
        count += 1;
        return createHash('sha256').update(`${seed} ${count}`).digest().readUIntBE(0, 6) % below;
    };
}
