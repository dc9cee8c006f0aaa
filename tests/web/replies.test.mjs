// What cgi/web answers, byte by byte over FastCGI.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, encodeRequest, request } from "./fastcgi.mjs";
import { sleep, startOwn } from "./programs.mjs";

test("replies", async (t) => {
  const { child, exited, socket } = await startOwn(t);
  /** @param {string} url @param {Parameters<typeof request>[2]} [options] */
  const get = (url, options) => request(socket, url, options);
  /** @param {Awaited<ReturnType<typeof get>>} reply @param {number} status @param {string} code */
  const assertProblem = (reply, status, code) => {
    assert.equal(reply.status, status);
    assert.equal(reply.headers["content-type"], "application/problem+json");
    assert.equal(reply.headers["cache-control"], "no-store");
    assert.equal(reply.headers["content-length"], String(reply.body.length));
    const problem = JSON.parse(reply.body);
    assert.equal(problem.type, "about:blank");
    assert.equal(problem.status, status);
    assert.equal(problem.code, code);
    assert.equal(`${status} ${problem.title}`, reply.headers.status);
  };

  await t.test("a request reaches its handler whole", async () => {
    const reply = await get("/echo/a/b?x=1", { params: { REQUEST_ID: "r-1" } });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.status, "200 OK");
    assert.equal(reply.headers["content-type"], "application/json");
    assert.equal(reply.headers["cache-control"], undefined);
    assert.deepEqual(JSON.parse(reply.body), {
      method: 1,
      path: "/echo/a/b",
      tail: "a/b",
      query: "x=1",
      requestId: "r-1",
    });
  });

  await t.test("hostile bytes in the path are text", async () => {
    const reply = await get('/echo/"<\r\nX: y\xff\x01');
    assert.equal(reply.status, 200);
    assert.equal(JSON.parse(reply.body).tail, '"<\r\nX: y\u00ef\u00bf\u00bd\x01');
    assert.deepEqual(Object.keys(reply.headers).sort(), [
      "content-length",
      "content-type",
      "status",
    ]);
  });

  await t.test("unknown paths are 404", async () => {
    for (const path of ["/", "", "/echo2", "/ech", "/item/", "//echo"])
      assertProblem(await get(path), 404, "not_found");
  });

  await t.test("other methods are 405 and say which are allowed", async () => {
    for (const method of ["POST", "PUT", "DELETE", "TRACE", "get", ""]) {
      const reply = await get("/echo", { method, body: "x" });
      assertProblem(reply, 405, "method_not_allowed");
      assert.equal(reply.headers.allow, "GET, HEAD, OPTIONS");
    }
    const reply = await get("/item", { method: "PATCH" });
    assert.equal(reply.headers.allow, "GET, HEAD, POST, DELETE, OPTIONS");
  });

  await t.test("rows with the same path share it by method", async () => {
    assert.equal(JSON.parse((await get("/item")).body).method, 1);
    assert.equal(JSON.parse((await get("/item", { method: "POST", body: "x" })).body).method, 2);
    assert.equal(JSON.parse((await get("/item", { method: "DELETE" })).body).method, 4);
  });

  await t.test("OPTIONS is 204 with Allow and nothing else", async () => {
    const reply = await get("/tagged", { method: "OPTIONS" });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers.allow, "GET, HEAD, OPTIONS");
    assert.equal(reply.headers["content-length"], undefined);
    assert.equal(reply.body, "");
    assertProblem(await get("/nowhere", { method: "OPTIONS" }), 404, "not_found");
  });

  await t.test("HEAD has the header of GET and no body", async () => {
    const [head, full] = [await get("/tagged", { method: "HEAD" }), await get("/tagged")];
    assert.deepEqual(head.headers, full.headers);
    assert.equal(full.headers["content-length"], String(full.body.length));
    assert.equal(head.body, "");
  });

  await t.test("If-None-Match", async () => {
    for (const method of ["GET", "HEAD"])
      for (const value of ['"v1"', 'W/"v1"', '"v0", "v1"', "*"]) {
        const reply = await get("/tagged", { method, params: { HTTP_IF_NONE_MATCH: value } });
        assert.equal(reply.status, 304, value);
        assert.equal(reply.headers.etag, '"v1"');
        assert.equal(reply.headers["cache-control"], "public, max-age=1");
        assert.equal(reply.headers["content-type"], undefined);
        assert.equal(reply.body, "");
      }
    for (const value of ['"v2"', "v1", ""]) {
      const reply = await get("/tagged", { params: { HTTP_IF_NONE_MATCH: value } });
      assert.equal(reply.status, 200, value);
      assert.equal(reply.body, '{"version":1}');
    }
  });

  await t.test("bodies and long queries are refused", async () => {
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      const reply = await get("/echo", { method, params: { CONTENT_LENGTH: "1" } });
      assert.equal(reply.status, 413, method);
    }
    assertProblem(await get("/echo", { body: "x" }), 413, "body_not_allowed");
    assertProblem(await get("/echo", { params: { CONTENT_LENGTH: "-1" } }), 413, "body_not_allowed");
    assert.equal((await get("/echo", { params: { CONTENT_LENGTH: "0" } })).status, 200);
    assert.equal((await get(`/echo?${"q".repeat(1024)}`)).status, 200);
    assertProblem(await get(`/echo?${"q".repeat(1025)}`), 414, "query_too_long");
    assertProblem(await get(`/nowhere?${"q".repeat(30_000)}`), 414, "query_too_long");
  });

  await t.test("a large body arrives whole, and every body is released", async () => {
    const reply = await get("/large?bytes=3000000");
    assert.equal(reply.headers["content-length"], "3000000");
    assert.equal(reply.body.length, 3_000_000);
    assert.match(reply.body, /^x+$/);
    await get("/large?bytes=10", { method: "HEAD" });
    await get("/large?bytes=10", { params: { HTTP_IF_NONE_MATCH: '"large"' } });
    const gone = await connect(socket);
    gone.write(
      encodeRequest({ REQUEST_METHOD: "GET", SCRIPT_NAME: "/large", QUERY_STRING: "bytes=3000000" }),
    );
    await sleep(50);
    gone.destroy();
    await sleep(50);
    assert.equal(JSON.parse((await get("/lent")).body).lent, 0);
  });

  await t.test("a stream arrives piece by piece, and is released when its client has gone", async () => {
    const head = await get("/lines", { method: "HEAD" });
    assert.equal(head.headers["content-length"], undefined);
    assert.equal(head.headers["x-accel-buffering"], "no");
    assert.equal(head.headers.location, "/elsewhere");
    assert.equal(head.body, "");
    const reader = await connect(socket);
    const arrived = [];
    reader.on("data", (chunk) => arrived.push(chunk.toString("latin1")));
    reader.write(encodeRequest({ REQUEST_METHOD: "GET", SCRIPT_NAME: "/lines" }));
    await sleep(300);
    assert.ok(arrived.length >= 4, `${arrived.length} pieces`);
    assert.match(arrived.at(-1), /line\n/);
    assert.equal(JSON.parse((await get("/lent")).body).lent, 1);
    reader.destroy();
    await sleep(200);
    assert.equal(JSON.parse((await get("/lent")).body).lent, 0);
  });

  await t.test("a request may use 8 MB of memory, each one anew", async () => {
    for (let i = 0; i < 20; i++) assert.equal((await get("/arena?bytes=8000000")).status, 200);
    const reply = await get("/arena?bytes=8500000");
    assertProblem(reply, 503, "arena_full");
    assert.ok(reply.body.includes("\\u003cno room\\u003e"), reply.body);
  });

  await t.test("a client that asks to keep the connection does not keep a thread", async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => get("/echo", { keepConnection: true })),
    );
    assert.ok(replies.every((reply) => reply.status === 200));
  });

  await t.test("broken FastCGI leaves the server alive", async () => {
    for (const bytes of ["GET / HTTP/1.0\r\n\r\n", "\x01\x04\0\x01\xff\xff\0\0", "\0", "\x01\x01\0\x01\0\x08\0\0"]) {
      const client = await connect(socket);
      client.on("error", () => {});
      client.end(Buffer.from(bytes, "latin1"));
    }
    await sleep(100);
    assert.equal((await get("/echo")).status, 200);
  });

  await t.test("the server has lost no memory", async () => {
    /* In a sanitizer build the exit code tells. */
    child.kill("SIGTERM");
    assert.equal(await exited, 0);
  });
});
