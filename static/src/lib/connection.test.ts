import { expect, test } from "vitest";
import { before, metrics, NOW, source, sources } from "../test/samples";
import { connectionOf } from "./connection";

const answered = { date: NOW, failures: 0, failure: null };

test("connected while the server answers and the chain is fresh", () => {
  expect(connectionOf({ ...answered, metrics: metrics() })).toEqual({ state: "connected", message: null });
});

test("connecting before the first answer", () => {
  expect(connectionOf({ metrics: null, date: null, failures: 1, failure: "server not answering" })).toEqual({
    state: "connecting",
    message: null,
  });
});

test("one failed poll changes nothing, two disconnect", () => {
  const failing = { metrics: metrics(), date: NOW, failure: "server not answering" };
  expect(connectionOf({ ...failing, failures: 1 }).state).toBe("connected");
  expect(connectionOf({ ...failing, failures: 2 })).toEqual({
    state: "disconnected",
    message: "server not answering",
  });
});

test("a server that repeats an old rendering has lost its program", () => {
  expect(connectionOf({ ...answered, metrics: metrics({ renderedAt: before(12_000) }) }).state).toBe("connected");
  expect(connectionOf({ ...answered, metrics: metrics({ renderedAt: before(12_001) }) })).toEqual({
    state: "disconnected",
    message: "metrics program not answering",
  });
});

test("a stale chain is an error with its age, even when the reply calls it fresh", () => {
  const reply = metrics({ sources: sources({ chain: source({ state: "fresh", fetchedAt: before(40_000) }) }) });
  expect(connectionOf({ ...answered, metrics: reply })).toEqual({
    state: "error",
    message: "0G chain unreachable for 40 s",
  });
});

test("a chain that never answered has no age to tell", () => {
  const reply = metrics({ sources: sources({ chain: source({ state: "error", fetchedAt: null }) }) });
  expect(connectionOf({ ...answered, metrics: reply }).message).toBe("0G chain unreachable");
});

test("a chain that answers but stands still is not called unreachable", () => {
  const network = { ...metrics().network, head: { number: 7, time: before(70_000) } };
  const reply = metrics({ network, sources: sources({ chain: source({ state: "stale", code: "head_stuck" }) }) });
  expect(connectionOf({ ...answered, metrics: reply })).toEqual({
    state: "error",
    message: "0G chain stands still for 1 min",
  });
});
