// What the agent owns before it starts to work: files in storage and its token.
import { assistant, wallet } from './accounts.mjs';
import {
    authorizeTransaction,
    mintTransaction,
    mintedTokenId,
    setUriTransaction,
} from './inft.mjs';
import { describeFile, sectorPrice, submitTransaction } from './storage.mjs';
import { fundSenders, sendAndMine } from './transactions.mjs';

const MODEL = 'openai/gpt-oss-20b';
const MEMORY_LINES = 1500;

const modelCard = {
    role: 'model',
    model: MODEL,
    served_by: 'a stand-in of the local network',
    parameters: { temperature: 0.7, max_tokens: 128 },
};

const memoryLine = (i) =>
    JSON.stringify({ step: i, kept: `what the agent noted in its step ${i}` });

const metadata = {
    name: 'Local agent',
    description: 'The agent that works on the local 0G network.',
    attributes: [
        { trait_type: 'model', value: MODEL },
        { trait_type: 'network', value: 'local' },
    ],
};

const fileOf = (value) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** The same on every start, so that roots and hashes are. */
const files = {
    model: fileOf(modelCard),
    memory: Buffer.from(Array.from({ length: MEMORY_LINES }, (_, i) => memoryLine(i)).join('\n')),
    metadata: fileOf(metadata),
};

/**
 * Stores the agent's first files and mints its token, whose data they are.
 * @param {string} rpc
 * @param {string} indexer  serves the token's metadata
 * @param {import('./standins/file-store.mjs').FileStore} store  takes the files' content
 * @returns {Promise<{inftTokenId: string, inftMintTx: string}>}
 */
export async function settleIn(rpc, indexer, store) {
    const price = await sectorPrice(rpc);
    const roots = {};
    const submissions = [];
    for (const [name, content] of Object.entries(files)) {
        const submission = await describeFile(content, wallet.address);
        await store.put(submission.root, content);
        roots[name] = submission.root;
        submissions.push(submitTransaction(wallet, submission, price));
    }
    await sendAndMine(rpc, submissions);

    const mint = mintTransaction(
        [
            { dataDescription: `model:${MODEL}`, dataHash: roots.model },
            { dataDescription: 'memory', dataHash: roots.memory },
        ],
        wallet.address,
    );
    await fundSenders(rpc, [mint]);
    const [minted] = await sendAndMine(rpc, [mint]);
    const inftTokenId = mintedTokenId(minted);
    const describe = setUriTransaction(inftTokenId, `${indexer}/file?root=${roots.metadata}`);
    await fundSenders(rpc, [describe]);
    await sendAndMine(rpc, [describe, authorizeTransaction(inftTokenId, assistant.address)]);
    return { inftTokenId, inftMintTx: minted.transactionHash };
}
