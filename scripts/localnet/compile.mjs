// Solidity contracts, compiled once: the cache is keyed by all that decides the result.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runToEnd } from './child.mjs';
import { replaceFile } from './files.mjs';

const require = createRequire(import.meta.url);

const OWN = ['AgentNft', 'StorageReward'];

/**
 * What solc calls its standard JSON input.
 * @param {URL} folder
 * @param {string[]} files  names without .sol
 */
async function compilerInput(folder, files) {
    const sources = {};
    for (const name of files) {
        sources[`${name}.sol`] = { content: await readFile(new URL(`${name}.sol`, folder), 'utf8') };
    }
    return JSON.stringify({
        language: 'Solidity',
        sources,
        settings: {
            evmVersion: 'paris',
            optimizer: { enabled: true, runs: 200 },
            outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
        },
    });
}

/** By name; what is abstract has no bytecode and is left out. */
function artifactsOf(output) {
    const { errors = [], contracts } = output;
    const complaints = errors.map(({ formattedMessage }) => formattedMessage);
    if (complaints.length > 0) throw new Error(`solidity: ${complaints.join('\n')}`);
    return Object.fromEntries(
        Object.values(contracts)
            .flatMap(Object.entries)
            .filter(([, { evm }]) => evm.bytecode.object !== '')
            .map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]),
    );
}

/** The compiler runs in a process of its own: it is large and installs handlers of its own. */
async function compile(input, signal) {
    const program = require.resolve('solc/solc.js');
    const args = [program, '--standard-json'];
    const output = (await runToEnd(process.execPath, args, { input, signal })).toString();
    // It says on the same stream, before the result, what it uses.
    return artifactsOf(JSON.parse(output.slice(output.indexOf('{'))));
}

/**
 * ABI and creation bytecode of the contracts in some Solidity files.
 * @param {URL} folder
 * @param {string[]} files  names without .sol
 * @param {string} cacheDir  exists
 * @param {AbortSignal} signal  ends a running compiler
 * @returns {Promise<Record<string, {abi: object[], bytecode: string}>>}  by the contract's name
 */
export async function compiledContracts(folder, files, cacheDir, signal) {
    const input = await compilerInput(folder, files);
    const { version } = require('solc/package.json');
    const key = createHash('sha256').update(version).update(input).digest('hex').slice(0, 16);
    const path = join(cacheDir, `solidity-${key}.json`);
    try {
        return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
        if (error.code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error;
    }
    const artifacts = await compile(input, signal);
    await replaceFile(path, JSON.stringify(artifacts));
    return artifacts;
}

/** Those in solidity/. */
export const ownContracts = (cacheDir, signal) =>
    compiledContracts(new URL('./solidity/', import.meta.url), OWN, cacheDir, signal);
