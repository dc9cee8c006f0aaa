// @vitest-environment jsdom
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import axe from "axe-core";
import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import { playDialogs } from "../../test/dialogs";
import { compute, inft, job, metrics, NOW, off, service, source, sources, storage } from "../../test/samples";
import { InferenceMetrics, type InferenceMetricsProps } from "./InferenceMetrics";

const EIGHT: InferenceMetricsProps = {
  compute,
  storage,
  inft,
  jobs: [job()],
  connectionState: "connected",
  isLoading: false,
  error: null,
  className: "cell",
};
const BLANK: InferenceMetricsProps = { ...EIGHT, compute: null, storage: null, inft: null, jobs: [] };
const FOUNDATION: InferenceMetricsProps = {
  ...BLANK,
  sources: sources(),
  network: metrics().network,
  services: [service()],
  now: NOW,
};

function show(props: InferenceMetricsProps) {
  return render(<InferenceMetrics {...props} />);
}

afterEach(() => {
  vi.useRealTimers();
});

test("the eight props alone give the whole panel", () => {
  const { container } = show(EIGHT);
  expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("Inference & 0G Metrics");
  expect(screen.getAllByRole("heading", { level: 3 }).map((heading) => heading.textContent)).toEqual([
    "GPU Utilization",
    "Storage Usage",
    "iNFT Status",
    "Recent Inference Jobs",
  ]);
  for (const figure of ["78%", "45%", "120ms", "24.8%", "12.4 GB", "50.0 GB", "1,234", "12345", "512/128"]) {
    expect(screen.getAllByText(figure).length, figure).toBeGreaterThan(0);
  }
  expect(container.firstElementChild?.className).toContain("cell");
});

test("nothing of sources, network or proof shows without its prop", () => {
  show(EIGHT);
  const columns = screen.getAllByRole("columnheader").map((head) => head.textContent);
  expect(columns).toEqual(["Model", "Status", "Tokens", "Latency", "Time"]);
  expect(screen.queryByText(/0G Galileo|stale|simulated/)).toBeNull();
});

test("the header names network, chain, head and providers", () => {
  show({ ...FOUNDATION, services: [service(), service({ model: "other" }), service({ provider: null })] });
  screen.getByText("0G Galileo · 16602 · #22,874,461 · 2 providers");
});

test("an own node is named as the way to a public network", () => {
  show({ ...FOUNDATION, network: { ...metrics().network, viaOwnNode: true } });
  screen.getByText("0G Galileo via own node · 16602 · #22,874,461 · 1 provider");
});

test("the local network is a band in one line, shorter beside an error", () => {
  const local = { ...FOUNDATION, network: { ...metrics().network, simulated: true } };
  const { rerender } = show(local);
  screen.getByText("LOCAL NETWORK · simulated GPU, providers, storage");
  rerender(<InferenceMetrics {...local} connectionState="error" error={new Error("0G chain unreachable for 40 s")} />);
  screen.getByText("LOCAL NETWORK");
  screen.getByText("0G chain unreachable for 40 s");
});

test("feet on the local network say what is simulated and what is real", () => {
  const network = { ...metrics().network, simulated: true };
  show({
    ...EIGHT,
    network,
    now: NOW,
    sources: sources({ gpu: source(), jobs: source(), storage: source(), inft: source() }),
  });
  for (const title of ["GPU Utilization", "Storage Usage", "Recent Inference Jobs"]) {
    const card = screen.getByRole("region", { name: title });
    expect(within(card).getAllByText(/^simulated/).length, title).toBeGreaterThan(0);
  }
  expect(screen.getAllByText("real contracts and code")).toHaveLength(2);
});

test("parts that are off give their reason, and dashes instead of zeros", () => {
  show(FOUNDATION);
  screen.getByText("not reported by 0G");
  screen.getByText("no storage mode");
  screen.getByText("no token");
  screen.getByText("GPU: no exporter");
  screen.getByText("No inference jobs recorded yet.");
  expect(screen.queryAllByRole("meter")).toHaveLength(0);
  expect(screen.queryByText(/(^|\s)0(\.0)?( GB|%|ms)?$/)).toBeNull();
});

test("one missing part never blanks the others", () => {
  const { container } = show({ ...EIGHT, storage: null });
  screen.getByText("78%");
  screen.getByText("active");
  const card = screen.getByRole("region", { name: "Storage Usage" });
  expect(card.querySelector(".animate-pulse")).not.toBeNull();
  expect(container.querySelectorAll(".animate-pulse")).toHaveLength(1);
});

test("loading is a skeleton under the same headings", () => {
  const { container } = show({ ...BLANK, connectionState: "connecting", isLoading: true });
  expect(screen.getAllByRole("heading", { level: 3 })).toHaveLength(4);
  expect(container.querySelectorAll(".animate-pulse")).toHaveLength(4);
  expect(screen.queryByText("No inference data available")).toBeNull();
});

test("nothing at all says what would fill it", () => {
  show(BLANK);
  screen.getByText("No inference data available");
  screen.getByText("Inference metrics will display once the inference agent connects to 0G compute.");
});

test("an error without data is its message, once", () => {
  show({ ...BLANK, connectionState: "error", error: new Error("gateway <closed>") });
  expect(screen.getAllByText("gateway <closed>")).toHaveLength(1);
});

test("an error beside data leaves the data", () => {
  show({ ...EIGHT, connectionState: "disconnected", error: new Error("metrics program not answering") });
  screen.getByText("78%");
  screen.getByText("metrics program not answering");
  expect(screen.getByText("disconnected").closest("[data-status]")?.getAttribute("data-status")).toBe("disconnected");
});

test("a stale source shows the word and its age, the reply's own word aside", () => {
  const old = source({ state: "fresh", fetchedAt: "2026-03-01T11:58:00.000Z" });
  show({ ...EIGHT, sources: sources({ storage: old, inft: source() }), now: NOW });
  const card = screen.getByRole("region", { name: "Storage Usage" });
  within(card).getByText("stale 2 min");
  expect(card.querySelector("[data-stale] [data-band]")).not.toBeNull();
  expect(document.querySelectorAll("[data-stale]")).toHaveLength(1);
  within(card).getByText("24.8%");
  expect(within(screen.getByRole("region", { name: "iNFT Status" })).queryByText(/stale/)).toBeNull();
});

test("a source that never answered is named in the foot, and why it did not only once", () => {
  const failing = source({ state: "error", fetchedAt: null, reason: "connection refused · for 5 s · check the RPC" });
  show({ ...FOUNDATION, sources: sources({ storage: failing }), evidenceUrl: "/api/evidence" });
  const card = screen.getByRole("region", { name: "Storage Usage" });
  expect(within(card).getAllByText(/connection refused/)).toHaveLength(1);
  within(card).getByRole("button", { name: "0xa79F…F91E" });
});

test("a source that never answered is told apart from one that is off", () => {
  const failing = source({ state: "error", fetchedAt: null, reason: "connection refused · for 5 s · check the RPC" });
  show({ ...FOUNDATION, sources: sources({ storage: failing, inft: off("not configured") }) });
  screen.getByText("connection refused");
  screen.getByText("not configured");
});

test("a pause is visible", () => {
  show({ ...FOUNDATION, paused: true });
  screen.getByText("updates paused");
});

test("the live region speaks a change of state for five seconds", () => {
  vi.useFakeTimers();
  const { container, rerender } = show(FOUNDATION);
  const live = container.querySelector("[aria-live]");
  expect(live?.textContent).toBe("");
  rerender(<InferenceMetrics {...FOUNDATION} connectionState="disconnected" />);
  expect(live?.textContent).toBe("Connection: disconnected");
  act(() => {
    vi.advanceTimersByTime(4900);
  });
  expect(live?.textContent).toBe("Connection: disconnected");
  act(() => {
    vi.advanceTimersByTime(200);
  });
  expect(live?.textContent).toBe("");
});

test("rendered on a server it holds no time of its own", () => {
  const html = renderToString(<InferenceMetrics {...EIGHT} />);
  expect(html).toContain("78%");
  expect(html).not.toContain("ago");
});

test("a time of day waits for the viewer's time zone, even where the server knows what time it is", async () => {
  const dated = <InferenceMetrics {...EIGHT} now={NOW} />;
  const container = document.createElement("div");
  container.innerHTML = renderToString(dated);
  const time = container.querySelector("time");
  expect(time?.textContent).toBe("");
  expect(container.textContent).toContain("2 minutes ago");
  const onRecoverableError = vi.fn();
  const root = await act(() => hydrateRoot(container, dated, { onRecoverableError }));
  expect(time?.textContent).toMatch(/^\d\d:\d\d$/);
  expect(onRecoverableError).not.toHaveBeenCalled();
  act(() => {
    root.unmount();
  });
});

test("feet are plain text until it is known where the evidence is", async () => {
  const { rerender } = show(FOUNDATION);
  expect(screen.queryByRole("button")).toBeNull();
  vi.stubGlobal("fetch", vi.fn(() => new Promise(() => undefined)));
  playDialogs();
  rerender(<InferenceMetrics {...FOUNDATION} evidenceUrl="https://metrics.example/api/evidence" />);
  expect(fetch).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: /^GPU/ }));
  await screen.findByRole("dialog", { name: "GPU" });
  expect(fetch).toHaveBeenCalledWith("https://metrics.example/api/evidence/gpu", expect.anything());
  vi.unstubAllGlobals();
});

test("hostile text stays text", () => {
  const markup = `<img src=x onerror="alert(1)"><script>alert(1)</script>`;
  const { container } = show({
    ...EIGHT,
    inft: { ...inft, modelName: markup, tokenId: "9".repeat(300) },
    jobs: [job({ model: markup }), job({ id: "2", model: "\u202Eevil".repeat(40), inputTokens: 1e15 })],
  });
  expect(container.querySelectorAll("img, script")).toHaveLength(0);
  expect(screen.getAllByText(markup)).toHaveLength(2);
});

test("two instances under StrictMode share no id", () => {
  const { container } = render(
    <StrictMode>
      <InferenceMetrics {...EIGHT} />
      <InferenceMetrics {...EIGHT} />
    </StrictMode>,
  );
  const ids = [...container.querySelectorAll("[id]")].map((element) => element.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each([
  ["full", EIGHT],
  ["foundation", FOUNDATION],
  ["loading", { ...BLANK, isLoading: true, connectionState: "connecting" as const }],
  ["empty", BLANK],
])("axe finds nothing in the %s state", async (_, props) => {
  const { container } = show(props);
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map((violation) => violation.id)).toEqual([]);
});
