// Realistic replies for the tests of the admin page.
import { vi } from "vitest";
import type { AdminApi } from "./api";
import type { Call, Plan, Preflight, Run } from "./model";

export const PROVIDER = "0xa48f00000000000000000000000000000000A836";
export const OTHER = "0x40Fb00000000000000000000000000000000306A";

export const plan: Plan = {
  kind: "provider",
  providers: [],
  model: null,
  calls: 10,
  warmup: 1,
  maxTokens: 160,
  promptSet: "v1",
  seed: 42,
  rate: 0,
  maxSpendNeuron: "10000000000000000",
  maxDurationMs: 3_600_000,
  timeouts: { connectMs: 10_000, firstTokenMs: 30_000, totalMs: 120_000, stallMs: 30_000 },
  baseline: false,
  slo: { latencyMs: 0, ttftMs: 0, costNeuron: null },
  cache: "fresh",
  newConnections: false,
};

export function preflight(fields: Partial<Preflight> = {}): Preflight {
  return {
    ready: true,
    problems: [],
    network: "local",
    priceBlock: 7,
    wallet: null,
    endpoints: [{ kind: "provider", provider: PROVIDER, url: "https://provider.example", model: "llama-3-8b" }],
    worstCaseNeuron: "598400000000000",
    maxSpendNeuron: "10000000000000000",
    offers: [
      { kind: "provider", provider: OTHER, model: "qwen" },
      { kind: "provider", provider: PROVIDER, model: "llama-3-8b" },
    ],
    plan,
    ...fields,
  };
}

export function run(fields: Partial<Run> = {}): Run {
  return {
    id: "b-20260301-120000-0001",
    state: "COMPLETE",
    end: "done",
    startedAt: "2026-03-01T12:00:00.000Z",
    endedAt: "2026-03-01T12:00:09.000Z",
    network: "local",
    kind: "provider",
    model: "llama-3-8b",
    calls: 2,
    planned: 2,
    succeeded: 2,
    spentNeuron: "11300000000000",
    ...fields,
  };
}

export function call(fields: Partial<Call> = {}): Call {
  return {
    number: 1,
    warmup: false,
    kind: "provider",
    provider: PROVIDER,
    outcome: "ok",
    remedy: null,
    latencyUs: 861_744,
    ttftUs: 202_475,
    inputTokens: 33,
    outputTokens: 38,
    costNeuron: "5450000000000",
    costAtMost: false,
    spentNeuron: "5450000000000",
    ...fields,
  };
}

/** Server-sent events, as bytes cut anywhere; without `isOpen` the connection ends behind them. */
export function eventStream(texts: readonly string[], isOpen = false): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => {
      for (const text of texts) controller.enqueue(encoder.encode(text));
      if (!isOpen) controller.close();
    },
  });
}

export const event = (id: number, name: string, data: unknown) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** As fetch gives it; jsdom's own Blob cannot be read. */
export const markdown = async (text: string) => ({ value: await new Response(text).blob() });

/** An API whose every answer is good; a test replaces those that it is about. */
export function api(fields: Partial<AdminApi> = {}): AdminApi {
  return {
    preflight: vi.fn<AdminApi["preflight"]>(() => Promise.resolve({ value: preflight() })),
    start: vi.fn<AdminApi["start"]>(() => Promise.resolve({ value: { id: run().id, state: "RUNNING", url: "" } })),
    runs: vi.fn<AdminApi["runs"]>(() => Promise.resolve({ value: [] })),
    cancel: vi.fn<AdminApi["cancel"]>(() => Promise.resolve({ value: run({ state: "PARTIAL", end: "cancelled" }) })),
    report: vi.fn<AdminApi["report"]>(() => markdown("# Report")),
    observed: vi.fn<AdminApi["observed"]>(() => Promise.resolve({ value: "# Observed traffic (not a benchmark)" })),
    comparison: vi.fn<AdminApi["comparison"]>(() => Promise.resolve({ value: "# Comparison" })),
    events: vi.fn<AdminApi["events"]>(() => Promise.resolve({ value: eventStream([], true) })),
    ...fields,
  };
}
