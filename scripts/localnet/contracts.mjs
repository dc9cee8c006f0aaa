// The creation bytecode of 0G's own contracts, out of 0G's npm package.
//
// The package's tree of dependencies is large and none of it is needed, so it is not installed: its
// tarball is fetched once, checked against the pinned hash, and two files of it are kept. Nothing of
// it is ever executed; the bytecode is read from the text and checked against a second pinned hash,
// that of the bytecode recorded as deployed on 0G's mainnet.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keccak256 } from 'ethers';
import { runToEnd } from './child.mjs';
import { Failure } from './failure.mjs';

const pinned = JSON.parse(await readFile(new URL('./contracts.json', import.meta.url), 'utf8'));
const pinnedName = `${pinned.package}@${pinned.version}`;

/** What of npm's error output tells a person why. */
function npmReason(output) {
    const [, reason] = /reason: (.*)/.exec(output) ?? /^npm \S+ code (\S+)/m.exec(output) ?? [];
    return reason ?? output.split('\n')[0];
}

async function fetchTarball(folder, signal) {
    const args = ['pack', pinnedName, '--pack-destination', folder, '--ignore-scripts'];
    args.push('--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--loglevel=error');
    try {
        await runToEnd('npm', args, { signal });
    } catch (error) {
        if (error instanceof Failure) throw error;
        throw new Failure(
            `cannot fetch ${pinnedName} from the npm registry: ${npmReason(error.message)}`,
        );
    }
    const [file] = await readdir(folder);
    return join(folder, file);
}

async function checkTarball(path) {
    const [algorithm, expected] = pinned.integrity.split(/-(.*)/s);
    const actual = createHash(algorithm)
        .update(await readFile(path))
        .digest('base64');
    if (actual !== expected) {
        throw new Failure(
            `${pinnedName}: the fetched tarball has ${algorithm} ${actual}, not the pinned ${expected}`,
        );
    }
}

/** @returns {string} the creation bytecode of a typechain factory, checked */
function bytecodeOf(factoryText, name, origin) {
    const bytecode = /^const _bytecode = '(0x(?:[0-9a-f]{2})+)';$/m.exec(factoryText)?.[1] ?? '0x';
    const actual = keccak256(bytecode);
    const expected = pinned.contracts[name].keccak256;
    if (actual !== expected) {
        throw new Failure(
            `${name}: the bytecode in ${origin} has keccak256 ${actual}, not the pinned ${expected}`,
        );
    }
    return bytecode;
}

async function readCached(path) {
    try {
        return await readFile(path, 'utf8');
    } catch (error) {
        if (error.code === 'ENOENT') return null;
        throw new Failure(`cannot read ${path}: ${error.message}`);
    }
}

/** Fetches the package and puts the wanted files into the cache, those with the right hash alone. */
async function fillCache(cacheDir, files, signal) {
    const folder = await mkdtemp(join(cacheDir, 'fetch-'));
    try {
        const tarball = await fetchTarball(folder, signal);
        await checkTarball(tarball);
        for (const [name, cached] of Object.entries(files)) {
            const { path } = pinned.contracts[name];
            const text = (await runToEnd('tar', ['-xzOf', tarball, path], { signal })).toString();
            bytecodeOf(text, name, pinnedName);
            const draft = join(folder, name);
            await writeFile(draft, text);
            await rename(draft, cached);
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

/**
 * The creation bytecode of the pinned contracts. Uses the network only when the cache lacks one.
 * @param {string} cacheDir
 * @param {AbortSignal} signal  ends a running fetch
 * @returns {Promise<{LedgerManager: string, InferenceServing: string}>}
 */
export async function contractBytecode(cacheDir, signal) {
    await mkdir(cacheDir, { recursive: true });
    const names = Object.keys(pinned.contracts);
    const files = Object.fromEntries(
        names.map((name) => [name, join(cacheDir, `${name}-${pinned.version}.js`)]),
    );
    const texts = await Promise.all(names.map((name) => readCached(files[name])));
    if (texts.includes(null)) await fillCache(cacheDir, files, signal);

    const bytecode = {};
    for (const [i, name] of names.entries()) {
        const text = texts[i] ?? (await readFile(files[name], 'utf8'));
        const origin = `${files[name]} (delete it to fetch it again)`;
        bytecode[name] = bytecodeOf(text, name, origin);
    }
    return bytecode;
}
