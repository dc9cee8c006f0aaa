// Logs that a node refuses cost the iNFT source the last change, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InftContract } from '../lib/inft-node.mjs';
import { NEXT_WORD_MS } from '../lib/sources.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';

test('logs that are refused or never come leave the token as it is', async (t) => {
    const contract = new InftContract('v1', { maxRange: 0 });
    const node = await openNode(t, { answer: contract.answer });
    const stack = await startReading(t, node, contract.settings());
    const { inft } = await stack.untilMetrics(2 * NEXT_WORD_MS, ({ inft: now, sources }) => {
        assert.equal(sources.inft.reason, null);
        assert.ok(now.notes.includes('the node refuses logs: the last change is not known'));
    });
    assert.equal(inft.lifecycle, 'AUTHORISED');
    assert.equal(inft.lastActive, null);
    contract.maxRange = Infinity;
    await stack.untilMetrics(NEXT_WORD_MS, ({ inft: now }) => assert.notEqual(now.lastActive, null));
});
