// A provider of the compute network: 0G's broker with a model behind it, at the URL that is registered.
import { randomUUID } from 'node:crypto';
import { formatEther, keccak256, parseEther } from 'ethers';
import { provider as providerAccount, teeSigner } from '../accounts.mjs';
import { serving } from '../deploy.mjs';
import { read } from '../transactions.mjs';
import { CHAT_FAULTS, planAnswer } from './chat.mjs';
import { sendStream, sendWhole } from './chat-reply.mjs';
import { Unsettled, chatFee, wordCountUsage } from './fees.mjs';
import { parseJson, readBody, Refusal, sendJson } from './front.mjs';
import { evidenceOf, paceOf } from './hardware.mjs';
import { Outcomes } from './outcomes.mjs';
import { Signatures } from './signatures.mjs';
import { Slots } from './slots.mjs';
import { TokenCheck, checkAccount } from './token-check.mjs';
import { promptTokens } from './tokens.mjs';

const BODY_LIMIT = 32 * 1024 * 1024;
/** Stays locked in a sub-account beside all fees. */
const MINIMUM_LOCKED = parseEther('1');

const NO_ENCLAVE = 'simulated: no enclave runs on the local network';

const CHAT = /^\/v1\/proxy(\/v1)?\/chat\/completions$/;
const SIGNATURE = /^\/v1\/proxy\/signature\/([^/]+)$/;
const UNSETTLED_FEE = /^\/v1\/user\/([^/]+)\/unsettledfee$/;

const pathOf = (req) => req.url.split('?')[0];
const isChat = (req) => req.method === 'POST' && CHAT.test(pathOf(req));

function checkRequest(request, service) {
    const { model, messages } = request ?? {};
    if (service.serviceType !== 'chatbot') {
        throw new Refusal(400, 'unsupported endpoint: endpoint not supported');
    }
    if (model !== service.model) {
        throw new Refusal(400, `model mismatch: service model is ${service.model}`);
    }
    if (!Array.isArray(messages) || messages.length === 0) {
        const error = {
            message: 'messages must be a list',
            type: 'invalid_request_error',
            code: null,
        };
        throw new Refusal(400, { error });
    }
}

export class Provider {
    #rpc;
    #entry;
    #tokens;
    #signatures;
    #isSeparated;

    /**
     * @param {string} rpc
     * @param {import('../services.mjs').ServiceEntry} entry
     */
    constructor(rpc, entry) {
        this.#rpc = rpc;
        this.#entry = entry;
        this.account = providerAccount(entry.provider);
        this.enclave = teeSigner(entry.provider);
        this.pace = paceOf(entry.provider);
        this.unsettled = new Unsettled();
        this.slots = new Slots(this.pace.slots);
        this.outcomes = new Outcomes();
        this.#tokens = new TokenCheck(this.account.address);
        const info = entry.additionalInfo ? JSON.parse(entry.additionalInfo) : {};
        this.#isSeparated = info.TargetSeparated === true;
        this.#signatures = new Signatures(this.enclave, info.ProviderType === 'centralized');
    }

    get model() {
        return this.#entry.model;
    }

    get serviceType() {
        return this.#entry.serviceType;
    }

    /** @param {import('./front.mjs').Front} front */
    serveAt(front) {
        front.handle((req, res, fault) => this.#route(req, res, fault), {
            faults: CHAT_FAULTS,
            onSpoiled: (req) => isChat(req) && this.outcomes.add({ ok: false }),
        });
    }

    async #route(req, res, fault) {
        const path = pathOf(req);
        if (isChat(req)) return this.#chat(req, res, fault);
        const [, chatId] = SIGNATURE.exec(path) ?? [];
        if (chatId) return this.#sendSignature(res, chatId);
        const [, user] = UNSETTLED_FEE.exec(path) ?? [];
        if (user) return this.#sendUnsettled(req, res, user);
        if (path === '/v1/quote') return sendJson(res, this.#quote());
        if (path === '/v1/proxy/attestation/report') return sendJson(res, this.#attestationReport());
        if (path === '/v1/models') return sendJson(res, await this.models());
        if (path.startsWith('/v1/proxy/')) {
            throw new Refusal(400, 'unsupported endpoint: endpoint not supported');
        }
        throw new Refusal(404, 'no such path');
    }

    /** The service as the chain has it now. */
    #service() {
        return read(this.#rpc, serving, 'getService', [this.account.address]);
    }

    async #accountOf(user) {
        try {
            return await read(this.#rpc, serving, 'getAccount', [user, this.account.address]);
        } catch (error) {
            // Without data it was not the contract that refused.
            if (error.data === undefined) throw error;
            throw new Refusal(400, 'get account from contract: account not exist');
        }
    }

    async #authenticate(req) {
        const session = this.#tokens.check(req.headers.authorization);
        const account = await this.#accountOf(session.address);
        checkAccount(session, account);
        return { user: session.address, account };
    }

    /** What is locked has to cover this call, what is owed, and the minimum above. */
    #admit(user, account, fee) {
        const locked = account.balance - account.pendingRefund;
        const required = fee + this.unsettled.of(user) + MINIMUM_LOCKED;
        if (locked >= required) return;
        throw new Refusal(
            400,
            `insufficient balance: your locked balance is ${formatEther(locked)} 0G, ` +
                `but the required minimum is ${formatEther(required)} 0G`,
        );
    }

    async #chat(req, res, fault) {
        const start = performance.now();
        const body = await readBody(req, BODY_LIMIT);
        const { user, account } = await this.#authenticate(req);
        const service = await this.#service();
        if (!service.teeSignerAcknowledged) {
            throw new Refusal(400, 'service not acknowledge the tee signer');
        }
        const request = parseJson(body);
        checkRequest(request, service);
        const prompt = BigInt(promptTokens(request.messages));
        this.#admit(user, account, service.inputPrice * prompt);
        if (!this.slots.take()) {
            this.outcomes.add({ ok: false });
            throw new Refusal(503, 'Server is currently processing too many requests');
        }
        try {
            const chatId = randomUUID();
            const answer = planAnswer(request, `chatcmpl-${chatId}`, service.model, fault);
            const headers = { 'zg-res-key': chatId, provider: this.account.address };
            const send = request.stream === true ? sendStream : sendWhole;
            const pace = { ...this.pace, ...fault };
            const sent = await send(res, answer, { pace, fault, headers, start });
            if (!fault.errorUnder200)
                this.#book(chatId, user, service, body, answer, sent.bytes, fault);
            this.outcomes.add(this.#outcome(answer, sent, fault, start));
        } finally {
            this.slots.release();
        }
    }

    #book(chatId, user, service, request, answer, response, fault) {
        const usage =
            fault.usage === 'none' ? wordCountUsage(answer.tokens.join('')) : answer.usage;
        this.unsettled.add(user, chatFee(service, usage), keccak256(request));
        this.#signatures.keep(chatId, request, response);
    }

    #outcome(answer, { complete, firstAt }, fault, start) {
        if (!complete || fault.errorUnder200) return { ok: false };
        const end = performance.now();
        const outcome = { ok: true, latencyMs: end - start };
        if (firstAt === undefined || end === firstAt) return outcome;
        const tokensPerSecond = answer.usage.completion_tokens / ((end - firstAt) / 1000);
        return { ...outcome, ttftMs: firstAt - start, tokensPerSecond };
    }

    #sendSignature(res, chatId) {
        const signature = this.#signatures.of(chatId.toLowerCase());
        if (!signature) throw new Refusal(400, 'Chat id not found or expired, chat_id_not_found');
        sendJson(res, signature);
    }

    async #sendUnsettled(req, res, user) {
        const { user: asking } = await this.#authenticate(req);
        if (asking.toLowerCase() !== user.toLowerCase()) {
            throw new Refusal(403, 'you can only query your own unsettled fee');
        }
        sendJson(res, { userAddress: asking, unsettledFee: String(this.unsettled.of(asking)) });
    }

    /**
     * The shape of a dstack report; where the model runs beside the broker, with the evidence of its
     * GPUs. There is no enclave here, and the quote says so.
     */
    #quote() {
        const reportData = Buffer.alloc(64);
        reportData.write(this.enclave.address);
        const evidence = this.#isSeparated ? undefined : evidenceOf(this.#entry.provider);
        return {
            quote: Buffer.from(NO_ENCLAVE).toString('hex'),
            event_log: '[]',
            report_data: reportData.toString('base64'),
            vm_config: '{}',
            tcb_info: '{}',
            ...(evidence && { nvidia_payload: evidence }),
        };
    }

    /** Of a model that runs in an enclave of its own. */
    #attestationReport() {
        if (!this.#isSeparated) {
            throw new Refusal(501, 'LLM attestation report is not available for this provider');
        }
        return {
            signing_address: this.enclave.address,
            signing_algo: 'ecdsa',
            intel_quote: Buffer.from(NO_ENCLAVE).toString('hex'),
            nvidia_payload: JSON.stringify(evidenceOf(this.#entry.provider) ?? null),
        };
    }

    /** What /v1/models answers; the status API passes it on. */
    async models() {
        const service = await this.#service();
        const model = {
            id: service.model,
            object: 'model',
            created: Number(service.updatedAt),
            owned_by: '0g',
            type: service.serviceType,
            pricing: {
                prompt: String(service.inputPrice),
                completion: String(service.outputPrice),
            },
            verifiability: service.verifiability,
            tee_attested: service.teeSignerAcknowledged,
        };
        return { object: 'list', data: [model] };
    }
}
