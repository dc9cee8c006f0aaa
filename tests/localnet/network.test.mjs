// What stands on the chain after a start, read back with 0G's own ABI out of 0G's package.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import vm from 'node:vm';
import { provider, teeSigner, wallet } from '../../scripts/localnet/accounts.mjs';
import * as ownAbi from '../../scripts/localnet/abi.mjs';
import { services } from '../../scripts/localnet/services.mjs';
import { CACHE, failed, headNumber, launch, startNetwork, until, wholeFile } from './harness.mjs';

const require = createRequire(new URL('../../scripts/localnet/package.json', import.meta.url));
const { Contract, Interface, JsonRpcProvider, Wallet, keccak256, parseEther } = require('ethers');

function packagedAbi(name) {
    const text = readFileSync(join(CACHE, `${name}-0.9.0.js`), 'utf8');
    const [, literal] = /^const _abi = (\[.*?^\]);/ms.exec(text);
    return Interface.from(vm.runInNewContext(`JSON.stringify(${literal})`));
}

let network, chain, serving, ledger, packaged;

before(async () => {
    network = await startNetwork(wholeFile);
    packaged = { serving: packagedAbi('InferenceServing'), ledger: packagedAbi('LedgerManager') };
    chain = new JsonRpcProvider(network.rpc, undefined, { cacheTimeout: -1 });
    serving = new Contract(network.facts.servingContract, packaged.serving, chain);
    ledger = new Contract(network.facts.ledgerContract, packaged.ledger, chain);
    wholeFile.after(() => chain.destroy());
});

test('says that it is ready, in one line', () => {
    assert.equal(network.stdout, `localnet ready ${network.rpc}\n`);
    assert.equal(network.stderr, '');
});

test('publishes public values in localnet.json', () => {
    const keys = [
        ['chainId', 'rpc'],
        ['servingContract', 'ledgerContract'],
        ['flowContract', 'marketContract', 'rewardContract'],
        ['inftContract', 'inftTokenId', 'inftMintTx'],
        ['walletAddress', 'ownProvider', 'probeProviders', 'benchProvider', 'benchAllow', 'providers', 'deployBlock', 'anvilPid'],
        ['storageNode', 'indexer', 'storageScan', 'gpuExporter', 'statusUrl'],
        ['mirrorUrl', 'mirrorTopic', 'routerUrl', 'baselineUrl', 'baselineModel'],
        ['rpcProxy', 'control', 'standins', 'standinsPid'],
    ];
    assert.deepEqual(Object.keys(network.facts), keys.flat());
    assert.equal(network.facts.standinsPid, network.child.pid);
    assert.equal(network.facts.chainId, 31337);
    assert.equal(network.facts.walletAddress, wallet.address);
    assert.equal(network.facts.providers.length, services.length);
    assert.equal(statSync(join(network.run, 'localnet.json')).mode & 0o777, 0o644);
    const text = readFileSync(join(network.run, 'localnet.json'), 'utf8');
    assert.ok(!text.includes(wallet.privateKey.slice(2)), 'the key stands in localnet.json');
});

test('keeps the key of the wallet for its owner alone', () => {
    const path = join(network.run, 'localnet.key');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(
        new Wallet(readFileSync(path, 'utf8').trim()).address,
        network.facts.walletAddress,
    );
});

test('has the chain id of no public network', async () => {
    assert.equal(await chain.send('eth_chainId', []), '0x7a69');
    assert.equal(await chain.send('net_version', []), '31337');
});

test('runs the contracts behind beacon proxies at the addresses 0G lists for this chain id', async () => {
    assert.equal(network.facts.ledgerContract, '0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0');
    assert.equal(network.facts.servingContract, '0x0165878A594ca255338adfa4d48449f69242Eb8F');
    // EIP-1967: keccak256('eip1967.proxy.beacon') - 1
    const slot = '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50';
    for (const contract of [serving, ledger]) {
        const beacon = `0x${(await chain.getStorage(contract.target, slot)).slice(26)}`;
        const abi = ['function implementation() view returns (address)'];
        const implementation = await new Contract(beacon, abi, chain).implementation();
        assert.ok((await chain.getCode(implementation)).length > 20_000);
    }
    assert.equal(await serving.ledgerAddress(), ledger.target);
    assert.equal(await serving.lockTime(), 86_400n);
    assert.deepEqual(
        [...(await ledger.getRecommendedService('inference'))],
        ['v1.0', serving.target],
    );
    assert.equal(await chain.getCode(ledger.target, network.facts.deployBlock - 1), '0x');
    assert.notEqual(await chain.getCode(ledger.target, network.facts.deployBlock), '0x');
});

test('deploys the pinned bytecode', async () => {
    const block = await chain.getBlock(network.facts.deployBlock, true);
    const hashes = block.prefetchedTransactions.map(({ data }) => keccak256(data));
    assert.ok(
        hashes.includes('0x43b8398c0717a456dd5220f3583ddb715c2e67e8b41b782e1d6e9367124ba395'),
    );
    assert.ok(
        hashes.includes('0xce5c3dc2101a3846ffb36e25d92c4a36adf2d20d37d02339cef07efa423d7083'),
    );
});

test('lists every service as it is written in services.mjs', async () => {
    const [listed, total] = await serving.getAllServices(0, 50);
    assert.equal(total, BigInt(services.length));
    const started = Date.now() / 1000;
    for (const [i, entry] of services.entries()) {
        const service = listed[i];
        assert.equal(service.provider, provider(entry.provider).address);
        assert.equal(service.teeSignerAddress, teeSigner(entry.provider).address);
        assert.equal(service.teeSignerAcknowledged, entry.acknowledged);
        for (const field of ['serviceType', 'model', 'verifiability', 'additionalInfo']) {
            assert.equal(service[field], entry[field], `${entry.model}: ${field}`);
        }
        const slash = entry.trailingSlash ? '/' : '';
        assert.equal(
            service.url,
            `${network.facts.standins[`provider/${entry.provider}`]}${slash}`,
        );
        assert.equal(service.inputPrice, entry.inputPrice);
        assert.equal(service.outputPrice, entry.outputPrice);
        assert.ok(Math.abs(Number(service.updatedAt) - started) < 120);
    }
});

test('publishes the same services as the chain has', async () => {
    const [listed] = await serving.getAllServices(0, 50);
    for (const [i, service] of listed.entries()) {
        const published = network.facts.providers[i];
        assert.equal(published.provider, service.provider);
        assert.equal(published.inputPriceNeuron, String(service.inputPrice));
        assert.equal(published.outputPriceNeuron, String(service.outputPrice));
        assert.equal(published.updatedAt, Number(service.updatedAt));
        assert.equal(published.teeSignerAcknowledged, service.teeSignerAcknowledged);
        assert.equal(published.teeSignerAddress, service.teeSignerAddress);
        for (const field of ['serviceType', 'url', 'model', 'verifiability', 'additionalInfo']) {
            assert.equal(published[field], service[field]);
        }
    }
});

test('covers the kinds of services a reader has to tell apart', () => {
    const has = (member, value) => services.some((entry) => entry[member] === value);
    for (const type of ['chatbot', 'text-to-image', 'speech-to-text'])
        assert.ok(has('serviceType', type));
    for (const word of ['TeeML', 'TeeTLS', '']) assert.ok(has('verifiability', word));
    assert.ok(has('acknowledged', true) && has('acknowledged', false));
});

test('gives the wallet coins, a ledger and funded sub-accounts', async () => {
    const user = network.facts.walletAddress;
    const account = await ledger.getLedger(user);
    assert.equal(account.totalBalance, parseEther('25'));
    assert.equal(account.availableBalance, parseEther('9'));
    assert.ok(account.totalBalance >= (await ledger.MIN_ACCOUNT_BALANCE()));

    const funded = await ledger.getLedgerProviders(user, 'inference-v1.0');
    assert.deepEqual(
        [...funded],
        [0, 1, 2].map((index) => provider(index).address),
    );
    for (const address of funded) {
        const subAccount = await serving.getAccount(user, address);
        const published = network.facts.providers.find((entry) => entry.provider === address);
        assert.ok(subAccount.balance >= parseEther('5'));
        assert.equal(String(subAccount.balance), published.subAccountNeuron);
        assert.equal(subAccount.pendingRefund, 0n);
        assert.equal(subAccount.acknowledged, true);
    }
    const coins = await chain.getBalance(user);
    assert.ok(coins > parseEther('74.5') && coins < parseEther('75'), `${coins} neuron`);
});

test('mines a block about every 2 s, dated now', async () => {
    const first = await headNumber(network.rpc);
    await until(async () => (await headNumber(network.rpc)) >= first + 2, 'two more blocks', 20_000);
    const { timestamp } = await chain.getBlock('latest');
    assert.ok(Math.abs(timestamp - Date.now() / 1000) < 4, `${timestamp}`);
});

test('uses nothing of the interfaces that the package does not have', () => {
    for (const name of ['serving', 'ledger']) {
        const signature = (fragment) => fragment.format('sighash');
        const theirSignatures = new Set(
            packaged[name].fragments.filter((f) => f.type !== 'constructor').map(signature),
        );
        assert.ok(theirSignatures.size > 30);
        for (const fragment of ownAbi[name].fragments) {
            assert.ok(theirSignatures.has(signature(fragment)), signature(fragment));
        }
    }
});

test('refuses a second network in the same folder', async (t) => {
    const second = launch(t, ['--run', network.run, '--cache', CACHE]);
    assert.equal(await failed(second), 1);
    assert.match(
        second.stderr,
        /^localnet: the local network of .* is already running at http:\S+\n$/,
    );
});
