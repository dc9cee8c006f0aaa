// The client's side of FastCGI 1.0, as much as the tests of cgi/web need.
import net from "node:net";

const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const RESPONDER = 1;
const KEEP_CONN = 1;

/** @param {number} type @param {Buffer} content */
export function record(type, content) {
  const header = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([header, content]);
}

/** @param {number} length */
function encodedLength(length) {
  if (length < 128) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length + 0x80000000);
  return bytes;
}

/** @param {Record<string, string>} params */
export function encodeParams(params) {
  return Buffer.concat(
    Object.entries(params).flatMap(([name, value]) => {
      const [n, v] = [Buffer.from(name, "latin1"), Buffer.from(value, "latin1")];
      return [encodedLength(n.length), encodedLength(v.length), n, v];
    }),
  );
}

/**
 * The bytes of a request.
 * @param {Record<string, string>} params
 * @param {{ keepConnection?: boolean, body?: string }} [options]
 */
export function encodeRequest(params, { keepConnection = false, body = "" } = {}) {
  const begin = Buffer.from([0, RESPONDER, keepConnection ? KEEP_CONN : 0, 0, 0, 0, 0, 0]);
  const records = [record(BEGIN_REQUEST, begin), record(PARAMS, encodeParams(params)), record(PARAMS, Buffer.alloc(0))];
  if (body) records.push(record(STDIN, Buffer.from(body)));
  records.push(record(STDIN, Buffer.alloc(0)));
  return Buffer.concat(records);
}

/** @param {Buffer} bytes */
function decodeReply(bytes) {
  const output = [];
  let ended = false;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes[at + 1] === STDOUT) output.push(bytes.subarray(at + 8, at + 8 + length));
    if (bytes[at + 1] === END_REQUEST) ended = true;
    at += 8 + length + bytes[at + 6];
  }
  if (!ended) throw new Error(`the reply is cut off after ${bytes.length} bytes`);
  const text = Buffer.concat(output).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("the reply has no header");
  /** @type {Record<string, string>} */
  const headers = {};
  for (const line of text.slice(0, end).split("\r\n")) {
    const colon = line.indexOf(": ");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 2);
  }
  return { status: Number.parseInt(headers.status, 10), headers, body: text.slice(end + 4) };
}

/** @param {string} socketPath @returns {Promise<net.Socket>} */
export function connect(socketPath) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath, () => resolve(socket));
    socket.once("error", reject);
  });
}

/**
 * One request on its own connection. Rejects when the connection is refused or the reply is cut off.
 * @param {string} socketPath
 * @param {string} url path and query
 * @param {{ method?: string, params?: Record<string, string>, body?: string, keepConnection?: boolean }} [options]
 */
export async function request(socketPath, url, { method = "GET", params = {}, body = "", keepConnection } = {}) {
  const [path, query = ""] = url.split("?");
  const socket = await connect(socketPath);
  const all = {
    REQUEST_METHOD: method,
    SCRIPT_NAME: path,
    QUERY_STRING: query,
    CONTENT_LENGTH: body ? String(Buffer.byteLength(body)) : "",
    ...params,
  };
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      try {
        resolve(decodeReply(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
    socket.write(encodeRequest(all, { body, keepConnection }));
  });
}
