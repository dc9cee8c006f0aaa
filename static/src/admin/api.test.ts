import { beforeEach, expect, test, vi } from "vitest";
import { openAdminApi } from "./api";
import { preflight, run } from "./samples";
import { AWAY } from "./trouble";

const TOKEN = "a-token-of-the-operator-0123456789";
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  fetched.mockResolvedValue(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
};

test("the token is in a header and in no address", async () => {
  answer(200, { runs: [run()] });
  const refused = vi.fn();
  expect(await openAdminApi(TOKEN, refused).runs()).toEqual({ value: [run()] });
  const [address, init] = fetched.mock.calls[0] ?? [];
  expect(address).toBe("/admin/api/benchmarks");
  expect(new Headers(init?.headers).get("Authorization")).toBe(`Bearer ${TOKEN}`);
  expect(init).toMatchObject({ cache: "no-store", credentials: "omit" });
  expect(refused).not.toHaveBeenCalled();
});

test("a refused token is told, whatever was asked", async () => {
  answer(401, { status: 401, code: "unauthorized" });
  const refused = vi.fn();
  await openAdminApi(TOKEN, refused).cancel("b-1");
  expect(refused).toHaveBeenCalledWith(expect.objectContaining({ text: "This is not the admin token." }));
});

test.each([
  [409, { code: "busy" }, { Location: "/admin/api/benchmarks/b-7" }, { text: "Another run is on; there is one at a time.", runId: "b-7" }],
  [429, { code: "rate_limited" }, { "Retry-After": "12" }, { text: "Asked too often. Try again in 12 s.", runId: null }],
  [503, { code: "unavailable" }, {}, { text: "The admin program does not answer. Try again in 1 s." }],
  [503, { code: "too_many_streams", detail: "4 streams are open" }, { "Retry-After": "5" }, { text: "4 streams are open. Try again in 5 s." }],
  [400, { code: "bad_plan", detail: "calls is not a whole number" }, {}, { text: "Calls is not a whole number." }],
  [422, { code: "not_ready", preflight: preflight({ ready: false }) }, {}, { preflight: preflight({ ready: false }) }],
  [502, "<html>", {}, { code: "error", text: "The server answers 502." }],
])("status %i is put in words", async (status, body, headers, expected) => {
  answer(status, body, headers);
  const reply = await openAdminApi(TOKEN, vi.fn()).start(preflight().plan);
  expect("trouble" in reply && reply.trouble).toMatchObject(expected);
});

test.each([
  ["no answer", () => fetched.mockRejectedValue(new TypeError("network"))],
  ["an answer that is no JSON", () => { answer(200, "<html>"); }],
  ["an answer of another shape", () => { answer(200, { runs: [1] }); }],
])("%s is a server that is away", async (_, prepare) => {
  prepare();
  expect(await openAdminApi(TOKEN, vi.fn()).runs()).toEqual({ trouble: AWAY });
});

test("events are asked for from behind the last one", async () => {
  answer(200, "");
  const client = openAdminApi(TOKEN, vi.fn());
  await client.events("b-1", 3, new AbortController().signal);
  await client.events("b-1", null, new AbortController().signal);
  const sent = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get("Last-Event-ID"));
  expect(sent).toEqual(["3", null]);
});
