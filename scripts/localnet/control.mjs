#!/usr/bin/env node
// Changes a running local network from outside: for tests, and by hand.
//
//   node control.mjs RPC list
//   node control.mjs RPC register '{"provider":100,"model":"any \"text\"","inputPrice":"50000000000"}'
//   node control.mjs RPC register '[{"provider":101},{"provider":102,"acknowledged":true}]'
//   node control.mjs RPC update '{"provider":100,"url":"http://127.0.0.1:1"}'
//   node control.mjs RPC remove 100        (acknowledge and revoke likewise)
//   node control.mjs RPC settle '{"provider":0,"feeNeuron":"1000"}'
//   node control.mjs RPC interval 0        (no more blocks; 2 is the usual interval)
//   node control.mjs RPC reorganise 3
//
// The stand-ins are told through their own endpoint, `control` in localnet.json: see remote.mjs.
//
// Providers are given by the index of their account. The network's own services have the first ones, so
// others take indexes from 100 on.
import { pathToFileURL } from 'node:url';
import { ZeroHash } from 'ethers';
import * as registry from './registry.mjs';
import { provider, teeSigner, wallet } from './accounts.mjs';
import { call } from './rpc.mjs';
import { settleOnly } from './standins/settlement.mjs';
import { describeFile, sectorPrice, submitTransaction } from './storage.mjs';
import { sendAndMine } from './transactions.mjs';

export { provider, teeSigner, wallet } from './accounts.mjs';
export * from './inft.mjs';
export { listServices } from './registry.mjs';
export * from './remote.mjs';

/** What a service has where the caller does not say otherwise. */
const ORDINARY = {
    serviceType: 'chatbot',
    url: 'http://127.0.0.1:19199',
    model: 'test/model',
    verifiability: 'TeeML',
    inputPrice: 50_000_000_000n,
    outputPrice: 100_000_000_000n,
    additionalInfo: '{}',
    acknowledged: false,
};

/**
 * Registers many services at once, and acknowledges those marked so.
 * @param {string} rpc
 * @param {(Partial<import('./services.mjs').ServiceEntry> & {provider: number})[]} entries
 *        prices may be decimal strings
 */
export const registerServices = (rpc, entries) =>
    registry.registerServices(
        rpc,
        entries.map((entry) => ({ ...ORDINARY, ...entry })),
    );

export const registerService = (rpc, entry) => registerServices(rpc, [entry]);

/** Changes the given members of a service. */
export const updateService = (rpc, changes) => registry.updateService(rpc, changes);

/** Each of these takes the index of the provider's account. */
export const removeService = (rpc, provider) => registry.removeServices(rpc, [provider]);
export const acknowledge = (rpc, provider) => registry.acknowledgeProviders(rpc, [provider]);
export const revoke = (rpc, provider) => registry.revokeProviders(rpc, [provider]);

/** Replaces the last so many blocks by empty ones: what was in them never happened. */
export const reorganise = (rpc, depth) => call(rpc, 'anvil_reorg', [depth, []]);

/**
 * Stores a file on behalf of the wallet; its content is given to nobody.
 * @param {string} rpc
 * @param {Buffer} content
 * @returns {Promise<string>} its root
 */
export async function submitFile(rpc, content) {
    const submission = await describeFile(content, wallet.address);
    await sendAndMine(rpc, [submitTransaction(wallet, submission, await sectorPrice(rpc))]);
    return submission.root;
}

/**
 * Settles a fee of the wallet on the real contract, without a call that caused it; what providers keep
 * in their own books is settled by settleFees().
 * @param {string} rpc
 * @param {{provider: number, feeNeuron: string, signer?: number, nonce?: string}} what  `signer`: the
 *        enclave of another provider signs; `nonce`: in place of a new one
 * @returns {Promise<{status: number, unsettledNeuron: string}>} the contract's number of the result
 */
export async function settleFee(rpc, { provider: index, feeNeuron, signer = index, nonce }) {
    const by = { account: provider(index), enclave: teeSigner(signer) };
    const debt = { user: wallet.address, fee: BigInt(feeNeuron), requestsHash: ZeroHash };
    const given = nonce === undefined ? undefined : BigInt(nonce);
    const { status, unsettledAmount } = await settleOnly(rpc, by, debt, given, sendAndMine);
    return { status, unsettledNeuron: String(unsettledAmount) };
}

/** Mines a block every so many seconds; 0: no more, the head stands still. */
export const setBlockInterval = (rpc, seconds) => call(rpc, 'evm_setIntervalMining', [seconds]);

const COMMANDS = {
    list: (rpc) => registry.listServices(rpc),
    register: (rpc, entries) => registerServices(rpc, [entries].flat()),
    update: updateService,
    remove: removeService,
    acknowledge,
    revoke,
    settle: settleFee,
    interval: setBlockInterval,
    reorganise,
};

async function main([rpc, name, json]) {
    const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : null;
    if (!command || (name !== 'list' && json === undefined)) {
        throw new Error(`usage: control.mjs RPC ${Object.keys(COMMANDS).join('|')} [JSON]`);
    }
    const result = await command(rpc, json === undefined ? undefined : JSON.parse(json));
    if (name === 'list') console.log(JSON.stringify(result, null, 2));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
    main(process.argv.slice(2)).catch((error) => {
        console.error(`control: ${error.message}`);
        process.exitCode = 1;
    });
}
