// The registry of services in InferenceServing: what providers and the contract's owner do with it.
import { owner, provider, teeSigner } from './accounts.mjs';
import { serving } from './deploy.mjs';
import { callTransaction, fundSenders, read, sendAndMine } from './transactions.mjs';

// The contract returns no more in one call.
const PAGE = 50;

/** @typedef {import('./services.mjs').ServiceEntry} ServiceEntry */

/** The parameter of addOrUpdateService; its order differs from that of the stored service. */
const serviceParams = (entry) => ({
    serviceType: entry.serviceType,
    url: entry.url,
    model: entry.model,
    verifiability: entry.verifiability,
    inputPrice: entry.inputPrice,
    outputPrice: entry.outputPrice,
    additionalInfo: entry.additionalInfo,
    teeSignerAddress: teeSigner(entry.provider).address,
});

const store = (entry, stake) =>
    callTransaction(
        serving,
        provider(entry.provider),
        'addOrUpdateService',
        [serviceParams(entry)],
        stake,
    );

async function sendFunded(rpc, transactions) {
    await fundSenders(rpc, transactions);
    return sendAndMine(rpc, transactions);
}

/**
 * Registers new services with the stake the contract asks for; acknowledges those marked so.
 * @param {string} rpc
 * @param {ServiceEntry[]} entries
 */
export async function registerServices(rpc, entries) {
    const stake = await read(rpc, serving, 'MIN_PROVIDER_STAKE');
    await sendFunded(
        rpc,
        entries.map((entry) => store(entry, stake)),
    );
    const vouchedFor = entries.filter(({ acknowledged }) => acknowledged);
    if (vouchedFor.length > 0)
        await acknowledgeProviders(
            rpc,
            vouchedFor.map((entry) => entry.provider),
        );
}

/**
 * Changes a registered service; members that are not given keep their value. The contract withdraws
 * the acknowledgement unless only url and prices change.
 * @param {string} rpc
 * @param {Partial<ServiceEntry> & {provider: number}} changes
 */
export async function updateService(rpc, changes) {
    const current = await read(rpc, serving, 'getService', [provider(changes.provider).address]);
    await sendFunded(rpc, [store({ ...current.toObject(), ...changes }, 0n)]);
}

/**
 * Removes services; the stakes go back to their providers.
 * @param {string} rpc
 * @param {number[]} providers  account indexes
 */
export async function removeServices(rpc, providers) {
    const remove = (index) => callTransaction(serving, provider(index), 'removeService', []);
    await sendFunded(rpc, providers.map(remove));
}

const byOwner = (method) => async (rpc, providers) => {
    const transaction = (index) =>
        callTransaction(serving, owner, method, [provider(index).address]);
    await sendFunded(rpc, providers.map(transaction));
};

/** The owner vouches for the TEE signers of these providers: (rpc, account indexes). */
export const acknowledgeProviders = byOwner('acknowledgeTEESignerByOwner');

/** The owner withdraws that again: (rpc, account indexes). */
export const revokeProviders = byOwner('revokeTEESignerAcknowledgement');

/** A service as the project's JSON writes it. */
const described = (service) => ({
    provider: service.provider,
    serviceType: service.serviceType,
    model: service.model,
    url: service.url,
    inputPriceNeuron: String(service.inputPrice),
    outputPriceNeuron: String(service.outputPrice),
    verifiability: service.verifiability,
    additionalInfo: service.additionalInfo,
    teeSignerAddress: service.teeSignerAddress,
    teeSignerAcknowledged: service.teeSignerAcknowledged,
    updatedAt: Number(service.updatedAt),
});

/**
 * Every registered service in the order of the contract, `updatedAt` in Unix seconds.
 * @param {string} rpc
 */
export async function listServices(rpc) {
    const all = [];
    for (;;) {
        const [page, total] = await read(rpc, serving, 'getAllServices', [all.length, PAGE]);
        all.push(...page.map(described));
        if (page.length === 0 || all.length >= Number(total)) return all;
    }
}
