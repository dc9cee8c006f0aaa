// @vitest-environment jsdom
import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Service, Source } from "../lib/model";
import { NOW, off, service, source } from "../test/samples";
import { ServiceTable } from "./ServiceTable";

const PROBER = source({ origin: { endpoint: "https://compute-status.0g.ai", contract: null, method: "GET /health" }, asOf: null });

const NOT_PROBED = off("no provider is named · since the start · set ZG_PROBE_PROVIDERS");

function show(services: Service[], total: number | null = services.length, probe: Source = NOT_PROBED) {
  return render(<ServiceTable services={services} total={total} source={source()} status={PROBER} probe={probe} simulated={false} now={NOW} />);
}

function rowOf(name: string): (string | null)[] {
  const row = screen.getByRole("row", { name: new RegExp(name) });
  return within(row).getAllByRole("cell").map((cell) => cell.textContent);
}

test("provider, exact prices, TEE and address, with where they come from", () => {
  show([service()]);
  expect(rowOf("llama-3-8b")).toEqual(["0xa48f…A836", "0.05", "0.15", "acknowledgedTeeML", "—", "https://provider.example:8080"]);
  screen.getByText("0xa79F…F91E · #22,874,461 · 3 s");
});

test("one provider may offer several models", () => {
  show([service(), service({ model: "other" })]);
  expect(screen.getAllByRole("row")).toHaveLength(3);
});

test("a price that does not fit is a dash with its reason; the row stays", () => {
  show([service({ inputPriceNeuron: null, priceError: "price above 2^128-1" })]);
  expect(rowOf("llama-3-8b")[1]).toBe("—price above 2^128-1");
});

test("a row that could not be decoded says so", () => {
  show([service({ model: null, url: null, provider: null, error: "model: not UTF-8" })]);
  screen.getByText("model: not UTF-8");
});

test.each([
  [true, "acknowledged"],
  [false, "not acknowledged"],
  [null, "unknown"],
])("TEE signer acknowledged %s reads %s", (teeSignerAcknowledged, word) => {
  show([service({ teeSignerAcknowledged, verifiability: null })]);
  screen.getByText(word);
});

test("an address from the chain is text, never a link", () => {
  const { container } = show([service({ url: "javascript:alert(1)", model: "<b>bold</b>" })]);
  expect(container.querySelector("a, b")).toBeNull();
  screen.getByText("javascript:alert(1)");
});

test("a cut list says how much is missing", () => {
  show([service()], 80);
  screen.getByText(/the first 1 of 80/);
});

test("an empty contract differs from one that was not read", () => {
  const { rerender } = show([]);
  screen.getByText("The contract lists no service.");
  rerender(<ServiceTable services={[]} total={null} source={off("no contract")} status={off("no status API")} probe={NOT_PROBED} simulated={false} now={NOW} />);
  screen.getByText("Not read yet.");
});

const SPREAD = { avgMs: 480, p50Ms: 320, p90Ms: null, p95Ms: null, p99Ms: null, minMs: null, maxMs: null, samples: 12 };

test("health is the prober's word with its figures, and the prober is named with its age", () => {
  const health = {
    status: "warning" as const,
    uptime: 97.5,
    responseTime: SPREAD,
    ttft: null,
    tokensPerSecond: null,
    lastCheck: null,
  };
  show([service({ health })]);
  expect(rowOf("llama-3-8b")[4]).toBe("warning97.5% of checks good320ms");
  screen.getByText(/Health as 0G's own prober measures it: compute-status\.0g\.ai · 3 s/);
});

test("health without figures is the word alone", () => {
  const health = { status: "unknown" as const, uptime: null, responseTime: null, ttft: null, tokensPerSecond: null, lastCheck: null };
  show([service({ health })]);
  expect(rowOf("llama-3-8b")[4]).toBe("unknown");
});

const OWN_PROBE = source({ origin: { endpoint: "this machine", contract: null, method: "GET /v1/quote" }, asOf: null });

test("our own probe has a column of its own, beside the prober's", () => {
  const probe = { reachable: true, answer: "quote" as const, latencyMs: 12, error: null, checkedAt: "2026-03-01T11:59:58.000Z" };
  const dead = { ...probe, reachable: false, answer: null, latencyMs: null, error: "no complete answer within the deadline" };
  show([service({ probe }), service({ model: "silent", probe: dead }), service({ model: "unasked", probe: null })], 3, OWN_PROBE);
  expect(rowOf("llama-3-8b")[5]).toBe("answersquote12ms");
  expect(rowOf("silent")[5]).toBe("no answerno complete answer within the deadline");
  expect(rowOf("unasked")[5]).toBe("—");
  screen.getByText(/Own probe, a free request: this machine · 3 s/);
});

test("without a probe there is no trace of it", () => {
  show([service()]);
  expect(screen.queryByRole("columnheader", { name: "Own probe" })).toBeNull();
  expect(rowOf("llama-3-8b")).toHaveLength(6);
});
