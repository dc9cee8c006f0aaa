// scripts/check-layers: what it lets pass and what it refuses, on small trees made for it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * Runs the check on a tree of these files.
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} files path to text
 */
function check(t, files) {
  const root = mkdtempSync(join(tmpdir(), "check-layers-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { status, stdout, stderr } = spawnSync(join(PROJECT, "scripts/check-layers"), [root], { encoding: "utf8" });
  return { status, stderr, offences: stdout.split("\n").filter(Boolean) };
}

test("the project itself keeps its floors", () => {
  const { status, stdout } = spawnSync(join(PROJECT, "scripts/check-layers"), { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

test("what lies below or beside may be included", (t) => {
  const { status, offences } = check(t, {
    "cgi/base/buf.c": '#include "base/buf.h"\n#include <stdio.h>\n',
    "cgi/base/crypto.c": "#include <openssl/sha.h>\n",
    "cgi/eth/sign.c": '#include "base/buf.h"\n#include "net/http.h"\n#include <secp256k1.h>\n#include <secp256k1_recovery.h>\n',
    "cgi/net/http.c": '#include "eth/hex.h"\n#include <curl/curl.h>\n',
    "cgi/store/jobs.c": '#include "web/etag.h"\n#include <sqlite3.h>\n',
    "cgi/web/server.c": '#include "net/http.h"\n#include <fcgiapp.h>\n  #  include <fcgi_stdio.h>\n',
    "cgi/panel/poller.c": '#include "panel/snapshot.h"\n#include "zerog/serving.h"\n#include "base/buf.h"\n',
    "cgi/proof/prover.c": '#include "proof/tasks.h"\n#include "store/store.h"\n#include "net/http.h"\n',
    "cgi/bench/run.c": '#include "bench/plan.h"\n#include "store/jobs.h"\n',
    "cgi/admin.c": '#include "panel/api.h"\n#include "bench/run.h"\n',
    "cgi/panel/notes.txt": '#include "bench/run.h"\n',
  });
  assert.deepEqual(offences, []);
  assert.equal(status, 0);
});

/** One wrong file each, and the line it is told by. */
const wrong = {
  "a floor above": ["cgi/base/json.c", '\n#include "eth/hex.h"\n', /^cgi\/base\/json\.c:2: .*eth\/hex\.h/],
  "a floor above, from a header": ["cgi/eth/rpc.h", '#include "zerog/serving.h"\n', /^cgi\/eth\/rpc\.h:1: /],
  "a floor above, with blanks": ["cgi/zerog/a.c", ' #\tinclude\t"panel/api.h"\n', /^cgi\/zerog\/a\.c:1: /],
  "bench in panel": ["cgi/panel/a.c", '#include "bench/run.h"\n', /^cgi\/panel\/a\.c:1: .*each other/],
  "panel in bench": ["cgi/bench/a.h", '#include "panel/api.h"\n', /^cgi\/bench\/a\.h:1: .*each other/],
  "proof in panel": ["cgi/panel/a.c", '#include "proof/prover.h"\n', /^cgi\/panel\/a\.c:1: .*each other/],
  "bench in proof": ["cgi/proof/a.c", '#include "bench/run.h"\n', /^cgi\/proof\/a\.c:1: .*each other/],
  "libfcgi outside web": ["cgi/metrics.c", "#include <fcgiapp.h>\n", /^cgi\/metrics\.c:1: .*cgi\/web\//],
  "libfcgi in quotes": ["cgi/panel/a.c", '#include "fcgi_config.h"\n', /^cgi\/panel\/a\.c:1: .*cgi\/web\//],
  "libcurl outside net": ["cgi/panel/a.c", "#include <curl/multi.h>\n", /^cgi\/panel\/a\.c:1: .*cgi\/net\//],
  "SQLite outside store": ["cgi/bench/a.c", "#include <sqlite3.h>\n", /^cgi\/bench\/a\.c:1: .*cgi\/store\//],
  "libsecp256k1 outside eth": ["cgi/zerog/a.c", "#include <secp256k1.h>\n", /^cgi\/zerog\/a\.c:1: .*cgi\/eth\//],
  "libcrypto outside crypto.c": ["cgi/base/log.c", "#include <openssl/evp.h>\n", /^cgi\/base\/log\.c:1: .*crypto\.c/],
  "a folder on no floor": ["cgi/misc/a.c", "int a;\n", /^cgi\/misc\/a\.c:1: .*no floor/],
  "a header on no floor": ["cgi/web/a.c", '#include "misc/a.h"\n', /^cgi\/web\/a\.c:1: .*no floor/],
  "a header without its folder": ["cgi/web/a.c", '#include "reply.h"\n', /^cgi\/web\/a\.c:1: /],
  "a path that leads up": ["cgi/web/a.c", '#include "base/../panel/api.h"\n', /^cgi\/web\/a\.c:1: /],
  "a macro": ["cgi/web/a.c", "#include HEADER\n", /^cgi\/web\/a\.c:1: .*cannot be checked/],
};

for (const [name, [path, text, expected]] of Object.entries(wrong)) {
  test(`refused: ${name}`, (t) => {
    const { status, offences } = check(t, { [path]: text, "cgi/base/fine.c": '#include "base/fine.h"\n' });
    assert.equal(offences.length, 1, offences.join("\n"));
    assert.match(offences[0], expected);
    assert.equal(status, 1);
  });
}

test("every offence is told", (t) => {
  const { status, offences } = check(t, {
    "cgi/base/a.c": '#include "net/http.h"\n#include "base/buf.h"\n#include <curl/curl.h>\n',
    "cgi/web/b.c": '\n\n#include "panel/api.h"\n',
  });
  assert.deepEqual(
    offences.map((line) => line.split(" ")[0]),
    ["cgi/base/a.c:1:", "cgi/base/a.c:3:", "cgi/web/b.c:3:"],
  );
  assert.equal(status, 1);
});

test("a tree without cgi/ is no clean tree", (t) => {
  const { status, stderr } = check(t, { "README.md": "" });
  assert.equal(status, 2);
  assert.match(stderr, /no cgi\//);
});
