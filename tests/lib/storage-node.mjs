// A chain with a Flow contract on which files were submitted, behind a node that limits its answers.
import { AbiCoder, toBeHex, toQuantity, zeroPadValue } from 'ethers';
import { addressOf } from './contracts.mjs';
import { RpcError, StubNode, WALLET_ADDRESS } from './stub-rpc.mjs';

export const FLOW_ADDRESS = addressOf(900_004);
export const MARKET_ADDRESS = addressOf(900_005);
export const REWARD_ADDRESS = addressOf(900_006);

const SUBMIT = '0x167ce04d2aa1981994d3a31695da0d785373335b1078cec239a1a3a2c7675555';
const coder = AbiCoder.defaultAbiCoder();
const word = (value) => zeroPadValue(toBeHex(value), 32);

/**
 * @typedef {object} File
 * @property {number} block
 * @property {bigint} bytes
 * @property {bigint} sectors
 */

export class StorageChain extends StubNode {
    constructor() {
        super();
        /** @type {File[]} of the wallet, by block */
        this.files = [];
        this.head = 1000;
        this.fork = 0;
        this.price = 1000n;
        this.releaseSeconds = 400n * 86_400n;
        this.secondsPerBlock = 1;
        this.maxBlocks = Infinity;
        this.maxLogs = Infinity;
        this.refusals = 0;
        this.scanned = 0;
        this.flowOfMarket = FLOW_ADDRESS;
        this.answer = (call, honest) => this.#storage(call) ?? honest();
    }

    get settings() {
        return { ...super.settings, ZG_FLOW_CONTRACT: FLOW_ADDRESS };
    }

    timeOf(block) {
        return Math.floor(this.now() / 1000) - (this.head - block) * this.secondsPerBlock;
    }

    #storage({ method, params, selector }) {
        if (method === 'eth_getLogs') return this.#logs(params[0]);
        if (method === 'eth_getBlockByNumber') return this.#block(params[0]);
        return this.#contracts[selector]?.();
    }

    #contracts = {
        '0xfd54b228': () => coder.encode(['uint256', 'uint256'], [4864, 14]),
        '0x77e19824': () => word(this.files.length),
        '0x231b0268': () => word(1),
        '0x80f55605': () => word(MARKET_ADDRESS),
        '0x61ec5082': () => word(this.price),
        '0x343aad82': () => word(this.flowOfMarket),
        '0x228cb733': () => word(REWARD_ADDRESS),
        '0x21295931': () => word(this.releaseSeconds),
    };

    #block(tag) {
        const number = tag === 'latest' ? this.head : Number(tag);
        if (number > this.head) return null;
        return {
            number: toQuantity(number),
            timestamp: toQuantity(this.timeOf(number)),
            hash: word(BigInt(this.fork) * 2n ** 64n + BigInt(number)),
        };
    }

    #logs({ fromBlock, toBlock, address, topics }) {
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        if (![address].flat().some((one) => one.toLowerCase() === FLOW_ADDRESS.toLowerCase())) return [];
        if (topics[1].toLowerCase() !== word(WALLET_ADDRESS).toLowerCase()) return [];
        if (to - from + 1 > this.maxBlocks) this.#refuse(`block range exceeds ${this.maxBlocks}`);
        let at = this.#firstFrom(from);
        const found = [];
        for (; at < this.files.length && this.files[at].block <= to; at += 1) found.push(at);
        if (found.length > this.maxLogs) this.#refuse(`query returned more than ${this.maxLogs} results`);
        this.scanned += to - from + 1;
        return found.map((index) => this.#log(index));
    }

    #refuse(message) {
        this.refusals += 1;
        throw new RpcError({ code: -32005, message });
    }

    /** The index of the first file in that block or behind. */
    #firstFrom(block) {
        let [low, high] = [0, this.files.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.files[middle].block < block) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    #log(index) {
        const { block, bytes, sectors } = this.files[index];
        const words = [index, index * 4096 + 1, sectors, 0x80, bytes, 0x60, 0x80, 0, 0];
        return {
            address: FLOW_ADDRESS,
            topics: [SUBMIT, word(WALLET_ADDRESS), word(index + 1)],
            data: `0x${words.map((value) => word(value).slice(2)).join('')}`,
            blockNumber: toQuantity(block),
            blockHash: word(block),
            transactionHash: word(index + 1),
            transactionIndex: '0x0',
            logIndex: toQuantity(index),
            removed: false,
        };
    }
}

/** A file of that many bytes. */
export const fileAt = (block, bytes) => ({ block, bytes: BigInt(bytes), sectors: (BigInt(bytes) + 255n) / 256n });

/** @param {File[]} files */
export const sumOf = (files) => ({
    usedBytes: Number(files.reduce((sum, { bytes }) => sum + bytes, 0n)),
    sectors: Number(files.reduce((sum, { sectors }) => sum + sectors, 0n)),
    objectCount: files.length,
});
