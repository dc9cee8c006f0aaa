// The Next.js app beside this folder: built on first use, served by `next start`.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../scripts/localnet/free-port.mjs';
import { SERVER_CORE, onCore } from './cores.mjs';
import { PATH } from './nginx.mjs';
import { Server } from './server.mjs';

const APP = fileURLToPath(new URL('../next/', import.meta.url));
const ENVIRONMENT = {
    PATH: process.env.PATH,
    HOME: process.env.HOME ?? '/',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
};

function build() {
    const run = (command, ...args) =>
        execFileSync(command, args, { cwd: APP, env: ENVIRONMENT, stdio: ['ignore', 'inherit', 'inherit'] });
    if (!existsSync(`${APP}node_modules/.package-lock.json`)) {
        run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
    }
    if (!existsSync(`${APP}.next/BUILD_ID`)) run('npm', 'run', 'build');
}

/** @param {string} bodyFile  what the route handler answers */
export async function startNext(bodyFile) {
    build();
    const port = await freePort();
    const command = ['node', 'node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)];
    const server = new Server(onCore(SERVER_CORE, ...command), {
        cwd: APP,
        env: { ...ENVIRONMENT, BENCH_BODY: bodyFile },
    });
    const url = `http://127.0.0.1:${port}${PATH}`;
    await server.answers(url);
    return { server, url };
}
