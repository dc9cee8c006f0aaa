// @vitest-environment jsdom
import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { AdminApi } from "./api";
import { Desk } from "./Desk";
// It comes on demand; here it is there already, or a busy machine would take its time.
import "./Markdown";
import { api, call, event, eventStream, markdown, OTHER, plan, preflight, run } from "./samples";
import { AWAY } from "./trouble";

const RUNNING = run({ state: "RUNNING", end: null, calls: 0, succeeded: 0, spentNeuron: "0" });
const button = (name: string | RegExp) => screen.findByRole("button", { name });

test("the bound stands before the start, and what is started is what was checked", async () => {
  const asked = api();
  render(<Desk api={asked} initialRuns={[]} />);
  fireEvent.click(await button("Start, for at most 0.0005984 0G"));
  await screen.findByRole("heading", { name: `Run ${run().id}` });
  expect(asked.start).toHaveBeenCalledWith(plan);
});

test("a changed plan cannot be started before it is checked again", async () => {
  const asked = api();
  render(<Desk api={asked} initialRuns={[]} />);
  await button(/^Start/);
  fireEvent.change(screen.getByLabelText("Calls"), { target: { value: "20" } });
  fireEvent.change(screen.getByLabelText("What is called"), { target: { value: OTHER } });
  expect(screen.queryByRole("button", { name: /^Start/ })).toBeNull();
  screen.getByText("The plan has changed since: check it again.");
  fireEvent.click(screen.getByRole("button", { name: "Check what it costs" }));
  await button(/^Start/);
  expect(asked.preflight).toHaveBeenLastCalledWith(expect.objectContaining({ calls: 20, provider: OTHER, maxSpendNeuron: "10000000000000000" }));
});

test("without a key it says so and offers no start", async () => {
  const problems = [{ code: "no_wallet_key", detail: "there is no key to sign with · set ZG_CHAIN_PRIVATE_KEY_FILE", command: null, missingNeuron: null }];
  const judged = preflight({ ready: false, problems, endpoints: [], worstCaseNeuron: "0" });
  render(<Desk api={api({ preflight: () => Promise.resolve({ value: judged }) })} initialRuns={[]} />);
  await screen.findByText(/ZG_CHAIN_PRIVATE_KEY_FILE/);
  expect(screen.queryByRole("button", { name: /^Start/ })).toBeNull();
  expect(screen.queryByText("This run costs at most")).toBeNull();
});

test("an endpoint without a price has no bound, and says so instead of 0", async () => {
  render(<Desk api={api({ preflight: () => Promise.resolve({ value: preflight({ worstCaseNeuron: "0" }) }) })} initialRuns={[]} />);
  await screen.findByText("not known");
  await button("Start");
});

test.each([
  ["rate_limited", "Asked too often. Try again in 10 s."],
  ["away", "The server does not answer."],
])("a start that fails with %s says so and can be tried again", async (code, text) => {
  const start = vi.fn<AdminApi["start"]>(() => Promise.resolve({ trouble: { ...AWAY, code, text } }));
  render(<Desk api={api({ start })} initialRuns={[]} />);
  fireEvent.click(await button(/^Start/));
  expect((await screen.findByRole("alert")).textContent).toBe(text);
  fireEvent.click(await button(/^Start/));
  expect(start).toHaveBeenCalledTimes(2);
});

test("a run that is on when the desk opens is followed: its calls, its figures, its end", async () => {
  const texts = [event(0, "started", RUNNING), event(1, "call", call({ warmup: true })), event(2, "call", call({ number: 1, outcome: "timeout_first_token", costAtMost: true, spentNeuron: "11300000000000" }))];
  const events = vi.fn<AdminApi["events"]>(() => Promise.resolve({ value: eventStream(texts, true) }));
  const asked = api({ events });
  render(<Desk api={asked} initialRuns={[RUNNING]} />);
  const part = within((await screen.findByRole("heading", { name: `Run ${RUNNING.id}` })).closest("section") ?? document.body);
  await part.findByText("timeout_first_token");
  expect(part.getByRole<HTMLProgressElement>("progressbar").value).toBe(1);
  part.getByText("1 of 2");
  part.getByText("≤ 0.00000545 0G");
  part.getByText("0.0000113 0G");
  part.getByText("live");
  expect((await button("A run is on")).getAttribute("aria-disabled")).toBe("true");
  fireEvent.click(part.getByRole("button", { name: "Cancel the run" }));
  await screen.findByText("partial: cancelled");
  expect(asked.cancel).toHaveBeenCalledWith(RUNNING.id);
});

test("a report that cannot be had can be asked for again", async () => {
  const report = vi
    .fn<AdminApi["report"]>()
    .mockResolvedValueOnce({ trouble: AWAY })
    .mockImplementation(() => markdown("# The report"));
  render(<Desk api={api({ report })} initialRuns={[run()]} />);
  fireEvent.click(await button(`Open ${run().id}`));
  fireEvent.click(await button("Ask again"));
  await screen.findByRole("heading", { name: "The report" }, { timeout: 5000 });
});

test("two runs are compared, the older one first; a third mark drops the first", async () => {
  const runs = ["b-3", "b-2", "b-1"].map((id) => run({ id }));
  const asked = api();
  render(<Desk api={asked} initialRuns={runs} />);
  for (const id of ["b-2", "b-1", "b-3"]) fireEvent.click(screen.getByLabelText(`Compare ${id}`));
  expect(screen.getByLabelText<HTMLInputElement>("Compare b-2").checked).toBe(false);
  fireEvent.click(await button("Compare the marked runs"));
  await screen.findByRole("heading", { name: "b-1 and b-3" });
  expect(asked.comparison).toHaveBeenCalledWith("b-1", "b-3");
});

test("what was observed is read when it is asked for, and again", async () => {
  const asked = api();
  render(<Desk api={asked} initialRuns={[]} />);
  for (let times = 1; times <= 2; times++) {
    fireEvent.click(await button("Observed traffic"));
    await screen.findByRole("heading", { name: "Observed traffic (not a benchmark)" });
    expect(asked.observed).toHaveBeenCalledTimes(times);
  }
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("heading", { name: /^Observed/ })).toBeNull();
});
