/** Reports from outside: their numbers computed a second time, their chain by hand, their forgeries. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { expectedLines } from "./recompute.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = join(root, process.env.BUILD ?? "build");

/** @type {string} */
let dir;

before(() => {
  dir = mkdtempSync(join(tmpdir(), "report-"));
  execFileSync(join(build, "tests/report/sample_report"), [dir]);
});

after(() => rmSync(dir, { recursive: true, force: true }));

/** @param {string} name */
const read = (name) => readFileSync(join(dir, name), "utf8");

const names = () =>
  readdirSync(dir)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -3));

/** @param {string} path */
const verify = (path) => spawnSync(join(build, "verify"), [path], { encoding: "utf8" });

test("the Markdown's numbers are those of its raw data", () => {
  let checked = 0;
  for (const name of names()) {
    const lines = read(`${name}.md`).split("\n");
    const { run, derived } = JSON.parse(read(`${name}.json`));
    for (let endpoint = 0; endpoint < run.head.endpoints.length; endpoint++) {
      const expected = expectedLines(run, endpoint);
      for (const { row, text, cost } of expected.calls) {
        const line = lines.find((each) => each.startsWith(`| ${row} | `) || each.startsWith(`| ${row} \\* | `));
        assert.ok(line?.includes(`| ${text}`) && line.includes(cost), `${name}: call ${row}: ${text}${cost}`);
        checked++;
      }
      for (const row of expected.rows) {
        assert.ok(lines.some((line) => line.startsWith(row)), `${name}: ${row}`);
        checked++;
      }
      const good = run.calls.filter(
        (/** @type {import("./recompute.mjs").Call} */ call) =>
          !call.warmup && call.endpoint === endpoint && call.outcome === "ok",
      );
      assert.equal(derived[endpoint].succeeded, good.length);
    }
  }
  assert.ok(checked > 500, `${checked} figures`);
});

/** The chain as bench/record.h defines it, over the lines of the file. @param {string[]} lines */
function chainOf(lines) {
  const part = (/** @type {string} */ line) => line.replace(/^"head":/, "").replace(/,$/, "");
  const first = lines.findIndex((line) => line.startsWith('"head":'));
  let link = createHash("sha256").update(part(lines[first])).digest();
  for (let i = first + 2; lines[i] !== "],"; i++)
    link = createHash("sha256").update(link).update(part(lines[i])).digest();
  return link.toString("hex");
}

test("the chain can be computed from the file's lines", () => {
  for (const name of names()) {
    const text = read(`${name}.json`);
    assert.equal(chainOf(text.split("\n")), JSON.parse(text).run.tail.root, name);
  }
});

test("true reports verify", () => {
  for (const name of names()) {
    const { status, stdout } = verify(join(dir, `${name}.md`));
    assert.equal(status, 0, `${name}: ${stdout}`);
    assert.match(stdout, /\nverified\n$/);
  }
});

/** @param {string} ending @param {(text: string) => string} change */
function forge(ending, change) {
  for (const each of ["md", "json"]) copyFileSync(join(dir, `plain.${each}`), join(dir, `forged.${each}`));
  const path = join(dir, `forged.${ending}`);
  const before = readFileSync(path, "utf8");
  const text = change(before);
  assert.notEqual(text, before);
  writeFileSync(path, text);
  const result = verify(join(dir, "forged.md"));
  for (const each of ["md", "json"]) rmSync(join(dir, `forged.${each}`));
  return result;
}

test("a changed digit is found and named in both files", () => {
  const forgeries = [
    { ending: "md", from: "2584.623 ms", to: "1584.623 ms", says: /forged\.md differs in line \d+/ },
    { ending: "md", from: "0.0000542 0G", to: "0.0000541 0G", says: /forged\.md differs in line \d+/ },
    { ending: "json", from: '"endUs":5315318', to: '"endUs":5315317', says: /was changed, added, removed or moved/ },
    { ending: "json", from: '"average":2584623', to: '"average":2584622', says: /forged\.json differs in line \d+/ },
    { ending: "json", from: '"settledNeuron":"0"', to: '"settledNeuron":"1"', says: /forged\.md differs/ },
    { ending: "json", from: '"number":4,', to: '"number":4, ', says: /line 9: not as this program writes it/ },
  ];
  for (const { ending, from, to, says } of forgeries) {
    const { status, stdout } = forge(ending, (text) => text.replace(from, to));
    assert.equal(status, 1, `${from}: ${stdout}`);
    assert.match(stdout, says);
    assert.match(stdout, /\nNOT verified\n$|^NOT verified\n$/m);
  }
});

test("a file that is missing or named otherwise is told apart from a forged one", () => {
  assert.equal(verify(join(dir, "absent.md")).status, 2);
  assert.equal(verify(join(dir, "plain.json")).status, 2);
});

test("nothing of the network is linked into the verifier", () => {
  const symbols = execFileSync("nm", ["-u", join(build, "verify")], { encoding: "utf8" });
  assert.doesNotMatch(symbols, /\bcurl_|\bFCGX_|\bsqlite3_/);
});

test("the CSV has a row for each call and the header's fields in each", () => {
  const rows = read("plain.csv").trimEnd().split("\r\n");
  assert.equal(rows.length, 1 + JSON.parse(read("plain.json")).run.calls.length);
  const width = rows[0].split(",").length;
  for (const row of rows) assert.equal(row.split(",").length, width);
});

/** What the harnesses of reports begin with: a report of another form would be refused at its first field. */
function seeds() {
  const json = read("plain.json");
  const line = (/** @type {RegExp} */ start) => json.split("\n").find((each) => start.test(each)) ?? "";
  const inside = (/** @type {RegExp} */ start) => line(start).replace(/^"\w+":/, "").replace(/,$/, "");
  const both = (/** @type {string} */ name) => `${read(`${name}.md`)}\0${read(`${name}.json`)}`;
  return {
    "report/head": inside(/^"head":/),
    "report/call": inside(/^\{"number":1,"warmup":false/),
    "report/tail": inside(/^"tail":/),
    "report/short": read("no-measured-call.json"),
    "report/baseline": read("with-baseline.json"),
    "report/earlier": read("with-earlier-run.json"),
    "verify/no-measured-call": both("no-measured-call"),
    "verify/plain": both("plain"),
    "verify/two-endpoints": both("two-endpoints"),
  };
}

/* UPDATE_SEEDS=1 writes them anew. */
test("the seeds of the fuzz harnesses are what this program writes", () => {
  for (const [name, text] of Object.entries(seeds())) {
    const file = join(root, "tests/fuzz/corpus", name);
    assert.ok(text.length > 100, name);
    if (process.env.UPDATE_SEEDS === "1") writeFileSync(file, text);
    else assert.ok(readFileSync(file, "utf8") === text, `${name} is of another form`);
  }
});
