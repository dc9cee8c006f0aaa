// Several nginx workers share one listening socket, which comes from the supervisor.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { StubNode } from '../lib/stub-rpc.mjs';
import { readingFrom, startStack } from '../lib/stack.mjs';

const LISTENING = '0A';
const O_NONBLOCK = 0o4000;

const node = new StubNode();
/** @type {import('../lib/stack.mjs').Stack} */
let stack;

before(async () => {
    await node.open();
    stack = await startStack(readingFrom(node.url, node.settings));
});
after(async () => {
    await stack?.stop();
    await node.close();
});

/** @param {number} port @returns {string} the inode of the socket that listens there on loopback */
function listeningInode(port) {
    const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const sockets = readFileSync('/proc/net/tcp', 'latin1').split('\n').map((line) => line.trim().split(/\s+/));
    return sockets.find(([, local, , state]) => local === address && state === LISTENING)[9];
}

/** @param {number} pid @param {string} inode @returns {number} the flags that open() would have been given */
function flagsOf(pid, inode) {
    const fd = readdirSync(`/proc/${pid}/fd`).find(
        (name) => readlinkSync(`/proc/${pid}/fd/${name}`) === `socket:[${inode}]`,
    );
    const [, flags] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'));
    return Number.parseInt(flags, 8);
}

// A worker that comes too late for a connection would wait in accept(), and all of its own connections
// with it, until the next one comes.
test('the listening socket does not block', () => {
    const inode = listeningInode(Number(new URL(stack.url).port));
    assert.ok(flagsOf(stack.pidOf('nginx'), inode) & O_NONBLOCK);
});

test('bursts of new connections are answered, every one', async () => {
    const SLOW_MS = 3000;
    for (let burst = 0; burst < 100; burst++) {
        const start = performance.now();
        const replies = await Promise.all(Array.from({ length: 12 }, () => stack.request('/api/metrics')));
        const tookMs = performance.now() - start;
        assert.ok(replies.every(({ status }) => status === 200));
        assert.ok(tookMs < SLOW_MS, `${tookMs} ms`);
    }
});
