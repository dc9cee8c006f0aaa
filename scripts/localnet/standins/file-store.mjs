// The content of stored files on disk, by root: it outlives a stop, as the chain's state does.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../files.mjs';

const ROOT = /^0x[0-9a-f]{64}$/;

export class FileStore {
    #folder;

    /** @param {string} folder */
    constructor(folder) {
        this.#folder = folder;
    }

    async open() {
        await mkdir(this.#folder, { recursive: true });
    }

    async clear() {
        await rm(this.#folder, { recursive: true, force: true });
        await this.open();
    }

    /** @param {string} root @param {Buffer} content */
    async put(root, content) {
        await replaceFile(join(this.#folder, root), content);
    }

    /** @returns {Promise<Buffer | null>} null: nobody brought this file's content */
    async get(root) {
        if (!ROOT.test(root)) return null;
        try {
            return await readFile(join(this.#folder, root));
        } catch (error) {
            if (error.code === 'ENOENT') return null;
            throw error;
        }
    }
}
