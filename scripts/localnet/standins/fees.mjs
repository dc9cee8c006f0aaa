// What a call costs and what a provider is still owed: exact integers of neuron.
import { concat, keccak256, ZeroHash } from 'ethers';

/** The tier of tieredPricing that a prompt falls into; a limit of 0 is none. */
function multipliers(tiers, promptTokens) {
    const fits = ({ maxInputTokens: most }) => most === 0 || promptTokens <= most;
    return tiers?.find(fits) ?? { inputMultiplier: 1, outputMultiplier: 1 };
}

function inputFee(price, prompt, cached, divisor) {
    if (!divisor) return price * prompt;
    return price * (prompt - cached) + (price * cached) / BigInt(divisor);
}

/**
 * The fee of a chat call, as the broker bills it.
 * @param {{inputPrice: bigint, outputPrice: bigint, additionalInfo: string}} service
 * @param {import('./chat.mjs').Usage} usage
 */
export function chatFee({ inputPrice, outputPrice, additionalInfo }, usage) {
    const info = additionalInfo ? JSON.parse(additionalInfo) : {};
    const tier = multipliers(info.tieredPricing?.tiers, usage.prompt_tokens);
    const input = inputFee(
        inputPrice * BigInt(tier.inputMultiplier),
        BigInt(usage.prompt_tokens),
        BigInt(usage.prompt_tokens_details?.cached_tokens ?? 0),
        info.cacheTokenBilling?.divisor,
    );
    return input + outputPrice * BigInt(tier.outputMultiplier) * BigInt(usage.completion_tokens);
}

/** Without usage from its model the broker counts the words of the answer and nothing of the prompt. */
export const wordCountUsage = (text) => {
    const words = text.split(/\s+/).filter(Boolean).length;
    return { prompt_tokens: 0, completion_tokens: words, total_tokens: words };
};

/** Fees booked and not settled yet, by user. */
export class Unsettled {
    #debts = new Map();

    of(user) {
        return this.#debts.get(user.toLowerCase())?.fee ?? 0n;
    }

    /** @param {string} user @param {bigint} fee @param {string} requestHash */
    add(user, fee, requestHash) {
        const key = user.toLowerCase();
        const debt = this.#debts.get(key) ?? { fee: 0n, requestsHash: ZeroHash };
        const requestsHash = keccak256(concat([debt.requestsHash, requestHash]));
        this.#debts.set(key, { fee: debt.fee + fee, requestsHash });
    }

    settled(user, fee) {
        const debt = this.#debts.get(user.toLowerCase());
        debt.fee -= fee;
        if (debt.fee === 0n) this.#debts.delete(user.toLowerCase());
    }

    /** @returns {{user: string, fee: bigint, requestsHash: string}[]} */
    all() {
        return [...this.#debts].map(([user, debt]) => ({ user, ...debt }));
    }
}
