// A provider of the compute network: 0G's broker with a model behind it, at the URL that is registered.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatEther, keccak256, parseEther } from 'ethers';
import { provider as providerAccount, teeSigner } from '../accounts.mjs';
import { serving } from '../deploy.mjs';
import { read } from '../transactions.mjs';
import { CHAT_FAULTS, completionBody, eventBytes, planAnswer, streamEvents } from './chat.mjs';
import { cut } from './faults.mjs';
import { Unsettled, chatFee, wordCountUsage } from './fees.mjs';
import { parseJson, readBody, Refusal, sendJson } from './front.mjs';
import { paceOf } from './hardware.mjs';
import { Outcomes } from './outcomes.mjs';
import { Signatures } from './signatures.mjs';
import { Slots } from './slots.mjs';
import { TokenCheck, checkAccount } from './token-check.mjs';
import { promptTokens } from './tokens.mjs';

const BODY_LIMIT = 32 * 1024 * 1024;
/** Stays locked in a sub-account beside all fees. */
const MINIMUM_LOCKED = parseEther('1');

const CHAT = /^\/v1\/proxy(\/v1)?\/chat\/completions$/;
const SIGNATURE = /^\/v1\/proxy\/signature\/([^/]+)$/;
const UNSETTLED_FEE = /^\/v1\/user\/([^/]+)\/unsettledfee$/;

const pathOf = (req) => req.url.split('?')[0];
const isChat = (req) => req.method === 'POST' && CHAT.test(pathOf(req));

/** Waits until performance.now() reaches a time. */
async function until(time) {
    const left = time - performance.now();
    if (left > 0) await sleep(left);
}

/** In two pieces, the first of which ends inside a character, where there is one to cut. */
async function writeSplit(res, bytes) {
    const middle = bytes.findIndex((byte) => byte >= 0x80) + 1;
    if (middle > 0) {
        res.write(bytes.subarray(0, middle));
        await sleep(1);
    }
    res.write(bytes.subarray(middle));
}

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
            const send = request.stream === true ? this.#sendStream : this.#sendWhole;
            const sent = await send.call(this, res, answer, fault, headers, start);
            if (!fault.errorUnder200)
                this.#book(chatId, user, service, body, answer, sent.bytes, fault);
            this.outcomes.add(this.#outcome(answer, sent, fault, start));
        } finally {
            this.slots.release();
        }
    }

    async #sendWhole(res, answer, fault, headers, start) {
        const pace = { ...this.pace, ...fault };
        const steps = Math.max(0, answer.usage.completion_tokens - 1);
        await until(start + pace.ttftMs + steps * pace.tpotMs);
        const bytes = Buffer.from(completionBody(answer, fault));
        res.writeHead(200, { 'content-type': 'application/json', ...headers });
        res.end(bytes);
        return { bytes, complete: true };
    }

    /** The stream goes on, and is billed, whether or not the client still listens. */
    async #sendStream(res, answer, fault, headers, start) {
        const pace = { ...this.pace, ...fault };
        res.writeHead(200, {
            'content-type': 'text/event-stream',
            'cache-control': 'no-cache',
            'x-accel-buffering': 'no',
            ...headers,
        });
        const all = [];
        let due = start + pace.ttftMs;
        let firstAt;
        let complete = true;
        for (const { data, token } of streamEvents(answer, fault)) {
            if (token) {
                await until(due);
                due += pace.tpotMs;
                firstAt ??= performance.now();
            }
            if (all.length === fault.stallAfterEvents) complete = false;
            if (all.length === fault.cutAfterEvents) {
                complete = false;
                cut(res);
            }
            const bytes = eventBytes(data, fault);
            all.push(bytes);
            if (!complete || res.destroyed) continue;
            if (fault.splitUtf8) await writeSplit(res, bytes);
            else res.write(bytes);
        }
        if (complete) res.end();
        return { bytes: Buffer.concat(all), complete, firstAt };
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

    /** The shape of a dstack report. There is no enclave here, and the quote says so. */
    #quote() {
        const reportData = Buffer.alloc(64);
        reportData.write(this.enclave.address);
        return {
            quote: Buffer.from('simulated: no enclave runs on the local network').toString('hex'),
            event_log: '[]',
            report_data: reportData.toString('base64'),
            vm_config: '{}',
            tcb_info: '{}',
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
