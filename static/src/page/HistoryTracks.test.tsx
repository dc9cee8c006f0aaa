// @vitest-environment jsdom
import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import type { History, Sources } from "../lib/model";
import { history, NOW, off, source, sources } from "../test/samples";
import { HistoryTracks } from "./HistoryTracks";

const ALL = { gpu: source(), jobs: source(), storage: source() };

/** The whole page is on the screen here. */
class Screen {
  constructor(private readonly notify: (entries: { isIntersecting: boolean }[]) => void) {}
  observe() {
    this.notify([{ isIntersecting: true }]);
  }
  disconnect = () => undefined;
}

beforeEach(() => {
  vi.stubGlobal("IntersectionObserver", Screen);
});

async function show(answer: History | { title: string }, given: Partial<Sources> = ALL) {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(JSON.stringify(answer)))));
  await act(async () => {
    render(<HistoryTracks url="/api/history" sources={sources(given)} isPaused={false} now={NOW} />);
    await Promise.resolve();
  });
}

/** What stands beside one line. */
function words(label: string): (string | null)[] {
  const track = screen.getAllByRole("listitem").find((item) => within(item).queryByText(label));
  return [...(track?.querySelectorAll("div > span") ?? [])].map((line) => line.textContent);
}

test("the newest value, and between what the figure moved", async () => {
  await show(history({ gpuUtilization: [40, 78.4, 61.6], avgLatencyMs: [120, 1200, 300], headAgeMs: [1000, 4000, 2000] }));
  expect(words("GPU utilization")).toEqual(["GPU utilization", "62%", "40% to 78%"]);
  expect(words("Average latency")).toEqual(["Average latency", "300ms", "120ms to 1,200ms"]);
  expect(words("Age of the newest block")).toEqual(["Age of the newest block", "2 s", "1 s to 4 s"]);
});

test("a figure that did not move has one value", async () => {
  await show(history({ usedStorageGb: [0.0007, 0.0007] }));
  expect(words("Storage used")).toEqual(["Storage used", "700.0 KB", "always 700.0 KB"]);
});

test("what is unknown now is a dash, and for how long it was unknown is said", async () => {
  await show(history({ activeJobs: [0, 2, null, null] }));
  expect(words("Active jobs")).toEqual(["Active jobs", "—", "0 to 2 · unknown for 10 s"]);
});

test("what was never known gives its source's reason", async () => {
  await show(history({ headAgeMs: [1000] }), { ...ALL, gpu: source({ state: "error", fetchedAt: null, reason: "refused · since 12:00 · start it" }) });
  expect(words("GPU memory")).toEqual(["GPU memory", "—", "refused"]);
});

test("what is off by choice leaves no trace", async () => {
  await show(history({ headAgeMs: [1000] }), { ...ALL, gpu: off("no exporter") });
  expect(screen.queryByText(/GPU/)).toBeNull();
  screen.getByText("Storage used");
});

test("an answer that is no history is said, and nothing is drawn from it", async () => {
  await show({ title: "Not Found" });
  screen.getByText("server gave no history");
});
