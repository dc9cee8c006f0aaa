/** Where helpers that want a test to end with get what a whole file or suite shares: its `after` runs what they left. */
export class Endings {
    /** @type {(() => unknown)[]} */
    #left = [];

    /** @param {() => unknown} end */
    after(end) {
        this.#left.push(end);
    }

    /** Runs them, the last one first. */
    async run() {
        for (const end of this.#left.splice(0).reverse()) await end();
    }
}
