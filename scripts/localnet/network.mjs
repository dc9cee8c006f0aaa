// The network as a whole: brings it up, fresh or from its saved state, and publishes where it is.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { provider, wallet } from './accounts.mjs';
import { startAnvil } from './anvil.mjs';
import { settleIn } from './belongings.mjs';
import { BLOCK_INTERVAL_S, CHAIN_ID } from './chain.mjs';
import { ownContracts } from './compile.mjs';
import { contractBytecode } from './contracts.mjs';
import { deployContracts, flow, inft, ledger, market, reward, serving } from './deploy.mjs';
import { Failure } from './failure.mjs';
import { replaceFile } from './files.mjs';
import { untilFree } from './free-port.mjs';
import { listServices, registerServices } from './registry.mjs';
import { call } from './rpc.mjs';
import { servicesAt } from './services.mjs';
import {
    closeFronts,
    openFronts,
    providerOrigin,
    standinFacts,
    startStandins,
} from './standins/all.mjs';
import { BASELINE_KEY, ROUTER_KEY } from './standins/gateway.mjs';
import { OWN_PROVIDER } from './standins/hardware.mjs';
import { FileStore } from './standins/file-store.mjs';
import { Topic } from './standins/topic.mjs';
import { keepSaving, readState, saveState } from './state.mjs';
import { SUB_ACCOUNTS, openLedger } from './wallet.mjs';

/** Which provider a benchmark calls unless it names others: one whose sub-account is funded. */
const BENCH_PROVIDER = 0;

// Whoever stops the network does not wait long; at worst the state is that of a second ago.
const LAST_SAVE_MS = 400;
/** Of the node of a network that was killed. */
const LEAVING_MS = 5000;

const filesIn = (runDir) => ({
    facts: join(runDir, 'localnet.json'),
    key: join(runDir, 'localnet.key'),
    routerKey: join(runDir, 'localnet.router-key'),
    baselineKey: join(runDir, 'localnet.baseline-key'),
    state: join(runDir, 'localnet.state'),
    storage: join(runDir, 'localnet.storage'),
    topic: join(runDir, 'localnet.topic'),
});

async function readFacts(path) {
    try {
        return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
        if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
        throw new Failure(`cannot read ${path}: ${error.message}`);
    }
}

function processExists(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error.code === 'EPERM';
    }
}

/** Two networks would overwrite each other's files. */
async function refuseSecond({ anvilPid, rpc }, runDir) {
    // A process id may have been given to another program since.
    if (!processExists(anvilPid)) return;
    const chainId = await call(rpc, 'eth_chainId').catch(() => null);
    if (Number(chainId) !== CHAIN_ID) return;
    throw new Failure(`the local network of ${runDir} is already running at ${rpc}`);
}

async function describeProviders(rpc) {
    const subAccounts = new Map(
        [...SUB_ACCOUNTS].map(([index, amount]) => [provider(index).address, amount]),
    );
    return (await listServices(rpc)).map((service) => ({
        ...service,
        subAccountNeuron: String(subAccounts.get(service.provider) ?? 0n),
    }));
}

/** Deploys everything on an empty chain. @returns what there is to publish about it */
async function deploy(rpc, contracts, fronts, store) {
    const indexer = fronts.get('indexer').origin;
    const deployBlock = await deployContracts(rpc, contracts.compute, contracts.own, indexer);
    await registerServices(
        rpc,
        servicesAt((index) => providerOrigin(fronts, index)),
    );
    await openLedger(rpc);
    const belongings = await settleIn(rpc, indexer, store);
    return {
        servingContract: serving.address,
        ledgerContract: ledger.address,
        flowContract: flow.address,
        marketContract: market.address,
        rewardContract: reward.address,
        inftContract: inft.address,
        ...belongings,
        walletAddress: wallet.address,
        ownProvider: provider(OWN_PROVIDER).address,
        probeProviders: [...SUB_ACCOUNTS.keys()].map((index) => provider(index).address),
        benchProvider: provider(BENCH_PROVIDER).address,
        benchAllow: '*',
        providers: await describeProviders(rpc),
        deployBlock,
    };
}

/** @returns the node and what there is to publish about it */
async function startFresh({ runDir, cacheDir, port }, { fronts, store, topic }, signal) {
    const compute = await contractBytecode(cacheDir, signal);
    const own = await ownContracts(cacheDir, signal);
    const node = await startAnvil({ port, signal });
    try {
        // They describe a network that is no more.
        const files = filesIn(runDir);
        await Promise.all([files.facts, files.state].map((path) => rm(path, { force: true })));
        await Promise.all([store.clear(), topic.clear()]);
        const deployed = await deploy(node.rpc, { compute, own }, fronts, store);
        const facts = { chainId: CHAIN_ID, rpc: node.rpc, ...deployed, anvilPid: node.pid };
        return { node, facts };
    } catch (error) {
        await node.stop();
        throw error;
    }
}

/** Goes on from the saved state, at the same port, so that readers find it again. */
async function restore({ runDir }, previous, signal) {
    const files = filesIn(runDir);
    const state = await readState(files.state).catch((error) => {
        throw new Failure(`cannot restore from ${files.state}: ${error.message}`);
    });
    const plainState = `${files.state}.json`;
    await writeFile(plainState, state);
    try {
        const port = Number(new URL(previous.rpc).port);
        // The kernel ends the node with a network that was killed, which takes a moment.
        await untilFree(port, LEAVING_MS);
        const node = await startAnvil({ port, stateFile: plainState, signal });
        return { node, facts: { ...previous, anvilPid: node.pid } };
    } finally {
        await rm(plainState, { force: true });
    }
}

/** The chain with its stand-ins, running and published. */
async function bringUp(options, previous, fronts, signal, log) {
    const files = filesIn(options.runDir);
    const store = new FileStore(files.storage);
    const topic = new Topic(files.topic);
    const { node, facts } = options.restore
        ? await restore(options, previous, signal)
        : await startFresh(options, { fronts, store, topic }, signal);

    const working = new AbortController();
    try {
        await store.open();
        await topic.load();
        await call(node.rpc, 'evm_setIntervalMining', [BLOCK_INTERVAL_S]);
        await saveState(node.rpc, files.state);
        await replaceFile(files.key, `${wallet.privateKey}\n`, 0o600);
        await replaceFile(files.routerKey, `${ROUTER_KEY}\n`, 0o600);
        await replaceFile(files.baselineKey, `${BASELINE_KEY}\n`, 0o600);
        const { rpc } = node;
        const { record } = options;
        await startStandins({ rpc, fronts, store, topic, record, signal: working.signal, log });
        const published = { ...facts, ...standinFacts(fronts) };
        await replaceFile(files.facts, `${JSON.stringify(published, null, 2)}\n`);
    } catch (error) {
        working.abort();
        await node.stop();
        throw error;
    }
    const saved = keepSaving(node.rpc, files.state, working.signal, log);
    node.ended.then(() => working.abort());

    return {
        rpc: node.rpc,
        ended: node.ended,
        async stop() {
            working.abort();
            closeFronts(fronts);
            const lastSave = saved.then(() => saveState(node.rpc, files.state)).catch(() => {});
            await Promise.race([lastSave, sleep(LAST_SAVE_MS)]);
            await node.stop();
        },
    };
}

/**
 * Brings the network up and publishes it in runDir: localnet.json with public values, localnet.key
 * with the wallet's key, localnet.router-key and localnet.baseline-key with those of the servers that
 * take one, localnet.state with the chain, localnet.storage with the content of stored
 * files, localnet.topic with the messages of the agent. A restored network has all of these again;
 * fees that were not settled, and how the providers' requests ended, are forgotten.
 * @param {{runDir: string, cacheDir: string, port: number, restore: boolean,
 *          record: import('./standins/recorder.mjs').Target | null}} options
 * @param {AbortSignal} signal  gives up a start that is under way
 * @param {(line: string) => void} log
 * @returns {Promise<{rpc: string, ended: Promise<string>, stop: () => Promise<void>}>}
 */
export async function startNetwork(options, signal, log) {
    await mkdir(options.runDir, { recursive: true });
    const previous = await readFacts(filesIn(options.runDir).facts);
    if (previous) await refuseSecond(previous, options.runDir);
    if (options.restore && !previous) throw new Failure(`nothing to restore in ${options.runDir}`);
    const fronts = await openFronts(options.restore ? previous.standins : {});
    try {
        return await bringUp(options, previous, fronts, signal, log);
    } catch (error) {
        closeFronts(fronts);
        throw error;
    }
}
