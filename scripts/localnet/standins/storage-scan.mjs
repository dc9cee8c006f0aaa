// The explorer's REST interface: figures of the whole network and per account.
import { getAddress, isAddress } from 'ethers';
import { call } from '../rpc.mjs';
import { sectorPrice } from '../storage.mjs';
import { sendJson } from './front.mjs';

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** Members of a fault that the explorer heeds itself. */
export const SCAN_FAULTS = {
    /** so many files, and bytes, more than an account has */
    moreFiles: isCount,
    moreBytes: isCount,
};

const EXPIRING_SOON_S = 7 * 86_400;
const ACCOUNT = /^\/api\/accounts\/([^/]+)(\/stats)?$/;

const INVALID = { code: 1, message: 'Invalid parameter', data: null };
const success = (data) => ({ code: 0, message: 'Success', data });
const bytesOf = (files) => files.reduce((sum, { bytes }) => sum + bytes, 0);

export class StorageScan {
    #rpc;
    #submissions;

    /**
     * @param {string} rpc
     * @param {import('./submissions.mjs').Submissions} submissions
     */
    constructor(rpc, submissions) {
        this.#rpc = rpc;
        this.#submissions = submissions;
    }

    /** What was paid, in neuron: the local market never changes its price. */
    async #fees(files) {
        const sectors = files.reduce((sum, file) => sum + file.sectors, 0);
        return String(BigInt(sectors) * (await sectorPrice(this.#rpc)));
    }

    async #secondsLeft(files) {
        const lifetime = await this.#submissions.lifetime();
        const now = Date.now() / 1000;
        return files.map(({ time }) => time + lifetime - now);
    }

    async #account(address, files, { moreFiles = 0, moreBytes = 0 }) {
        const left = await this.#secondsLeft(files);
        return {
            balance: String(BigInt(await call(this.#rpc, 'eth_getBalance', [address, 'latest']))),
            dataSize: bytesOf(files) + moreBytes,
            storageFee: await this.#fees(files),
            txs: new Set(files.map(({ transactionHash }) => transactionHash)).size,
            files: files.length + moreFiles,
            expiredFiles: left.filter((seconds) => seconds <= 0).length,
            prunedFiles: 0,
            totalReward: '0',
        };
    }

    async #accountStats(files) {
        const left = await this.#secondsLeft(files);
        const expired = left.filter((seconds) => seconds <= 0).length;
        const expiring = left.filter((s) => s > 0 && s <= EXPIRING_SOON_S).length;
        return {
            totalFiles: files.length,
            totalBytes: bytesOf(files),
            totalStorageFee: await this.#fees(files),
            expiredFiles: expired,
            expiringSoonFiles: expiring,
            healthyFiles: files.length - expired - expiring,
        };
    }

    /** One point: everything up to now. */
    #storage() {
        const { files } = this.#submissions;
        const hour = new Date();
        hour.setUTCMinutes(0, 0, 0);
        const recent = files.filter(({ time }) => time * 1000 >= hour.getTime());
        const point = {
            statTime: hour.toISOString(),
            fileCount: recent.length,
            fileTotal: files.length,
            dataSize: bytesOf(recent),
            dataTotal: bytesOf(files),
        };
        return { total: 1, list: [point] };
    }

    async #answer(pathname, fault) {
        if (pathname === '/api/stats/storage') return success(this.#storage());
        const [, address, stats] = ACCOUNT.exec(pathname) ?? [];
        if (!isAddress(address)) return INVALID;
        const sender = getAddress(address).toLowerCase();
        const files = this.#submissions.files.filter((file) => file.sender === sender);
        if (files.length === 0) return INVALID;
        return success(await (stats ? this.#accountStats(files) : this.#account(sender, files, fault)));
    }

    /** @type {import('./front.mjs').Handler} */
    handle = async (req, res, fault) => {
        const { pathname } = new URL(req.url, 'http://localhost');
        sendJson(res, await this.#answer(pathname, fault));
    };
}
