// Where the contracts come from, and what happens when they do not.
import assert from 'node:assert/strict';
import {
    chmodSync,
    copyFileSync,
    readFileSync,
    readdirSync,
    symlinkSync,
    writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { before } from 'node:test';
import { CACHE, failed, launch, startNetwork, temporaryFolder, wholeFile } from './harness.mjs';

const FILES = ['InferenceServing-0.9.0.js', 'LedgerManager-0.9.0.js'];

// Nothing listens on port 1: a look at the network fails at once.
const OFFLINE = { npm_config_registry: 'http://127.0.0.1:1' };

before(async () => {
    // Fills the cache on a new machine.
    await startNetwork(wholeFile);
});

function executable(name) {
    const folder = process.env.PATH.split(delimiter).find((dir) => {
        try {
            return readdirSync(dir).includes(name);
        } catch {
            return false;
        }
    });
    return join(folder, name);
}

/** A PATH with the given programs alone. */
function pathWith(t, ...names) {
    const folder = temporaryFolder(t);
    for (const name of names) symlinkSync(executable(name), join(folder, name));
    return folder;
}

async function failure(t, cache, env) {
    const program = launch(t, ['--run', temporaryFolder(t), '--cache', cache], env);
    assert.equal(await failed(program), 1);
    assert.match(program.stderr, /^localnet: .*\n$/);
    return program.stderr;
}

test('the cache holds the two files', () => {
    for (const file of FILES)
        assert.ok(readFileSync(join(CACHE, file), 'utf8').includes('_bytecode'));
});

test('with a full cache neither network nor npm is used', async (t) => {
    const network = await startNetwork(t, { env: { ...OFFLINE, PATH: pathWith(t, 'setpriv') } });
    assert.match(network.stdout, /^localnet ready /);
});

test('no network is said in one line and leaves the cache empty', async (t) => {
    const cache = temporaryFolder(t);
    const line = await failure(t, cache, { ...OFFLINE, npm_config_cache: temporaryFolder(t) });
    assert.match(
        line,
        /cannot fetch @0gfoundation\/0g-compute-ts-sdk@0\.9\.0 from the npm registry: connect ECONNREFUSED/,
    );
    assert.deepEqual(readdirSync(cache), []);
});

test('a missing tool is named', async (t) => {
    assert.match(await failure(t, CACHE, { PATH: temporaryFolder(t) }), /setpriv was not found/);
    const cache = temporaryFolder(t);
    assert.match(await failure(t, cache, { PATH: pathWith(t, 'setpriv') }), /npm was not found/);
});

test('a changed file in the cache is refused', async (t) => {
    for (const file of FILES) {
        const cache = temporaryFolder(t);
        for (const name of FILES) copyFileSync(join(CACHE, name), join(cache, name));
        const text = readFileSync(join(cache, file), 'utf8');
        writeFileSync(
            join(cache, file),
            text.replace("_bytecode = '0x6080", "_bytecode = '0x6081"),
        );
        const line = await failure(t, cache, OFFLINE);
        assert.match(
            line,
            new RegExp(`the bytecode in .*${file} .* has keccak256 0x\\w+, not the pinned 0x`),
        );
    }
});

test('a tarball with another hash is refused and nothing of it kept', async (t) => {
    const path = pathWith(t, 'setpriv', 'sh');
    const npm = join(path, 'npm');
    // called as: npm pack NAME --pack-destination FOLDER
    writeFileSync(npm, '#!/bin/sh\necho forged > "$4/0gfoundation-0g-compute-ts-sdk-0.9.0.tgz"\n');
    chmodSync(npm, 0o755);
    const cache = temporaryFolder(t);
    assert.match(
        await failure(t, cache, { PATH: path }),
        /the fetched tarball has sha512 \S+, not the pinned mhfMY4PL/,
    );
    assert.deepEqual(readdirSync(cache), []);
});
