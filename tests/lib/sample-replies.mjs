// Replies of /api/metrics in every state the panel can show, at one fixed moment: for what is looked at
// without a running program. Each is one that docs/openapi.yaml allows.

/** The server's time in all of them. */
export const NOW = Date.parse('2026-03-01T12:00:00.000Z');

const before = (ms) => new Date(NOW - ms).toISOString();

const CONTRACT = '0xa79F4cE1905f2CbD4C93c5Bf25B1BA3Bf8A0F91E';
const PROVIDER = '0xa48f01287233509FD694a22Bf840225062E67836';

const source = (fields = {}) => ({
    state: 'fresh',
    asOf: { block: 22_874_461, time: before(3000) },
    fetchedAt: before(3000),
    staleAfterMs: 45_000,
    origin: { endpoint: 'https://evmrpc.0g.ai', contract: CONTRACT, method: 'getAllServices', block: 22_874_461 },
    reason: null,
    code: null,
    ...fields,
});

const off = (reason) =>
    source({ state: 'off', asOf: null, fetchedAt: null, origin: null, reason: `${reason} · since the start · set it` });
const failing = (state, what) =>
    source({
        state,
        asOf: state === 'stale' ? { block: 22_874_000, time: before(200_000) } : null,
        fetchedAt: state === 'stale' ? before(195_000) : null,
        reason: `${what} · since 11:56:45 · check that the node runs`,
        code: 'timeout',
    });

const exporter = source({
    asOf: { block: null, time: before(2000) },
    origin: { endpoint: 'http://gpu-1:9400', contract: null, method: 'GET metrics', block: null },
});
const agent = source({
    asOf: { block: null, time: before(1000) },
    fetchedAt: before(1000),
    origin: { endpoint: 'agent', contract: null, method: 'jobs.db', block: null },
});

const SOURCES = {
    chain: source(),
    compute: source(),
    ledger: source(),
    storage: source(),
    inft: source(),
    gpu: exporter,
    jobs: agent,
    status: source(),
    mirror: off('no topic is configured'),
    probe: off('no provider is named'),
};

function job(number, fields = {}) {
    const startedAt = before(number * 61_000);
    return {
        id: `job-${number}`,
        model: 'llama-3-8b',
        status: 'completed',
        inputTokens: 512,
        outputTokens: 128,
        totalTokens: null,
        latencyMs: 120,
        timestamp: startedAt,
        startedAt,
        endedAt: before(number * 61_000 - 1200),
        lastHeardAt: startedAt,
        provider: PROVIDER,
        proof: 'response',
        endpointKind: 'provider',
        benchmarkId: null,
        agentId: null,
        error: null,
        ...fields,
    };
}

const JOBS = [
    job(1, { status: 'running', inputTokens: 256, outputTokens: null, latencyMs: null, endedAt: null, proof: null }),
    job(2, { proof: 'signer' }),
    job(3, { status: 'failed', outputTokens: null, latencyMs: null, error: 'timed out', proof: 'absent' }),
    job(4, { benchmarkId: 'b-1' }),
    ...Array.from({ length: 8 }, (_, index) => job(index + 5)),
];

const COMPUTE = {
    gpuUtilization: 78,
    memoryUtilization: 45,
    gpu: {
        exporter: 'dcgm-exporter',
        name: 'NVIDIA H200',
        count: 2,
        worstUtilization: 91,
        worstMemoryUtilization: 59.1,
        memoryUsedBytes: 36_000_000_000,
        memoryTotalBytes: 80_000_000_000,
        runningRequests: null,
        waitingRequests: null,
        kvCacheUtilization: null,
    },
    activeJobs: 3,
    avgLatencyMs: 1120,
    totalInferences: 5678,
    totalSince: before(7_200_000),
    recent: { windowMs: 900_000, completed: 118, failed: 2, tokensPerSecond: 41.2 },
};

const STORAGE = {
    totalStorageGb: 50,
    usedStorageGb: 12.4,
    objectCount: 1234,
    basis: 'agent',
    usedBasis: 'submissions',
    usedBytes: 12_400_000_000,
    totalBytes: 50_000_000_000,
    totalBasis: 'affordable',
    sectors: 48_437_500,
    scan: { fromBlock: 1, nextBlock: 22_874_461, progress: 1, complete: true, expectedEndAt: null, reason: null },
    node: null,
    indexerNodes: null,
    explorer: null,
    checks: [],
};

const INFT = {
    tokenId: '12345',
    status: 'active',
    modelName: 'llama-3-8b',
    modelBasis: 'data',
    modelHash: null,
    modelHashIsLabelled: false,
    inferenceCount: 5678,
    inferenceBasis: 'recorded jobs',
    lastActive: before(130_000),
    lastActiveBasis: 'last log',
    lifecycle: 'AUTHORISED',
    derivedFrom: 'authorizedUsersOf() is not empty',
    contract: CONTRACT,
    family: 'v1',
    familyName: '0G Agent NFT (ERC-7857)',
    owner: PROVIDER,
    dataHashes: [],
    authorizedUsers: [],
    metadata: { uriKind: 'http', name: 'Scout', error: null },
    lastUpdate: { block: 22_870_000, time: before(130_000), what: 'data updated' },
    logs: { fromBlock: 0, complete: true },
    notes: [],
};

const NETWORK = {
    name: 'galileo',
    displayName: '0G Galileo',
    chainId: 16602,
    simulated: false,
    viaOwnNode: false,
    explorer: 'https://chainscan-galileo.0g.ai',
    head: { number: 22_874_461, time: before(2000) },
};

const SERVICE = {
    provider: PROVIDER,
    serviceType: 'chatbot',
    model: 'llama-3-8b',
    url: 'https://provider.example',
    inputPriceNeuron: '50000000000',
    outputPriceNeuron: '100000000000',
    priceError: null,
    verifiability: 'TeeML',
    additionalInfo: '{}',
    teeSignerAddress: PROVIDER,
    teeSignerAcknowledged: true,
    updatedAt: before(86_400_000),
    health: null,
    probe: null,
    error: null,
};

const reply = (fields = {}) => ({
    agent: { id: '12345', name: 'Scout', address: PROVIDER, balanceNeuron: '74974061517556038490' },
    network: NETWORK,
    compute: COMPUTE,
    storage: STORAGE,
    inft: INFT,
    jobs: JOBS,
    services: [SERVICE],
    servicesTotal: 4,
    ledger: null,
    provider: null,
    sources: SOURCES,
    renderedAt: before(1000),
    build: { version: '0.1.0', commit: null },
    ...fields,
});

const LONG = 'a-model-name-that-goes-on-'.repeat(8).slice(0, 200);

/** By the name of the state. null: nginx had no reply to put into the page. */
export const REPLIES = {
    fresh: reply(),
    local: reply({
        network: { ...NETWORK, name: 'local', displayName: 'Local network', chainId: 31337, simulated: true, explorer: null },
    }),
    stale: reply({
        sources: {
            ...SOURCES,
            chain: failing('stale', 'no complete answer within the deadline'),
            compute: failing('stale', 'no complete answer within the deadline'),
            storage: failing('stale', 'no complete answer within the deadline'),
            gpu: failing('stale', 'the connection is refused or broken'),
            inft: failing('stale', 'no complete answer within the deadline'),
            jobs: failing('stale', 'the operating system refused'),
        },
    }),
    error: reply({
        compute: { ...COMPUTE, gpuUtilization: null, memoryUtilization: null, gpu: null },
        storage: null,
        inft: null,
        sources: {
            ...SOURCES,
            gpu: failing('error', 'the connection is refused or broken'),
            storage: failing('error', 'no complete answer within the deadline'),
            inft: failing('error', 'no contract of this kind at the address'),
        },
    }),
    mixed: reply({
        storage: null,
        inft: null,
        sources: {
            ...SOURCES,
            gpu: { ...failing('stale', 'the connection is refused or broken'), origin: exporter.origin },
            storage: failing('error', 'no complete answer within the deadline'),
            inft: off('no iNFT is configured'),
        },
    }),
    disconnected: reply({ renderedAt: before(40_000) }),
    'run in progress': reply({
        jobs: [
            job(0, { benchmarkId: 'b-2', status: 'running', outputTokens: null, latencyMs: null, endedAt: null, proof: null }),
            job(1, { benchmarkId: 'b-2' }),
            ...JOBS.slice(1),
        ],
    }),
    off: reply({
        compute: { ...COMPUTE, gpuUtilization: null, memoryUtilization: null, gpu: null, activeJobs: null, avgLatencyMs: null, totalInferences: null, totalSince: null, recent: null },
        storage: null,
        inft: null,
        jobs: [],
        sources: {
            ...SOURCES,
            gpu: off('no exporter is configured'),
            storage: off('no wallet is configured'),
            inft: off('no iNFT is configured'),
            jobs: off('there is no job store'),
        },
    }),
    scanning: reply({
        storage: {
            ...STORAGE,
            totalStorageGb: null,
            totalBytes: null,
            totalBasis: null,
            usedStorageGb: 0.0007,
            usedBytes: 700_016,
            objectCount: 2,
            scan: { ...STORAGE.scan, nextBlock: 7_700_000, progress: 0.34, complete: false, expectedEndAt: before(-600_000) },
        },
    }),
    empty: reply({ compute: null, storage: null, inft: null, jobs: [] }),
    hostile: reply({
        compute: { ...COMPUTE, gpuUtilization: 100, memoryUtilization: 0, activeJobs: 1e15, avgLatencyMs: 1e12, totalInferences: 9e15 },
        inft: { ...INFT, modelName: `<img src=x onerror=alert(1)>${LONG}`.slice(0, 200), tokenId: '9'.repeat(78) },
        jobs: [
            job(1, { model: LONG, inputTokens: 1e15, outputTokens: 1e15, latencyMs: 1e12 }),
            job(2, { model: `שלום \u202E ${LONG}`.slice(0, 200) }),
            ...JOBS.slice(2),
        ],
    }),
    loading: null,
};
