#include "panel/evidence_names.h"

#include "eth/hex.h"
#include "eth/keccak.h"
#include "zerog/storage_node.h"
#include <string.h>

/* A selector is the first four bytes of the signature's hash, so it needs not be written down. */
static const char *const functions[] = {
    "getAllServices(uint256,uint256)",
    "getAllServices()",
    "getAccountsByUser(address,uint256,uint256)",
    "ledgerAddress()",
    "getLedger(address)",
    "MIN_ACCOUNT_BALANCE()",
    "MIN_TRANSFER_AMOUNT()",
    "getAccountsByProvider(address,uint256,uint256)",
    "MIN_PROVIDER_STAKE()",
    "tree()",
    "numSubmissions()",
    "firstBlock()",
    "market()",
    "pricePerSector()",
    "flow()",
    "reward()",
    "releaseSeconds()",
    "ownerOf(uint256)",
    "tokenURI(uint256)",
    "getApproved(uint256)",
    "authorizedUsersOf(uint256)",
    "intelligentDatasOf(uint256)",
    "getIntelligentDatas(uint256)",
    "intelligentDataOf(uint256)",
    "getTokenData(uint256)",
    "dataHashesOf(uint256)",
    "dataDescriptionsOf(uint256)",
    "getMetadataHash(uint256)",
    "getEncryptedURI(uint256)",
    "getSealId(uint256)",
    "getAgentWallet(uint256)",
    "tokenCreator(uint256)",
    "name()",
    "symbol()",
    "VERSION()",
    "storageInfo()",
    "verifier()",
    "paused()",
    "totalSupply()",
    "supportsInterface(bytes4)",
    "balanceOf(address)",
    "isApprovedForAll(address,address)",
};

enum { SELECTOR_BYTES = 4, SELECTOR_TEXT = 2 + 2 * SELECTOR_BYTES };

const char *evidence_function(const char *call_data)
{
    char text[SELECTOR_TEXT + 1];
    uint8_t selector[SELECTOR_BYTES], hash[32];
    if (strlen(call_data) < SELECTOR_TEXT)
        return NULL;
    memcpy(text, call_data, SELECTOR_TEXT);
    text[SELECTOR_TEXT] = '\0';
    if (hex_decode_fixed(text, selector, sizeof selector))
        return NULL;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        keccak256(functions[i], strlen(functions[i]), hash);
        if (memcmp(hash, selector, sizeof selector) == 0)
            return functions[i];
    }
    return NULL;
}

struct origin {
    enum source_id source;
    const char *way; /* with [] for any index */
    const char *from;
};

#define USED  "as usedBasis says: the wallet's Submit logs, the disk, zgs_getFlowContext or tree()"
#define TOTAL "as totalBasis says: the budget, the balance at pricePerSector(), or the disk"

/* Figures that are computed in a way of their own are left out. */
static const struct origin origins[] = {
    {SOURCE_CHAIN, "network.head.number", "eth_getBlockByNumber: result.number"},
    {SOURCE_CHAIN, "network.head.time", "eth_getBlockByNumber: result.timestamp"},
    {SOURCE_CHAIN, "agent.balanceNeuron", "eth_getBalance: result"},

    {SOURCE_COMPUTE, "services[].provider", "getAllServices: services[].provider"},
    {SOURCE_COMPUTE, "services[].serviceType", "getAllServices: services[].serviceType"},
    {SOURCE_COMPUTE, "services[].model", "getAllServices: services[].model"},
    {SOURCE_COMPUTE, "services[].url", "getAllServices: services[].url"},
    {SOURCE_COMPUTE, "services[].inputPriceNeuron", "getAllServices: services[].inputPrice"},
    {SOURCE_COMPUTE, "services[].outputPriceNeuron", "getAllServices: services[].outputPrice"},
    {SOURCE_COMPUTE, "services[].verifiability", "getAllServices: services[].verifiability"},
    {SOURCE_COMPUTE, "services[].additionalInfo", "getAllServices: services[].additionalInfo"},
    {SOURCE_COMPUTE, "services[].teeSignerAddress", "getAllServices: services[].teeSignerAddress"},
    {SOURCE_COMPUTE, "services[].teeSignerAcknowledged",
     "getAllServices: services[].teeSignerAcknowledged"},
    {SOURCE_COMPUTE, "services[].updatedAt", "getAllServices: services[].updatedAt"},
    {SOURCE_COMPUTE, "servicesTotal", "getAllServices: total"},

    {SOURCE_LEDGER, "ledger.contract", "ledgerAddress"},
    {SOURCE_LEDGER, "ledger.availableNeuron", "getLedger: availableBalance"},
    {SOURCE_LEDGER, "ledger.totalNeuron", "getLedger: totalBalance"},
    {SOURCE_LEDGER, "ledger.minAccountBalanceNeuron", "MIN_ACCOUNT_BALANCE"},
    {SOURCE_LEDGER, "ledger.minTransferNeuron", "MIN_TRANSFER_AMOUNT"},
    {SOURCE_LEDGER, "ledger.accounts[].provider", "getAccountsByUser: accounts[].provider"},
    {SOURCE_LEDGER, "ledger.accounts[].balanceNeuron", "getAccountsByUser: accounts[].balance"},
    {SOURCE_LEDGER, "ledger.accounts[].pendingRefundNeuron",
     "getAccountsByUser: accounts[].pendingRefund"},
    {SOURCE_LEDGER, "ledger.accounts[].acknowledged", "getAccountsByUser: accounts[].acknowledged"},
    {SOURCE_LEDGER, "ledger.accounts[].generation", "getAccountsByUser: accounts[].generation"},

    {SOURCE_STORAGE, "storage.usedBytes", USED},
    {SOURCE_STORAGE, "storage.usedStorageGb", USED},
    {SOURCE_STORAGE, "storage.objectCount", USED},
    {SOURCE_STORAGE, "storage.sectors", USED},
    {SOURCE_STORAGE, "storage.totalBytes", TOTAL},
    {SOURCE_STORAGE, "storage.totalStorageGb", TOTAL},
    {SOURCE_STORAGE, "storage.node.syncBlock", ZGS_GET_STATUS ": result.logSyncHeight"},
    {SOURCE_STORAGE, "storage.node.peers", ZGS_GET_STATUS ": result.connectedPeers"},
    {SOURCE_STORAGE, "storage.explorer.files", "data.files"},
    {SOURCE_STORAGE, "storage.explorer.bytes", "data.dataSize"},

    {SOURCE_INFT, "inft.owner", "ownerOf"},
    {SOURCE_INFT, "inft.authorizedUsers[]", "authorizedUsersOf"},
    {SOURCE_INFT, "inft.dataHashes[].description", "the family's call for its data"},
    {SOURCE_INFT, "inft.dataHashes[].hash", "the family's call for its data"},
    {SOURCE_INFT, "inft.dataHashes[].stored", "0G Storage's word on that root"},
    {SOURCE_INFT, "inft.metadata.name", "document behind tokenURI: name"},
    {SOURCE_INFT, "inft.lastUpdate.block", "eth_getLogs: result[].blockNumber"},
    {SOURCE_INFT, "inft.lastUpdate.time", "eth_getBlockByNumber: result.timestamp"},

    {SOURCE_GPU, "compute.gpuUtilization", "mean of the cards' utilisation series"},
    {SOURCE_GPU, "compute.memoryUtilization", "used by total memory, summed over the cards"},
    {SOURCE_GPU, "compute.gpu.runningRequests", "vllm:num_requests_running"},
    {SOURCE_GPU, "compute.gpu.waitingRequests", "vllm:num_requests_waiting"},

    {SOURCE_JOBS, "compute.activeJobs", "running jobs heard of in the last 15 minutes"},
    {SOURCE_JOBS, "compute.avgLatencyMs", "mean of the last 100 completed jobs"},
    {SOURCE_JOBS, "compute.totalInferences", "completed jobs since the first record"},

    {SOURCE_STATUS, "services[].provider", "services[].provider"},
    {SOURCE_STATUS, "services[].model", "services[].model"},
    {SOURCE_STATUS, "services[].health.status", "services[].status"},
    {SOURCE_STATUS, "services[].health.uptime", "services[].checks.uptime"},
    {SOURCE_STATUS, "services[].health.lastCheck", "services[].lastCheck"},

    {SOURCE_PROBE, "services[].provider", "ZG_PROBE_PROVIDERS"},
    {SOURCE_PROBE, "services[].probe.answer", "what the provider's broker answered"},
    {SOURCE_PROBE, "services[].probe.latencyMs", "from the request to the end of the answer"},
};

/* Whether `way` is `pattern` with its indices filled in. */
static bool is_way(const char *way, const char *pattern)
{
    while (*pattern) {
        if (*way != *pattern)
            return false;
        if (*pattern == '[')
            way += strspn(way + 1, "0123456789");
        way++;
        pattern++;
    }
    return !*way;
}

const char *evidence_origin(enum source_id source, const char *way)
{
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
        if (origins[i].source == source && is_way(way, origins[i].way))
            return origins[i].from;
    return NULL;
}

const char *evidence_route(enum source_id source)
{
    static const char *const routes[SOURCE_COUNT] = {
        [SOURCE_COMPUTE] = "/api/compute", [SOURCE_STORAGE] = "/api/storage",
        [SOURCE_INFT] = "/api/inft",       [SOURCE_GPU] = "/api/compute",
        [SOURCE_JOBS] = "/api/jobs",       [SOURCE_STATUS] = "/api/compute",
        [SOURCE_MIRROR] = "/api/jobs",     [SOURCE_PROBE] = "/api/compute",
    };
    return routes[source] ? routes[source] : "/api/metrics";
}
