// Ports for servers that may be stopped and started again at the same one. A port that the kernel
// picks is one of those it gives to outgoing connections too: while the server is away, a connection
// of any program can take it.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';

export const HOST = '127.0.0.1';

/** Linux gives ports from 32768 on to outgoing connections (ip_local_port_range). */
const FROM = 20_000;
const BELOW = 32_768;
const ATTEMPTS = 100;
const RETRY_MS = 100;

/**
 * Throws when something listens on the port.
 * @param {number} port
 */
export function assertFree(port) {
    return new Promise((resolve, reject) => {
        const probe = createServer();
        probe.on('error', (error) => reject(portFailure(port, error)));
        probe.listen(port, HOST, () => probe.close(resolve));
    });
}

const isFree = (port) =>
    assertFree(port).then(
        () => true,
        () => false,
    );

/**
 * Waits for who is about to end there; throws as assertFree when that takes too long.
 * @param {number} port
 * @param {number} deadlineMs
 */
export async function untilFree(port, deadlineMs) {
    const end = performance.now() + deadlineMs;
    while (performance.now() < end) {
        if (await isFree(port)) return;
        await sleep(RETRY_MS);
    }
    await assertFree(port);
}

/** @param {number} port @param {NodeJS.ErrnoException} error  of listening there */
export function portFailure(port, error) {
    const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${error.code}`;
    return new Failure(`port ${port} on ${HOST} ${why}`);
}

/** @returns {Promise<number>} a port that was free a moment ago */
export async function freePort() {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const port = randomInt(FROM, BELOW);
        if (await isFree(port)) return port;
    }
    throw new Failure(`no port from ${FROM} to ${BELOW - 1} is free on ${HOST}`);
}
