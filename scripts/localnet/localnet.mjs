#!/usr/bin/env node
// Runs the local 0G network in the foreground.
//
//   node localnet.mjs --run DIR --cache DIR [--rpc-port N | --restore]
//                     [--admin-url URL --record-token-file FILE]
//
// With the last two the agent records its jobs there, as soon as somebody answers.
//
// Prints one line when everything is deployed. SIGTERM and SIGINT end it with exit code 0; whatever
// else ends it is said in one line on standard error, with exit code 1.
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

const USAGE =
    'usage: localnet.mjs --run DIR --cache DIR [--rpc-port N | --restore] ' +
    '[--admin-url URL --record-token-file FILE]';
const ABORT_DEADLINE_MS = 700;

const log = (line) => console.error(`localnet: ${line}`);

function readOptions() {
    let values;
    try {
        ({ values } = parseArgs({
            options: {
                run: { type: 'string' },
                cache: { type: 'string' },
                'rpc-port': { type: 'string' },
                restore: { type: 'boolean', default: false },
                'admin-url': { type: 'string' },
                'record-token-file': { type: 'string' },
            },
        }));
    } catch (error) {
        throw new Failure(`${error.message.split('\n')[0]}; ${USAGE}`);
    }
    const { run, cache, restore, 'rpc-port': port = '0' } = values;
    if (!run || !cache) throw new Failure(USAGE);
    if (restore && values['rpc-port']) {
        throw new Failure('--restore uses the port of before, --rpc-port cannot change it');
    }
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
        throw new Failure(`--rpc-port must be a number from 0 to 65535, not ${port}`);
    }
    return {
        runDir: resolve(run),
        cacheDir: resolve(cache),
        port: Number(port),
        restore,
        record: recordTarget(values),
    };
}

/** Where the agent records its jobs; null: nowhere. */
function recordTarget({ 'admin-url': adminUrl, 'record-token-file': tokenFile }) {
    if (!adminUrl && !tokenFile) return null;
    if (!adminUrl || !tokenFile) {
        throw new Failure('--admin-url and --record-token-file belong together');
    }
    if (!URL.canParse(adminUrl)) throw new Failure(`--admin-url is no URL: ${adminUrl}`);
    return { adminUrl, tokenFile: resolve(tokenFile) };
}

/** The rest needs the installed packages; without them it says so in one line. */
async function loadNetwork() {
    try {
        return await import('./network.mjs');
    } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
        throw new Failure('packages are missing: run npm ci --ignore-scripts in scripts/localnet');
    }
}

function fail(error) {
    // An unwritable folder or a full disk says enough about itself; anything else is a defect here.
    const expected = error instanceof Failure || error.syscall;
    log(expected ? error.message : error.stack);
    process.exit(1);
}

// Given up by a signal that comes before the network stands.
const starting = new AbortController();
const start = async () => {
    const options = readOptions();
    const { startNetwork } = await loadNetwork();
    return startNetwork(options, starting.signal, log);
};
const started = start();

let network = null;
let stopping = false;

async function stop() {
    if (stopping) return;
    stopping = true;
    if (network) {
        await network.stop();
    } else {
        // The kernel ends the children of a start that does not give up in time.
        starting.abort();
        await Promise.race([started.catch(() => {}), sleep(ABORT_DEADLINE_MS)]);
    }
    process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

try {
    network = await started;
    if (!stopping) console.log(`localnet ready ${network.rpc}`);
    const how = await network.ended;
    if (!stopping) throw new Failure(how);
} catch (error) {
    if (!stopping) fail(error);
}
