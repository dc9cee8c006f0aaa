import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AdminApi } from "./api";
import { parseEvent, readEvents } from "./events";
import { followRun, type Contact } from "./follow";
import { api, call, event, eventStream, run } from "./samples";
import { AWAY, type Trouble } from "./trouble";
import { reduce, type LiveRun } from "./useRun";

const RUNNING = run({ state: "RUNNING", end: null });
const [started, first, second, done] = [
  event(0, "started", RUNNING),
  event(1, "call", call({ warmup: true })),
  event(2, "call", call()),
  event(3, "done", run()),
] as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function follow(events: AdminApi["events"]) {
  const told: number[] = [];
  const contacts: Contact[] = [];
  const troubles: Trouble[] = [];
  const leaving = new AbortController();
  const end = followRun(
    api({ events }),
    "b-1",
    {
      onEvent: ({ id }) => told.push(id),
      onContact: (contact) => contacts.push(contact),
      onTrouble: (trouble) => troubles.push(trouble),
    },
    leaving.signal,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  leaving.abort();
  await end;
  return { told, contacts, troubles };
}

test("events are read from bytes cut anywhere; pings and broken ones are none", async () => {
  const text = `${started}: ping\n\n${first}id: 9\nevent: call\ndata: {\n\n`;
  const ids: number[] = [];
  for await (const { id } of readEvents(eventStream(text.split(/(?<=\d|d)/)))) ids.push(id);
  expect(ids).toEqual([0, 1]);
  expect(parseEvent("event: call\ndata: 1")).toBeNull();
});

test("a line that is silent for too long is given up", async () => {
  const reading = (async () => {
    for await (const { id } of readEvents(eventStream([started], true), 5000)) expect(id).toBe(0);
  })();
  const gaveUp = expect(reading).rejects.toThrow("silent");
  await vi.advanceTimersByTimeAsync(5001);
  await gaveUp;
});

test("a lost line goes on behind the last event, over as many failures as it takes", async () => {
  const events = vi
    .fn<AdminApi["events"]>()
    .mockResolvedValueOnce({ value: eventStream([started, first]) })
    .mockResolvedValueOnce({ trouble: AWAY })
    .mockResolvedValueOnce({ trouble: AWAY })
    .mockResolvedValueOnce({ value: eventStream([second, done]) });
  const { told, contacts, troubles } = await follow(events);
  expect(told).toEqual([0, 1, 2, 3]);
  expect(events.mock.calls.map(([, lastEventId]) => lastEventId)).toEqual([null, 1, 1, 1]);
  expect(contacts).toEqual(["live", "lost", "lost", "lost", "live"]);
  expect(troubles).toEqual([]);
});

test("a run that is not there is not asked for again", async () => {
  const trouble = { ...AWAY, code: "not_found", text: "There is no such run." };
  const events = vi.fn<AdminApi["events"]>().mockResolvedValue({ trouble });
  expect((await follow(events)).troubles).toEqual([trouble]);
  expect(events).toHaveBeenCalledTimes(1);
});

test("a call told twice counts once", () => {
  const told = [started, first, first, second].map((text) => parseEvent(text.trimEnd()));
  let live: LiveRun = { run: null, calls: [], contact: "live", trouble: null };
  for (const each of told) if (each) live = reduce(live, { event: each });
  expect(live.calls).toHaveLength(2);
  expect(live.run).toEqual(RUNNING);
});
