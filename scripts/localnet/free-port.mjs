// Ports for servers that may be stopped and started again at the same one. A port that the kernel
// picks is one of those it gives to outgoing connections too: while the server is away, a connection
// of any program can take it.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Failure } from './failure.mjs';

export const HOST = '127.0.0.1';

/** Linux gives ports from 32768 on to outgoing connections (ip_local_port_range). */
const FROM = 20_000;
const BELOW = 32_768;
const ATTEMPTS = 100;

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

/** @param {number} port @param {NodeJS.ErrnoException} error  of listening there */
export function portFailure(port, error) {
    const why = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${error.code}`;
    return new Failure(`port ${port} on ${HOST} ${why}`);
}

/** @returns {Promise<number>} a port that was free a moment ago */
export async function freePort() {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const port = randomInt(FROM, BELOW);
        const isFree = await assertFree(port).then(
            () => true,
            () => false,
        );
        if (isFree) return port;
    }
    throw new Failure(`no port from ${FROM} to ${BELOW - 1} is free on ${HOST}`);
}
