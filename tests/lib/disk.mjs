// A small file system of a test's own, which can be full or read-only. Only root may mount one.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export const CAN_MOUNT = process.getuid() === 0;

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
