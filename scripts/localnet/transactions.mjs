// Transactions with a fixed gas price and gas limit: what they cost depends on what they do alone,
// so balances are the same on every start.
import { setTimeout as sleep } from 'node:timers/promises';
import { batch, call } from './rpc.mjs';
import { CHAIN_ID } from './chain.mjs';

// The price 0G's own tools use, 12 gwei.
const GAS_PRICE = 12_000_000_000n;
// Enough for the largest contract and for a service with 4096 bytes of additional information.
const GAS_LIMIT = 30_000_000n;

const POLL_MS = 500;

/** The most that one transaction can cost its sender beside its value, in neuron. */
const MAX_FEE = GAS_PRICE * GAS_LIMIT;

const hex = (number) => `0x${number.toString(16)}`;

/**
 * @typedef {object} Transaction
 * @property {import('ethers').HDNodeWallet} from
 * @property {string} [to]                       absent: creates a contract
 * @property {string} data
 * @property {bigint} [value]                    in neuron
 * @property {import('ethers').Interface} [abi]  names the error when the transaction reverts
 * @property {string} what                       for the message when it does not succeed
 */

/**
 * A call of a contract's function as a transaction.
 * @param {{address: string, abi: import('ethers').Interface}} contract
 * @returns {Transaction}
 */
export function callTransaction(contract, from, method, args, value = 0n) {
    return {
        from,
        to: contract.address,
        data: contract.abi.encodeFunctionData(method, args),
        value,
        abi: contract.abi,
        what: `${method} from ${from.address}`,
    };
}

/** Reads a view function: the decoded results, or the only one. */
export async function read(rpc, contract, method, args = []) {
    const data = contract.abi.encodeFunctionData(method, args);
    const answer = await call(rpc, 'eth_call', [{ to: contract.address, data }, 'latest']);
    const results = contract.abi.decodeFunctionResult(method, answer);
    return results.length === 1 ? results[0] : results;
}

/**
 * Tops accounts up to what they are about to spend, out of nothing.
 * @param {string} rpc
 * @param {Map<string, bigint>} needs  address to neuron
 */
async function fund(rpc, needs) {
    const addresses = [...needs.keys()];
    const balances = await batch(
        rpc,
        addresses.map((a) => ['eth_getBalance', [a, 'latest']]),
    );
    const poor = addresses.filter((address, i) => BigInt(balances[i]) < needs.get(address));
    await batch(
        rpc,
        poor.map((a) => ['anvil_setBalance', [a, hex(needs.get(a))]]),
    );
}

async function firstNonces(rpc, transactions) {
    const senders = [...new Set(transactions.map(({ from }) => from.address))];
    const counts = await batch(
        rpc,
        senders.map((s) => ['eth_getTransactionCount', [s, 'pending']]),
    );
    return new Map(senders.map((sender, i) => [sender, Number(counts[i])]));
}

async function revertReason(rpc, { from, to, data, value = 0n, abi }, receipt) {
    const parent = hex(BigInt(receipt.blockNumber) - 1n);
    try {
        await call(rpc, 'eth_call', [{ from: from.address, to, data, value: hex(value) }, parent]);
        return 'no reason known';
    } catch (error) {
        const named = typeof error.data === 'string' ? abi?.parseError(error.data) : null;
        return named ? `${named.name}(${named.args.join(', ')})` : error.message;
    }
}

async function signAll(rpc, transactions) {
    const nonces = await firstNonces(rpc, transactions);
    const signed = [];
    for (const { from, to, data, value = 0n } of transactions) {
        const nonce = nonces.get(from.address);
        nonces.set(from.address, nonce + 1);
        const common = { type: 0, chainId: CHAIN_ID, gasPrice: GAS_PRICE, gasLimit: GAS_LIMIT };
        signed.push(await from.signTransaction({ ...common, nonce, to, data, value }));
    }
    return signed;
}

/** Sends in the given order: in the order of arrival transactions are executed, and services listed. */
async function send(rpc, transactions) {
    const hashes = [];
    for (const signed of await signAll(rpc, transactions)) {
        hashes.push(await call(rpc, 'eth_sendRawTransaction', [signed]));
    }
    return hashes;
}

const receiptsOf = (rpc, hashes) =>
    batch(
        rpc,
        hashes.map((h) => ['eth_getTransactionReceipt', [h]]),
    );

async function refuseReverted(rpc, transactions, receipts) {
    for (const [i, receipt] of receipts.entries()) {
        if (!receipt) throw new Error(`${transactions[i].what}: not mined`);
        if (receipt.status !== '0x1') {
            const reason = await revertReason(rpc, transactions[i], receipt);
            throw new Error(`${transactions[i].what}: reverted, ${reason}`);
        }
    }
}

/**
 * Sends transactions in the given order and mines them, into one block unless the node mines one of
 * its own meanwhile.
 * @param {string} rpc
 * @param {Transaction[]} transactions
 * @returns {Promise<object[]>} their receipts, in the same order
 */
export async function sendAndMine(rpc, transactions) {
    const hashes = await send(rpc, transactions);
    await call(rpc, 'evm_mine');
    const receipts = await receiptsOf(rpc, hashes);
    await refuseReverted(rpc, transactions, receipts);
    return receipts;
}

/**
 * Sends transactions and waits until the network mines them in its own time.
 * @param {string} rpc
 * @param {Transaction[]} transactions
 * @param {AbortSignal} signal  gives up waiting
 * @returns {Promise<object[]>} their receipts, in the same order
 */
export async function sendAndWait(rpc, transactions, signal) {
    const hashes = await send(rpc, transactions);
    for (;;) {
        await sleep(POLL_MS, undefined, { signal });
        const receipts = await receiptsOf(rpc, hashes);
        if (receipts.includes(null)) continue;
        await refuseReverted(rpc, transactions, receipts);
        return receipts;
    }
}

/**
 * Gives the senders, out of nothing, what they need for fees and values.
 * @param {string} rpc
 * @param {Transaction[]} transactions
 */
export async function fundSenders(rpc, transactions) {
    const needs = new Map();
    for (const { from, value = 0n } of transactions) {
        needs.set(from.address, (needs.get(from.address) ?? 0n) + value + MAX_FEE);
    }
    await fund(rpc, needs);
}
