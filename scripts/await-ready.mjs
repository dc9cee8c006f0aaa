// await-ready.mjs PORT LOG_FOLDER fresh|answering: waits until the page stands and says so in one line.
//
//   fresh      the snapshot in the page has a fresh chain and a job of the agent (the local network,
//              which is up by now)
//   answering  the API answers (a public network, which may be out of reach)
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 30_000;
const PAUSE_MS = 100;
const REQUEST_MS = 5_000;

const [port, logFolder, wanted] = process.argv.slice(2);
const page = `http://127.0.0.1:${port}/`;

async function get(url) {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) });
    if (response.status !== 200) throw new Error(`${url} answers with status ${response.status}`);
    return response.text();
}

/** The JSON data block that nginx puts into the page. */
function snapshotIn(html) {
    const block = /<script[^>]*\bid="snapshot"[^>]*>([^<]*)<\/script>/.exec(html);
    if (!block) throw new Error(`${page} carries no snapshot`);
    return JSON.parse(block[1]);
}

/** Throws, with the reason, while it is not there yet. */
const check = {
    async fresh() {
        const snapshot = snapshotIn(await get(page));
        const chain = snapshot?.sources?.chain;
        if (chain?.state !== 'fresh') {
            throw new Error(chain?.reason ?? 'metrics.fcgi does not answer');
        }
        if (snapshot.jobs.length === 0) {
            throw new Error(snapshot.sources.jobs.reason ?? 'the agent has recorded no job');
        }
    },
    async answering() {
        await get(page);
        await get(`${page}api/metrics`);
    },
}[wanted];

const started = performance.now();
for (;;) {
    try {
        await check();
        console.log(`ready: ${page}`);
        break;
    } catch (error) {
        if (performance.now() - started > DEADLINE_MS) {
            console.error(`run: not ready after ${DEADLINE_MS / 1000} s: ${error.message}; logs: ${logFolder}`);
            process.exitCode = 1;
            break;
        }
    }
    await sleep(PAUSE_MS);
}
