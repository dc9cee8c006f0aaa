// A request while nothing behind the program answers: it is answered from memory all the same.
import { faults, clearFault, setFault } from '../../../scripts/localnet/control.mjs';
import { load } from './wrk.mjs';
import { spreadOf } from './stats.mjs';

const [ROUNDS, LIMIT_MS] = [5, 5];

/** @param {import('./subjects.mjs').Subjects} subjects */
export async function measureHanging({ stack, all }) {
    const { control } = stack.facts;
    const standIns = Object.keys(await faults(control));
    const { url } = all.find(({ key }) => key === 'uncached');
    /** @type {import('./wrk.mjs').Load[]} */
    const rounds = [];
    try {
        for (const name of standIns) await setFault(control, name, { hang: true });
        for (let round = 0; round < ROUNDS; round++) {
            const round = await load(url, 1, 1);
            const { failures, timeouts } = round;
            if (failures + timeouts > 0) throw new Error(`with hanging upstreams ${failures} failures, ${timeouts} timeouts`);
            rounds.push(round);
        }
    } finally {
        for (const name of standIns) await clearFault(control, name);
    }
    const replies = spreadOf(rounds.map(({ p50Us }) => p50Us / 1000));
    return [
        {
            what: `/api/metrics uncached while all ${standIns.length} upstreams hang, 1 connection, p50, ms`,
            wanted: `at most ${LIMIT_MS}`,
            measured: replies,
            digits: 2,
            isMet: replies.median <= LIMIT_MS,
        },
        {
            // The load generator has its core together with the local network.
            what: 'the same, p99, ms',
            wanted: '',
            measured: spreadOf(rounds.map(({ p99Us }) => p99Us / 1000)),
            digits: 2,
            isMet: null,
        },
    ];
}
