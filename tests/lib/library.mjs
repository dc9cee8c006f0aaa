// The library as another project gets it: the archive that `npm pack` makes, and what lies in it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './stack.mjs';

export const LIBRARY = '@0g-inference-metrics/panel';
/** As docs/embedding.md names it, at the top of the checkout. */
export const PACK = ['npm', 'pack', './static'];

/**
 * Builds and packs it; the folder is removed when the process ends.
 * @returns {{folder: string, archive: string}} a folder of its own, and the archive in it
 */
export function packLibrary() {
    const folder = mkdtempSync(join(tmpdir(), 'library-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const [command, ...args] = PACK;
    // What goes wrong in the build stands in the error.
    execFileSync(command, [...args, '--loglevel=error', '--foreground-scripts=false', '--pack-destination', folder], {
        cwd: ROOT,
        stdio: 'pipe',
    });
    const [name] = readdirSync(folder);
    return { folder, archive: join(folder, name) };
}

/** Unpacks it to where Node.js looks for it from `project`. @returns {string} the package's folder */
export function unpackLibrary(archive, project) {
    const target = join(project, 'node_modules', LIBRARY);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1']);
    return target;
}
