// The mirror node of the local network with a topic of its own, for one test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Front } from '../../scripts/localnet/standins/front.mjs';
import { mirrorNode } from '../../scripts/localnet/standins/mirror.mjs';
import { TOPIC_ID, Topic } from '../../scripts/localnet/standins/topic.mjs';

/** The envelope that agents publish. */
export const taskResult = (id, payload = {}, envelope = {}) =>
    JSON.stringify({
        type: 'task_result',
        sender: 'agent-1',
        task_id: id,
        timestamp: new Date().toISOString(),
        payload: { task_id: id, status: 'completed', duration_ms: 120, tokens_used: 640, ...payload },
        ...envelope,
    });

/**
 * @param {import('node:test').TestContext} t
 * @returns the mirror node: its settings, what was asked of it, its topic, its faults
 */
export async function openMirror(t) {
    const folder = mkdtempSync(join(tmpdir(), '0g-metrics-topic-'));
    const mirror = {
        /** @type {string[]} path and query of each request */
        asked: [],
        topic: new Topic(join(folder, 'topic')),
        port: 0,
        settings: {},
        async open() {
            this.front = await Front.open('mirror', this.port);
            this.port = Number(new URL(this.front.origin).port);
            this.settings = { ZG_MIRROR_URL: this.front.origin, ZG_MIRROR_TOPIC: TOPIC_ID };
            this.front.handle((req, res) => {
                this.asked.push(req.url);
                return mirrorNode(this.topic)(req, res);
            });
        },
        close() {
            this.front.close();
        },
        setFault(fault) {
            this.front.setFault(fault);
        },
        async publish(...messages) {
            for (const message of messages) await this.topic.publish(message);
        },
    };
    await mirror.topic.load();
    await mirror.open();
    t.after(() => {
        mirror.close();
        rmSync(folder, { recursive: true });
    });
    return mirror;
}
