// The agent's iNFT: the real local network's own token through its life, and the recorded answers of
// the other contracts in use.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as control from '../../scripts/localnet/control.mjs';
import { assistant, owner } from '../../scripts/localnet/accounts.mjs';
import { InftContract, inftAddress } from '../lib/inft-node.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { CHAIN_SOURCES, INTERVAL_MS, SLACK_MS, assertFresh } from '../lib/sources.mjs';
import { startReading, startStack } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const ROUND_MS = 2 * INTERVAL_MS + SLACK_MS;

describe('the token of the local network', () => {
    /** @type {import('../lib/stack.mjs').Stack} */
    let stack;
    /** @type {any} */
    let facts;

    before(async () => {
        stack = await startStack();
        facts = stack.facts;
        await control.pauseAgent(facts.control);
    });
    after(() => stack?.stop());

    /** Waits until /api/metrics shows it so. */
    const becomes = async (expected) => {
        const { inft } = await stack.untilMetrics(ROUND_MS, ({ inft: now, sources }) => {
            assert.equal(sources.inft.reason, null);
            for (const [key, value] of Object.entries(expected)) assert.deepEqual(now[key], value, key);
        });
        return inft;
    };

    test('is shown with its owner, model, data, users and last change', async () => {
        const inft = await becomes({ lifecycle: 'AUTHORISED', status: 'active' });
        assertComponent('Inft', inft);
        assert.equal(inft.tokenId, facts.inftTokenId);
        assert.equal(inft.family, 'v1');
        assert.equal(inft.contract, facts.inftContract);
        assert.equal(inft.owner, facts.walletAddress);
        assert.equal(inft.modelName, 'openai/gpt-oss-20b');
        assert.equal(inft.modelBasis, 'data');
        assert.equal(inft.modelHash, inft.dataHashes[0].hash);
        assert.deepEqual(
            inft.dataHashes.map(({ description, stored }) => [description, stored]),
            [['model:openai/gpt-oss-20b', 'stored'], ['memory', 'stored']],
        );
        assert.deepEqual(inft.authorizedUsers, [assistant.address]);
        assert.deepEqual(inft.metadata, { uriKind: 'http', name: 'Local agent', error: null });
        assert.equal(inft.logs.complete, true);
        const { agent, sources } = await stack.metrics();
        assert.equal(agent.id, facts.inftTokenId);
        assert.equal(sources.inft.state, 'fresh');
        assert.equal(sources.inft.origin.contract, facts.inftContract);
    });

    test("this family counts nothing: the agent's jobs stand in, and say so", async () => {
        const { inft, compute, jobs } = await stack.metrics();
        const lastEnd = jobs.filter(({ status }) => status === 'completed').map(({ endedAt }) => endedAt).sort().at(-1);
        assert.equal(inft.inferenceCount, compute.totalInferences);
        assert.equal(inft.inferenceBasis, 'recorded jobs');
        assert.ok(lastEnd > inft.lastUpdate.time, 'the agent worked after its token was minted');
        assert.equal(inft.lastActive, lastEnd);
        assert.equal(inft.lastActiveBasis, 'last job');
        assert.ok(Math.abs(Date.parse(inft.lastActive) - Date.now()) < 120_000);
    });

    test('/api/inft is the same part', async () => {
        const { inft } = await stack.getJson('/api/inft');
        assert.deepEqual(inft, (await stack.metrics()).inft);
    });

    test('a new model is seen, and that storage does not know it', async () => {
        const hash = `0x${'ab'.repeat(32)}`;
        // A block's time is of whole seconds: this one must not round down to before the agent's last job.
        await sleep(1000);
        await control.updateToken(facts.rpc, [facts.inftTokenId, [['model:second', hash]]]);
        const inft = await becomes({ modelName: 'second', modelHash: hash });
        assert.equal(inft.dataHashes[0].stored, 'not known');
        assert.equal(inft.lastUpdate.what, 'data updated');
        assert.equal(inft.lastActive, inft.lastUpdate.time, 'the agent is paused, so the log is newer');
        assert.equal(inft.lastActiveBasis, 'last log');
    });

    for (const [fault, error] of [
        [{ status: 500 }, 'the HTTP status is not a success'],
        [{ garbage: true }, 'the answer is not JSON'],
        [{ hugeBytes: 2_000_000 }, 'the answer is larger than its limit'],
        [{ hang: true }, 'no complete answer within the deadline'],
    ]) {
        test(`a gateway and a storage node with ${Object.keys(fault)} cost their own figures alone`, async () => {
            await control.setFault(facts.control, 'indexer', fault);
            await control.setFault(facts.control, 'storageNode', fault);
            // A document of another address is read at once.
            const uri = `${facts.indexer}/file?root=0x${'cd'.repeat(32)}&of=${Object.keys(fault)}`;
            await control.setTokenUri(facts.rpc, [facts.inftTokenId, uri]);
            await stack.untilMetrics(ROUND_MS + 5000, ({ inft, sources }) => {
                assert.equal(inft.metadata.error, error);
                assert.equal(inft.dataHashes[0].stored, null);
                assert.equal(inft.lifecycle, 'AUTHORISED');
                assert.equal(inft.modelName, 'second');
                assertFresh({ sources }, [...CHAIN_SOURCES, 'inft']);
            });
            await control.clearFault(facts.control, 'indexer');
            await control.clearFault(facts.control, 'storageNode');
        });
    }

    test('they heal, and a document in the URI itself is read', async () => {
        const uri = `data:application/json,{"name":"inline"}`;
        await control.setTokenUri(facts.rpc, [facts.inftTokenId, uri]);
        const inft = await becomes({ metadata: { uriKind: 'data', name: 'inline', error: null } });
        assert.equal(inft.dataHashes[0].stored, 'not known');
    });

    test('pause, approval and transfer change the finer word', async () => {
        const { rpc, inftTokenId: id, walletAddress } = facts;
        await control.pauseTokens(rpc);
        await becomes({ lifecycle: 'PAUSED', status: 'inactive' });
        await control.unpauseTokens(rpc);
        await control.approveToken(rpc, [owner.address, id]);
        await becomes({ lifecycle: 'TRANSFER PENDING', status: 'active' });
        await control.transferToken(rpc, [walletAddress, owner.address, id]);
        const moved = await becomes({ lifecycle: 'TRANSFERRING', status: 'inactive' });
        assert.equal(moved.owner, owner.address);
        assert.deepEqual(moved.authorizedUsers, []);
        assert.equal(moved.lastUpdate.what, 'transferred');
        assert.ok(moved.notes.includes('moved without the key to its data'));
    });
});

/**
 * What an instance shows of a contract.
 * @param {import('node:test').TestContext} t
 * @param {InftContract} contract
 */
async function readBy(t, contract, settings = contract.settings(), isThere = () => {}) {
    const node = await openNode(t, { answer: contract.answer });
    const stack = await startReading(t, node, settings);
    const metrics = await stack.untilMetrics(ROUND_MS, ({ inft, sources }) => {
        assert.equal(sources.inft.state, 'fresh', sources.inft.reason);
        isThere(inft);
    });
    assertComponent('Inft', metrics.inft);
    return { ...metrics, stack };
}

describe('the contracts in use, by their recorded answers', () => {
    test('0g-agent-nft', async (t) => {
        const { inft } = await readBy(t, new InftContract('v1'));
        assert.equal(inft.family, 'v1');
        assert.equal(inft.owner, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
        assert.equal(inft.modelName, 'qwen2.5-7b-instruct');
        assert.equal(
            inft.modelHash,
            '0xf921c8fccf443652955d0882823ca316a08716334a28cf3367944d818e204a43',
        );
        assert.deepEqual(inft.authorizedUsers, ['0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC']);
        assert.equal(inft.metadata.uriKind, 'text');
        assert.equal(inft.lifecycle, 'AUTHORISED');
        assert.equal(inft.dataHashes[0].stored, null, 'no storage is configured');
    });

    test('0g-agentic-id', async (t) => {
        const { inft } = await readBy(t, new InftContract('v2'));
        assert.equal(inft.family, 'v2');
        assert.equal(inft.metadata.uriKind, 'http');
        assert.equal(inft.lifecycle, 'ACTIVE');
        assert.equal(inft.status, 'active');
    });

    test('AgentINFT, where each inference is a token', async (t) => {
        const { inft } = await readBy(t, new InftContract('v3'), {
            ...new InftContract('v3').settings(),
            ZG_WALLET_ADDRESS: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
        });
        assert.equal(inft.family, 'v3');
        assert.equal(inft.inferenceCount, 1);
        assert.equal(inft.inferenceBasis, 'tokens held');
        assert.equal(inft.modelName, null, 'it is encrypted');
        assert.ok(inft.notes.includes('its metadata are encrypted'));
    });

    test('a token that was never minted', async (t) => {
        const contract = new InftContract('v1');
        const { inft } = await readBy(t, contract, {
            ...contract.settings('999'),
            ZG_FROM_BLOCK: String(contract.firstBlock),
        }, (now) => assert.equal(now.logs.complete, true));
        assert.equal(inft.lifecycle, 'NOT MINTED');
        assert.equal(inft.status, 'inactive');
        assert.equal(inft.lastActive, null);
    });

    test('an address without code', async (t) => {
        const contract = new InftContract('v1');
        contract.code = '0x';
        const { inft } = await readBy(t, contract);
        assert.equal(inft.lifecycle, 'NOT DEPLOYED');
        assert.equal(inft.family, null);
    });

    test('a mint transaction in no block, reverted, and done', async (t) => {
        const contract = new InftContract('v1');
        const hash = `0x${'11'.repeat(32)}`;
        const settings = { ZG_INFT_CONTRACT: contract.address, ZG_INFT_MINT_TX: hash };
        const { inft, agent, stack } = await readBy(t, contract, settings);
        assert.equal(inft.lifecycle, 'MINTING');
        assert.equal(inft.status, 'minting');
        assert.equal(inft.tokenId, '');
        assert.notEqual(agent.id, '');
        contract.receipts[hash] = { status: '0x0', blockNumber: '0x1', logs: [] };
        await stack.untilMetrics(ROUND_MS, (now) => assert.equal(now.inft.lifecycle, 'MINT FAILED'));
        const minted = contract.logs.find(({ topics }) => topics[0] === TRANSFER);
        contract.receipts[hash] = { status: '0x1', blockNumber: minted.blockNumber, logs: [minted] };
        await stack.untilMetrics(ROUND_MS, (now) => {
            assert.equal(now.inft.tokenId, '0');
            assert.equal(now.inft.lifecycle, 'AUTHORISED');
            assert.equal(now.agent.id, '0');
            assert.equal(now.inft.logs.complete, true);
        });
    });

    test('a node that limits the range of logs is asked for less, and the last change is found', async (t) => {
        const contract = new InftContract('v1', { age: 6000, maxRange: 2000 });
        const { inft } = await readBy(t, contract, contract.settings(), (now) => {
            assert.notEqual(now.lastUpdate, null);
            assert.equal(now.logs.complete, true);
        });
        const blocks = contract.logs.map(({ blockNumber }) => Number(blockNumber));
        assert.ok(inft.lastUpdate.block >= blocks[0] && inft.lastUpdate.block <= blocks.at(-1));
        assert.equal(Date.parse(inft.lastActive), contract.timeOf(inft.lastUpdate.block) * 1000);
    });

    test('a URI that points to a private address is not followed on a public network', async (t) => {
        const contract = new InftContract('v1');
        const node = await openNode(t, { answer: contract.answer, chainId: 16602n });
        const uri = Buffer.from(`http://127.0.0.2:${node.port}/`).toString('hex');
        const words = [32, uri.length / 2].map((n) => n.toString(16).padStart(64, '0'));
        const [call] = [...contract.recorded.keys()].filter((data) => /^0xc87b56dd0+$/.test(data));
        contract.replaced.set(call, `0x${words.join('')}${uri.padEnd(128, '0')}`);
        const stack = await startReading(t, node, {
            ...contract.settings(),
            ZG_NETWORK: 'galileo',
            ZG_ALLOW_PRIVATE: '127.0.0.1/32',
        });
        await stack.untilMetrics(ROUND_MS, ({ inft, sources }) => {
            assert.equal(sources.inft.state, 'fresh', sources.inft.reason);
            assert.equal(inft.metadata.error, 'the address is private and not allowed');
        });
    });
});

test('what is not configured is off and says how to turn it on', async (t) => {
    const stack = await startReading(t, await openNode(t), { ZG_INFT_CONTRACT: inftAddress('v1') });
    const { inft, sources } = await stack.metrics();
    assert.equal(inft, null);
    assert.equal(sources.inft.state, 'off');
    assert.match(sources.inft.reason, /ZG_INFT_TOKEN_ID or ZG_INFT_MINT_TX$/);
});
