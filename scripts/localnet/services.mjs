// The services that stand in the local network's registry, as plain data.
//
// Models, prices and the keys of `additionalInfo` are of the kind found on 0G's public networks.
// Together they cover each way a reader has to treat a service: acknowledged, waiting for it, served by
// a separate enclave, routed to a central provider, not verifiable, priced per image. A price is in
// neuron per token (per image for text-to-image): "0.05 0G per million tokens" is 0.05 * 10^12 neuron.
import { parseEther, parseUnits } from 'ethers';
import { teeSigner } from './accounts.mjs';

const perMillionTokens = (price) => parseUnits(price, 12);
const perImage = (price) => parseEther(price);

/**
 * @typedef {object} ServiceEntry
 * @property {number} provider          index of the provider's account
 * @property {string} serviceType
 * @property {string} url
 * @property {string} model
 * @property {string} verifiability
 * @property {bigint} inputPrice        neuron
 * @property {bigint} outputPrice       neuron
 * @property {string} additionalInfo
 * @property {boolean} acknowledged     whether the contract's owner vouches for the TEE signer
 */

/**
 * What stands here of a service; where it is served is known when the network starts. A trailing slash
 * is common on the public networks.
 * @typedef {Omit<ServiceEntry, 'url'> & {trailingSlash?: boolean}} PlannedService
 */

/** @type {PlannedService[]} */
export const services = [
    {
        provider: 0,
        serviceType: 'chatbot',
        model: 'openai/gpt-oss-20b',
        verifiability: 'TeeML',
        inputPrice: perMillionTokens('0.05'),
        outputPrice: perMillionTokens('0.10'),
        additionalInfo: JSON.stringify({
            TargetSeparated: false,
            TEEVerifier: 'dstack',
            ProviderType: 'decentralized',
        }),
        acknowledged: true,
    },
    {
        provider: 1,
        serviceType: 'chatbot',
        trailingSlash: true,
        model: 'qwen/qwen-2.5-7b-instruct',
        verifiability: 'TeeML',
        inputPrice: perMillionTokens('0.05'),
        outputPrice: perMillionTokens('0.10'),
        additionalInfo: JSON.stringify({
            TargetSeparated: false,
            TEEVerifier: 'dstack',
            ProviderType: 'decentralized',
            tieredPricing: {
                tiers: [
                    { maxInputTokens: 8192, inputMultiplier: 1, outputMultiplier: 1 },
                    { maxInputTokens: 0, inputMultiplier: 2, outputMultiplier: 2 },
                ],
            },
        }),
        acknowledged: true,
    },
    {
        provider: 2,
        serviceType: 'chatbot',
        model: 'deepseek/deepseek-chat-v3-0324',
        verifiability: 'TeeML',
        inputPrice: perMillionTokens('0.30'),
        outputPrice: perMillionTokens('1.00'),
        additionalInfo: JSON.stringify({
            TargetSeparated: true,
            TargetTeeAddress: teeSigner(2).address,
            TEEVerifier: 'cryptopilot',
            ProviderType: 'decentralized',
            cacheTokenBilling: { divisor: 10 },
        }),
        acknowledged: true,
    },
    {
        provider: 3,
        serviceType: 'chatbot',
        model: 'google/gemma-3-27b-it',
        verifiability: 'TeeML',
        inputPrice: perMillionTokens('0.15'),
        outputPrice: perMillionTokens('0.40'),
        additionalInfo: JSON.stringify({
            TargetSeparated: false,
            TEEVerifier: 'dstack',
            ProviderType: 'decentralized',
        }),
        acknowledged: false,
    },
    {
        provider: 4,
        serviceType: 'chatbot',
        model: 'qwen/qwen3-max',
        verifiability: 'TeeTLS',
        inputPrice: perMillionTokens('0.80'),
        outputPrice: perMillionTokens('4.80'),
        additionalInfo: JSON.stringify({
            TEEVerifier: 'dstack',
            ProviderType: 'centralized',
            MultiModel: false,
            priceDenomination: 'NATIVE',
        }),
        acknowledged: true,
    },
    {
        provider: 5,
        serviceType: 'chatbot',
        model: 'meta-llama/llama-3.1-8b-instruct',
        verifiability: '',
        inputPrice: perMillionTokens('0.02'),
        outputPrice: perMillionTokens('0.03'),
        additionalInfo: '',
        acknowledged: false,
    },
    {
        provider: 6,
        serviceType: 'text-to-image',
        model: 'z-image',
        verifiability: 'TeeML',
        inputPrice: 0n,
        outputPrice: perImage('0.003'),
        additionalInfo: JSON.stringify({
            TargetSeparated: false,
            TEEVerifier: 'dstack',
            ProviderType: 'decentralized',
            ImageName: 'z-image-turbo',
        }),
        acknowledged: true,
    },
    {
        provider: 7,
        serviceType: 'speech-to-text',
        model: 'openai/whisper-large-v3',
        verifiability: 'TeeML',
        inputPrice: perMillionTokens('0.05'),
        outputPrice: perMillionTokens('0.11'),
        additionalInfo: JSON.stringify({
            TargetSeparated: false,
            TEEVerifier: 'dstack',
            ProviderType: 'decentralized',
        }),
        acknowledged: true,
    },
];

/**
 * The services as they are registered.
 * @param {(provider: number) => string} originOf  where a provider is served
 * @returns {ServiceEntry[]}
 */
export const servicesAt = (originOf) =>
    services.map(({ trailingSlash, ...service }) => ({
        ...service,
        url: `${originOf(service.provider)}${trailingSlash ? '/' : ''}`,
    }));
