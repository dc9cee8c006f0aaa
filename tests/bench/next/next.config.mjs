import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** @type {import('next').NextConfig} */
export default {
    // Lock files of the folders above are not this app's.
    outputFileTracingRoot: here,
    turbopack: { root: here },
};
