// Telling the running stand-ins what to do, through `control` in localnet.json. For tests, and by hand:
//
//   curl -X PUT -H 'content-type: application/json' -d '{"status":500}' CONTROL/faults/indexer
//   curl -X PUT -H 'content-type: application/json' -d 'null' CONTROL/faults/indexer

const DEADLINE_MS = 30_000;

async function send(control, method, path, body) {
    const response = await fetch(new URL(path, control), {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${answer.error}`);
    return answer;
}

/** The fault of every stand-in by name, null where there is none. */
export const faults = (control) => send(control, 'GET', '/faults');

/**
 * Makes a stand-in misbehave until it is told otherwise.
 * @param {string} control
 * @param {string} name   a key of `standins` in localnet.json
 * @param {object} fault  as standins/faults.mjs and the stand-in's own file describe it
 */
export const setFault = (control, name, fault) => send(control, 'PUT', `/faults/${name}`, fault);

export const clearFault = (control, name) => setFault(control, name, null);

/** Settles the fees of one provider, or of all; says what came of it. */
export const settleFees = (control, provider) => send(control, 'POST', '/settle', { provider });

/** The agent starts no other job; answered when the current one has ended. */
export const pauseAgent = (control) => send(control, 'POST', '/pause', {});
export const resumeAgent = (control) => send(control, 'POST', '/resume', {});

/** Stores the agent's last jobs as a file now rather than within two minutes. */
export const keepJournal = (control) => send(control, 'POST', '/journal', {});

/** Publishes a message on the topic; returns its sequence number. */
export const publishMessage = (control, message) => send(control, 'POST', '/publish', { message });

/** Lets the storage node read the chain now rather than within a second. */
export const syncStorage = (control) => send(control, 'POST', '/sync', {});
