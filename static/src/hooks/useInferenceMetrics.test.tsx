// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Metrics } from "../lib/model";
import { before, metrics, NOW, source, sources } from "../test/samples";
import { useInferenceMetrics, type PollingOptions } from "./useInferenceMetrics";

type Answer = () => Promise<Response>;

let answer: Answer;
const fetched = vi.fn<typeof fetch>();

function reply(body: Metrics, date = NOW): Response {
  return new Response(JSON.stringify(body), { headers: { Date: new Date(date).toUTCString() } });
}

function setHidden(isHidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(isHidden);
  document.dispatchEvent(new Event("visibilitychange"));
}

async function pass(ms: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(ms));
}

function start(options?: PollingOptions) {
  return renderHook((given: PollingOptions | undefined) => useInferenceMetrics("/api/metrics", given), {
    initialProps: options,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  // The viewer's own clock is a year off and must not matter.
  vi.setSystemTime(NOW + 365 * 86_400_000);
  answer = () => Promise.resolve(reply(metrics()));
  fetched.mockReset().mockImplementation(() => answer());
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("connecting, then connected with the reply's parts", async () => {
  const { result } = start();
  expect(result.current).toMatchObject({ connectionState: "connecting", isLoading: true, compute: null, jobs: [] });
  await pass(0);
  expect(result.current).toMatchObject({ connectionState: "connected", isLoading: false, error: null, servicesTotal: 1 });
  expect(fetched).toHaveBeenCalledWith("/api/metrics", expect.objectContaining({ cache: "no-cache" }));
});

test("the first render already holds the included snapshot", async () => {
  const { result } = start({ initial: { metrics: metrics(), date: NOW } });
  expect(result.current).toMatchObject({ connectionState: "connected", isLoading: false, now: NOW });
  await pass(0);
});

test("one request per interval", async () => {
  start();
  await pass(0);
  await pass(10_000);
  expect(fetched).toHaveBeenCalledTimes(6);
});

test("now is the server's Date plus the time since receipt", async () => {
  const { result } = start({ intervalMs: 60_000 });
  await pass(0);
  expect(result.current.now).toBe(NOW);
  await pass(7000);
  expect(result.current.now).toBe(NOW + 7000);
});

test.each([
  [1000, "passed over: it is the copy before", 16602],
  [60_000, "shown: the server's clock was set back", 1],
])("a reply that was rendered %s ms before the last is %s", async (behindMs, _why, chainId) => {
  const shown = metrics();
  const renderedAt = new Date(Date.parse(shown.renderedAt) - behindMs).toISOString();
  const { result } = start();
  await pass(0);
  answer = () => Promise.resolve(reply({ ...shown, renderedAt, network: { ...shown.network, chainId: 1 } }, NOW + 2000));
  await pass(2000);
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(result.current.network?.chainId).toBe(chainId);
  expect(result.current.now).toBe(NOW + 2000);
});

test("one request in flight, given up after its timeout", async () => {
  answer = () => new Promise<Response>(() => undefined);
  const aborted = vi.fn();
  fetched.mockImplementation((_, init) => {
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => {
        aborted();
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  });
  start();
  await pass(3900);
  expect(fetched).toHaveBeenCalledTimes(1);
  await pass(200);
  expect(aborted).toHaveBeenCalledTimes(1);
});

test("two failed polls disconnect, values stay, one good poll heals", async () => {
  const { result } = start();
  await pass(0);
  answer = () => Promise.reject(new TypeError("failed to fetch"));
  await pass(2000);
  expect(result.current.connectionState).toBe("connected");
  await pass(2600);
  expect(result.current.connectionState).toBe("disconnected");
  expect(result.current.error?.message).toBe("server not answering");
  expect(result.current.services).toHaveLength(1);
  answer = () => Promise.resolve(reply(metrics()));
  await pass(10_000);
  expect(result.current).toMatchObject({ connectionState: "connected", error: null });
});

test("a failing server is asked less often, yet its return is noticed within 5 s", async () => {
  answer = () => Promise.reject(new TypeError("failed to fetch"));
  const { result } = start();
  await pass(120_000);
  expect(fetched.mock.calls.length).toBeGreaterThan(120 / 4.8);
  expect(fetched.mock.calls.length).toBeLessThan(120 / 3);
  answer = () => Promise.resolve(reply(metrics()));
  await pass(4800);
  expect(result.current.connectionState).toBe("connected");
});

test.each([
  [503, "metrics program not answering"],
  [429, "asked too often"],
  [404, "server answers 404"],
])("status %s is told as %s", async (status, words) => {
  answer = () => Promise.resolve(new Response("{}", { status }));
  const { result } = start();
  await pass(5000);
  expect(result.current.error?.message).toBe(words);
});

test("a reply of another shape is a failure, not a crash", async () => {
  answer = () => Promise.resolve(new Response('{"renderedAt": 5, "jobs": null}'));
  const { result } = start();
  await pass(5000);
  expect(result.current).toMatchObject({ connectionState: "disconnected", jobs: [] });
  expect(result.current.error?.message).toBe("server gave no metrics");
});

test("a dead program behind a living cache is noticed by the server's Date", async () => {
  answer = () => Promise.resolve(reply(metrics({ renderedAt: before(13_000) })));
  const { result } = start();
  await pass(0);
  expect(result.current).toMatchObject({ connectionState: "disconnected" });
  expect(result.current.error?.message).toBe("metrics program not answering");
});

test("a stale chain is an error beside data that stays", async () => {
  answer = () => Promise.resolve(reply(metrics({ sources: sources({ chain: source({ fetchedAt: before(40_000) }) }) })));
  const { result } = start();
  await pass(0);
  expect(result.current).toMatchObject({ connectionState: "error", servicesTotal: 1 });
  expect(result.current.error?.message).toBe("0G chain unreachable for 40 s");
});

test("a hidden tab asks nothing and asks at once when shown", async () => {
  start();
  await pass(0);
  setHidden(true);
  await pass(60_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  setHidden(false);
  await pass(0);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("a tab that is hidden from the start, or during a request, waits to be shown", async () => {
  setHidden(true);
  start();
  await pass(60_000);
  expect(fetched).toHaveBeenCalledTimes(0);
  answer = () => new Promise((resolve) => setTimeout(resolve, 1000, reply(metrics())));
  setHidden(false);
  setHidden(true);
  setHidden(false);
  await pass(500);
  expect(fetched).toHaveBeenCalledTimes(1);
  setHidden(true);
  await pass(60_000);
  expect(fetched).toHaveBeenCalledTimes(1);
});

test("pause asks nothing, keeps the word, and lets ages grow", async () => {
  const { result, rerender } = start();
  await pass(0);
  rerender({ paused: true });
  await pass(30_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(result.current).toMatchObject({ paused: true, connectionState: "connected", now: NOW + 30_000 });
  rerender({ paused: false });
  await pass(0);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("nothing goes on after unmounting", async () => {
  const { unmount } = start();
  await pass(0);
  unmount();
  await pass(60_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
