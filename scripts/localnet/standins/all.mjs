// All stand-ins together: where each listens, and what they share.
import { setTimeout as sleep } from 'node:timers/promises';
import { provider as providerAccount } from '../accounts.mjs';
import { services } from '../services.mjs';
import { sendAndMine, sendAndWait } from '../transactions.mjs';
import { SUB_ACCOUNTS } from '../wallet.mjs';
import { Agent } from './agent.mjs';
import { ControlEndpoint } from './control-endpoint.mjs';
import { Front } from './front.mjs';
import { BASELINE_FAULTS, BASELINE_MODEL, ROUTER_FAULTS, baseline, router } from './gateway.mjs';
import { gpuExporter } from './gpu-exporter.mjs';
import { Indexer } from './indexer.mjs';
import { mirrorNode } from './mirror.mjs';
import { Provider } from './provider.mjs';
import { Recorder } from './recorder.mjs';
import { RPC_FAULTS, RpcProxy } from './rpc-proxy.mjs';
import { settle } from './settlement.mjs';
import { statusApi } from './status.mjs';
import { NODE_FAULTS, StorageNode } from './storage-node.mjs';
import { SCAN_FAULTS, StorageScan } from './storage-scan.mjs';
import { Submissions } from './submissions.mjs';
import { TOPIC_ID } from './topic.mjs';

// 0G's broker settles at this interval.
const SETTLEMENT_INTERVAL_MS = 300_000;
const SETTLEMENT_DEADLINE_MS = 60_000;

const CONTROL = 'control';
const providerName = (index) => `provider/${index}`;
const NAMES = [
    CONTROL,
    'rpcProxy',
    'storageNode',
    'indexer',
    'storageScan',
    'gpuExporter',
    'status',
    'mirror',
    'router',
    'baseline',
    ...services.map(({ provider }) => providerName(provider)),
];

/** @typedef {Map<string, Front>} Fronts */

/**
 * Opens every stand-in's port, so that their addresses are known before they can answer.
 * @param {Record<string, string>} [origins]  of before, by name: the same ports again
 * @returns {Promise<Fronts>}
 */
export async function openFronts(origins = {}) {
    const fronts = new Map();
    try {
        for (const name of NAMES) {
            const port = origins[name] ? Number(new URL(origins[name]).port) : 0;
            fronts.set(name, await Front.open(name, port));
        }
        return fronts;
    } catch (error) {
        closeFronts(fronts);
        throw error;
    }
}

/** @param {Fronts} fronts */
export function closeFronts(fronts) {
    for (const front of fronts.values()) front.close();
}

/** The provider's own address on the web, by the index of its account. */
export const providerOrigin = (fronts, index) => fronts.get(providerName(index)).origin;

/** What localnet.json says about the stand-ins. @param {Fronts} fronts */
export function standinFacts(fronts) {
    const origin = (name) => fronts.get(name).origin;
    return {
        storageNode: origin('storageNode'),
        indexer: origin('indexer'),
        storageScan: `${origin('storageScan')}/api`,
        gpuExporter: `${origin('gpuExporter')}/metrics`,
        statusUrl: origin('status'),
        mirrorUrl: origin('mirror'),
        mirrorTopic: TOPIC_ID,
        routerUrl: `${origin('router')}/v1`,
        baselineUrl: `${origin('baseline')}/v1`,
        baselineModel: BASELINE_MODEL,
        rpcProxy: origin('rpcProxy'),
        control: origin(CONTROL),
        standins: Object.fromEntries(NAMES.map((name) => [name, origin(name)])),
        standinsPid: process.pid,
    };
}

class Standins {
    #rpc;
    #signal;
    #log;
    #providers;
    #settling = Promise.resolve();

    constructor(rpc, signal, log) {
        this.#rpc = rpc;
        this.#signal = signal;
        this.#log = log;
        this.#providers = services.map((entry) => new Provider(rpc, entry));
    }

    /** @param {Fronts} fronts */
    serve(fronts, { store, topic, submissions, agent }) {
        const handle = (name, handler, options) => fronts.get(name).handle(handler, options);
        const node = new StorageNode(submissions, store);
        const indexer = new Indexer(node, fronts.get('storageNode').origin);
        services.forEach(({ provider: index }, i) => {
            this.#providers[i].serveAt(fronts.get(providerName(index)));
        });
        handle('rpcProxy', new RpcProxy(this.#rpc).handle, { faults: RPC_FAULTS });
        handle('storageNode', node.handle, { faults: NODE_FAULTS });
        handle('indexer', indexer.handle, { faults: NODE_FAULTS });
        handle('storageScan', new StorageScan(this.#rpc, submissions).handle, { faults: SCAN_FAULTS });
        handle('gpuExporter', gpuExporter(this.#providers));
        handle('status', statusApi(this.#providers));
        handle('mirror', mirrorNode(topic));
        handle('router', router(this.#providers, services).handle, { faults: ROUTER_FAULTS });
        handle('baseline', baseline().handle, { faults: BASELINE_FAULTS });

        const faulty = new Map(fronts);
        faulty.delete(CONTROL);
        const actions = {
            settle: ({ provider }) => this.settle(provider, sendAndMine),
            pause: () => agent.pause(),
            resume: async () => agent.resume(),
            journal: () => agent.keepJournal(),
            publish: ({ message }) => topic.publish(message),
            sync: () => submissions.sync(),
        };
        handle(CONTROL, new ControlEndpoint(faulty, actions).handle);
    }

    /** @param {number} [index]  of one provider; else all, one after the other */
    settle(index, send) {
        const chosen = this.#providers.filter((_, i) => index === undefined || i === index);
        const all = async () => {
            const results = [];
            for (const provider of chosen) {
                const settled = await settle(this.#rpc, provider, send);
                results.push(
                    ...settled.map((one) => ({ provider: provider.account.address, ...one })),
                );
            }
            return results;
        };
        // Never two at a time: both would settle the same fees.
        const result = this.#settling.then(all);
        this.#settling = result.catch(() => {});
        return result;
    }

    async keepSettling() {
        const wait = (rpc, transactions) => {
            const deadline = AbortSignal.timeout(SETTLEMENT_DEADLINE_MS);
            return sendAndWait(rpc, transactions, AbortSignal.any([this.#signal, deadline]));
        };
        for (;;) {
            await sleep(SETTLEMENT_INTERVAL_MS, undefined, { signal: this.#signal }).catch(
                () => {},
            );
            if (this.#signal.aborted) return;
            await this.settle(undefined, wait).catch((error) => {
                if (!this.#signal.aborted) this.#log(`fees are not settled: ${error.message}`);
            });
        }
    }
}

/** The agent works with the providers that its wallet has funded. */
const agentsProviders = (fronts) =>
    [...SUB_ACCOUNTS.keys()].map((index) => ({
        url: providerOrigin(fronts, index),
        model: services[index].model,
        address: providerAccount(index).address,
    }));

/**
 * Starts all of them on a deployed network.
 * @param {object} parts
 * @param {string} parts.rpc
 * @param {Fronts} parts.fronts
 * @param {import('./file-store.mjs').FileStore} parts.store
 * @param {import('./topic.mjs').Topic} parts.topic
 * @param {import('./recorder.mjs').Target | null} parts.record
 * @param {AbortSignal} parts.signal  ends them
 * @param {(line: string) => void} parts.log
 */
export async function startStandins({ rpc, fronts, store, topic, record, signal, log }) {
    const submissions = new Submissions(rpc);
    await submissions.sync();
    const providers = agentsProviders(fronts);
    const recorder = new Recorder(record, signal, log);
    const agent = new Agent({ rpc, providers, topic, store, recorder, signal, log });
    const standins = new Standins(rpc, signal, log);
    standins.serve(fronts, { store, topic, submissions, agent });
    submissions.keepSyncing(signal);
    standins.keepSettling();
    agent.start();
}
