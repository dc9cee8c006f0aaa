// A chain on which providers settled fees, behind a node that limits its answers and says no times in logs.
import { toBeHex, toQuantity, zeroPadValue } from 'ethers';
import { addressOf } from './contracts.mjs';
import { LEDGER_ADDRESS, RpcError, SERVING_ADDRESS, StubNode, WALLET_ADDRESS } from './stub-rpc.mjs';

const BALANCE_UPDATED = '0x526824944047da5b81071fb6349412005c5da81380b336103fbe5dd34556c776';
const RESULT = '0x1f69e5b87fd0ce34b3760ba6e5d8aa95a36e316c3ba44e1e65a9d0eb9e96d0bf';
const FUND_SPENT = '0x6f81b9cf4ed9328799879be7651da4420ab1bc260b34ea71f72e9659aa548e68';
const STAKED = '0xcd6dbb0e62eeb71e114bae8b2e2547921dd19209bebf32b595be3e7d247dbbb4';
const RETURNED = '0x17f7db034d4b59fadec3e44a684cb4396ca10fd036c4e4f718bf06e993715882';
const PARTIAL = 1;

const word = (value) => zeroPadValue(toBeHex(value), 32);
const data = (...values) => `0x${values.map((value) => word(value).slice(2)).join('')}`;
const lower = (address) => address.toLowerCase();

/**
 * @typedef {object} Settlement  a transaction of its own
 * @property {number} block
 * @property {string} provider
 * @property {string} [user]     the wallet, if not given
 * @property {bigint} fee
 * @property {number} [status]   above 1 it failed, and nothing was paid
 */

export class SettlementChain extends StubNode {
    constructor() {
        super();
        /** @type {Settlement[]} by block */
        this.settlements = [];
        /** @type {{block: number, provider: string, amount: bigint, returned?: boolean}[]} by block */
        this.stakes = [];
        /** The newest block at the start; there is one more every second. */
        this.firstHead = 1000;
        this.startedAt = Math.floor(Date.now() / 1000);
        this.fork = 0;
        this.maxBlocks = Infinity;
        this.maxLogs = Infinity;
        this.refusals = 0;
        this.answer = (call, honest) => this.#settled(call) ?? honest();
    }

    get head() {
        return this.firstHead + Math.floor(this.now() / 1000) - this.startedAt;
    }

    /** Unix seconds. */
    timeOf(block) {
        return this.startedAt - (this.firstHead - block);
    }

    #settled({ method, params, selector }) {
        if (method === 'eth_getLogs') return this.#logs(params[0]);
        if (method === 'eth_getBlockByNumber') return this.#block(params[0]);
        if (method === 'eth_getTransactionByHash') return this.#transaction(params[0]);
        if (selector === '0x1d73b9f5') return this.#payers();
        if (selector === '0x650190e7') return word(100n * 10n ** 18n);
        return undefined;
    }

    /** Nobody: an empty list. */
    #payers() {
        return data(64, 0, 0);
    }

    #block(tag) {
        const number = tag === 'latest' ? this.head : Number(tag);
        if (number > this.head) return null;
        return {
            number: toQuantity(number),
            timestamp: toQuantity(this.timeOf(number)),
            hash: word(BigInt(this.fork) * 2n ** 64n + BigInt(number)),
        };
    }

    #transaction(hash) {
        const settlement = this.settlements[Number(hash) - 1];
        return settlement ? { hash, from: settlement.provider } : null;
    }

    #logs({ fromBlock, toBlock, address, topics }) {
        const [from, to] = [Number(fromBlock), Number(toBlock)];
        if (to - from + 1 > this.maxBlocks) this.#refuse(`block range exceeds ${this.maxBlocks}`);
        const contracts = [address].flat().map(lower);
        const wanted = ({ address: contract, topics: has }) =>
            contracts.includes(contract) &&
            topics.every((topic, i) => topic === null || [topic].flat().map(lower).includes(lower(has[i])));
        const inside = ({ block }) => block >= from && block <= to;
        const all = [
            ...this.settlements.filter(inside).flatMap((settlement) => this.#logsOf(settlement)),
            ...this.stakes.filter(inside).map((stake) => this.#stakeLog(stake)),
        ];
        const found = all.filter(wanted);
        if (found.length > this.maxLogs) this.#refuse(`query returned more than ${this.maxLogs} results`);
        return found;
    }

    #refuse(message) {
        this.refusals += 1;
        throw new RpcError({ code: -32005, message });
    }

    #log(block, tx, index, address, topics, bytes) {
        return {
            address: lower(address),
            topics,
            data: bytes,
            blockNumber: toQuantity(block),
            blockHash: word(block),
            transactionHash: word(tx),
            transactionIndex: '0x0',
            logIndex: toQuantity(index),
            removed: false,
        };
    }

    #logsOf({ block, provider, user = WALLET_ADDRESS, fee, status = 0 }) {
        const at = this.settlements.findIndex((other) => other.block === block && other.fee === fee);
        const place = this.settlements.slice(0, at).filter((other) => other.block === block).length * 3;
        const tx = at + 1;
        const log = (index, ...rest) => this.#log(block, tx, place + index, ...rest);
        const failed = status > PARTIAL;
        const result = log(2, SERVING_ADDRESS, [RESULT, word(user)], data(status, failed ? fee : 0));
        if (failed) return [result];
        return [
            log(0, LEDGER_ADDRESS, [FUND_SPENT, word(user), word(SERVING_ADDRESS)], data(fee)),
            log(1, SERVING_ADDRESS, [BALANCE_UPDATED, word(user), word(provider)], data(10n ** 18n, 0)),
            result,
        ];
    }

    #stakeLog({ block, provider, amount, returned = false }) {
        const topics = [returned ? RETURNED : STAKED, word(provider)];
        return this.#log(block, 10_000_000 + block, 900, SERVING_ADDRESS, topics, data(amount));
    }
}

export const PROVIDER_ADDRESS = addressOf(900_010);
export const OTHER_PROVIDER = addressOf(900_011);
export const STRANGER = addressOf(900_012);
