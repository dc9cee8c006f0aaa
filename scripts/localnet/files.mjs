// Files that a reader sees whole or not at all.
import { open, rename } from 'node:fs/promises';

/**
 * Replaces a file atomically; one writer at a time. The mode applies from the first byte on.
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
export async function replaceFile(path, content, mode = 0o644) {
    const draft = `${path}.tmp`;
    const file = await open(draft, 'w', mode);
    try {
        await file.writeFile(content);
        // `mode` of open() is masked by the umask and ignored for a draft that a crash left behind
        await file.chmod(mode);
    } finally {
        await file.close();
    }
    await rename(draft, path);
}
