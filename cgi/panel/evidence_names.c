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
    const char *way; /* with [] for any index; a * at its end stands for any rest */
    const char *from;
};

#define USED  "as usedBasis says: the wallet's Submit logs, the disk, zgs_getFlowContext or tree()"
#define TOTAL "as totalBasis says: the budget, the balance at pricePerSector(), or the disk"

/* The first that fits counts. */
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
    {SOURCE_COMPUTE, "services[].health*", "0G's prober: the evidence of `status`"},
    {SOURCE_COMPUTE, "services[].probe*", "this machine's own requests: the evidence of `probe`"},
    {SOURCE_COMPUTE, "services[].priceError", "derived from the row: why a price was not taken"},
    {SOURCE_COMPUTE, "services[].error", "derived from the row: why not all of it was taken"},

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
    {SOURCE_LEDGER, "ledger.exists", "getLedger: whether it answers"},
    {SOURCE_LEDGER, "ledger.accounts[].spendableNeuron", "derived: balance less pendingRefund"},
    {SOURCE_LEDGER, "ledger.accounts[].funding",
     "derived: what is spendable against the broker's minimum"},
    {SOURCE_LEDGER, "ledger.accounts[].warning",
     "derived: what is spendable against the broker's minimum"},
    {SOURCE_LEDGER, "ledger.accounts[].settledFeesNeuron",
     "derived: the sum of the provider's settlement logs"},
    {SOURCE_LEDGER, "ledger.providerMinimumNeuron", "a constant of 0G's broker"},
    {SOURCE_LEDGER, "ledger.settlements*",
     "derived: added up from the settlement logs that the scan read"},

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
    {SOURCE_STORAGE, "storage.basis", "ZG_STORAGE_MODE"},
    {SOURCE_STORAGE, "storage.usedBasis", "derived: what could be read"},
    {SOURCE_STORAGE, "storage.totalBasis", "derived: what is configured and could be read"},
    {SOURCE_STORAGE, "storage.scan*", "derived: the blocks that the scan of Submit logs has read"},
    {SOURCE_STORAGE, "storage.node.lagBlocks", "derived: the newest block less the node's"},
    {SOURCE_STORAGE, "storage.node.shareBytes", "derived: all sectors by the node's shard"},
    {SOURCE_STORAGE, "storage.indexerNodes", "the indexer's list of nodes"},
    {SOURCE_STORAGE, "storage.checks[]*", "derived: two readings of one figure, compared"},

    {SOURCE_INFT, "inft.owner", "ownerOf"},
    {SOURCE_INFT, "inft.authorizedUsers[]", "authorizedUsersOf"},
    {SOURCE_INFT, "inft.dataHashes[].description", "the family's call for its data"},
    {SOURCE_INFT, "inft.dataHashes[].hash", "the family's call for its data"},
    {SOURCE_INFT, "inft.dataHashes[].stored", "0G Storage's word on that root"},
    {SOURCE_INFT, "inft.metadata.name", "document behind tokenURI: name"},
    {SOURCE_INFT, "inft.lastUpdate.block", "eth_getLogs: result[].blockNumber"},
    {SOURCE_INFT, "inft.lastUpdate.time", "eth_getBlockByNumber: result.timestamp"},
    {SOURCE_INFT, "inft.tokenId", "ZG_INFT_TOKEN_ID, or the logs of ZG_INFT_MINT_TX"},
    {SOURCE_INFT, "inft.contract", "ZG_INFT_CONTRACT"},
    {SOURCE_INFT, "inft.status", "derived, as inft.derivedFrom says"},
    {SOURCE_INFT, "inft.lifecycle", "derived, as inft.derivedFrom says"},
    {SOURCE_INFT, "inft.derivedFrom", "derived from the calls of this reading"},
    {SOURCE_INFT, "inft.family*", "derived: the functions that the contract answers"},
    {SOURCE_INFT, "inft.modelName", "as modelBasis says: the token's data or its metadata"},
    {SOURCE_INFT, "inft.modelBasis", "derived: which of both names a model"},
    {SOURCE_INFT, "inft.modelHash*",
     "derived: the token's data that is labelled so, else the first"},
    {SOURCE_INFT, "inft.inferenceCount", "as inferenceBasis says: balanceOf or the recorded jobs"},
    {SOURCE_INFT, "inft.inferenceBasis", "derived: what the family counts"},
    {SOURCE_INFT, "inft.lastActive",
     "as lastActiveBasis says: the token's last log or the last job"},
    {SOURCE_INFT, "inft.lastActiveBasis", "derived: the newer of both"},
    {SOURCE_INFT, "inft.dataHashes[].hashText", "the family's call for its data"},
    {SOURCE_INFT, "inft.metadata.uriKind", "tokenURI: its scheme"},
    {SOURCE_INFT, "inft.metadata.error", "derived: why the document was not taken"},
    {SOURCE_INFT, "inft.lastUpdate.what", "eth_getLogs: result[].topics[0]"},
    {SOURCE_INFT, "inft.logs.*", "derived: the blocks that the scan of the token's logs has read"},
    {SOURCE_INFT, "inft.notes[]", "derived from the calls of this reading"},

    {SOURCE_GPU, "compute.gpuUtilization", "mean of the cards' utilisation series"},
    {SOURCE_GPU, "compute.memoryUtilization", "used by total memory, summed over the cards"},
    {SOURCE_GPU, "compute.gpu.runningRequests", "vllm:num_requests_running"},
    {SOURCE_GPU, "compute.gpu.waitingRequests", "vllm:num_requests_waiting"},
    {SOURCE_GPU, "compute.gpu.ranJobs",
     "derived: the recorded jobs' providers against the exporter's host"},
    {SOURCE_GPU, "compute.gpu.exporter", "derived: the names of the series"},
    {SOURCE_GPU, "compute.gpu.name", "labels of the cards' series"},
    {SOURCE_GPU, "compute.gpu.count", "derived: how many cards the series name"},
    {SOURCE_GPU, "compute.gpu.worst*", "the busiest or fullest of the cards' series"},
    {SOURCE_GPU, "compute.gpu.memory*", "the cards' memory series, added up"},
    {SOURCE_GPU, "compute.gpu.kvCacheUtilization", "the inference server's series of its KV cache"},

    {SOURCE_JOBS, "compute.activeJobs", "running jobs heard of in the last 15 minutes"},
    {SOURCE_JOBS, "compute.avgLatencyMs", "mean of the last 100 completed jobs"},
    {SOURCE_JOBS, "compute.totalInferences", "completed jobs since the first record"},
    {SOURCE_JOBS, "compute.recent.*", "derived: jobs that ended within the window"},
    {SOURCE_JOBS, "compute.totalSince", "the first record"},
    {SOURCE_JOBS, "jobs[].proof",
     "derived: the provider's signature against the signer that the contract lists"},
    {SOURCE_JOBS, "jobs[].timestamp", "derived: startedAt, else endedAt, else the time of receipt"},
    {SOURCE_JOBS, "jobs[].lastHeardAt", "the time of receipt of its last record"},
    {SOURCE_JOBS, "jobs[]*", "as recorded"},

    {SOURCE_MIRROR, "jobs[]*", "as published on the topic"},

    {SOURCE_STATUS, "services[].provider", "services[].provider"},
    {SOURCE_STATUS, "services[].model", "services[].model"},
    {SOURCE_STATUS, "services[].health.status", "services[].status"},
    {SOURCE_STATUS, "services[].health.uptime", "services[].checks.uptime"},
    {SOURCE_STATUS, "services[].health.lastCheck", "services[].lastCheck"},
    {SOURCE_STATUS, "services[].health.responseTime*", "services[].performance.response_time"},
    {SOURCE_STATUS, "services[].health.ttft*", "services[].performance.ttft"},
    {SOURCE_STATUS, "services[].health.tokensPerSecond",
     "services[].performance.tokens_per_second: avg"},

    {SOURCE_PROBE, "services[].provider", "ZG_PROBE_PROVIDERS"},
    {SOURCE_PROBE, "services[].probe.answer", "what the provider's broker answered"},
    {SOURCE_PROBE, "services[].probe.latencyMs", "from the request to the end of the answer"},
    {SOURCE_PROBE, "services[].probe.checkedAt", "this machine's clock at the end of the answer"},
    {SOURCE_PROBE, "services[].probe.error", "derived: why nothing answered"},
    {SOURCE_PROBE, "services[].probe.reachable", "derived: whether anything answered"},
};

/* Whether `way` is `pattern` with its indices, and its rest, filled in. */
static bool is_way(const char *way, const char *pattern)
{
    while (*pattern) {
        if (*pattern == '*')
            return true;
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
