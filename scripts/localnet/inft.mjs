// The agents' token: what its owner and the contract's administrator do with it.
import { owner, wallet } from './accounts.mjs';
import { inft } from './deploy.mjs';
import { callTransaction, fundSenders, sendAndMine } from './transactions.mjs';

/** @typedef {{dataDescription: string, dataHash: string}} IntelligentData */

const MINT = 'mint((string,bytes32)[],address)';

/** @returns {import('./transactions.mjs').Transaction} */
export const mintTransaction = (datas, to) => callTransaction(inft, owner, MINT, [datas, to]);
export const setUriTransaction = (tokenId, uri) =>
    callTransaction(inft, owner, 'setTokenURI', [tokenId, uri]);
export const authorizeTransaction = (tokenId, user) =>
    callTransaction(inft, wallet, 'authorizeUsage', [tokenId, user]);

/** The id of the token that a mint's receipt speaks of. */
export function mintedTokenId({ logs }) {
    const transfer = logs
        .map((log) => inft.abi.parseLog(log))
        .find((log) => log?.name === 'Transfer');
    return String(transfer.args.tokenId);
}

/** Sends one transaction; the wallet alone pays with its own coins. */
async function act(rpc, transaction) {
    if (transaction.from !== wallet) await fundSenders(rpc, [transaction]);
    const [receipt] = await sendAndMine(rpc, [transaction]);
    return receipt;
}

/**
 * @param {string} rpc
 * @param {{to: string, datas: IntelligentData[]}} token
 * @returns {Promise<{tokenId: string, transactionHash: string}>}
 */
export async function mintToken(rpc, { to, datas }) {
    const receipt = await act(rpc, mintTransaction(datas, to));
    return { tokenId: mintedTokenId(receipt), transactionHash: receipt.transactionHash };
}

const byWallet = (method) => (rpc, args) => act(rpc, callTransaction(inft, wallet, method, args));
const byAdministrator = (method) => (rpc, args) =>
    act(rpc, callTransaction(inft, owner, method, args));

/** The wallet's own actions: (rpc, arguments of the contract's function). */
export const updateToken = byWallet('update');
export const authorizeUser = byWallet('authorizeUsage');
export const revokeUser = byWallet('revokeAuthorization');
export const approveToken = byWallet('approve');
export const transferToken = byWallet('transferFrom');
export const transferTokenWithKeys = byWallet('iTransferFrom');

/** Those of the contract's administrator. */
export const setTokenUri = byAdministrator('setTokenURI');
export const pauseTokens = (rpc) => byAdministrator('pause')(rpc, []);
export const unpauseTokens = (rpc) => byAdministrator('unpause')(rpc, []);
