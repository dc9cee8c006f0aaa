// What a provider checks of a session token, with the texts of 0G's broker. It answers 400 to all of it.
import { DAY_MS, EPHEMERAL, PREFIX, signerOf } from '../session.mjs';
import { Refusal } from './front.mjs';

const SIGNATURE = /^0x[0-9a-f]{128}(1b|1c)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const refuse = (text) => {
    throw new Refusal(400, text);
};

function sessionIn(authorization) {
    const start = `Bearer ${PREFIX}`;
    if (!authorization?.startsWith(start)) refuse('missing or invalid Authorization header');
    const encoded = authorization.slice(start.length);
    if (!BASE64.test(encoded)) refuse('invalid base64 in Authorization payload');
    const payload = Buffer.from(encoded, 'base64').toString();
    const bar = payload.indexOf('|');
    if (bar < 0) refuse('invalid Authorization payload');
    return { message: payload.slice(0, bar), signature: payload.slice(bar + 1) };
}

function sessionOf(message) {
    let session = null;
    try {
        session = JSON.parse(message);
    } catch {
        // refused below
    }
    const { address, provider, timestamp, expiresAt, generation, tokenId } = session ?? {};
    const texts = typeof address === 'string' && typeof provider === 'string';
    const numbers = [timestamp, expiresAt, generation, tokenId].every(Number.isSafeInteger);
    if (!texts || !numbers || tokenId < 0 || tokenId > EPHEMERAL) {
        refuse('invalid session token format');
    }
    return session;
}

function checkTimes({ timestamp, expiresAt, tokenId }) {
    if (tokenId === EPHEMERAL) {
        if (expiresAt === 0) refuse('ephemeral token must have an expiration time');
        if (expiresAt - timestamp > DAY_MS) {
            refuse('ephemeral token duration cannot exceed 24 hours');
        }
    }
    // The broker compares whole seconds.
    if (expiresAt !== 0 && Math.floor(Date.now() / 1000) > expiresAt / 1000) {
        refuse('session token expired');
    }
}

function checkSignature({ address }, message, signature) {
    if (!SIGNATURE.test(signature)) refuse('invalid signature');
    let signer = '';
    try {
        signer = signerOf(message, signature);
    } catch {
        refuse('invalid signature');
    }
    if (signer.toLowerCase() !== address.toLowerCase()) {
        refuse('signature verification failed: address mismatch');
    }
}

const sameAddress = (a, b) => a.toLowerCase() === b.toLowerCase();

/** Checks what stands in the token itself. Recovering a signer is costly, so good tokens are remembered. */
export class TokenCheck {
    #provider;
    #good = new Map();

    /** @param {string} provider  its address */
    constructor(provider) {
        this.#provider = provider;
    }

    /**
     * @param {string | undefined} authorization  the header
     * @returns {{address: string, generation: number, tokenId: number}}
     */
    check(authorization) {
        const { message, signature } = sessionIn(authorization);
        const session = sessionOf(message);
        if (!sameAddress(session.provider, this.#provider)) {
            refuse('session token is for different provider');
        }
        checkTimes(session);
        if (this.#good.get(message) !== signature) {
            checkSignature(session, message, signature);
            if (this.#good.size >= 1000) this.#good.clear();
            this.#good.set(message, signature);
        }
        return session;
    }
}

/**
 * Checks the token against the user's sub-account on the chain.
 * @param {{generation: number, tokenId: number}} session
 * @param {{acknowledged: boolean, generation: bigint, revokedBitmap: bigint}} account
 */
export function checkAccount(session, account) {
    if (!account.acknowledged) refuse('user not acknowledge the provider');
    if (BigInt(session.generation) !== account.generation) {
        refuse(
            `session token revoked, generation mismatch: token has ${session.generation}, ` +
                `account has ${account.generation}`,
        );
    }
    if (session.tokenId !== EPHEMERAL && (account.revokedBitmap >> BigInt(session.tokenId)) & 1n) {
        refuse(`session token revoked: token id ${session.tokenId}`);
    }
}
