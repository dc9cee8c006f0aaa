// Asking the stand-ins as a client would.
import { createRequire } from 'node:module';
import { wallet } from '../../scripts/localnet/accounts.mjs';

const require = createRequire(new URL('../../scripts/localnet/package.json', import.meta.url));
export const ethers = require('ethers');

/** @returns {Promise<{status: number, headers: Headers, bytes: Buffer, body: any}>} */
export async function ask(url, { body, ...options } = {}) {
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url, { ...post, ...options });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type') === 'application/json';
    const { status, headers } = response;
    return { status, headers, bytes, body: isJson ? JSON.parse(bytes.toString()) : null };
}

/**
 * A session token made with nothing but ethers, as the protocol describes it.
 * @param {string} provider
 * @param {object} [changes]  members of the message that differ from a good one
 * @param {import('ethers').Wallet} [user]
 */
export function makeToken(provider, changes = {}, user = wallet) {
    const timestamp = Date.now();
    const message = JSON.stringify({
        address: user.address,
        provider,
        timestamp,
        expiresAt: timestamp + 3_600_000,
        nonce: '00112233445566778899aabbccddeeff',
        generation: 0,
        tokenId: 255,
        ...changes,
    });
    const hash = ethers.keccak256(ethers.toUtf8Bytes(message));
    return tokenOf(`${message}|${user.signMessageSync(ethers.getBytes(hash))}`);
}

export const tokenOf = (payload) => `app-sk-${Buffer.from(payload).toString('base64')}`;

/** The events of a streamed answer in order, [DONE] as null. */
export function eventsIn(text) {
    return text
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data: '))
        .map((line) => (line === 'data: [DONE]' ? null : JSON.parse(line.slice(6))));
}
