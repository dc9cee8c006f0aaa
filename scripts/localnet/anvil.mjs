// The EVM node: one anvil process, bound to loopback.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnProblem, spawnTied } from './child.mjs';
import { CHAIN_ID } from './chain.mjs';
import { Failure } from './failure.mjs';
import { assertFree, freePort, HOST } from './free-port.mjs';
import { call } from './rpc.mjs';

// A saved state of several days takes seconds to load.
const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 400;

/** The binary itself, since npm's wrapper around it would stay between us and the node. */
function binaryPath() {
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    const packageName = `@foundry-rs/anvil-${process.platform}-${arch}`;
    const path = fileURLToPath(new URL(`./node_modules/${packageName}/bin/anvil`, import.meta.url));
    if (!existsSync(path)) {
        throw new Failure(
            `${packageName} is not installed: run npm ci --ignore-scripts in scripts/localnet, ` +
                'which brings the one for linux-amd64',
        );
    }
    return path;
}

/**
 * @typedef {object} Anvil
 * @property {string} rpc
 * @property {number} pid
 * @property {Promise<string>} ended  resolves with a description when the process is gone
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the node and waits until it answers. It mines only when told to.
 * @param {object} options
 * @param {number} options.port          0 picks a free one
 * @param {string} [options.stateFile]   JSON written by anvil, to go on from
 * @param {AbortSignal} options.signal   stops the node, also while it is starting
 * @returns {Promise<Anvil>}
 */
export async function startAnvil({ port, stateFile, signal }) {
    const binary = binaryPath();
    const chosenPort = port || (await freePort());
    await assertFree(chosenPort);
    const rpc = `http://${HOST}:${chosenPort}`;
    const args = ['--host', HOST, '--port', String(chosenPort), '--chain-id', String(CHAIN_ID)];
    args.push('--quiet', '--no-cors', '--no-mining', '--no-request-size-limit');
    // No accounts of its own; 0G's chain runs Cancun; services are listed in the order of sending.
    args.push('--accounts', '0', '--hardfork', 'cancun', '--order', 'fifo');
    // One block has to hold the registration of many services with long texts.
    args.push('--gas-limit', '10000000000');
    // Old states would pile up in memory and in the home folder.
    args.push('--prune-history', '256');
    if (stateFile) args.push('--load-state', stateFile);

    const child = spawnTied(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let lastWords = '';
    child.stderr.on('data', (chunk) => {
        lastWords = String(chunk).trim().split('\n')[0] || lastWords;
    });
    let running = true;
    const ended = new Promise((resolve) => {
        child.on('error', (error) => resolve(spawnProblem(error)));
        child.on('close', (code, signal) => {
            const how = signal ? `signal ${signal}` : `exit code ${code}`;
            resolve(`anvil (pid ${child.pid}) ended with ${how}${lastWords && `: ${lastWords}`}`);
        });
    }).then((how) => {
        running = false;
        return how;
    });

    async function stop() {
        if (!running) return;
        child.kill('SIGTERM');
        await Promise.race([ended, sleep(STOP_DEADLINE_MS)]);
        if (!running) return;
        child.kill('SIGKILL');
        await ended;
    }

    signal.addEventListener('abort', stop);

    const deadline = Date.now() + START_DEADLINE_MS;
    while (running) {
        try {
            await call(rpc, 'eth_chainId');
            return { rpc, pid: child.pid, ended, stop };
        } catch {
            if (Date.now() > deadline) {
                await stop();
                throw new Failure(`anvil did not answer within ${START_DEADLINE_MS / 1000} s`);
            }
            await sleep(20);
        }
    }
    throw new Failure(await ended);
}
