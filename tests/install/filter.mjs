// The system call list of an installed unit, and the programs under it: BUILD folders whose metrics.fcgi
// and admin.fcgi start through launch_filtered.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BUILD = join(ROOT, process.env.BUILD ?? 'build');
/** AF_ of <sys/socket.h> */
const FAMILIES = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };

/** @param {string} unit  text of a unit file @param {string} key @returns {string[]} its values in order */
export function valuesOf(unit, key) {
    return unit.split('\n').filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
}

/** @param {string} name  a system call or a @group of systemd's @returns {string[]} */
function expand(name) {
    if (!name.startsWith('@')) return [name];
    return execFileSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' })
        .split('\n').slice(1).map((line) => line.trim()).filter((line) => line && !line.startsWith('#'))
        .flatMap(expand);
}

/** What a unit allows, by the rules of systemd.exec(5) for a list that begins with what is allowed. */
export function allowedCalls(unit) {
    // A program may always read the time, exit and so on.
    const allowed = new Set(expand('@default'));
    for (const value of valuesOf(unit, 'SystemCallFilter')) {
        const removes = value.startsWith('~');
        for (const call of value.replace(/^~/, '').split(/\s+/).flatMap(expand)) {
            if (removes) allowed.delete(call);
            else allowed.add(call);
        }
    }
    return allowed;
}

/** Writes the list that launch_filtered reads. @param {Iterable<string>} calls */
export function writeList(path, unit, calls) {
    const families = valuesOf(unit, 'RestrictAddressFamilies').flatMap((value) => value.split(/\s+/));
    const lines = [
        ...[...calls].map((call) => `call ${call}`),
        ...families.map((name) => {
            if (!(name in FAMILIES)) throw new Error(`unknown family ${name}`);
            return `family ${FAMILIES[name]}`;
        }),
    ];
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o644 });
}

/** Installs the product below `folder` and gives the text of its units by program. */
export function installedUnits(folder) {
    execFileSync(join(ROOT, 'scripts/package/install'), {
        env: { ...process.env, DESTDIR: folder, PREFIX: '/usr' },
        stdio: ['ignore', 'ignore', 'inherit'],
    });
    const read = (name) => readFileSync(join(folder, 'usr/lib/systemd/system', name), 'utf8');
    return { metrics: read('0g-metrics@.service'), admin: read('0g-metrics-admin@.service') };
}

/**
 * Fills `folder`, which everybody may enter, so that it can stand for BUILD.
 * @returns {string} the value for BUILD
 */
export function makeFilteredBuild(folder, units) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(BUILD, 'supervise'), join(folder, 'supervise'));
    copyFileSync(join(BUILD, 'tests/install/launch_filtered'), join(folder, 'launch_filtered'));
    for (const [program, unit] of Object.entries(units)) {
        writeList(join(folder, `${program}.list`), unit, allowedCalls(unit));
        mkdirSync(join(folder, 'real'), { recursive: true });
        copyFileSync(join(BUILD, `${program}.fcgi`), join(folder, `real/${program}.fcgi`));
        const starter = join(folder, `${program}.fcgi`);
        writeFileSync(starter, `#!/bin/sh
exec '${folder}/launch_filtered' '${folder}/${program}.list' '${folder}/real/${program}.fcgi' "$@"
`);
        chmodSync(starter, 0o755);
    }
    return relative(ROOT, folder);
}
