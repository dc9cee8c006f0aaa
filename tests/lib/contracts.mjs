// 0G's contracts as far as the tests speak for them, in the three generations that were deployed.
// The encoder is ethers', so that nothing of the program under test checks itself.
import { Interface, getAddress } from 'ethers';

const SERVICE_V1 =
    'address provider, string serviceType, string url, uint256 inputPrice, uint256 outputPrice, ' +
    'uint256 updatedAt, string model, string verifiability';
const SERVICE_V2 = `${SERVICE_V1}, string additionalInfo`;
const SERVICE_V3 = `${SERVICE_V2}, address teeSignerAddress, bool teeSignerAcknowledged`;

const REFUND = 'tuple(uint256 index, uint256 amount, uint256 createdAt, bool processed)';
const ACCOUNT =
    'address user, address provider, uint256 nonce, uint256 balance, uint256 pendingRefund, ' +
    `${REFUND}[] refunds, string additionalInfo, bool acknowledged, uint256 validRefundsLength, ` +
    'uint256 generation, uint256 revokedBitmap';

const PAGE_OF_SERVICES = `(uint256 offset, uint256 limit) view returns (tuple(${SERVICE_V3})[] services, uint256 total)`;
const PAGE_OF_ACCOUNTS = `(address user, uint256 offset, uint256 limit) view returns (tuple(${ACCOUNT})[], uint256)`;
const LEDGER = 'address user, uint256 availableBalance, uint256 totalBalance, string additionalInfo';

export const serving = {
    v1: new Interface([`function getAllServices() view returns (tuple(${SERVICE_V1})[])`]),
    v2: new Interface([`function getAllServices() view returns (tuple(${SERVICE_V2})[])`]),
    v3: new Interface([
        `function getAllServices${PAGE_OF_SERVICES}`,
        `function getAccountsByUser${PAGE_OF_ACCOUNTS}`,
        `function getService(address provider) view returns (tuple(${SERVICE_V3}))`,
        'function ledgerAddress() view returns (address)',
        'error ServiceNotExist(address provider)',
        'error LimitTooLarge(uint256 given, uint256 max)',
    ]),
};

export const ledger = new Interface([
    `function getLedger(address user) view returns (tuple(${LEDGER}))`,
    'error LedgerNotExists(address user)',
]);

/** The most services that the current contract gives in one call. */
export const PAGE = 50;

/** An address that is as good as any other: the same for the same number. */
export const addressOf = (number) => getAddress(`0x${(0x1000 + number).toString(16).padStart(40, 'a')}`);

/**
 * @typedef {object} Service  as the contract stores it
 * @property {string} provider
 * @property {string} serviceType
 * @property {string} url
 * @property {bigint} inputPrice
 * @property {bigint} outputPrice
 * @property {bigint} updatedAt  Unix seconds
 * @property {string} model
 * @property {string} verifiability
 * @property {string} additionalInfo
 * @property {string} teeSignerAddress
 * @property {boolean} teeSignerAcknowledged
 */

/**
 * @param {number} number  makes provider, model and price differ
 * @param {Partial<Service>} [special]
 * @returns {Service}
 */
export function makeService(number, special = {}) {
    return {
        provider: addressOf(number),
        serviceType: 'chatbot',
        url: `https://provider-${number}.example`,
        inputPrice: 50_000_000_000n + BigInt(number),
        outputPrice: 100_000_000_000n + BigInt(number),
        updatedAt: 1_760_000_000n + BigInt(number),
        model: `test/model-${number}`,
        verifiability: 'TeeML',
        additionalInfo: `{"number":${number}}`,
        teeSignerAddress: addressOf(100_000 + number),
        teeSignerAcknowledged: number % 2 === 0,
        ...special,
    };
}

const MAX_PRICE = 2n ** 128n - 1n;
const PRICE_ERROR = 'the price is above 2^128-1 neuron';
const priceText = (price) => (price > MAX_PRICE ? null : String(price));

/**
 * What /api/metrics has to say about a service.
 * @param {Service} service
 * @param {'v1' | 'v2' | 'v3'} generation
 */
export function expectedService(service, generation = 'v3') {
    const tooLarge = service.inputPrice > MAX_PRICE || service.outputPrice > MAX_PRICE;
    return {
        provider: getAddress(service.provider),
        serviceType: service.serviceType,
        model: service.model,
        url: service.url,
        inputPriceNeuron: priceText(service.inputPrice),
        outputPriceNeuron: priceText(service.outputPrice),
        priceError: tooLarge ? PRICE_ERROR : null,
        verifiability: service.verifiability,
        additionalInfo: generation === 'v1' ? null : service.additionalInfo,
        teeSignerAddress: generation === 'v3' ? getAddress(service.teeSignerAddress) : null,
        teeSignerAcknowledged: generation === 'v3' ? service.teeSignerAcknowledged : null,
        updatedAt: new Date(Number(service.updatedAt) * 1000).toISOString(),
        health: null,
        probe: null,
        error: null,
    };
}
