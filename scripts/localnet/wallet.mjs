// The agent's wallet: coins, a ledger and sub-accounts with providers.
import { parseEther } from 'ethers';
import { provider, wallet } from './accounts.mjs';
import { SERVICE_NAME, ledger } from './deploy.mjs';
import { call } from './rpc.mjs';
import { callTransaction, read, sendAndMine } from './transactions.mjs';

/** In the wallet before it does anything. */
export const INITIAL_BALANCE = parseEther('100');

/** Moved from the wallet to its ledger. */
export const LEDGER_DEPOSIT = parseEther('25');

/**
 * Moved on to sub-accounts, by index of the provider's account. A provider wants 1 0G locked above
 * the fees it is owed, so there is room to work in each.
 */
export const SUB_ACCOUNTS = new Map([
    [0, parseEther('6')],
    [1, parseEther('5')],
    [2, parseEther('5')],
]);

async function checkMinimums(rpc) {
    const minimumDeposit = await read(rpc, ledger, 'MIN_ACCOUNT_BALANCE');
    const minimumTransfer = await read(rpc, ledger, 'MIN_TRANSFER_AMOUNT');
    if (LEDGER_DEPOSIT < minimumDeposit) {
        throw new Error(`the ledger wants a deposit of at least ${minimumDeposit} neuron`);
    }
    for (const amount of SUB_ACCOUNTS.values()) {
        if (amount < minimumTransfer) {
            throw new Error(`a sub-account wants at least ${minimumTransfer} neuron`);
        }
    }
}

/**
 * Funds the wallet, opens its ledger and its sub-accounts. The first transfer to a provider
 * also acknowledges it on the wallet's behalf.
 * @param {string} rpc
 */
export async function openLedger(rpc) {
    await checkMinimums(rpc);
    await call(rpc, 'anvil_setBalance', [wallet.address, `0x${INITIAL_BALANCE.toString(16)}`]);
    const transfers = [...SUB_ACCOUNTS].map(([index, amount]) =>
        callTransaction(ledger, wallet, 'transferFund', [
            provider(index).address,
            SERVICE_NAME,
            amount,
        ]),
    );
    await sendAndMine(rpc, [
        callTransaction(ledger, wallet, 'addLedger', [''], LEDGER_DEPOSIT),
        ...transfers,
    ]);
}
