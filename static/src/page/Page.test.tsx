// @vitest-environment jsdom
import { fireEvent, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { metrics, NOW } from "../test/samples";
import { Page } from "./Page";

beforeEach(() => {
  history.replaceState(null, "", "/");
  vi.stubGlobal("fetch", vi.fn(() => new Promise(() => undefined)));
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
});

function show() {
  return render(<Page url="/api/metrics" evidence="/api/evidence" initial={{ metrics: metrics(), date: NOW }} theme="dark" />);
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
