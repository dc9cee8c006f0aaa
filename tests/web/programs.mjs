// Starts the test programs of this folder, which `make test-programs` builds below BUILD.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const build = path.resolve(root, process.env.BUILD ?? "build");
export const echoServer = path.join(build, "tests", "web", "echo_server");
const holder = path.join(build, "tests", "web", "holder");

/* For a thread-sanitizer build: _exit() would wait a second for reports of other threads, but the
 * tests measure how long a stop takes; and a stop that gives a request up leaves its threads to
 * _exit() on purpose. */
const environment = {
  ...process.env,
  TSAN_OPTIONS: [process.env.TSAN_OPTIONS, "atexit_sleep_ms=0", "report_thread_leaks=0"].filter(Boolean).join(":"),
};

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A folder that goes with the test. @param {import("node:test").TestContext} t */
export function temporaryFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "web-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Keeps what a child writes to stderr.
 * @param {import("node:child_process").ChildProcess} child
 */
function collectLog(child) {
  const output = {
    log: "",
    /** Waits for the nth line of an event. @param {string} event @param {number} [times] */
    async until(event, times = 1) {
      const deadline = Date.now() + 10_000;
      while (output.log.split(`"event":"${event}"`).length <= times) {
        if (Date.now() > deadline) throw new Error(`no ${event} in the log: ${output.log}`);
        await sleep(5);
      }
    },
  };
  child.stderr?.on("data", (chunk) => (output.log += chunk));
  return output;
}

/**
 * An echo server with a socket of its own.
 * @param {import("node:test").TestContext} t
 * @param {{ args?: string[], env?: Record<string, string> }} options
 */
export function spawnEcho(t, { args = [], env = {} }) {
  const child = spawn(echoServer, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...environment, ...env },
  });
  /* "close" comes after the last line of the log, "exit" may come before it. */
  const exited = once(child, "close").then(([code, signal]) => code ?? signal);
  t.after(() => child.kill("SIGKILL"));
  return { child, exited, output: collectLog(child) };
}

/**
 * A running echo server on a socket of its own.
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} [env]
 */
export async function startOwn(t, env) {
  const socket = path.join(temporaryFolder(t), "echo.sock");
  const server = spawnEcho(t, { args: [socket], env });
  await server.output.until("serving");
  return { ...server, socket };
}

/**
 * A supervisor that holds the socket; start() runs the echo server once more.
 * @param {import("node:test").TestContext} t
 * @param {"stdin" | "listen-fds" | "listen-fds-nonblocking"} mode
 */
export function spawnHolder(t, mode) {
  const socket = path.join(temporaryFolder(t), "held.sock");
  const child = spawn(holder, [mode, socket, echoServer], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment,
  });
  t.after(() => child.kill("SIGKILL"));
  const output = collectLog(child);
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let starts = 0;
  const next = async (/** @type {string} */ word) => {
    const { value } = await lines.next();
    if (!value?.startsWith(word)) throw new Error(`${word} expected, not ${value}; ${output.log}`);
    return Number(value.slice(word.length));
  };
  return {
    socket,
    output,
    /** Resolves to the process id once the server runs. @param {"start" | "start-and-break"} [how] */
    async start(how = "start") {
      child.stdin.write(`${how}\n`);
      const pid = await next("pid ");
      await output.until("serving", ++starts);
      return pid;
    },
    /** Shuts the socket down, after start("start-and-break"). */
    breakSocket: () => child.stdin.write("break\n"),
    /** Resolves to the exit code. */
    exited: () => next("exit "),
  };
}
