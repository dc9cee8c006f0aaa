// iNFT contracts for the stub node: the recorded answers and logs of the real ones, byte for byte.
import { readFileSync } from 'node:fs';
import { getAddress, toBeHex, toQuantity } from 'ethers';
import { RpcError } from './stub-rpc.mjs';

const vectors = JSON.parse(
    readFileSync(new URL('../vectors/inft-and-storage-calls.json', import.meta.url), 'utf8'),
);

const BLOCK_MS = 2000;
/** What a contract does that has no such function. */
const NO_FUNCTION = { code: 3, message: 'execution reverted', data: '0x' };

/** @type {Record<string, {name: string, logs: string}>} by family */
const CONTRACTS = {
    v1: { name: 'AgentNFT', logs: 'agentNft' },
    v2: { name: 'AgenticID', logs: 'agenticId' },
    v3: { name: 'AgentINFT', logs: 'agentInft' },
};

export const inftAddress = (family) => vectors.addresses[CONTRACTS[family].name];

/** A contract that a StubNode answers for. */
export class InftContract {
    /**
     * @param {'v1' | 'v2' | 'v3'} family
     * @param {{age?: number, maxRange?: number}} [parts]  how many blocks ago its first log stands;
     *        how many blocks the node lets one eth_getLogs span
     */
    constructor(family, { age = 100, maxRange = Infinity } = {}) {
        this.address = inftAddress(family);
        this.recorded = new Map(
            vectors.calls
                .filter(({ to, label }) => to === this.address && !/after (transfer|update)/.test(label))
                .map((call) => [call.data, call]),
        );
        this.firstBlock = Math.floor(Date.now() / BLOCK_MS) - age;
        this.logs = (vectors.logs[CONTRACTS[family].logs] ?? []).map((log, i) => this.#place(log, i));
        this.maxRange = maxRange;
        this.code = '0x6080';
        /** @type {Record<string, unknown>} receipts by hash; null for one in no block */
        this.receipts = {};
        /** Results in place of the recorded ones, by call data. */
        this.replaced = new Map();
    }

    #place(log, index) {
        return {
            address: this.address,
            topics: log.topics,
            data: log.data,
            blockNumber: toQuantity(this.firstBlock + index),
            logIndex: '0x0',
            transactionHash: log.txHash ?? toBeHex(index + 1, 32),
            blockHash: toBeHex(index + 1, 32),
            removed: false,
        };
    }

    #call(data) {
        if (this.replaced.has(data)) return this.replaced.get(data);
        const call = this.recorded.get(data);
        if (!call) throw new RpcError(NO_FUNCTION);
        if (call.error) throw new RpcError(call.error);
        return call.result;
    }

    #logsOf({ fromBlock, toBlock }) {
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        if (to - from >= this.maxRange) {
            throw new RpcError({ code: -32000, message: `block range is limited to ${this.maxRange}` });
        }
        return this.logs.filter(({ blockNumber }) => Number(blockNumber) >= from && Number(blockNumber) <= to);
    }

    /** For StubNode.answer. */
    answer = ({ method, params }, honest) => {
        if (method === 'eth_getCode') return this.code;
        if (method === 'eth_getTransactionReceipt') return this.receipts[params[0]] ?? null;
        if (method === 'eth_getLogs') return this.#logsOf(params[0]);
        if (method === 'eth_getBlockByNumber' && params[0] !== 'latest') {
            return { number: params[0], timestamp: toQuantity(this.timeOf(Number(params[0]))) };
        }
        if (method === 'eth_call' && getAddress(params[0].to) === this.address) {
            return this.#call(params[0].data);
        }
        return honest();
    };

    /** Unix seconds of a block. */
    timeOf(block) {
        return (block * BLOCK_MS) / 1000;
    }

    /** Settings of an instance that reads it. */
    settings(tokenId = '0') {
        return { ZG_INFT_CONTRACT: this.address, ZG_INFT_TOKEN_ID: tokenId };
    }
}
