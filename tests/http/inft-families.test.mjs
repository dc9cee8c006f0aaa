// The iNFT contracts that have neither recorded answers nor a place on the local network: small contracts with
// their getters, events and reverts, run by a real EVM, and what an instance makes of them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ContractFactory, JsonRpcProvider, Wallet, id, toQuantity } from 'ethers';
import { compiledContracts } from '../../scripts/localnet/compile.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { INTERVAL_MS, SLACK_MS } from '../lib/sources.mjs';
import { ROOT, readingFrom, startStack } from '../lib/stack.mjs';

const ROUND_MS = 2 * INTERVAL_MS + SLACK_MS;
const COMPILER_MS = 60_000;
const TOKEN = 7n;
const USER = Wallet.createRandom().address;
const HEIR = Wallet.createRandom().address;
const MEMORY = id('memory');

/**
 * Contract, the family it is, its data's descriptions (null: it has none), whether it lists users, and whether
 * it tells of changed data.
 * @type {[contract: string, family: string, descriptions: string[] | null, hasUsers: boolean, changes: boolean][]}
 */
const FAMILIES = [
    ['V0', 'v0', ['memory', 'model:llama-3-8b'], true, true],
    ['V0b', 'v0b', ['memory', 'model:llama-3-8b'], true, true],
    ['V2e', 'v2e', ['memory', 'model:llama-3-8b'], true, true],
    ['Plain', 'erc721', null, false, false],
];

describe('families of iNFT contracts, on a real EVM', { concurrency: FAMILIES.length }, () => {
    /** @type {import('../lib/stack.mjs').Stack} */
    let network;
    /** @type {JsonRpcProvider} */
    let provider;
    let artifacts;

    before(async () => {
        network = await startStack();
        provider = new JsonRpcProvider(network.facts.rpc, undefined, { cacheTimeout: -1 });
        const sources = new URL('../lib/solidity/', import.meta.url);
        const signal = AbortSignal.timeout(COMPILER_MS);
        artifacts = await compiledContracts(sources, ['InftFamilies'], join(ROOT, 'run/cache'), signal);
    });
    after(async () => {
        provider?.destroy();
        await network?.stop();
    });

    /** Sends it and mines a block with it. */
    async function act(transaction) {
        const sent = await transaction;
        await provider.send('evm_mine', []);
        return sent.wait();
    }

    /** By an account of its own, so that their transactions do not wait for each other. */
    async function deploy(name) {
        const sender = Wallet.createRandom().connect(provider);
        await provider.send('anvil_setBalance', [sender.address, toQuantity(10n ** 21n)]);
        const contract = await new ContractFactory(artifacts[name].abi, artifacts[name].bytecode, sender).deploy();
        await act(contract.deploymentTransaction());
        return contract;
    }

    for (const [name, family, descriptions, hasUsers, changes] of FAMILIES) {
        test(`${name}: from its mint to its transfer`, async (t) => {
            const contract = await deploy(name);
            const { rpc, servingContract, walletAddress } = network.facts;
            const stack = await startStack(
                readingFrom(rpc, {
                    ZG_SERVING_CONTRACT: servingContract,
                    ZG_WALLET_ADDRESS: walletAddress,
                    ZG_INFT_CONTRACT: await contract.getAddress(),
                    ZG_INFT_TOKEN_ID: String(TOKEN),
                }),
            );
            t.after(() => stack.stop());
            const becomes = async (look) => {
                const { inft } = await stack.untilMetrics(ROUND_MS, ({ inft: now, sources }) => {
                    assert.equal(sources.inft.state, 'fresh', sources.inft.reason);
                    look(now);
                });
                return assertComponent('Inft', inft);
            };
            await becomes(({ lifecycle }) => assert.equal(lifecycle, 'NOT MINTED'));

            await act(contract.mint(walletAddress, TOKEN));
            const minted = await becomes(({ lastUpdate }) => assert.equal(lastUpdate?.what, 'minted'));
            assert.equal(minted.family, family);
            assert.equal(minted.owner, walletAddress);
            assert.equal(minted.status, 'active');
            assert.equal(minted.lifecycle, 'ACTIVE');
            assert.deepEqual(minted.dataHashes?.map(({ description }) => description) ?? null, descriptions);
            assert.equal(minted.modelName, descriptions && 'llama-3-8b');
            if (descriptions) assert.equal(minted.dataHashes[0].hash, MEMORY);
            assert.deepEqual(minted.authorizedUsers, hasUsers ? [] : null);

            await act(contract.authorize(USER, TOKEN));
            if (hasUsers) {
                const authorised = await becomes(({ lifecycle }) => assert.equal(lifecycle, 'AUTHORISED'));
                assert.deepEqual(authorised.authorizedUsers, [USER]);
            }
            if (changes) {
                await act(contract.change(TOKEN));
                const changed = await becomes(({ lastUpdate }) => assert.equal(lastUpdate.what, 'data updated'));
                assert.equal(changed.modelName, 'llama-3-8b');
            }
            await act(contract.move(HEIR, TOKEN));
            const moved = await becomes(({ owner }) => assert.equal(owner, HEIR));
            assert.equal(moved.lastUpdate.what, 'transferred');
            assert.equal(moved.lifecycle, 'TRANSFERRING');
            assert.equal(moved.status, 'inactive');
        });
    }
});
