// The presets of the two public networks, through a node of one's own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectedService, makeService } from '../lib/contracts.mjs';
import { assertComponent } from '../lib/openapi.mjs';
import { startReading } from '../lib/stack.mjs';
import { openNode } from '../lib/stub-rpc.mjs';

const FIRST_ROUND_MS = 8000;

const NETWORKS = [
    {
        name: 'galileo',
        displayName: '0G Galileo',
        chainId: 16602,
        explorer: 'https://chainscan-galileo.0g.ai',
        servingAddress: '0xa79F4c8311FF93C06b8CfB403690cc987c93F91E',
    },
    {
        name: 'aristotle',
        displayName: '0G Aristotle',
        chainId: 16661,
        explorer: 'https://chainscan.0g.ai',
        servingAddress: '0x47340d900bdFec2BD393c626E12ea0656F938d84',
    },
];

for (const network of NETWORKS) {
    const { chainId, servingAddress } = network;
    const withoutWallet = { ZG_NETWORK: network.name, ZG_SERVING_CONTRACT: '', ZG_WALLET_ADDRESS: '' };

    describe(network.name, () => {
        test('without a wallet it is a full page all the same', async (t) => {
            const node = await openNode(t, { chainId, servingAddress, services: [makeService(1)] });
            const stack = await startReading(t, node, { ...withoutWallet, ZG_ALLOW_PRIVATE: '127.0.0.0/8' });
            const metrics = await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
                assert.equal(sources.chain.state, 'fresh');
                assert.equal(sources.compute.state, 'fresh');
            });
            assertComponent('Metrics', metrics);
            assert.deepEqual(metrics.services, node.services.map((service) => expectedService(service)));
            const { head, ...rest } = metrics.network;
            assert.ok(head.number > 0);
            assert.deepEqual(rest, {
                name: network.name,
                displayName: network.displayName,
                chainId: network.chainId,
                simulated: false,
                viaOwnNode: true,
                explorer: network.explorer,
            });
            assert.equal(metrics.sources.compute.origin.contract, network.servingAddress);
            assert.equal(metrics.sources.compute.staleAfterMs, 45_000);
            assert.equal(metrics.agent.address, null);
            assert.equal(metrics.agent.balanceNeuron, null);
            assert.equal(metrics.ledger, null);
            assert.equal(metrics.sources.ledger.state, 'off');
            assert.match(metrics.sources.ledger.reason, /set ZG_WALLET_ADDRESS$/);
        });

        test('a private address has to be allowed', async (t) => {
            const node = await openNode(t, { chainId, servingAddress, services: [makeService(1)] });
            const stack = await startReading(t, node, withoutWallet);
            await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
                assert.equal(sources.chain.state, 'error');
                assert.match(sources.chain.reason, /^the address is private and not allowed .*ZG_ALLOW_PRIVATE$/);
            });
            assert.equal(node.requests, 0);
        });

        test('a node of another network is not believed', async (t) => {
            const node = await openNode(t, { servingAddress });
            const stack = await startReading(t, node, { ...withoutWallet, ZG_ALLOW_PRIVATE: '127.0.0.0/8' });
            const { services, network: shown } = await stack.untilMetrics(FIRST_ROUND_MS, ({ sources }) => {
                for (const key of ['chain', 'compute']) {
                    assert.match(sources[key].reason, /^the node serves another chain/);
                    assert.equal(sources[key].state, 'error');
                }
            });
            assert.deepEqual(services, []);
            assert.equal(shown.head, null);
        });
    });
}
