// The indexer in front of the storage node: JSON-RPC on POST, REST on GET.
import { Refusal, sendJson } from './front.mjs';
import { answerRpc, RpcError } from './json-rpc.mjs';
import { SHARD } from './storage-node.mjs';

const MAX_FILES = 100;
const LATENCY_MS = 1;

const INVALID = [1, 'Invalid parameter'];
const NOT_FOUND = [101, 'File not found'];
const NOT_FINALIZED = [103, 'File not finalized yet'];

const send = (res, data) => sendJson(res, { code: 0, message: 'Success', data });
// Its own errors come with status 200; the code tells.
const sendError = (res, [code, message], data = null) => sendJson(res, { code, message, data });

export class Indexer {
    #node;
    #nodeUrl;

    /**
     * @param {import('./storage-node.mjs').StorageNode} node
     * @param {string} nodeUrl
     */
    constructor(node, nodeUrl) {
        this.#node = node;
        this.#nodeUrl = nodeUrl;
    }

    #location() {
        return { url: this.#nodeUrl, config: SHARD, latency: LATENCY_MS, since: 0 };
    }

    #methods = {
        indexer_getShardedNodes: () => ({ trusted: [this.#location()], discovered: null }),
        indexer_getSelectedNodes: () => ({ trusted: [this.#location()], discovered: null }),
        indexer_getNodeLocations: () => ({}),
        indexer_getFileLocations: (root) => {
            if (!this.#node.find(root)) throw new RpcError(-32000, 'file not found');
            return [this.#location()];
        },
    };

    /** @param {string} id  root or sequence number as text */
    #find(id) {
        return this.#node.find(/^\d+$/.test(id) ? Number(id) : id);
    }

    /** The node's answer as Go writes it again. */
    async #fileInfo(file) {
        const info = await this.#node.fileInfo(file);
        if (!info) return null;
        const { merkleNodes: _left, ...tx } = info.tx;
        return { ...info, tx: { ...tx, data: '' } };
    }

    async #sendFile(res, query) {
        const id = query.get('root') ?? query.get('txSeq');
        if (!id) return sendError(res, INVALID);
        const file = this.#find(id);
        if (!file) return sendError(res, NOT_FOUND);
        const content = await this.#node.content(file);
        if (!content) return sendError(res, NOT_FINALIZED);
        const name = (query.get('name') ?? file.root).replace(/[^\w.-]/g, '_');
        res.writeHead(200, {
            'content-type': 'application/octet-stream',
            'content-disposition': `attachment; filename=${name}`,
            'content-length': content.length,
        });
        return res.end(content);
    }

    async #sendInfo(res, id) {
        const info = await this.#fileInfo(this.#find(id));
        return info ? send(res, info) : sendError(res, NOT_FOUND);
    }

    async #sendInfos(res, ids) {
        if (ids.length === 0 || ids.length > MAX_FILES) return sendError(res, INVALID);
        return send(res, await Promise.all(ids.map((id) => this.#fileInfo(this.#find(id)))));
    }

    /** @type {import('./front.mjs').Handler} */
    handle = async (req, res, fault) => {
        if (req.method === 'POST') return answerRpc(req, res, this.#methods);
        const { pathname, searchParams } = new URL(req.url, this.#nodeUrl);
        if (pathname === '/node/status') return send(res, this.#node.status(fault));
        if (pathname === '/file') return this.#sendFile(res, searchParams);
        if (pathname === '/files/info') return this.#sendInfos(res, searchParams.getAll('cid'));
        const [, id] = /^\/file\/info\/([^/]+)$/.exec(pathname) ?? [];
        if (id) return this.#sendInfo(res, id);
        throw new Refusal(404, 'no such path');
    };
}
