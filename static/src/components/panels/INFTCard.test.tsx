// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { INFTStatus } from "../../lib/model";
import { inft, NOW, source } from "../../test/samples";
import { INFTCard } from "./INFTCard";

function show(fields: Partial<INFTStatus>, now: number | null = NOW) {
  return render(<INFTCard inft={{ ...inft, ...fields }} source={undefined} simulated={false} now={now} />);
}

test.each(["active", "minting", "inactive"] as const)("%s is a word with its mark", (status) => {
  show({ status });
  expect(screen.getByText(status).closest("[data-status]")?.getAttribute("data-status")).toBe(status);
});

test("labels and values", () => {
  show({});
  for (const text of ["Token:", "12345", "Model:", "llama-3-8b", "Inferences:", "5,678", "Last Active:", "2 minutes ago"]) {
    screen.getByText(text);
  }
});

test("an unknown status is the dash with its source's reason", () => {
  const failing = source({ reason: "owner not readable · for 9 s · check the contract" });
  render(<INFTCard inft={{ ...inft, status: null }} source={failing} simulated={false} now={NOW} />);
  screen.getByText("owner not readable");
  expect(screen.queryByText("Status:")).toBeNull();
});

test("unknown figures are dashes, never zero", () => {
  show({ modelName: null, inferenceCount: null, lastActive: null });
  expect(screen.getAllByText("—")).toHaveLength(3);
});

test("the foot has the finer word, that it is derived, and what the last activity was", () => {
  const more = { lifecycle: "AUTHORISED", derivedFrom: "authorizedUsersOf() is not empty", lastActiveBasis: "last log" } as const;
  render(<INFTCard inft={{ ...inft, ...more }} source={source()} simulated now={NOW} />);
  screen.getByText("AUTHORISED, derived · active: last log");
  expect(screen.getByTitle("authorizedUsersOf() is not empty").getAttribute("data-status")).toBe("active");
});

test("the card says what it counts", () => {
  show({ inferenceBasis: "recorded jobs" });
  screen.getByText("5,678");
  screen.getByText("recorded jobs");
});

test("an unknown status of a source that is well says what it is derived from", () => {
  const unknown = { status: null, lifecycle: "UNKNOWN", derivedFrom: "the contract does not tell an owner" };
  render(<INFTCard inft={{ ...inft, ...unknown }} source={source()} simulated={false} now={NOW} />);
  screen.getByText("the contract does not tell an owner");
});

test("a token whose mint is pending has no number yet", () => {
  show({ tokenId: "", status: "minting" });
  screen.getByText("—");
});

test("before the time is known nothing is called recent", () => {
  show({}, null);
  expect(screen.queryByText(/ago|just now/)).toBeNull();
});
