// The contracts as they stand on 0G's networks. Compute: each implementation behind an UpgradeableBeacon
// and a BeaconProxy, initialised through the proxy, InferenceServing registered with the ledger. Storage:
// Flow and its market. The last is the agents' token, which is our own.
import { createRequire } from 'node:module';
import { ContractFactory, getCreateAddress } from 'ethers';
import * as abi from './abi.mjs';
import { owner } from './accounts.mjs';
import { callTransaction, fundSenders, sendAndMine } from './transactions.mjs';

const require = createRequire(import.meta.url);
const openZeppelin = (name) => require(`@openzeppelin/contracts/build/contracts/${name}.json`);

// For how long a refund stays locked; 0G's own deployment uses a day.
const LOCK_TIME_S = 86_400;

const SERVICE_TYPE = 'inference';
const SERVICE_VERSION = 'v1.0';

/** The name under which LedgerManager.transferFund knows the serving contract. */
export const SERVICE_NAME = `${SERVICE_TYPE}-${SERVICE_VERSION}`;

// What a sector costs on 0G's mainnet, in neuron, and the length of an epoch in blocks.
const PRICE_PER_SECTOR = 30_733_644_962n;
const BLOCKS_PER_EPOCH = 3750n;

// A contract's address follows from its creator and the creator's nonce. Three contracts are created
// for each of the two, and the ledger's initialisation lies between: these are the addresses that 0G's
// SDK lists for chain id 31337.
const LEDGER_NONCE = 0;
const SERVING_NONCE = 4;
const STORAGE_NONCE = 10;
const INFT_NONCE = 15;
const created = (nonce) => getCreateAddress({ from: owner.address, nonce });
const layout = (firstNonce) => ({
    implementation: created(firstNonce),
    beacon: created(firstNonce + 1),
    proxy: created(firstNonce + 2),
});

/** Contracts to call: address and interface. */
export const ledger = { address: layout(LEDGER_NONCE).proxy, abi: abi.ledger };
export const serving = { address: layout(SERVING_NONCE).proxy, abi: abi.serving };
export const reward = { address: created(STORAGE_NONCE), abi: abi.reward };
export const market = { address: created(STORAGE_NONCE + 1), abi: abi.market };
export const flow = { address: created(STORAGE_NONCE + 2), abi: abi.flow };
export const inft = { address: created(INFT_NONCE), abi: abi.inft };

async function creation(name, artifact, ...args) {
    const factory = new ContractFactory(artifact.abi, artifact.bytecode);
    const { data } = await factory.getDeployTransaction(...args);
    return { from: owner, data, what: `deploy ${name}` };
}

async function behindBeacon(name, bytecode, { implementation, beacon }) {
    return [
        { from: owner, data: bytecode, what: `deploy ${name}` },
        await creation(`the beacon of ${name}`, openZeppelin('UpgradeableBeacon'), implementation),
        await creation(`the proxy of ${name}`, openZeppelin('BeaconProxy'), beacon, '0x'),
    ];
}

const byOwner = (contract, method, args) => callTransaction(contract, owner, method, args);

async function computeTransactions(bytecode) {
    return [
        ...(await behindBeacon('LedgerManager', bytecode.LedgerManager, layout(LEDGER_NONCE))),
        byOwner(ledger, 'initialize', [owner.address]),
        ...(await behindBeacon(
            'InferenceServing',
            bytecode.InferenceServing,
            layout(SERVING_NONCE),
        )),
        byOwner(serving, 'initialize', [LOCK_TIME_S, ledger.address, owner.address]),
        byOwner(ledger, 'registerService', [
            SERVICE_TYPE,
            SERVICE_VERSION,
            serving.address,
            'inference serving service v1.0',
        ]),
        byOwner(ledger, 'setRecommendedService', [SERVICE_TYPE, SERVICE_VERSION]),
    ];
}

async function storageTransactions({ StorageReward }) {
    const { flow: flowBytecode, market: marketBytecode } = abi.storageBytecode;
    const noDelay = 0n;
    return [
        await creation('the reward contract', StorageReward),
        await creation('FixedPrice', { abi: abi.market, bytecode: marketBytecode }),
        await creation('FixedPriceFlow', { abi: abi.flow, bytecode: flowBytecode }, noDelay),
        byOwner(market, 'initialize', [PRICE_PER_SECTOR, flow.address, reward.address]),
        byOwner(flow, 'initialize', [market.address, BLOCKS_PER_EPOCH]),
    ];
}

/** storageInfo is the JSON that 0G's own deployment script writes. */
async function tokenTransactions({ AgentNft }, { chain, indexer }) {
    const storageInfo = JSON.stringify({ chainURL: chain, indexerURL: indexer });
    const verifier = owner.address;
    return [await creation('AgentNft', AgentNft, '0G Agent NFT', '0GI', storageInfo, verifier)];
}

/**
 * Deploys and connects all contracts on an empty chain.
 * @param {string} rpc
 * @param {Record<string, string>} bytecode  of 0G's compute contracts
 * @param {Record<string, {abi: object[], bytecode: string}>} own  our own, compiled
 * @param {string} indexer  where the token says that its data is found
 * @returns {Promise<number>} the number of the first block with them
 */
export async function deployContracts(rpc, bytecode, own, indexer) {
    const transactions = [
        ...(await computeTransactions(bytecode)),
        ...(await storageTransactions(own)),
        ...(await tokenTransactions(own, { chain: rpc, indexer })),
    ];
    await fundSenders(rpc, transactions);
    const receipts = await sendAndMine(rpc, transactions);
    return Number(receipts[0].blockNumber);
}
