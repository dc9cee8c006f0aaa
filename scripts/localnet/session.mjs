// Session tokens: what a user of a provider signs, and what the provider reads out of it.
import { concat, getBytes, hashMessage, keccak256, recoverAddress, toUtf8Bytes } from 'ethers';
import { randomBytes } from 'node:crypto';

export const PREFIX = 'app-sk-';

/** The token id that stands for "ends by itself, cannot be revoked alone". */
export const EPHEMERAL = 255;
export const DAY_MS = 86_400_000;

/** What is signed: the message's hash as 32 raw bytes, prefixed as EIP-191 says. */
const digest = (message) => hashMessage(getBytes(keccak256(toUtf8Bytes(message))));

/**
 * Signs a session token.
 * @param {import('ethers').HDNodeWallet | import('ethers').Wallet} user
 * @param {string} provider
 * @param {object} [options]
 * @param {number | bigint} [options.generation]  of the sub-account
 * @param {number} [options.timestamp]  milliseconds
 * @param {number} [options.expiresAt]  milliseconds
 * @param {number} [options.tokenId]
 * @param {string} [options.nonce]
 */
export function sessionToken(user, provider, options = {}) {
    const { generation = 0, timestamp = Date.now(), tokenId = EPHEMERAL } = options;
    const { expiresAt = timestamp + DAY_MS, nonce = randomBytes(16).toString('hex') } = options;
    const message = JSON.stringify({
        address: user.address,
        provider,
        timestamp,
        expiresAt,
        nonce,
        generation: Number(generation),
        tokenId,
    });
    const { r, s, v } = user.signingKey.sign(digest(message));
    const signature = concat([r, s, new Uint8Array([v])]);
    return PREFIX + Buffer.from(`${message}|${signature}`).toString('base64');
}

/** The address whose key signed the message; throws on what is no signature. */
export const signerOf = (message, signature) => recoverAddress(digest(message), signature);
