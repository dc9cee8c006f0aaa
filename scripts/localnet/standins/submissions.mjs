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

/** What is known before the chain is read. */
const NOTHING = Object.freeze({
    /** @type {SubmittedFile[]} by sequence number */
    files: [],
    /** The last block whose logs are known. */
    block: { number: -1, hash: null },
    tree: { flowLength: 1, flowRoot: null },
});

export class Submissions {
    #rpc;
    /** Published as a whole, so that a reading that fails leaves what was. */
    #known = NOTHING;
    #reading = Promise.resolve();

    /** @param {string} rpc */
    constructor(rpc) {
        this.#rpc = rpc;
    }

    get files() {
        return this.#known.files;
    }

    get block() {
        return this.#known.block;
    }

    /** Length and root of Flow's tree. */
    get tree() {
        return this.#known.tree;
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
    sync() {
        // Never two at a time: both would add the same files.
        const result = this.#reading.then(() => this.#read());
        this.#reading = result.catch(() => {});
        return result;
    }

    async #read() {
        const { number, hash } = this.block;
        const [head, last] = await batch(this.#rpc, [
            ['eth_getBlockByNumber', ['latest', false]],
            ['eth_getBlockByNumber', [hex(Math.max(0, number)), false]],
        ]);
        const known = hash && last?.hash !== hash ? NOTHING : this.#known;
        const headNumber = Number(head.number);
        if (headNumber <= known.block.number) return;
        const added = await this.#filesIn(known.block.number + 1, headNumber);
        const files = [...known.files, ...added];
        const tree = added.length > 0 ? await this.#treeOf(files) : known.tree;
        this.#known = { files, block: { number: headNumber, hash: head.hash }, tree };
    }

    async #filesIn(from, to) {
        const range = { fromBlock: hex(from), toBlock: hex(to) };
        const filter = { address: flow.address, topics: [SUBMIT.topicHash], ...range };
        const logs = await call(this.#rpc, 'eth_getLogs', [filter]);
        const numbers = [...new Set(logs.map(({ blockNumber }) => blockNumber))];
        const blocks = await batch(
            this.#rpc,
            numbers.map((number) => ['eth_getBlockByNumber', [number, false]]),
        );
        const times = new Map(blocks.map((block) => [block.number, Number(block.timestamp)]));
        return logs.map((log) => decode(log, times.get(log.blockNumber)));
    }

    async #treeOf(files) {
        const [length] = await read(this.#rpc, flow, 'tree');
        const flowRoot = await read(this.#rpc, flow, 'getFlowRootByTxSeq', [files.length - 1]);
        return { flowLength: Number(length), flowRoot };
    }

    /** Goes on until the signal is given; a chain that does not answer is asked again. */
    async keepSyncing(signal) {
        while (!signal.aborted) {
            await this.sync().catch(() => {});
            await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
        }
    }
}
