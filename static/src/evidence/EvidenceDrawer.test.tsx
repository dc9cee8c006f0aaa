// @vitest-environment jsdom
import { fireEvent, render, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { playDialogs } from "../test/dialogs";
import type { Evidence } from "./evidence";
import EvidenceDrawer from "./EvidenceDrawer";
// Loaded here, or a busy machine takes longer over it than a test waits.
import "./QrCode";

const EXPLORER = "https://chainscan.0g.ai/address/0xa79F4cE1905f2CbD4C93c5Bf25B1BA3Bf8A0F91E";
const CURL = `curl -sS -H 'content-type: application/json' --data '{"id":1}' "$ZG_CHAIN_RPC"`;

function evidence(fields: Partial<Evidence> = {}): Evidence {
  return {
    source: "ledger",
    reason: null,
    origin: "https://evmrpc.0g.ai",
    contract: "0xa79F4cE1905f2CbD4C93c5Bf25B1BA3Bf8A0F91E",
    explorer: EXPLORER,
    curl: null,
    readings: [
      {
        reader: "ledger",
        good: true,
        code: null,
        readAt: "2026-03-01T12:00:00.000Z",
        block: 22874461,
        blockTime: null,
        blockExplorer: "javascript:alert(1)",
        requests: [
          {
            method: "POST",
            url: "https://evmrpc.0g.ai",
            body: `{"id":1}`,
            calls: [{ id: 1, method: "eth_call", contract: null, function: "getLedger(address)", explorer: null }],
            sentAt: null,
            tookMs: 41,
            status: 200,
            code: null,
            answer: `{"result":"<img src=x onerror=alert(1)>"}`,
            answerBytes: 20480,
            answerTruncated: true,
            curl: CURL,
          },
        ],
        requestsOmitted: 0,
        values: [{ name: "ledger.totalNeuron", value: "25000000000000000000", from: "getLedger(address) totalBalance" }],
        valuesTruncated: false,
      },
    ],
    ...fields,
  };
}

const answerWith = (body: unknown, status = 200) => {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal("fetch", fetched);
  return fetched;
};

beforeEach(playDialogs);

function show(onClose = () => undefined) {
  return render(<EvidenceDrawer source="ledger" base="/api/evidence" onClose={onClose} />);
}

test("it asks for the source once and shows request, values, and the line that repeats it", async () => {
  const fetched = answerWith(evidence());
  show();
  await screen.findByText("25000000000000000000");
  screen.getByText("getLedger(address) totalBalance");
  screen.getByText("1. eth_call getLedger(address)");
  screen.getByText("HTTP 200 · 41 ms · 20,480 B, the first of them shown");
  expect(screen.getByLabelText("Shell line that repeats request 1").textContent).toBe(CURL);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(fetched).toHaveBeenCalledWith("/api/evidence/ledger", expect.anything());
});

test("a QR code stands beside the explorer's link, and nowhere without one", async () => {
  answerWith(evidence());
  const first = show();
  await screen.findByRole("img", { name: /block explorer/ });
  expect(screen.getByRole("link").getAttribute("href")).toBe(EXPLORER);
  first.unmount();
  answerWith(evidence({ explorer: null }));
  show();
  await screen.findByText("25000000000000000000");
  expect(screen.queryByRole("img")).toBeNull();
});

test("what came from outside is text: no link but https, no markup", async () => {
  answerWith(evidence({ explorer: "javascript:alert(1)" }));
  const { container } = show();
  await screen.findByText("25000000000000000000");
  expect(screen.queryByRole("link")).toBeNull();
  expect(container.querySelector("pre img")).toBeNull();
});

test("the line is copied as it stands; without a clipboard it says so", async () => {
  answerWith(evidence());
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  show();
  fireEvent.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByText("copied");
  expect(writeText).toHaveBeenCalledWith(CURL);
  vi.stubGlobal("navigator", {});
  fireEvent.click(screen.getByRole("button", { name: "Copy" }));
  await screen.findByText("copy it by hand");
});

test.each([
  ["the server answers 404", () => answerWith({}, 404)],
  ["the server gave no evidence", () => answerWith({ readings: 1 })],
  ["the server does not answer", () => vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new Error("offline"))))],
])("without evidence it says that %s", async (words, prepare) => {
  prepare();
  show();
  expect((await screen.findByRole("alert")).textContent).toBe(`No evidence: ${words}.`);
});

test("it is read again on demand, and closed", async () => {
  const fetched = answerWith(evidence());
  const onClose = vi.fn(() => undefined);
  show(onClose);
  await screen.findByText("25000000000000000000");
  fireEvent.click(screen.getByRole("button", { name: "Read again" }));
  await vi.waitFor(() => {
    expect(fetched).toHaveBeenCalledTimes(2);
  });
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Close" }));
  expect(onClose).toHaveBeenCalledTimes(1);
});
