// Settling fees on the real contract: the enclave signs what each user owes, the provider sends it.
import { getAddress } from 'ethers';
import { CHAIN_ID } from '../chain.mjs';
import { serving } from '../deploy.mjs';
import { callTransaction, fundSenders } from '../transactions.mjs';

const SUCCESS = 0;
const PARTIAL = 1;

const DOMAIN = {
    name: '0G Inference Serving',
    version: '1',
    chainId: CHAIN_ID,
    verifyingContract: serving.address,
};
const TYPES = {
    TEESettlement: [
        { name: 'requestsHash', type: 'bytes32' },
        { name: 'nonce', type: 'uint256' },
        { name: 'provider', type: 'address' },
        { name: 'user', type: 'address' },
        { name: 'totalFee', type: 'uint256' },
    ],
};

// A sub-account takes growing nonces only.
let lastNonce = 0n;
function nextNonce() {
    const now = BigInt(Date.now()) * 10_000n;
    lastNonce = now > lastNonce ? now : lastNonce + 1n;
    return lastNonce;
}

async function signedSettlement(
    provider,
    enclave,
    { user, fee, requestsHash },
    nonce = nextNonce(),
) {
    const terms = {
        requestsHash,
        nonce,
        provider: provider.address,
        user: getAddress(user),
        totalFee: fee,
    };
    return { ...terms, signature: await enclave.signTypedData(DOMAIN, TYPES, terms) };
}

/** @returns {{user: string, status: number, unsettledAmount: bigint}[]} */
const resultsIn = ({ logs }) =>
    logs
        .filter(({ address }) => address === serving.address.toLowerCase())
        .map((log) => serving.abi.parseLog(log))
        .filter((log) => log?.name === 'TEESettlementResult')
        .map(({ args }) => ({
            user: args.user,
            status: Number(args.status),
            unsettledAmount: args.unsettledAmount,
        }));

/**
 * Settles one fee that no call has caused, as a provider may that errs or cheats. More than the user's
 * sub-account holds makes it partial.
 * @param {string} rpc
 * @param {{account: import('ethers').HDNodeWallet, enclave: import('ethers').HDNodeWallet}} provider
 *        another enclave than the acknowledged one makes the signature invalid
 * @param {{user: string, fee: bigint, requestsHash: string}} debt
 * @param {bigint} [nonce]  one that was used makes it invalid
 * @param {(rpc: string, transactions: object[]) => Promise<object[]>} send  and get receipts
 */
export async function settleOnly(rpc, { account, enclave }, debt, nonce, send) {
    const settlement = await signedSettlement(account, enclave, debt, nonce);
    const transaction = callTransaction(serving, account, 'settleFeesWithTEE', [[settlement]]);
    await fundSenders(rpc, [transaction]);
    const [receipt] = await send(rpc, [transaction]);
    return resultsIn(receipt)[0];
}

/**
 * Settles what users owe a provider.
 * @param {string} rpc
 * @param {{account: import('ethers').HDNodeWallet, enclave: import('ethers').HDNodeWallet,
 *          unsettled: import('./fees.mjs').Unsettled}} provider
 * @param {(rpc: string, transactions: object[]) => Promise<object[]>} send  and get receipts
 * @returns {Promise<{user: string, status: number, feeNeuron: string, unsettledNeuron: string}[]>}
 */
export async function settle(rpc, { account, enclave, unsettled }, send) {
    const debts = unsettled.all();
    if (debts.length === 0) return [];
    const settlements = [];
    for (const debt of debts) settlements.push(await signedSettlement(account, enclave, debt));
    const transaction = callTransaction(serving, account, 'settleFeesWithTEE', [settlements]);
    await fundSenders(rpc, [transaction]);
    const [receipt] = await send(rpc, [transaction]);
    return resultsIn(receipt).map(({ user, status, unsettledAmount }) => {
        const { totalFee } = settlements.find((settlement) => settlement.user === user);
        const left = status === PARTIAL ? unsettledAmount : totalFee;
        const paid = status === SUCCESS ? totalFee : totalFee - left;
        unsettled.settled(user, paid);
        return {
            user,
            status,
            feeNeuron: String(paid),
            unsettledNeuron: String(totalFee - paid),
        };
    });
}
