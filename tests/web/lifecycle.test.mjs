// How cgi/web starts, gets its socket, shares its threads and stops.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { test } from "node:test";
import { connect, encodeRequest, request } from "./fastcgi.mjs";
import { echoServer, sleep, spawnEcho, spawnHolder, startOwn, temporaryFolder } from "./programs.mjs";

const CLIENTS = 24;
/** A wrong setting: trying again would not help. */
const EXIT_CONFIG = 78;
/** What a request in flight is given by a stop. */
const GRACE_MS = 2000;
/** A stop without one has nothing to wait for; a busy machine takes its time. */
const IDLE_STOP_MS = 1500;

/**
 * Clients that ask without pause until told to stop. Refused connections are not requests in flight
 * and are counted apart; everything else must be answered.
 * @param {import("node:test").TestContext} t @param {string} socket
 */
function load(t, socket) {
  const counts = { answered: 0, refused: 0, lost: 0 };
  let running = true;
  const client = async () => {
    while (running) {
      try {
        const reply = await request(socket, "/echo?x=1");
        assert.equal(reply.status, 200);
        counts.answered++;
      } catch (error) {
        const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? "";
        if (["ECONNREFUSED", "ENOENT"].includes(code)) {
          counts.refused++;
          await sleep(5);
        } else {
          counts.lost++;
        }
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  const stop = async () => {
    running = false;
    await Promise.all(clients);
    return counts;
  };
  t.after(stop);
  return { stop };
}

/** CPU time of a process in clock ticks. @param {number} pid */
function cpuTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])) {
  test(`${signal} ends an idle server at once and cleanly`, async (t) => {
    const { child, exited, socket, output } = await startOwn(t);
    assert.equal(statSync(socket).mode & 0o777, 0o660);
    const before = Date.now();
    child.kill(signal);
    assert.equal(await exited, 0);
    assert.ok(Date.now() - before < 500);
    assert.ok(!existsSync(socket));
    assert.match(output.log, /"event":"stop_called"/);
  });
}

test("own socket: a stop under load answers every accepted request", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  const clients = load(t, socket);
  await sleep(400);
  child.kill("SIGTERM");
  assert.equal(await exited, 0);
  const counts = await clients.stop();
  assert.ok(counts.answered > CLIENTS, JSON.stringify(counts));
  assert.equal(counts.lost, 0);
});

for (const mode of /** @type {const} */ (["stdin", "listen-fds"])) {
  test(`${mode}: restarts under load lose and refuse nothing`, async (t) => {
    const held = spawnHolder(t, mode);
    let pid = await held.start();
      const clients = load(t, held.socket);
    for (let round = 0; round < 5; round++) {
      await sleep(150);
      process.kill(pid, "SIGTERM");
      assert.equal(await held.exited(), 0, held.output.log);
      pid = await held.start();
    }
    await sleep(150);
    const counts = await clients.stop();
    assert.ok(counts.answered > CLIENTS, JSON.stringify(counts));
    assert.deepEqual({ lost: counts.lost, refused: counts.refused }, { lost: 0, refused: 0 });
  });

  test(`${mode}: a request sent while no server runs is answered by the next`, async (t) => {
    const held = spawnHolder(t, mode);
    const pid = await held.start();
    const before = Date.now();
    process.kill(pid, "SIGTERM");
    assert.equal(await held.exited(), 0);
    assert.ok(Date.now() - before < IDLE_STOP_MS, `${Date.now() - before} ms`);
    const waiting = request(held.socket, "/echo?waited");
    await sleep(100);
    await held.start();
    assert.equal(JSON.parse((await waiting).body).query, "waited");
    assert.match(held.output.log, /"event":"serving","socket":"inherited"/);
  });
}

/**
 * Connections that the server has accepted while their request is still on the way: a stop in this
 * moment must not close them. They send it after `stop` and shortly before libfcgi gives up waiting.
 * @param {string} socket @param {() => void} stop
 */
async function stopBetweenConnectAndRequest(socket, stop) {
  const bytes = encodeRequest({ REQUEST_METHOD: "GET", SCRIPT_NAME: "/echo" });
  const clients = await Promise.all(Array.from({ length: 4 }, () => connect(socket)));
  const replies = clients.map(async (client) => {
    let length = 0;
    client.on("data", (chunk) => (length += chunk.length));
    await once(client, "close");
    return length;
  });
  await sleep(20);
  stop();
  await sleep(40);
  for (const client of clients) client.write(bytes);
  assert.ok((await Promise.all(replies)).every((length) => length > 0));
}

test("own socket: a request whose connection was accepted before the stop is answered", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  await stopBetweenConnectAndRequest(socket, () => child.kill("SIGTERM"));
  assert.equal(await exited, 0);
});

test("stdin: a request whose connection was accepted before the stop is answered", async (t) => {
  const held = spawnHolder(t, "stdin");
  const pid = await held.start();
  await stopBetweenConnectAndRequest(held.socket, () => process.kill(pid, "SIGTERM"));
  assert.equal(await held.exited(), 0);
});

test("an idle server on a non-blocking socket does not spin", async (t) => {
  const held = spawnHolder(t, "listen-fds-nonblocking");
  const pid = await held.start();
  const before = cpuTicks(pid);
  await sleep(1000);
  assert.ok(cpuTicks(pid) - before <= 10, `${cpuTicks(pid) - before} ticks`);
});

test("requests in flight are finished, the stop waits for them", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  const replies = Array.from({ length: 8 }, () => request(socket, "/slow?ms=800"));
  await sleep(200);
  child.kill("SIGTERM");
  for (const reply of await Promise.all(replies)) assert.equal(reply.body, '{"slow":true}');
  assert.equal(await exited, 0);
});

test("a stream ends with the server, which does not wait for its client", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  const replies = Array.from({ length: 8 }, () => request(socket, "/lines"));
  await sleep(200);
  const before = Date.now();
  child.kill("SIGTERM");
  assert.equal(await exited, 0);
  assert.ok(Date.now() - before < GRACE_MS, `${Date.now() - before} ms`);
  for (const reply of await Promise.all(replies)) assert.match(reply.body, /^(line\n)+$/);
});

test("a request that does not end is given up after 2 s, with code 1", async (t) => {
  const { child, exited, socket, output } = await startOwn(t);
  const lost = assert.rejects(request(socket, "/slow?ms=20000"));
  await sleep(100);
  child.kill("SIGTERM");
  assert.equal(await exited, 1);
  const lines = output.log.trim().split("\n").map((line) => JSON.parse(line));
  const at = (/** @type {string} */ event) => Date.parse(lines.find((line) => line.event === event).t);
  const took = at("stopped_hard") - at("stopping");
  assert.ok(took > GRACE_MS - 50 && took < 2 * GRACE_MS, `${took} ms`);
  assert.ok(!existsSync(socket));
  await lost;
});

test("silent clients delay neither others nor the stop", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  const silent = await Promise.all(Array.from({ length: 7 }, () => connect(socket)));
  for (const client of silent) client.on("error", () => {});
  const before = Date.now();
  await request(socket, "/echo");
  assert.ok(Date.now() - before < 1000, `${Date.now() - before} ms`);
  const more = await Promise.all(Array.from({ length: 16 }, () => connect(socket)));
  const stopping = Date.now();
  child.kill("SIGTERM");
  assert.equal(await exited, 0);
  assert.ok(Date.now() - stopping < 1500, `${Date.now() - stopping} ms`);
  for (const client of [...silent, ...more]) client.destroy();
});

test("a client that stops in the middle of its request cannot keep the server from stopping", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  const client = await connect(socket);
  client.on("error", () => {});
  client.write(encodeRequest({ REQUEST_METHOD: "GET", SCRIPT_NAME: "/echo" }).subarray(0, 20));
  await sleep(100);
  const before = Date.now();
  child.kill("SIGTERM");
  assert.equal(await exited, 1);
  assert.ok(Date.now() - before < 3000, "a supervisor would have killed it");
  client.destroy();
});

test("64 requests at once on 8 threads", async (t) => {
  const { socket } = await startOwn(t);
  const before = Date.now();
  const replies = await Promise.all(
    Array.from({ length: 64 }, (_, i) => request(socket, i % 2 ? "/slow?ms=50" : `/echo?n=${i}`)),
  );
  assert.ok(replies.every((reply) => reply.status === 200));
  replies.forEach((reply, i) => {
    if (i % 2 === 0) assert.equal(JSON.parse(reply.body).query, `n=${i}`);
  });
  /* 32 x 50 ms one after the other would be 1600 ms. */
  assert.ok(Date.now() - before < 1200, `${Date.now() - before} ms`);
});

test("descriptors running out is survived", async (t) => {
  const { child, socket, output } = await startOwn(t, { THREADS: "4" });
  const allow = (/** @type {number} */ descriptors) => {
    const run = spawnSync("prlimit", ["--pid", String(child.pid), `--nofile=${descriptors}:`]);
    assert.equal(run.status, 0, String(run.stderr));
  };
  allow(4);
  await output.until("accept_failed", 4); /* one line per thread */
  const waiting = request(socket, "/echo");
  await sleep(300);
  assert.match(output.log, /"event":"accept_failed","reason":"Too many open files"/);
  assert.equal(output.log.split("accept_failed").length - 1, 4);
  allow(256);
  assert.equal((await waiting).status, 200);
});

test("a listening socket that somebody else shut down ends the server with an error", async (t) => {
  const held = spawnHolder(t, "stdin");
  await held.start("start-and-break");
  held.breakSocket();
  assert.equal(await held.exited(), 1);
  await held.output.until("socket_lost");
});

test("own socket: what is in the way", async (t) => {
  const folder = temporaryFolder(t);
  /** @param {string | undefined} socket @param {Record<string, string>} [env] */
  const refused = async (socket, env, code = 1) => {
    const server = spawnEcho(t, { args: socket ? [socket] : [], env });
    assert.equal(await server.exited, code);
    const lines = server.output.log.trim().split("\n");
    assert.equal(lines.length, 1, server.output.log);
    return JSON.parse(lines[0]);
  };

  const file = path.join(folder, "file");
  writeFileSync(file, "precious");
  assert.equal((await refused(file)).reason, "the path is taken by something else");
  assert.equal(readFileSync(file, "utf8"), "precious");

  const live = path.join(folder, "live.sock");
  const other = net.createServer().listen(live);
  await new Promise((resolve) => other.once("listening", resolve));
  assert.equal((await refused(live)).reason, "another process answers on this socket");
  assert.ok(existsSync(live));
  other.close();

  assert.equal((await refused(undefined)).reason, "none was inherited and no path is set");
  assert.equal((await refused(path.join(folder, "no", "where"))).reason, "No such file or directory");
  assert.match((await refused(`/${"x".repeat(107)}`)).reason, /107 bytes/);

  const failing = path.join(folder, "failing.sock");
  assert.equal((await refused(failing, { START: "fail" }, EXIT_CONFIG)).event, "not_started");
  assert.ok(!existsSync(failing));
});

test("own socket: one left behind by a dead process is replaced", async (t) => {
  const first = await startOwn(t);
  first.child.kill("SIGKILL");
  await first.exited;
  assert.ok(existsSync(first.socket));
  const second = spawnEcho(t, { args: [first.socket] });
  await second.output.until("serving");
  second.child.kill("SIGTERM");
  assert.equal(await second.exited, 0);
});

test("own socket: the file of a successor stays", async (t) => {
  const first = await startOwn(t);
  const busy = request(first.socket, "/slow?ms=700");
  await sleep(100);
  first.child.kill("SIGTERM");
  await first.output.until("stopping");
  await sleep(50);
  const second = spawnEcho(t, { args: [first.socket] });
  await second.output.until("serving");
  assert.equal((await busy).status, 200);
  assert.equal(await first.exited, 0);
  assert.equal((await request(first.socket, "/echo")).status, 200);
  second.child.kill("SIGTERM");
  assert.equal(await second.exited, 0);
});

test("own socket: a file that took the place of the own one stays", async (t) => {
  const first = await startOwn(t);
  rmSync(first.socket);
  const second = spawnEcho(t, { args: [first.socket] });
  await second.output.until("serving");
  first.child.kill("SIGTERM");
  assert.equal(await first.exited, 0);
  assert.equal((await request(first.socket, "/echo")).status, 200);
});

test("LISTEN_FDS that is not for this process is left alone", async (t) => {
  const { socket } = await startOwn(t, { LISTEN_PID: "1", LISTEN_FDS: "1" });
  assert.equal((await request(socket, "/echo")).status, 200);
});

test("LISTEN_FDS without a listening socket is an error, not a fallback", () => {
  const run = spawnSync("sh", ["-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" /nowhere/x 3</dev/null', echoServer]);
  assert.equal(run.status, 1);
  assert.match(String(run.stderr), /it is not a listening socket/);
});
