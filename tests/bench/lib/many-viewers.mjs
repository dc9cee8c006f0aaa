// As many viewers as fit, each with its own connection, polling with the ETag they have.
import { readFileSync } from 'node:fs';
import { LOAD_CORE, onCore } from './cores.mjs';
import { number, table } from './report.mjs';
import { spreadOf } from './stats.mjs';
import { cpuSeconds, memoryOfAll } from './usage.mjs';
import { pollAsViewers, startProbe } from './viewers.mjs';

const [WANTED, PERIOD_MS, WINDOW_SECONDS] = [10_000, 2000, 20];
/** Of one worker of nginx, as scripts/nginx-conf.sh sets it, within what the system allows. */
const CONNECTIONS_MAX = 16_384;
const SPARE = 512; // for all else that a process has open
const MB = 1e6;

/** What the limits of this machine leave. */
function viewersThatFit() {
    const descriptors = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/).map(Number);
    return Math.min(WANTED, Math.min(descriptors, CONNECTIONS_MAX) - SPARE, last - first - SPARE);
}

/** @param {import('./subjects.mjs').Subjects} subjects */
export async function measureViewers({ all }) {
    const subject = all.find(({ key }) => key === 'cached');
    const pids = Object.values(subject.processes()).flat();
    const cpu = [];
    const probe = startProbe(subject.url);
    // The first window has the first polls, which have no ETag yet.
    const windows = await pollAsViewers({
        url: new URL(subject.url).origin,
        paths: [new URL(subject.url).pathname],
        viewers: viewersThatFit(),
        periodMs: PERIOD_MS,
        seconds: 2 * WINDOW_SECONDS,
        windowSeconds: WINDOW_SECONDS,
        wrap: (...command) => onCore(LOAD_CORE, ...command),
        onWindow: () => cpu.push(cpuSeconds(pids)),
    }).finally(() => probe.stop());
    const { timesMs, failures } = await probe.stop();
    const window = windows.at(-1);
    const errors = windows.reduce((sum, one) => sum + one.failures, 0) + failures.length;
    const ms = (us) => number(us / 1000, 2);
    const rows = [
        [
            number(window.viewers, 0),
            number(window.replies / window.seconds, 0),
            `${number((100 * window.notModified) / window.replies, 0)} %`,
            ms(window.p50Us),
            ms(window.p99Us),
            ms(window.maxUs),
            number(window.skipped, 0),
            String(errors),
            `${number(spreadOf(timesMs).median, 1)} / ${number(Math.max(...timesMs), 1)}`,
            number(((cpu.at(-1) - cpu.at(-2)) * 1e6) / window.replies, 1),
            number(memoryOfAll(subject.processes().nginx).anon / MB, 1),
        ],
    ];
    const head = [
        'viewers, a connection each',
        'polls/s',
        'of these 304',
        'p50, ms',
        'p99, ms',
        'slowest, ms',
        'late by a period',
        'errors',
        'a request a second beside it, median / slowest, ms',
        'server CPU per reply, µs',
        'nginx RssAnon, MB',
    ];
    return {
        title: 'Viewers who keep their connection',
        text: table(head, rows),
        results: [
            {
                what: `${number(window.viewers, 0)} viewers: every poll and every request beside them answered`,
                wanted: `${number(WANTED, 0)}, or what limits allow`,
                isMet: errors === 0,
            },
        ],
    };
}
