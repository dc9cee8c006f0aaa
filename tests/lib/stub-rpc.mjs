// A JSON-RPC node that tells what a test wants to be told, honestly or not.
import http from 'node:http';
import { getAddress, toQuantity } from 'ethers';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { PAGE, addressOf, ledger, serving } from './contracts.mjs';

export const SERVING_ADDRESS = addressOf(900_001);
export const LEDGER_ADDRESS = addressOf(900_002);
export const WALLET_ADDRESS = addressOf(900_003);

const CHAIN_ID = 31337n;
const BLOCK_MS = 2000;
const REVERTED = { code: 3, message: 'execution reverted', data: '0x' };

/** Thrown by whatever answers a call: the call's error object. */
export class RpcError extends Error {
    /** @param {{code: number, message: string, data?: unknown}} error */
    constructor(error) {
        super(error.message);
        this.error = error;
    }
}

export class StubNode {
    constructor() {
        this.chainId = CHAIN_ID;
        this.servingAddress = SERVING_ADDRESS;
        /** @type {'v1' | 'v2' | 'v3'} */
        this.generation = 'v3';
        /** @type {import('./contracts.mjs').Service[]} */
        this.services = [];
        this.balance = 10n ** 18n;
        /** null: this wallet never made a deposit */
        this.ledger = { availableBalance: 2n * 10n ** 18n, totalBalance: 3n * 10n ** 18n };
        /** Sub-accounts: provider, balance, pendingRefund, acknowledged, generation. */
        this.accounts = [];
        this.requests = 0;
        /** What was asked, one entry for each call of a batch: its method, or the selector of an eth_call. */
        this.calls = [];
        /** Gives the time of the newest block, Unix milliseconds. */
        this.now = () => Date.now();
        /**
         * Replaces the answer to single calls: returns a result, throws an RpcError, or calls `honest`.
         * @type {null | ((call: {method: string, params: any[], selector: string}, honest: () => unknown) => unknown)}
         */
        this.answer = null;
        /**
         * Replaces the whole HTTP reply.
         * @type {null | ((response: http.ServerResponse, answers: object[], request: http.IncomingMessage) => void)}
         */
        this.reply = null;
        /** @type {Set<import('node:net').Socket>} */
        this.sockets = new Set();
        this.port = 0;
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    /** Settings of an instance that reads this node. */
    get settings() {
        return { ZG_SERVING_CONTRACT: SERVING_ADDRESS, ZG_WALLET_ADDRESS: WALLET_ADDRESS };
    }

    /** Listens, at the port of before if there was one. */
    async open() {
        this.server = http.createServer((request, response) => this.#handle(request, response));
        this.server.on('connection', (socket) => {
            this.sockets.add(socket);
            socket.on('close', () => this.sockets.delete(socket));
        });
        this.port ||= await freePort();
        await new Promise((resolve, reject) => {
            this.server.on('error', reject);
            this.server.listen(this.port, '127.0.0.1', resolve);
        });
        return this;
    }

    /** Ends every connection; new ones are refused. */
    async close() {
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }

    #handle(request, response) {
        /** @type {Buffer[]} */
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
            this.requests += 1;
            const asked = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            const answers = [asked].flat().map((call) => this.#answerTo(call));
            if (this.reply) this.reply(response, answers, request);
            else sendJson(response, answers);
        });
        response.on('error', () => {});
    }

    #answerTo({ id, method, params }) {
        const selector = method === 'eth_call' ? params[0].data.slice(0, 10) : '';
        this.calls.push(selector || method);
        const honest = () => this.#honest(method, params, selector);
        try {
            const result = this.answer ? this.answer({ method, params, selector }, honest) : honest();
            return { jsonrpc: '2.0', id, result };
        } catch (error) {
            if (!(error instanceof RpcError)) throw error;
            return { jsonrpc: '2.0', id, error: error.error };
        }
    }

    #honest(method, params, selector) {
        switch (method) {
            case 'eth_chainId':
                return toQuantity(this.chainId);
            case 'eth_getBlockByNumber':
                return this.#block();
            case 'eth_getBalance':
                return toQuantity(this.balance);
            case 'eth_call':
                return this.#call(params[0], selector);
            default:
                throw new RpcError({ code: -32601, message: `the method ${method} does not exist` });
        }
    }

    #block() {
        const time = this.now();
        return {
            number: toQuantity(Math.floor(time / BLOCK_MS)),
            timestamp: toQuantity(Math.floor(time / 1000)),
            hash: `0x${'ab'.repeat(32)}`,
            transactions: [],
        };
    }

    /** What the contracts return; an address without one returns nothing. */
    #call({ to, data }, selector) {
        const contract = getAddress(to);
        if (contract === LEDGER_ADDRESS && selector === SELECTORS.getLedger) return this.#getLedger(data);
        if (contract !== this.servingAddress) return '0x';
        switch (selector) {
            case SELECTORS.getAllServicesPaged:
                return this.#getServicesPaged(data);
            case SELECTORS.getAllServices:
                return this.#getServices();
            case SELECTORS.getService:
                return this.#getService(data);
            case SELECTORS.getAccountsByUser:
                return this.#getAccounts(data);
            case SELECTORS.ledgerAddress:
                return serving.v3.encodeFunctionResult('ledgerAddress', [LEDGER_ADDRESS]);
            default:
                throw new RpcError(REVERTED);
        }
    }

    #getServicesPaged(data) {
        if (this.generation !== 'v3') throw new RpcError(REVERTED);
        const [offset, limit] = serving.v3.decodeFunctionData('getAllServices', data).map(Number);
        if (limit > PAGE) {
            const why = serving.v3.encodeErrorResult('LimitTooLarge', [limit, PAGE]);
            throw new RpcError({ ...REVERTED, data: why });
        }
        const page = this.services.slice(offset, offset + (limit || PAGE));
        return serving.v3.encodeFunctionResult('getAllServices', [page, this.services.length]);
    }

    #getServices() {
        if (this.generation === 'v3') throw new RpcError(REVERTED);
        return serving[this.generation].encodeFunctionResult('getAllServices', [this.services]);
    }

    #getService(data) {
        const [provider] = serving.v3.decodeFunctionData('getService', data);
        const service = this.services.find((listed) => listed.provider === provider);
        if (!service) {
            const why = serving.v3.encodeErrorResult('ServiceNotExist', [provider]);
            throw new RpcError({ ...REVERTED, data: why });
        }
        return serving.v3.encodeFunctionResult('getService', [service]);
    }

    #getAccounts(data) {
        const [user] = serving.v3.decodeFunctionData('getAccountsByUser', data);
        const accounts = this.accounts.map((account) => ({
            user,
            nonce: 0n,
            refunds: [],
            additionalInfo: '',
            validRefundsLength: 0n,
            revokedBitmap: 0n,
            ...account,
        }));
        return serving.v3.encodeFunctionResult('getAccountsByUser', [accounts, accounts.length]);
    }

    #getLedger(data) {
        const [user] = ledger.decodeFunctionData('getLedger', data);
        if (!this.ledger) {
            const why = ledger.encodeErrorResult('LedgerNotExists', [user]);
            throw new RpcError({ ...REVERTED, data: why });
        }
        return ledger.encodeFunctionResult('getLedger', [{ user, additionalInfo: '', ...this.ledger }]);
    }
}

/** Of the calls that a reader of the contracts makes. */
export const SELECTORS = {
    getAllServices: '0x21fe0f30',
    getAllServicesPaged: '0xa09cfca9',
    getService: '0x15a52302',
    getAccountsByUser: '0x4fe63f4d',
    ledgerAddress: '0xd1d20056',
    getLedger: '0xf7cd6af9',
};

/** @param {http.ServerResponse} response */
export function sendJson(response, body, status = 200, headers = {}) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
}

/**
 * A node for one test.
 * @param {import('node:test').TestContext} t
 * @param {Partial<StubNode>} [parts]
 */
export async function openNode(t, parts = {}) {
    const node = Object.assign(new StubNode(), parts);
    await node.open();
    t.after(() => node.close());
    return node;
}
