// The files that were submitted to Flow, followed on the chain as a storage node does.
import { setTimeout as sleep } from 'node:timers/promises';
import { concat, keccak256 } from 'ethers';
import { flow, reward } from '../deploy.mjs';
import { batch, call } from '../rpc.mjs';
import { read } from '../transactions.mjs';

const INTERVAL_MS = 1000;
const SUBMIT = flow.abi.getEvent('Submit');

const hex = (number) => `0x${number.toString(16)}`;

/**
 * @typedef {object} SubmittedFile
 * @property {number} seq
 * @property {string} sender  lower case
 * @property {string} root
 * @property {number} bytes
 * @property {number} startSector
 * @property {number} sectors
 * @property {[depth: number, root: string][]} merkleNodes  as the node's JSON has them
 * @property {number} blockNumber
 * @property {number} time  Unix seconds of its block
 * @property {string} transactionHash
 */

/** The data root: the roots of the nodes, folded from the last one. */
const dataRoot = (roots) => roots.reduceRight((right, left) => keccak256(concat([left, right])));

function decode(log, time) {
    const { args } = flow.abi.parseLog(log);
    const { nodes } = args.submission;
    return {
        seq: Number(args.submissionIndex),
        sender: args.sender.toLowerCase(),
        root: dataRoot(nodes.map(({ root }) => root)),
        // `length` of a decoded tuple is that of the tuple
        bytes: Number(args.submission.getValue('length')),
        startSector: Number(args.startPos),
        sectors: Number(args.getValue('length')),
        merkleNodes: nodes.map(({ root, height }) => [Number(height) + 1, root]),
        blockNumber: Number(log.blockNumber),
        time,
        transactionHash: log.transactionHash,
    };
}

export class Submissions {
    #rpc;

    /** @param {string} rpc */
    constructor(rpc) {
        this.#rpc = rpc;
        this.#forget();
    }

    #forget() {
        /** @type {SubmittedFile[]} by sequence number */
        this.files = [];
        /** The last block whose logs are known. */
        this.block = { number: -1, hash: null };
        this.flowLength = 1;
        this.flowRoot = null;
    }

    /** Seconds for which a file is paid. */
    async lifetime() {
        return Number(await read(this.#rpc, reward, 'releaseSeconds'));
    }

    /** A file by root: the last one submitted under it. */
    byRoot(root) {
        return this.files.findLast((file) => file.root === root) ?? null;
    }

    bySeq(seq) {
        return this.files[seq] ?? null;
    }

    /** Reads what the chain has since the last time; after a reorganisation, everything again. */
    async sync() {
        const known = hex(Math.max(0, this.block.number));
        const [head, last] = await batch(this.#rpc, [
            ['eth_getBlockByNumber', ['latest', false]],
            ['eth_getBlockByNumber', [known, false]],
        ]);
        if (this.block.hash && last?.hash !== this.block.hash) this.#forget();
        const headNumber = Number(head.number);
        if (headNumber > this.block.number) {
            await this.#readLogs(this.block.number + 1, headNumber);
            this.block = { number: headNumber, hash: head.hash };
        }
    }

    async #readLogs(from, to) {
        const range = { fromBlock: hex(from), toBlock: hex(to) };
        const filter = { address: flow.address, topics: [SUBMIT.topicHash], ...range };
        const logs = await call(this.#rpc, 'eth_getLogs', [filter]);
        if (logs.length === 0) return;
        const numbers = [...new Set(logs.map(({ blockNumber }) => blockNumber))];
        const blocks = await batch(
            this.#rpc,
            numbers.map((number) => ['eth_getBlockByNumber', [number, false]]),
        );
        const times = new Map(blocks.map((block) => [block.number, Number(block.timestamp)]));
        for (const log of logs) this.files.push(decode(log, times.get(log.blockNumber)));
        const [length] = await read(this.#rpc, flow, 'tree');
        this.flowLength = Number(length);
        this.flowRoot = await read(this.#rpc, flow, 'getFlowRootByTxSeq', [this.files.length - 1]);
    }

    /** Goes on until the signal is given; a chain that does not answer is asked again. */
    async keepSyncing(signal) {
        while (!signal.aborted) {
            await this.sync().catch(() => {});
            await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
        }
    }
}
