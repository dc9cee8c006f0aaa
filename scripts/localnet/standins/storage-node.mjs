// A storage node of one shard: zgs_* over JSON-RPC, backed by the files submitted on the local chain.
import { CHAIN_ID } from '../chain.mjs';
import { flow } from '../deploy.mjs';
import { answerRpc, invalidParams } from './json-rpc.mjs';

const SECTOR_BYTES = 256;
const SEGMENT_BYTES = 1024 * SECTOR_BYTES;
const PEERS = 0;

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** Members of a fault that the node heeds itself, and the indexer for it. */
export const NODE_FAULTS = {
    /** the Flow contract that it says it follows */
    flowAddress: (value) => typeof value === 'string',
    /** so many blocks behind the chain */
    lagBlocks: isCount,
};

export const SHARD = { shardId: 0, numShard: 1 };

export class StorageNode {
    #submissions;
    #store;

    /**
     * @param {import('./submissions.mjs').Submissions} submissions
     * @param {import('./file-store.mjs').FileStore} store
     */
    constructor(submissions, store) {
        this.#submissions = submissions;
        this.#store = store;
    }

    /** @param {import('./faults.mjs').Fault} fault */
    status({ flowAddress = flow.address, lagBlocks = 0 }) {
        return {
            connectedPeers: PEERS,
            logSyncHeight: this.#submissions.block.number - lagBlocks,
            logSyncBlock: this.#submissions.block.hash,
            nextTxSeq: this.#submissions.files.length,
            networkIdentity: {
                chainId: CHAIN_ID,
                flowAddress: flowAddress.toLowerCase(),
                p2pProtocolVersion: { major: 0, minor: 4, build: 0 },
            },
        };
    }

    /** What a node says of a file: announced by the chain, stored once its content came. */
    async fileInfo(file) {
        if (!file) return null;
        const content = await this.#store.get(file.root);
        return {
            tx: {
                streamIds: [],
                data: [],
                dataMerkleRoot: file.root,
                merkleNodes: file.merkleNodes,
                startEntryIndex: file.startSector,
                size: file.bytes,
                seq: file.seq,
            },
            finalized: content !== null,
            isCached: false,
            uploadedSegNum: content ? Math.ceil(file.bytes / SEGMENT_BYTES) : 0,
            pruned: false,
        };
    }

    /** @param {unknown} id  sequence number or root */
    find(id) {
        if (Number.isSafeInteger(id)) return this.#submissions.bySeq(id);
        if (typeof id === 'string') return this.#submissions.byRoot(id.toLowerCase());
        throw invalidParams('root', `invalid type: ${typeof id}`);
    }

    /** @returns {Promise<Buffer | null>} */
    content(file) {
        return file ? this.#store.get(file.root) : Promise.resolve(null);
    }

    async #segment(id, start, end) {
        const content = await this.content(this.find(id));
        if (!content) return null;
        return content.subarray(start * SECTOR_BYTES, end * SECTOR_BYTES).toString('base64');
    }

    #methods = {
        zgs_getShardConfig: () => SHARD,
        zgs_getFlowContext: () => {
            const { flowRoot, flowLength } = this.#submissions.tree;
            return [flowRoot, flowLength];
        },
        zgs_getFileInfo: (root, needAvailable) => {
            if (needAvailable === undefined) throw invalidParams('needAvailable', 'No more params');
            return this.fileInfo(this.find(root));
        },
        zgs_getFileInfoByTxSeq: (seq) => this.fileInfo(this.find(seq)),
        zgs_checkFileFinalized: async (id) => {
            const info = await this.fileInfo(this.find(id));
            return info && info.finalized;
        },
        zgs_downloadSegment: (root, start, end) => this.#segment(root, start, end),
        zgs_downloadSegmentByTxSeq: (seq, start, end) => this.#segment(seq, start, end),
    };

    /** @type {import('./front.mjs').Handler} */
    handle = (req, res, fault) =>
        answerRpc(req, res, { zgs_getStatus: () => this.status(fault), ...this.#methods });
}
