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
    const slowest = [];
    try {
        for (const name of standIns) await setFault(control, name, { hang: true });
        for (let round = 0; round < ROUNDS; round++) {
            const { p99Us, failures, timeouts } = await load(url, 1, 1);
            if (failures + timeouts > 0) throw new Error(`with hanging upstreams ${failures} failures, ${timeouts} timeouts`);
            slowest.push(p99Us / 1000);
        }
    } finally {
        for (const name of standIns) await clearFault(control, name);
    }
    const measured = spreadOf(slowest);
    return {
        what: `/api/metrics uncached while all ${standIns.length} upstreams hang, 1 connection, p99, ms`,
        wanted: `at most ${LIMIT_MS}`,
        measured,
        digits: 2,
        isMet: measured.median <= LIMIT_MS,
    };
}
