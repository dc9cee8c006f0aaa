// Files in 0G Storage: a file is announced and paid for by a submission to the Flow contract.
import { MemData } from './node_modules/@0gfoundation/0g-ts-sdk/lib.esm/file/MemData.js';
import { flow, market } from './deploy.mjs';
import { callTransaction, read } from './transactions.mjs';

const withoutTags = '0x';

/** The SDK answers with a pair of value and error. */
async function orThrow(pair) {
    const [value, error] = await pair;
    if (error) throw error;
    return value;
}

/**
 * @typedef {object} Submission
 * @property {string} root  the data root, under which the file is found
 * @property {bigint} sectors  what is paid for
 * @property {object} parameter  of Flow.submit
 */

/**
 * What 0G's SDK makes of a file.
 * @param {Buffer} content
 * @param {string} submitter  the address the file is credited to
 * @returns {Promise<Submission>}
 */
export async function describeFile(content, submitter) {
    const file = new MemData(content);
    const tree = await orThrow(file.merkleTree());
    const parameter = await orThrow(file.createSubmission(withoutTags, submitter));
    const sectors = parameter.data.nodes.reduce(
        (sum, { height }) => sum + 2n ** BigInt(height),
        0n,
    );
    return { root: tree.rootHash(), sectors, parameter };
}

/** What a sector costs now, in neuron. */
export const sectorPrice = (rpc) => read(rpc, market, 'pricePerSector');

/**
 * @param {import('ethers').HDNodeWallet} from
 * @param {Submission} submission
 * @param {bigint} price  of a sector
 * @returns {import('./transactions.mjs').Transaction}
 */
export const submitTransaction = (from, { sectors, parameter }, price) =>
    callTransaction(flow, from, 'submit', [parameter], sectors * price);
