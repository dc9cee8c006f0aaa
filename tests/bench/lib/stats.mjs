// The median of a few rounds, and how far apart they were.

/** @typedef {{median: number, min: number, max: number}} Spread */

/** @param {number[]} values  at least one @returns {Spread} */
export function spreadOf(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    const median =
        sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
    return { median, min: sorted[0], max: sorted.at(-1) };
}
