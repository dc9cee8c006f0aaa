// Realistic props for tests. NOW is the server's time in all of them.
import type { ComputeMetrics, Figure, Gpu, History, INFTStatus, InferenceJob, Metrics, Service, Source, Sources, StorageMetrics } from "../lib/model";

export const NOW = Date.parse("2026-03-01T12:00:00.000Z");

export function before(ms: number): string {
  return new Date(NOW - ms).toISOString();
}

export const compute: ComputeMetrics = {
  gpuUtilization: 78,
  memoryUtilization: 45,
  activeJobs: 3,
  avgLatencyMs: 120,
  totalInferences: 5678,
};

export function gpu(fields: Partial<Gpu> = {}): Gpu {
  return {
    exporter: "dcgm-exporter",
    name: "NVIDIA A100",
    count: 1,
    worstUtilization: 78,
    worstMemoryUtilization: 45,
    memoryUsedBytes: 36_000_000_000,
    memoryTotalBytes: 80_000_000_000,
    runningRequests: null,
    waitingRequests: null,
    kvCacheUtilization: null,
    ...fields,
  };
}

export const storage: StorageMetrics = { totalStorageGb: 50, usedStorageGb: 12.4, objectCount: 1234 };

export const inft: INFTStatus = {
  tokenId: "12345",
  status: "active",
  modelName: "llama-3-8b",
  inferenceCount: 5678,
  lastActive: before(130_000),
};

export function job(fields: Partial<InferenceJob> = {}): InferenceJob {
  return {
    id: "job-1",
    model: "llama-3-8b",
    status: "completed",
    inputTokens: 512,
    outputTokens: 128,
    latencyMs: 120,
    timestamp: before(60_000),
    ...fields,
  };
}

export function source(fields: Partial<Source> = {}): Source {
  return {
    state: "fresh",
    asOf: { block: 22_874_461, time: before(3000) },
    fetchedAt: before(3000),
    staleAfterMs: 15_000,
    origin: { endpoint: null, contract: "0xa79F00000000000000000000000000000000F91E", method: "getAllServices" },
    reason: null,
    ...fields,
  };
}

export function off(reason: string): Source {
  return { state: "off", asOf: null, fetchedAt: null, staleAfterMs: 15_000, origin: null, reason };
}

export function sources(fields: Partial<Sources> = {}): Sources {
  return {
    chain: source(),
    compute: source(),
    ledger: off("no wallet · since start · set ZG_WALLET_ADDRESS"),
    storage: off("no storage mode · since start · set ZG_STORAGE_MODE"),
    inft: off("no token · since start · set ZG_INFT_TOKEN_ID"),
    gpu: off("no exporter · since start · set ZG_GPU_EXPORTER_URL"),
    jobs: off("no job store · since start · set ADMIN_TOKEN"),
    status: off("no status API · since start · set ZG_STATUS_URL"),
    mirror: off("no mirror node · since start · set ZG_MIRROR_URL"),
    probe: off("no provider named · since start · set ZG_PROBE_PROVIDERS"),
    ...fields,
  };
}

export function service(fields: Partial<Service> = {}): Service {
  return {
    provider: "0xa48f00000000000000000000000000000000A836",
    serviceType: "chatbot",
    model: "llama-3-8b",
    url: "https://provider.example:8080",
    inputPriceNeuron: "50000000000",
    outputPriceNeuron: "150000000000",
    priceError: null,
    verifiability: "TeeML",
    additionalInfo: "",
    teeSignerAddress: "0xc0de00000000000000000000000000000000C0DE",
    teeSignerAcknowledged: true,
    updatedAt: before(86_400_000),
    health: null,
    error: null,
    ...fields,
  };
}

/** The reply of a program that reads the chain and nothing else yet. */
export function metrics(fields: Partial<Metrics> = {}): Metrics {
  return {
    agent: { id: "agent", name: "Agent", address: null, balanceNeuron: null },
    network: {
      name: "galileo",
      displayName: "0G Galileo",
      chainId: 16602,
      simulated: false,
      viaOwnNode: false,
      explorer: null,
      head: { number: 22_874_461, time: before(2000) },
    },
    compute: null,
    storage: null,
    inft: null,
    jobs: [],
    services: [service()],
    servicesTotal: 1,
    provider: null,
    ledger: null,
    sources: sources(),
    renderedAt: before(1000),
    build: { version: "0.1.0", commit: null },
    ...fields,
  };
}

/** A history in which the given figures have these values, each as long as the first, and the others none. */
export function history(series: Partial<Record<Figure, (number | null)[]>>, stepMs = 5000): History {
  const length = Object.values(series)[0]?.length ?? 0;
  const unknown = Array.from({ length }, () => null);
  return {
    stepMs,
    times: unknown.map((_, index) => before((length - 1 - index) * stepMs)),
    series: {
      gpuUtilization: unknown,
      memoryUtilization: unknown,
      activeJobs: unknown,
      avgLatencyMs: unknown,
      totalInferences: unknown,
      completedJobs: unknown,
      failedJobs: unknown,
      tokensPerSecond: unknown,
      usedStorageGb: unknown,
      objectCount: unknown,
      headAgeMs: unknown,
      ...series,
    },
  };
}
