// A small file system of a test's own, which can be full or read-only.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Only root may, and not in every container. */
export const CAN_MOUNT = canMount();

function canMount() {
    const folder = mkdtempSync(join(tmpdir(), '0g-metrics-disk-'));
    const { status } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    if (status === 0) execFileSync('umount', [folder]);
    rmdirSync(folder);
    return status === 0;
}

/**
 * @param {string} folder
 * @param {number} megabytes
 */
export function mountDisk(folder, megabytes) {
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
    const filler = join(folder, 'filler');
    return {
        /** Leaves not a block. */
        fill() {
            const { bavail, bsize } = statfsSync(folder);
            try {
                appendFileSync(filler, Buffer.alloc(bavail * bsize));
            } catch (error) {
                if (error.code !== 'ENOSPC') throw error; // somebody else took the last block
            }
        },
        unmount: () => execFileSync('umount', ['--lazy', folder]),
        free: () => rmSync(filler, { force: true }),
        /** Throws while a file is open for writing. */
        setReadOnly: (readOnly) => execFileSync('mount', ['-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder], { stdio: 'pipe' }),
    };
}
