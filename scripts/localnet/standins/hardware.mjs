// What the stand-in providers are said to run on: plain figures, nothing is measured here.

/**
 * The pace of the provider with this index: how many requests at once, time to the first token, time
 * from one token to the next.
 */
const PACES = [
    { slots: 8, ttftMs: 120, tpotMs: 20 },
    { slots: 8, ttftMs: 90, tpotMs: 14 },
    { slots: 16, ttftMs: 260, tpotMs: 30 },
];
const USUAL_PACE = { slots: 8, ttftMs: 150, tpotMs: 25 };

export const paceOf = (provider) => PACES[provider] ?? USUAL_PACE;

/** The provider that the agent's operator counts as their own. */
export const OWN_PROVIDER = 0;

/**
 * The agent's operator runs two of the providers on a node of their own, each with one card. The model's
 * weights are loaded when the provider starts; every busy slot adds its part of the KV cache.
 */
export const CARDS = [
    { provider: 0, totalMiB: 24_576, weightsMiB: 13_110, slotMiB: 512 },
    { provider: 1, totalMiB: 24_576, weightsMiB: 14_530, slotMiB: 640 },
];

/**
 * What a provider's attestation says about its GPUs, in the shape of NVIDIA's evidence; undefined where it
 * says nothing. The architecture is named as what it is.
 * @param {number} provider
 */
export function evidenceOf(provider) {
    const count = GPUS_ATTESTED[provider];
    const one = { certificate: '', evidence: '', arch: 'SIMULATED' };
    return count && { nonce: '', evidence_list: Array(count).fill(one), arch: one.arch };
}
/** By the index of the provider's account. */
const GPUS_ATTESTED = { 0: 1, 2: 2 };

export const CARD_NAME = 'simulated GPU';
