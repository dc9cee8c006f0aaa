// The agents' token: the answers of a reader's calls, byte for byte where a real contract gave some.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import test, { before } from 'node:test';
import * as ownAbi from '../../scripts/localnet/abi.mjs';
import { assistant, owner } from '../../scripts/localnet/accounts.mjs';
import { ownContracts } from '../../scripts/localnet/compile.mjs';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { ask, ethers } from './client.mjs';
import { CACHE, startNetwork, temporaryFolder, wholeFile } from './harness.mjs';

const vectors = JSON.parse(
    readFileSync(new URL('../vectors/inft-and-storage-calls.json', import.meta.url), 'utf8'),
);
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const UPDATED = '0x0950ea0f010b000d7cfc9ef49213d3385d8512dd80de45ce2fbf8fc123c4f9a4';
const AUTHORIZATION = '0x8a1c60ca1a16acd72d841a74fa5905de3938132b0b2ff6cb385a7e69af345fc9';
const SEALED_KEY = '0x';

/** @type {any} */
let facts;

before(async () => {
    ({ facts } = await startNetwork(wholeFile));
    await control.pauseAgent(facts.control);
});

const abi = ethers.AbiCoder.defaultAbiCoder();
const argument = (tokenId) => BigInt(tokenId).toString(16).padStart(64, '0');
const view = (data) => call(facts.rpc, 'eth_call', [{ to: facts.inftContract, data }, 'latest']);
const viewOf = (selector, tokenId) => view(`${selector}${argument(tokenId)}`);

async function decoded(selector, tokenId, type) {
    return abi.decode([type], await viewOf(selector, tokenId))[0];
}

const ownerOf = (tokenId) => decoded('0x6352211e', tokenId, 'address');
const datasOf = async (tokenId) =>
    (await decoded('0x40fbd72f', tokenId, 'tuple(string,bytes32)[]')).map((data) => [...data]);
const usersOf = async (tokenId) => [...(await decoded('0x1aeb542f', tokenId, 'address[]'))];

const recorded = (fn, result) =>
    vectors.calls.find(
        (one) =>
            one.to === vectors.addresses.AgentNFT && one.fn === fn && one.result?.length > result,
    );

test('the wallet owns one token, whose data is stored', async () => {
    const { inftTokenId: id, walletAddress, indexer } = facts;
    assert.equal(await ownerOf(id), walletAddress);
    const datas = await datasOf(id);
    assert.equal(datas[0][0], 'model:openai/gpt-oss-20b');
    for (const [, root] of datas) {
        const info = await call(facts.storageNode, 'zgs_getFileInfo', [root, true]);
        assert.equal(info.finalized, true);
    }
    assert.deepEqual(await usersOf(id), [assistant.address]);
    const uri = await decoded('0xc87b56dd', id, 'string');
    assert.ok(uri.startsWith(`${indexer}/file?root=0x`));
    const metadata = JSON.parse((await ask(uri)).bytes.toString());
    assert.equal(metadata.attributes[0].value, 'openai/gpt-oss-20b');
    const receipt = await call(facts.rpc, 'eth_getTransactionReceipt', [facts.inftMintTx]);
    assert.equal(receipt.status, '0x1');
    assert.equal(BigInt(receipt.logs[0].topics[3]), BigInt(id));
});

test('says of itself what tells this family from others', async () => {
    const supports = async (id) => BigInt(await view(`0x01ffc9a7${id}${'0'.repeat(56)}`));
    for (const id of ['01ffc9a7', '80ac58cd', '5b5e139f', '5762046c']) {
        assert.equal(await supports(id), 1n, id);
    }
    for (const id of ['2afbede9', '40fbd72f', 'ffffffff']) assert.equal(await supports(id), 0n, id);
    const text = async (selector) => abi.decode(['string'], await view(selector))[0];
    assert.equal(await text('0xffa1ad74'), '1.0.0');
    assert.equal(await text('0x06fdde03'), '0G Agent NFT');
    assert.equal(await text('0x95d89b41'), '0GI');
    assert.deepEqual(JSON.parse(await text('0xe7347375')), {
        chainURL: facts.rpc,
        indexerURL: facts.indexer,
    });
    assert.equal(await view('0x12c4f8ed').catch(({ data }) => data ?? '0x'), '0x');
});

test('answers byte for byte as the real contract did', async () => {
    const real = recorded('intelligentDatasOf(uint256)', 200);
    const [pairs] = abi.decode(['tuple(string,bytes32)[]'], real.result);
    const datas = pairs.map(([dataDescription, dataHash]) => ({ dataDescription, dataHash }));
    const { tokenId, transactionHash } = await control.mintToken(facts.rpc, {
        to: facts.walletAddress,
        datas,
    });
    assert.equal(await viewOf('0x40fbd72f', tokenId), real.result);
    const uri = recorded('tokenURI(uint256)', 66);
    assert.equal(await viewOf('0xc87b56dd', tokenId), uri.result);

    // Transfer from nobody, then Updated from nothing.
    const { logs } = await call(facts.rpc, 'eth_getTransactionReceipt', [transactionHash]);
    const realMint = vectors.agentNftTx.find(({ l }) => l === 'mint(iDatas,to)').hash;
    const realLogs = vectors.logs.agentNft.filter(({ txHash }) => txHash === realMint);
    assert.deepEqual(
        logs.map(({ topics, data }) => [topics[0], topics.length, data]),
        realLogs.map(({ topics, data }) => [topics[0], topics.length, data]),
    );
    assert.deepEqual(
        logs.map(({ topics }) => topics[0]),
        [TRANSFER, UPDATED],
    );
});

test('a token that does not exist is refused with the error of ERC-721', async () => {
    for (const selector of ['0x6352211e', '0x40fbd72f', '0x1aeb542f', '0xc87b56dd', '0x081812fc']) {
        await assert.rejects(viewOf(selector, 999), ({ data }) => {
            assert.equal(data, `0x7e273289${argument(999)}`);
            return true;
        });
    }
});

test('is updated, authorised, approved, paused and transferred', async () => {
    const { rpc, walletAddress } = facts;
    const hash = `0x${'ab'.repeat(32)}`;
    const datas = [{ dataDescription: 'model:first', dataHash: hash }];
    const { tokenId: id } = await control.mintToken(rpc, { to: walletAddress, datas });

    const updated = await control.updateToken(rpc, [id, [['model:second', hash]]]);
    assert.equal(updated.logs[0].topics[0], UPDATED);
    assert.deepEqual(await datasOf(id), [['model:second', hash]]);

    const authorized = await control.authorizeUser(rpc, [id, owner.address]);
    assert.equal(authorized.logs[0].topics[0], AUTHORIZATION);
    assert.equal(BigInt(authorized.logs[0].topics[3]), BigInt(id));
    await control.authorizeUser(rpc, [id, assistant.address]);
    await control.revokeUser(rpc, [id, owner.address]);
    assert.deepEqual(await usersOf(id), [assistant.address]);

    await control.approveToken(rpc, [owner.address, id]);
    assert.equal(await decoded('0x081812fc', id, 'address'), owner.address);

    await control.pauseTokens(rpc);
    assert.equal(BigInt(await view('0x5c975abb')), 1n);
    await assert.rejects(
        control.transferToken(rpc, [walletAddress, owner.address, id]),
        /EnforcedPause/,
    );
    await control.unpauseTokens(rpc);

    // With keys: the proofs have to name the data.
    const access = (dataHash) => [dataHash, '0x', '0x', '0x'];
    const ownership = (dataHash) => [0, dataHash, SEALED_KEY, '0x', '0x', '0x'];
    const withKeys = (dataHash) =>
        control.transferTokenWithKeys(rpc, [
            walletAddress,
            owner.address,
            id,
            [[access(dataHash), ownership(dataHash)]],
        ]);
    await assert.rejects(withKeys(`0x${'cd'.repeat(32)}`), /ERC7857DataHashMismatch/);
    const { logs } = await withKeys(hash);
    assert.deepEqual(
        logs.map(({ topics }) => topics[0]),
        [TRANSFER, ethers.id('PublishedSealedKey(address,uint256,bytes[])')],
    );
    assert.equal(await ownerOf(id), owner.address);
    assert.deepEqual(await usersOf(id), [], 'authorised users outlived the transfer');
    assert.equal(BigInt(await viewOf('0x081812fc', id)), 0n);
    await assert.rejects(
        control.updateToken(rpc, [id, []]),
        /ERC721IncorrectOwner/,
        'the old owner still may',
    );
});

test('has every function, event and error that the network itself speaks of', async (t) => {
    const compiled = await ownContracts(CACHE, new AbortController().signal);
    const signatures = (fragments) => {
        const named = fragments.filter(({ type }) => type !== 'constructor');
        return new Set(named.map((fragment) => fragment.format('sighash')));
    };
    for (const [name, contract] of [
        ['inft', compiled.AgentNft],
        ['reward', compiled.StorageReward],
    ]) {
        const real = signatures(ethers.Interface.from(contract.abi).fragments);
        for (const signature of signatures(ownAbi[name].fragments)) {
            assert.ok(real.has(signature), signature);
        }
    }
    const code = await call(facts.rpc, 'eth_getCode', [facts.rewardContract, 'latest']);
    assert.ok(compiled.StorageReward.bytecode.includes(code.slice(2)), 'another reward contract');

    // A cut file in the cache is as good as none; what the compiler makes is always the same.
    const folder = temporaryFolder(t);
    const [cached] = readdirSync(CACHE).filter((name) => name.startsWith('solidity-'));
    writeFileSync(`${folder}/${cached}`, '{"AgentNft":');
    const again = await ownContracts(folder, new AbortController().signal);
    assert.deepEqual(again, compiled);
});
