// Every account of the local network, each with one role.
//
// They are derived from the mnemonic that anvil and Hardhat document as their default. Its keys are
// known to everybody: they are worth nothing on any public network and must never be used there.
import { HDNodeWallet, Mnemonic } from 'ethers';

const MNEMONIC = 'test test test test test test test test test test test junk';
const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'");

/** The accounts of one role by index; each is derived once, since that takes milliseconds. */
function accountsOf(role) {
    const parent = root.derivePath(`${role}'/0`);
    const derived = new Map();
    return (index) => {
        if (!derived.has(index)) derived.set(index, parent.deriveChild(index));
        return derived.get(index);
    };
}

const operator = accountsOf(0);

/** Deploys and owns the contracts, acknowledges TEE signers. */
export const owner = operator(0);

/** The wallet of the agent that the page shows: owns the ledger and pays providers. */
export const wallet = operator(1);

/** Somebody whom the agent lets use its token. */
export const assistant = operator(2);

/** The n-th provider node: (index) => wallet. */
export const provider = accountsOf(1);

/** The key inside the n-th provider's enclave, which only ever signs: (index) => wallet. */
export const teeSigner = accountsOf(2);
