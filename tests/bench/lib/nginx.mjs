// nginx with the configuration of a running instance, and more servers: two give the bytes of
// /api/metrics from a file, one gives them from metrics.fcgi without a cache. All of them answer at the
// same path, with the same headers and the same access log.
import { chownSync, copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/localnet/free-port.mjs';
import { SERVER_CORE, onCore } from './cores.mjs';
import { Server } from './server.mjs';

export const PATH = '/api/metrics';

/** @param {string} text  where `part` stands exactly once */
function replaceOnce(text, part, replacement) {
    const found = text.match(new RegExp(part, 'gm'))?.length ?? 0;
    if (found !== 1) throw new Error(`nginx.conf has ${found} times ${part}`);
    return text.replace(new RegExp(part, 'm'), () => replacement);
}

/** What server.conf says of connections, and the log: equal for all subjects. */
const SETTINGS = 'bench-settings.conf';

function writeSettings(folder, conf) {
    const [settings, routes] = readFileSync(join(folder, 'server.conf'), 'utf8').split('\n# For what is refused');
    const [log] = /^ *access_log .*;$/m.exec(conf) ?? [];
    if (!routes || !log) throw new Error('server.conf or nginx.conf is not what is expected here');
    writeFileSync(join(folder, SETTINGS), `${settings}\n${log}\n`);
}

const fileServer = ({ port, bodyFile, contentType, sendfile }) => `
    server {
        listen 127.0.0.1:${port} backlog=4096;
        include ${SETTINGS};
        location = ${PATH} {
            include security-headers.conf;
            include cors.conf;
            add_header Cache-Control no-cache always;
            default_type "${contentType}";
            alias ${bodyFile};
            ${sendfile}
            # What nginx adds to a file and not to a reply of metrics.fcgi.
            max_ranges 0;
            add_header Last-Modified "";
        }
    }
`;

const uncachedServer = (port) => `
    server {
        listen 127.0.0.1:${port} backlog=4096;
        include ${SETTINGS};
        location = ${PATH} {
            include read-api.conf;
            include metrics-fcgi.conf;
            include uncached.conf;
        }
    }
`;

/**
 * @param {string} folder  to be made
 * @param {import('../../lib/http.mjs').Reply} reply
 */
function writeConf(stack, folder, ports, reply) {
    const original = join(stack.runDir, 'conf');
    mkdirSync(folder);
    for (const name of readdirSync(original).filter((file) => file.endsWith('.conf'))) {
        copyFileSync(join(original, name), join(folder, name));
    }
    const bodyFile = join(folder, 'metrics.json');
    writeFileSync(bodyFile, reply.bytes);
    const file = { bodyFile, contentType: reply.headers['content-type'] };
    const more = [
        fileServer({ ...file, port: ports.file, sendfile: '' }),
        fileServer({ ...file, port: ports.fileCopied, sendfile: 'sendfile off;' }),
        uncachedServer(ports.uncached),
    ].join('');
    const conf = join(folder, 'nginx.conf');
    let text = readFileSync(conf, 'utf8');
    writeSettings(folder, text);
    text = replaceOnce(text, '^worker_processes .*;$', 'worker_processes 1;');
    text = replaceOnce(text, 'listen 127\\.0\\.0\\.1:\\d+ ', `listen 127.0.0.1:${ports.cached} `);
    text = replaceOnce(text, '\\}\\s*$(?![^])', `${more}}\n`);
    writeFileSync(conf, text);
    return { conf, bodyFile };
}

/** Without the cache loader, which ends a minute after the start. @param {number[]} pids */
export function lasting(pids) {
    return pids.filter((pid) => !readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('cache loader'));
}

/**
 * @param {import('../../lib/stack.mjs').Stack} stack
 * @param {import('../../lib/http.mjs').Reply} reply  of /api/metrics
 */
export async function startNginx(stack, reply) {
    const ports = {
        cached: await freePort(),
        file: await freePort(),
        fileCopied: await freePort(),
        uncached: await freePort(),
    };
    const { uid, gid } = statSync(`/proc/${stack.metricsPid}`);
    const folder = join(stack.folder, 'bench-conf');
    const prefix = join(stack.folder, 'bench-nginx');
    mkdirSync(prefix);
    chownSync(prefix, uid, gid);
    const { conf, bodyFile } = writeConf(stack, folder, ports, reply);
    const command = ['nginx', '-p', `${prefix}/`, '-e', 'stderr', '-c', conf];
    const path = `${process.env.PATH}:/usr/sbin:/sbin`;
    const server = new Server(onCore(SERVER_CORE, ...command), { uid, gid, env: { PATH: path } });
    const urls = Object.fromEntries(
        Object.entries(ports).map(([key, port]) => [key, `http://127.0.0.1:${port}${PATH}`]),
    );
    for (const url of Object.values(urls)) await server.answers(url);
    return { server, urls, bodyFile, pids: () => lasting(server.pids) };
}
