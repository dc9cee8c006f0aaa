// Files on the Flow contract, and what node, indexer and explorer say about them.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { reward } from '../../scripts/localnet/deploy.mjs';
import * as control from '../../scripts/localnet/control.mjs';
import { call } from '../../scripts/localnet/rpc.mjs';
import { describeFile } from '../../scripts/localnet/storage.mjs';
import { read } from '../../scripts/localnet/transactions.mjs';
import { ask, ethers } from './client.mjs';
import { startNetwork, until, wholeFile } from './harness.mjs';

const SUBMIT = '0x167ce04d2aa1981994d3a31695da0d785373335b1078cec239a1a3a2c7675555';
const SECTOR_PRICE = 30_733_644_962n;

/** @type {any} */
let facts;

before(async () => {
    ({ facts } = await startNetwork(wholeFile));
    await control.pauseAgent(facts.control);
});

const view = (address, data) => call(facts.rpc, 'eth_call', [{ to: address, data }, 'latest']);
const word = (bytes, i) => BigInt(`0x${bytes.slice(2 + 64 * i, 66 + 64 * i)}`);

/** The wallet's submissions, decoded by the positions of the data words alone. */
async function walletsFiles() {
    const topics = [SUBMIT, ethers.zeroPadValue(facts.walletAddress, 32)];
    const filter = { address: facts.flowContract, fromBlock: '0x0', toBlock: 'latest', topics };
    return (await call(facts.rpc, 'eth_getLogs', [filter])).map(({ data }) => ({
        seq: Number(word(data, 0)),
        start: word(data, 1),
        sectors: word(data, 2),
        bytes: word(data, Number(word(data, 3)) / 32),
    }));
}

const sum = (files, member) => files.reduce((total, file) => total + file[member], 0n);

test("runs 0G's Flow and market with the price of its mainnet", async () => {
    assert.equal(
        word(await view(facts.flowContract, '0x80f55605'), 0),
        BigInt(facts.marketContract),
    );
    assert.equal(
        word(await view(facts.marketContract, '0x343aad82'), 0),
        BigInt(facts.flowContract),
    );
    assert.equal(
        word(await view(facts.marketContract, '0x228cb733'), 0),
        BigInt(facts.rewardContract),
    );
    assert.equal(word(await view(facts.marketContract, '0x61ec5082'), 0), SECTOR_PRICE);
    assert.equal(word(await view(facts.flowContract, '0xf0682054'), 0), 3750n);
    assert.equal(word(await view(facts.rewardContract, '0x21295931'), 0), 32_140_800n);
    const code = await call(facts.rpc, 'eth_getCode', [facts.flowContract, 'latest']);
    assert.ok(code.length > 30_000);
});

test("the wallet's Submit logs sum up to what Flow and its reward contract have", async () => {
    const files = await walletsFiles();
    assert.deepEqual(
        files.map(({ seq }) => seq),
        [0, 1, 2],
    );
    assert.equal(word(await view(facts.flowContract, '0x77e19824'), 0), 3n);
    const [last] = files.slice(-1);
    assert.equal(word(await view(facts.flowContract, '0xfd54b228'), 0), last.start + last.sectors);
    const paid = BigInt(await call(facts.rpc, 'eth_getBalance', [facts.rewardContract, 'latest']));
    assert.equal(paid, sum(files, 'sectors') * SECTOR_PRICE);
    assert.ok(sum(files, 'bytes') > 50_000n);
    assert.ok(sum(files, 'bytes') <= sum(files, 'sectors') * 256n);
});

test('files are cut into sectors as recorded from the real SDK', async () => {
    const owner = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
    const { root, sectors, parameter } = await describeFile(Buffer.alloc(700_000, 9), owner);
    assert.equal(root, '0x6f64adb6f3647f7a95bdcb05e06e3362bc780419cf4e959bb18a37f0006dff67');
    assert.equal(sectors, 2816n);
    assert.deepEqual(
        parameter.data.nodes.map(({ height }) => height),
        [11, 9, 8],
    );
});

test('the node answers in the shapes of a storage node', async () => {
    const node = (method, ...params) => call(facts.storageNode, method, params);
    const head = Number(await call(facts.rpc, 'eth_blockNumber'));
    const status = await node('zgs_getStatus');
    assert.deepEqual(Object.keys(status), [
        'connectedPeers',
        'logSyncHeight',
        'logSyncBlock',
        'nextTxSeq',
        'networkIdentity',
    ]);
    assert.ok(status.logSyncHeight >= head - 2 && status.logSyncHeight <= head + 1);
    assert.match(status.logSyncBlock, /^0x[0-9a-f]{64}$/);
    assert.equal(status.nextTxSeq, 3);
    assert.deepEqual(status.networkIdentity, {
        chainId: 31337,
        flowAddress: facts.flowContract.toLowerCase(),
        p2pProtocolVersion: { major: 0, minor: 4, build: 0 },
    });
    assert.deepEqual(await node('zgs_getShardConfig'), { shardId: 0, numShard: 1 });

    const [root, length] = await node('zgs_getFlowContext');
    assert.equal(BigInt(length), word(await view(facts.flowContract, '0xfd54b228'), 0));
    const computed = await view(facts.flowContract, `0x6d7ad0fc${'2'.padStart(64, '0')}`);
    assert.equal(root, computed);

    const info = await node('zgs_getFileInfoByTxSeq', 1);
    assert.deepEqual(Object.keys(info), [
        'tx',
        'finalized',
        'isCached',
        'uploadedSegNum',
        'pruned',
    ]);
    assert.equal(info.finalized, true);
    assert.equal(BigInt(info.tx.size), (await walletsFiles())[1].bytes);
    const sectors = info.tx.merkleNodes.reduce((total, [depth]) => total + 2 ** (depth - 1), 0);
    assert.equal(BigInt(sectors), (await walletsFiles())[1].sectors);
    assert.deepEqual(await node('zgs_getFileInfo', info.tx.dataMerkleRoot, true), info);
    assert.equal(await node('zgs_checkFileFinalized', 1), true);
    assert.equal(await node('zgs_checkFileFinalized', `0x${'0'.repeat(64)}`), null);
    assert.equal(await node('zgs_getFileInfoByTxSeq', 99), null);

    const segment = Buffer.from(await node('zgs_downloadSegmentByTxSeq', 1, 0, 2), 'base64');
    assert.equal(segment.length, 512);
    await assert.rejects(node('zgs_uploadSegment', {}), /Method not found/);
    await assert.rejects(node('zgs_getFileInfo', info.tx.dataMerkleRoot), /Invalid params/);
});

test('the node takes batches', async () => {
    const calls = ['zgs_getStatus', 'zgs_getShardConfig'].map((method, id) => ({
        jsonrpc: '2.0',
        id,
        method,
        params: [],
    }));
    const { body } = await ask(facts.storageNode, { body: calls });
    assert.deepEqual(
        body.map(({ id, result }) => [id, typeof result]),
        [
            [0, 'object'],
            [1, 'object'],
        ],
    );
});

test('the indexer knows node and files, and serves their content', async () => {
    const location = { url: facts.storageNode, config: { shardId: 0, numShard: 1 } };
    const sharded = await call(facts.indexer, 'indexer_getShardedNodes');
    assert.deepEqual(sharded.trusted, [{ ...location, latency: 1, since: 0 }]);
    const { tx } = await call(facts.storageNode, 'zgs_getFileInfoByTxSeq', [0]);
    const [found] = await call(facts.indexer, 'indexer_getFileLocations', [tx.dataMerkleRoot]);
    assert.equal(found.url, facts.storageNode);
    await assert.rejects(
        call(facts.indexer, 'indexer_getFileLocations', [`0x${'1'.repeat(64)}`]),
        /file not found/,
    );

    const rest = async (path) => (await ask(`${facts.indexer}${path}`)).body;
    const status = await rest('/node/status');
    assert.equal(status.code, 0);
    assert.equal(status.message, 'Success');
    assert.equal(status.data.nextTxSeq, 3);
    const info = await rest(`/file/info/${tx.dataMerkleRoot}`);
    assert.equal(info.data.finalized, true);
    assert.equal(info.data.tx.merkleNodes, undefined);
    assert.equal((await rest('/file/info/99')).code, 101);
    const several = await rest('/files/info?cid=0&cid=99');
    assert.deepEqual(
        several.data.map((one) => one?.tx.seq ?? null),
        [0, null],
    );
    const file = await ask(`${facts.indexer}/file?root=${tx.dataMerkleRoot}&name=a.json`);
    assert.equal(JSON.parse(file.bytes.toString()).role, 'model');
    assert.equal(file.bytes.length, tx.size);
    assert.equal(file.headers.get('content-disposition'), 'attachment; filename=a.json');
});

test("the explorer's figures of an account are those of its logs", async () => {
    const files = await walletsFiles();
    const { body } = await ask(`${facts.storageScan}/accounts/${facts.walletAddress}`);
    assert.equal(body.code, 0);
    assert.equal(body.data.files, files.length);
    assert.equal(BigInt(body.data.dataSize), sum(files, 'bytes'));
    assert.equal(body.data.storageFee, String(sum(files, 'sectors') * SECTOR_PRICE));
    assert.equal(body.data.expiredFiles, 0);
    const balance = await call(facts.rpc, 'eth_getBalance', [facts.walletAddress, 'latest']);
    assert.equal(body.data.balance, String(BigInt(balance)));
    const stats = await ask(`${facts.storageScan}/accounts/${facts.walletAddress}/stats`);
    assert.equal(stats.body.data.healthyFiles, files.length);
    const unknown = await ask(`${facts.storageScan}/accounts/${ethers.ZeroAddress}`);
    assert.notEqual(unknown.body.code, 0);
    const all = await ask(`${facts.storageScan}/stats/storage?skip=0&limit=1`);
    assert.equal(all.body.data.list[0].fileTotal, files.length);
    assert.equal(BigInt(all.body.data.list[0].dataTotal), sum(files, 'bytes'));
});

test('a file whose content nobody brought is announced, and gone after a reorganisation', async () => {
    await control.setBlockInterval(facts.rpc, 0);
    const root = await control.submitFile(facts.rpc, Buffer.from('announced only'));
    await control.syncStorage(facts.control);
    const info = await call(facts.storageNode, 'zgs_getFileInfo', [root, true]);
    assert.equal(info.finalized, false);
    assert.equal(info.uploadedSegNum, 0);
    assert.equal(info.pruned, false);
    assert.equal((await ask(`${facts.indexer}/file?root=${root}`)).body.code, 103);

    const block = await call(facts.rpc, 'eth_getBlockByNumber', ['latest', false]);
    await control.reorganise(facts.rpc, 1);
    const replaced = await call(facts.rpc, 'eth_getBlockByNumber', [block.number, false]);
    assert.notEqual(replaced.hash, block.hash);
    // However many read it at once, each file is there once.
    await Promise.all(Array.from({ length: 5 }, () => control.syncStorage(facts.control)));
    assert.equal(await call(facts.storageNode, 'zgs_getFileInfo', [root, true]), null);
    assert.equal((await call(facts.storageNode, 'zgs_getStatus')).nextTxSeq, 3);
    assert.equal((await walletsFiles()).length, 3);
    await control.setBlockInterval(facts.rpc, 2);
});

test("the agent's journal becomes a stored file", async () => {
    await control.resumeAgent(facts.control);
    await until(
        async () => (await ask(`${facts.statusUrl}/health`)).body.summary.overallUptime,
        'a job',
    );
    await control.pauseAgent(facts.control);
    await control.keepJournal(facts.control);
    await control.syncStorage(facts.control);
    const info = await call(facts.storageNode, 'zgs_getFileInfoByTxSeq', [3]);
    assert.equal(info.finalized, true);
    const file = await ask(`${facts.indexer}/file?txSeq=3`);
    const [first] = file.bytes.toString().split('\n');
    assert.equal(JSON.parse(first).status, 'completed');
    assert.equal(Number(await read(facts.rpc, reward, 'releaseSeconds')), 32_140_800);
});
