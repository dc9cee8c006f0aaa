// Signatures of responses by the key in the enclave, kept for a while and asked for by their handle.
import { createHash } from 'node:crypto';

const KEEP_MS = 20 * 60_000;

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** What a provider that only passes requests on adds to its proof. */
const ROUTE = {
    provider_type: 'centralized',
    provider_identity: 'local-upstream',
    tls_cert_fingerprint: sha256('no certificate: the local network speaks plain HTTP'),
};

export class Signatures {
    #enclave;
    #route;
    #kept = new Map();

    /**
     * @param {import('ethers').HDNodeWallet} enclave
     * @param {boolean} centralized
     */
    constructor(enclave, centralized) {
        this.#enclave = enclave;
        this.#route = centralized ? ROUTE : {};
    }

    /**
     * @param {string} chatId
     * @param {Buffer} request
     * @param {Buffer} response
     */
    keep(chatId, request, response) {
        const hashes = [sha256(request), sha256(response)];
        this.#kept.set(chatId, {
            text: [...hashes, ...Object.values(this.#route)].join(':'),
            until: Date.now() + KEEP_MS,
        });
        this.#dropOld();
    }

    #dropOld() {
        for (const [chatId, { until }] of this.#kept) {
            if (until > Date.now()) return;
            this.#kept.delete(chatId);
        }
    }

    /** @returns {object | null} null: unknown, or forgotten by now */
    of(chatId) {
        this.#dropOld();
        const kept = this.#kept.get(chatId);
        if (!kept) return null;
        kept.signature ??= this.#enclave.signMessageSync(kept.text);
        return {
            text: kept.text,
            signature: kept.signature,
            signing_address: this.#enclave.address,
            signing_algo: 'ecdsa',
            ...this.#route,
        };
    }
}
