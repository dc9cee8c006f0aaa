// node fetch-client.mjs URL STREAMS SECONDS: what bench_engine does, written with fetch as one would
// in Node.js: streams read as they come, each event parsed. Prints the same line of JSON.
import { readFileSync } from 'node:fs';

const [url, streams, seconds] = process.argv.slice(2);
const body = JSON.stringify({
    model: 'openai/gpt-oss-20b',
    messages: [{ role: 'user', content: 'Count to 64.' }],
    max_tokens: 64,
    temperature: 0,
    seed: 42,
    stream: true,
    stream_options: { include_usage: true },
});

/** What a chunk says. @returns {{isToken: boolean, isEnd: boolean}} */
function readEvent(data) {
    if (data === '[DONE]') return { isToken: false, isEnd: true };
    const [choice] = JSON.parse(data).choices;
    return { isToken: Boolean(choice?.delta.content || choice?.delta.reasoning_content), isEnd: false };
}

/** One call, in microseconds. @returns {Promise<{latencyUs: number, firstUs: number}>} */
async function call() {
    const start = performance.now();
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const decoder = new TextDecoder();
    let text = '';
    let first = 0;
    let isWhole = false;
    for await (const bytes of response.body) {
        const arrived = performance.now();
        const events = (text + decoder.decode(bytes, { stream: true })).split('\n\n');
        text = events.pop();
        for (const event of events) {
            const { isToken, isEnd } = readEvent(event.slice('data: '.length));
            if (isToken && !first) first = arrived;
            isWhole ||= isEnd;
        }
    }
    if (!response.ok || !first || !isWhole) throw new Error(`a call ended with ${response.status}`);
    return { latencyUs: (performance.now() - start) * 1000, firstUs: (first - start) * 1000 };
}

/** Nearest rank. */
function percentile(values, percent) {
    const sorted = values.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? 0);
}

const privateBytes = () =>
    Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

const [before, start] = [process.cpuUsage(), performance.now()];
const end = start + Number(seconds) * 1000;
const done = [];
let [failures, anonBytes] = [0, 0];

async function stream() {
    do {
        await call().then((times) => done.push(times), () => failures++);
        if (done.length % 64 === 1) anonBytes = Math.max(anonBytes, privateBytes());
    } while (performance.now() < end);
}

await Promise.all(Array.from({ length: Number(streams) }, stream));
const used = process.cpuUsage(before);
const timesOf = (field) => done.map((times) => times[field]);
const result = {
    calls: done.length + failures,
    failures,
    seconds: (performance.now() - start) / 1000,
    p50Us: percentile(timesOf('latencyUs'), 50),
    p99Us: percentile(timesOf('latencyUs'), 99),
    firstP50Us: percentile(timesOf('firstUs'), 50),
    firstP99Us: percentile(timesOf('firstUs'), 99),
    cpuUs: (used.user + used.system) / (done.length + failures),
    anonBytes,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
