// nginx with the configuration that scripts/run gives it, in a folder of its own, before a responder
// whose answers the test chooses.
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { startResponder } from './fcgi.mjs';
import { freePort } from '../../scripts/localnet/free-port.mjs';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const START_MS = 5_000;
// As root nginx runs as the user of the panel, as in the product.
const isRoot = process.getuid() === 0;

export const INDEX = `<!doctype html>
<!--#config timefmt="%s"--><!--#block name="none"-->null<!--#endblock-->
<script type="application/json" id="snapshot" data-served="<!--#echo var="date_gmt"-->"><!--#include virtual="/api/metrics" stub="none"--></script>
`;
export const ADMIN_INDEX = '<!doctype html><title>Benchmarks</title>';
export const ASSET = 'export const answer = 42;\n'.repeat(40);

async function wwwData() {
    const { stdout } = await run('id', ['-u', 'www-data']);
    return Number(stdout);
}

async function makePanel(folder) {
    await mkdir(join(folder, 'assets'), { recursive: true });
    await mkdir(join(folder, 'admin/assets'), { recursive: true });
    await writeFile(join(folder, 'admin/index.html'), ADMIN_INDEX);
    await writeFile(join(folder, 'admin/assets/admin-3c4d.js'), ASSET);
    await writeFile(join(folder, 'index.html'), INDEX);
    // Sent as it is, it would show its directives to every browser that takes gzip.
    await writeFile(join(folder, 'index.html.gz'), gzipSync(INDEX));
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(folder, 'assets/app-1a2b.js'), ASSET);
    await writeFile(join(folder, 'assets/app-1a2b.js.gz'), gzipSync(ASSET));
}

/** Writes the configuration with the product's own script; settings as {ZG_RATE_LIMIT: '0'}. */
export async function writeConfiguration(folder, port, settings = {}) {
    const script = `set -euo pipefail
        . "$ROOT/scripts/env.sh"; . "$ROOT/scripts/settings.sh"; . "$ROOT/scripts/nginx-conf.sh"
        read_setting_list; read_settings_environment; write_nginx_conf "$RUNTIME/conf"`;
    const environment = {
        PATH: process.env.PATH,
        ROOT,
        RUNTIME: folder,
        MEMORY: join(folder, 'nginx'),
        PANEL_DIR: join(folder, 'www'),
        PORT: String(port),
        ...settings,
    };
    await run('bash', ['--norc', '-c', script], { env: environment });
}

/**
 * One request.
 * @returns {Promise<{status: number, headers: http.IncomingHttpHeaders, body: Buffer, text: string}>}
 */
export function request(port, path, { method = 'GET', headers = {}, body, agent } = {}) {
    return new Promise((resolve, reject) => {
        const outgoing = http.request({ host: '127.0.0.1', port, path, method, headers, agent }, (reply) => {
            const chunks = [];
            reply.on('data', (chunk) => chunks.push(chunk));
            reply.on('error', reject);
            reply.on('end', () => {
                const bytes = Buffer.concat(chunks);
                resolve({ status: reply.statusCode, headers: reply.headers, body: bytes, text: bytes.toString() });
            });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
    });
}

async function untilItAnswers(port, ended) {
    const deadline = performance.now() + START_MS;
    for (;;) {
        try {
            return await request(port, '/favicon.svg');
        } catch (error) {
            if (ended.how || performance.now() > deadline) throw new Error(`nginx: ${ended.how ?? error.message}`);
            await sleep(20);
        }
    }
}

/** Starts it; `stop` ends it and removes its folder. */
export async function startNginx(settings = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'nginx-test.'));
    const port = await freePort();
    for (const name of ['conf', 'log', 'nginx', 'sock']) await mkdir(join(folder, name));
    await makePanel(join(folder, 'www'));
    try {
        await writeConfiguration(folder, port, settings);
    } catch (error) {
        await rm(folder, { recursive: true });
        throw error;
    }
    const socket = join(folder, 'sock/metrics.sock');
    let responder = await startResponder(socket);
    const user = isRoot ? { uid: await wwwData(), gid: await wwwData() } : {};
    if (isRoot) {
        await chmod(folder, 0o711);
        await chmod(socket, 0o666);
        for (const name of ['log', 'nginx']) await chown(join(folder, name), user.uid, user.gid);
    }
    const ended = { how: null };
    const nginx = spawn('nginx', ['-p', join(folder, 'nginx/'), '-e', 'stderr', '-c', join(folder, 'conf/nginx.conf')], {
        ...user,
        env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
        stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaints = '';
    nginx.stderr.on('data', (chunk) => (complaints += chunk));
    const exited = new Promise((resolve) => {
        nginx.on('error', (error) => resolve((ended.how = error.message)));
        nginx.on('exit', () => resolve((ended.how = complaints || 'ended')));
    });
    let admin;
    const instance = {
        port,
        folder,
        get responder() {
            return responder;
        },
        /** The program is gone, its socket too. */
        stopResponder: () => responder.stop(),
        async restartResponder() {
            responder = await startResponder(socket);
            if (isRoot) await chmod(socket, 0o666);
        },
        /** In the place of admin.fcgi. */
        async startAdmin() {
            admin = await startResponder(join(folder, 'sock/admin.sock'));
            if (isRoot) await chmod(join(folder, 'sock/admin.sock'), 0o666);
            return admin;
        },
        get: (path, options) => request(port, path, options),
        accessLog: async () => {
            const text = await readFile(join(folder, 'log/access.log'), 'utf8');
            return text.trim().split('\n').map((line) => JSON.parse(line));
        },
        async stop() {
            nginx.kill('SIGTERM');
            await exited;
            await responder.stop();
            await admin?.stop();
            await rm(folder, { recursive: true });
        },
    };
    try {
        await untilItAnswers(port, ended);
    } catch (error) {
        await instance.stop();
        throw error;
    }
    return instance;
}
