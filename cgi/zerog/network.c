#include "zerog/network.h"

#include <stddef.h>
#include <string.h>

/* Chain ids, RPC and addresses: 0gfoundation/0g-compute-ts-sdk src.ts/sdk/constants.ts (equal in
 * npm 0.9.0); the contracts are beacon proxies whose addresses have been stable since 2025-11, and
 * their first blocks stand in 0gfoundation/0g-serving-contract deployments/. Flow contracts:
 * 0gfoundation/0g-doc; their first blocks: 0g-storage-node run/config-*-turbo.toml.
 * Mirror nodes: docs.hedera.com, REST API; a test network goes with a test network. */
static const struct network networks[] = {
    {
        .name = "local",
        .display_name = "Local network",
        .chain_id = 31337,
        .simulated = true,
        .private_allowed = "127.0.0.0/8, ::1/128",
    },
    {
        .name = "galileo",
        .display_name = "0G Galileo",
        .chain_id = 16602,
        .rpc = "https://evmrpc-testnet.0g.ai",
        .explorer = "https://chainscan-galileo.0g.ai",
        .status_api = "https://compute-status-testnet.0g.ai",
        .mirror = "https://testnet.mirrornode.hedera.com",
        .serving = "0xa79F4c8311FF93C06b8CfB403690cc987c93F91E",
        .serving_block = 6948111,
        .flow = "0x22E03a6A89B950F1c82ec5e74F8eCa321a105296",
        .flow_block = 1,
    },
    {
        .name = "aristotle",
        .display_name = "0G Aristotle",
        .chain_id = 16661,
        .real_money = true,
        .rpc = "https://evmrpc.0g.ai",
        .explorer = "https://chainscan.0g.ai",
        .status_api = "https://compute-status.0g.ai",
        .mirror = "https://mainnet.mirrornode.hedera.com",
        .serving = "0x47340d900bdFec2BD393c626E12ea0656F938d84",
        .serving_block = 13220064,
        .flow = "0x62D4144dB0F0a6fBBaeb6296c785C71B3D57C526",
        .flow_block = 2387557,
    },
};

const struct network *network_find(const char *name)
{
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
        if (strcmp(networks[i].name, name) == 0)
            return &networks[i];
    return NULL;
}
