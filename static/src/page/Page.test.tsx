// @vitest-environment jsdom
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { playDialogs } from "../test/dialogs";
import { metrics, NOW } from "../test/samples";
import { Page } from "./Page";

/** Plays the browser's part: `seen` tells the page that the history has come on the screen, or has left it. */
let seen: ((isIntersecting: boolean) => void) | undefined;

class Window {
  constructor(notify: (entries: { isIntersecting: boolean }[]) => void) {
    seen = (isIntersecting) => {
      notify([{ isIntersecting }]);
    };
  }
  observe = () => undefined;
  disconnect = () => undefined;
}

function asked(url: string): number {
  return vi.mocked(fetch).mock.calls.filter(([address]) => address === url).length;
}

beforeEach(() => {
  history.replaceState(null, "", "/");
  vi.stubGlobal("fetch", vi.fn(() => new Promise(() => undefined)));
  vi.stubGlobal("IntersectionObserver", Window);
  seen = undefined;
  playDialogs();
});

function show() {
  return render(<Page url="/api/metrics" history="/api/history" initial={{ metrics: metrics(), date: NOW }} theme="dark" />);
}

test("the included snapshot is on the first screen and below it", () => {
  show();
  screen.getByText("0G Galileo · 16602 · #22,874,461 · 1 provider");
  expect(screen.getByRole("region", { name: "Compute services" })).toBeTruthy();
});

test("every missing part has one line with the variable that turns it on", () => {
  show();
  const list = within(screen.getByRole("region", { name: "Sources" }));
  for (const name of ["ZG_WALLET_ADDRESS", "ZG_STORAGE_MODE", "ZG_INFT_TOKEN_ID", "ZG_GPU_EXPORTER_URL", "ZG_STATUS_URL"]) {
    expect(list.getAllByText(new RegExp(name)), name).toHaveLength(1);
  }
});

test("k leaves the panel alone on the page, and brings the rest back", () => {
  show();
  fireEvent.keyDown(document.body, { key: "k" });
  expect(location.search).toBe("?kiosk=1");
  expect(screen.queryByRole("region", { name: "Compute services" })).toBeNull();
  expect(screen.queryByRole("toolbar")).toBeNull();
  expect(screen.queryByText(/ZG_/)).toBeNull();
  fireEvent.keyDown(document.body, { key: "k" });
  expect(location.search).toBe("");
  screen.getByRole("toolbar");
});

test("p and the button pause and resume", () => {
  show();
  fireEvent.keyDown(document.body, { key: "p" });
  screen.getByText("updates paused");
  fireEvent.click(screen.getByRole("button", { name: "Resume" }));
  expect(screen.queryByText("updates paused")).toBeNull();
});

test("? opens the help", () => {
  show();
  fireEvent.keyDown(document.body, { key: "?" });
  within(screen.getByRole("dialog", { name: "Help" })).getByText("pause and resume updates");
});

test("keys with a modifier belong to the browser", () => {
  show();
  fireEvent.keyDown(document.body, { key: "p", ctrlKey: true });
  expect(screen.queryByText("updates paused")).toBeNull();
});

test("the feet and the list of sources open the evidence", async () => {
  show();
  fireEvent.click(within(screen.getByRole("region", { name: "GPU Utilization" })).getByRole("button", { name: /GPU/ }));
  await screen.findByRole("dialog", { name: "GPU" });
  expect(fetch).toHaveBeenCalledWith("/api/evidence/gpu", expect.anything());
  fireEvent.click(screen.getByRole("button", { name: "Provider status" }));
  await screen.findByRole("dialog", { name: "Provider status" });
});

test("the history is asked for while it is on the screen, and never in kiosk", () => {
  show();
  expect(asked("/api/history")).toBe(0);
  act(() => seen?.(true));
  expect(asked("/api/history")).toBe(1);
  fireEvent.keyDown(document.body, { key: "k" });
  expect(screen.queryByRole("region", { name: "Last 15 min" })).toBeNull();
});

test("a paused page does not ask for the history either", () => {
  show();
  fireEvent.keyDown(document.body, { key: "p" });
  act(() => seen?.(true));
  expect(asked("/api/history")).toBe(0);
  fireEvent.keyDown(document.body, { key: "p" });
  expect(asked("/api/history")).toBe(1);
});
