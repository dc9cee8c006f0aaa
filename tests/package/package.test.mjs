// The Debian package on a clean Debian 12: installed, used, upgraded, taken back, removed, purged. Both
// versions are of this tree; the next one's job store has one step more.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../../scripts/localnet/free-port.mjs';
import { getJson, request } from '../lib/http.mjs';
import { StubNode } from '../lib/stub-rpc.mjs';
import { until } from '../lib/until.mjs';
import { ROOT } from '../install/filter.mjs';
import { Debian } from './debian.mjs';

const AGENT = 'trader';
const SHOWN_MS = 15_000;

function buildPackage(build, version) {
    const output = execFileSync(join(ROOT, 'scripts/package/deb'), {
        env: { ...process.env, BUILD: build, VERSION: version }, encoding: 'utf8',
    });
    return join(ROOT, output.match(/^built (\S+)$/m)[1]);
}

const build = process.env.BUILD ?? 'build';
const packages = {};
const node = new StubNode();
/** @type {Debian} */
let debian;
/** @type {{metrics?: any, admin?: any}} */
const programs = {};
let url;

before(async () => {
    // In this order: the last one stays, and its version is the product's.
    packages.next = buildPackage(`${build}/next`, '99.0.0');
    packages.now = buildPackage(build, '0.1.0');
    await node.open();
    debian = await Debian.make();
    for (const file of Object.values(packages)) copyFileSync(file, debian.path(`/root/${basename(file)}`));
    await debian.run('apt-get', 'update', '-qq');
});
after(async () => {
    await debian?.remove();
    await node.close();
});

const install = (file) => debian.install(`/root/${basename(file)}`);
const token = (name, agent = AGENT) => debian.read(`/etc/0g-metrics/${agent}/${name}-token`).trim();

function writeSettings(agent) {
    const settings = { ZG_NETWORK: 'local', ZG_CHAIN_RPC: node.url, ...node.settings };
    debian.write(`/etc/0g-metrics/${agent}/agent.env`,
        Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(''), 0o640);
}
const send = (body, to = url, agent = AGENT) => request(`${to}/admin/api/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token('record', agent)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
});
const job = (id) => ({ id, model: 'm', status: 'completed', startedAt: '2026-01-02T03:04:05.000Z', endedAt: '2026-01-02T03:04:06.000Z' });

async function startPrograms() {
    programs.admin = await debian.start('0g-metrics-admin', AGENT).open();
    programs.metrics = await debian.start('0g-metrics', AGENT).open();
}

async function stopPrograms() {
    for (const program of Object.values(programs)) assert.equal(await program.stop(), 0, program.log);
}

const showsAt = (at, ...ids) => until(SHOWN_MS, async () => {
    const { jobs } = await getJson(`${at}/api/metrics`);
    assert.deepEqual(jobs.map(({ id }) => id).sort(), ids.toSorted());
}, 200);
const shows = (...ids) => showsAt(url, ...ids);
/** PRAGMA user_version, from the header of a copy: the store's own may still be in its log. */
async function storeVersion() {
    await debian.run('0g-metrics', 'backup', AGENT, '/root/version.db');
    return Number(execFileSync('od', ['-An', '-tu1', '-j63', '-N1', debian.path('/root/version.db')], { encoding: 'utf8' }));
}
let version;

describe('the package', () => {
    test('has no error that lintian knows', () => {
        for (const file of Object.values(packages)) {
            const { status, stdout } = spawnSync('lintian', ['--allow-root', '--fail-on', 'error', file], { encoding: 'utf8' });
            assert.equal(status, 0, stdout);
        }
    });

    test('installs, makes its users and tokens, and starts nothing', async () => {
        await install(packages.now);
        assert.match(await debian.run('id', 'zg-admin'), /^uid=/);
        assert.match(await debian.run('id', 'zg-metrics'), /^uid=/);
        for (const name of ['admin', 'record']) {
            const file = `/etc/0g-metrics/main/${name}-token`;
            assert.equal(await debian.run('stat', '-c', '%a %U %s', file), '600 root 64\n', file);
        }
        assert.equal(await debian.run('stat', '-c', '%a %U', '/etc/0g-metrics/main'), '750 root\n');
        await debian.run('nginx', '-t', '-q');
        assert.ok(!existsSync(debian.path('/etc/nginx/sites-enabled/0g-metrics-main')));
    });

    test('shows an agent that was added and enabled', async () => {
        const port = await freePort();
        await debian.run('0g-metrics', 'add', AGENT, String(port));
        assert.equal(await debian.run('0g-metrics', 'list'), `main\n${AGENT}\n`);
        writeSettings(AGENT);
        await debian.shell('rm -f /etc/nginx/sites-enabled/default && nginx');
        await debian.run('0g-metrics', 'enable', AGENT);
        for (const unit of ['multi-user.target.wants/0g-metrics@', 'multi-user.target.wants/0g-metrics-admin@']) {
            assert.match(await debian.run('readlink', `/etc/systemd/system/${unit}${AGENT}.service`), /^\/lib|^\/usr\/lib/);
        }
        await startPrograms();
        url = `http://127.0.0.1:${port}`;
        await until(SHOWN_MS, async () => {
            const { sources } = await getJson(`${url}/api/metrics`);
            assert.equal(sources.compute.state, 'fresh');
        }, 200);
        const page = await request(`${url}/`);
        assert.equal(page.status, 200);
        assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
        assert.match(page.text, /id="snapshot"[^>]*>\{/);
        assert.match(debian.read(`/var/log/0g-metrics/${AGENT}.access.log`), /"uri":"\/api\/metrics"/);
    });

    test('speaks TLS, and tells clients apart behind a proxy, by the words of docs/operations.md', async () => {
        const [tls, proxied] = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').match(/(?<=```nginx\n)[^`]*(?=```)/g);
        const folder = debian.path('/etc/letsencrypt/live/panel.example.org');
        mkdirSync(folder, { recursive: true });
        execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=panel.example.org',
            '-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')], { stdio: 'ignore' });
        const port = await freePort();
        const site = tls.replace('listen 443', `listen 127.0.0.1:${port}`).replaceAll('main', AGENT)
            .replace('set $zg_agent', `${proxied}\n    set $zg_agent`);
        debian.write('/etc/nginx/sites-enabled/tls', site);
        await debian.run('nginx', '-s', 'reload');
        const ask = (path, headers = {}) => new Promise((resolve, reject) => {
            https.get({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, servername: 'panel.example.org' },
                (reply) => resolve(reply.resume().statusCode)).on('error', reject);
        });
        await until(SHOWN_MS, async () => assert.equal(await ask('/'), 200), 200);
        assert.equal(await ask('/api/metrics'), 200);
        assert.equal(await ask('/admin/api/benchmarks'), 401, 'from this machine, without a token');
        assert.equal(await ask('/admin/api/benchmarks', { 'X-Forwarded-For': '203.0.113.9' }), 403);
        rmSync(debian.path('/etc/nginx/sites-enabled/tls'));
        await debian.run('nginx', '-s', 'reload');
    });

    test('refuses to enable an agent whose settings are wrong, and says what is', async () => {
        await debian.run('0g-metrics', 'add', 'wrong', '1');
        debian.write('/etc/0g-metrics/wrong/agent.env', 'ZG_NETWORK=mars\n');
        await assert.rejects(debian.run('0g-metrics', 'enable', 'wrong'), /ZG_NETWORK: expected local, galileo or aristotle/);
        assert.ok(!existsSync(debian.path('/etc/nginx/sites-enabled/0g-metrics-wrong')));
    });

    test('keeps what is recorded where the panel reads and cannot write', async () => {
        assert.equal((await send(job('first'))).status, 200);
        await shows('first');
        version = await storeVersion();
        const folder = `/var/lib/0g-metrics/${AGENT}/jobs`;
        assert.equal(await debian.run('stat', '-c', '%a %U %G', folder), '2750 zg-admin zg-metrics\n');
        const asPanel = (script) => debian.run('setpriv', '--reuid=zg-metrics', '--regid=zg-metrics', '--clear-groups', 'sh', '-c', script);
        await asPanel(`test -r ${folder}/jobs.db`);
        await assert.rejects(asPanel(`: >>${folder}/jobs.db`));
        await assert.rejects(asPanel(`: >${folder}/new`));
        await assert.rejects(asPanel(`cat /etc/0g-metrics/${AGENT}/admin-token`));
        await assert.rejects(asPanel(`cat /run/credentials-0g-metrics-admin-${AGENT}/admin-token`));
    });

    test('runs a second agent beside the first, with tokens, store and page of its own', async () => {
        const port = await freePort();
        const second = `http://127.0.0.1:${port}`;
        await debian.run('0g-metrics', 'add', 'second', String(port));
        writeSettings('second');
        await debian.run('0g-metrics', 'enable', 'second');
        const its = [await debian.start('0g-metrics-admin', 'second').open(), await debian.start('0g-metrics', 'second').open()];
        assert.equal((await send(job('of-second'), second, 'second')).status, 200);
        assert.equal((await send(job('stray'), second, AGENT)).status, 401);
        await showsAt(second, 'of-second');
        await shows('first');
        for (const unit of its) assert.equal(await unit.stop(), 0, unit.log);
        await debian.run('0g-metrics', 'disable', 'second');
        assert.ok(!existsSync(debian.path('/etc/nginx/sites-enabled/0g-metrics-second')));
    });

    test('rotates the access log while nginx writes it', async () => {
        await debian.install('logrotate');
        const log = `/var/log/0g-metrics/${AGENT}.access.log`;
        await debian.run('logrotate', '--force', '/etc/logrotate.d/0g-metrics');
        assert.match(debian.read(`${log}.1`), /"uri":"\/api\/metrics"/);
        await until(SHOWN_MS, async () => {
            await request(`${url}/api/health`);
            assert.match(debian.read(log), /"uri":"\/api\/health"/);
        }, 200);
    });

    test('copies the store in use and puts the copy back', async () => {
        await debian.run('0g-metrics', 'backup', AGENT, '/root/copy.db');
        assert.equal(await debian.run('stat', '-c', '%a %U', '/root/copy.db'), '600 root\n');
        assert.equal((await send(job('second'))).status, 200);
        await shows('first', 'second');
        await stopPrograms();
        await debian.run('0g-metrics', 'restore', AGENT, '/root/copy.db');
        await startPrograms();
        await shows('first');
        assert.equal((await send(job('third'))).status, 200);
        await shows('first', 'third');
    });

    test('upgraded, copies the store before it changes it and keeps all', async () => {
        const settings = debian.read(`/etc/0g-metrics/${AGENT}/agent.env`);
        const key = token('admin');
        await stopPrograms();
        await install(packages.next);
        assert.equal(debian.read(`/etc/0g-metrics/${AGENT}/agent.env`), settings);
        assert.equal(token('admin'), key);
        await startPrograms();
        assert.equal((await send(job('fourth'))).status, 200);
        await shows('first', 'third', 'fourth');
        assert.equal(await storeVersion(), version + 1);
        assert.ok(existsSync(debian.path(`/var/lib/0g-metrics/${AGENT}/jobs/jobs.db.v${version}`)));
    });

    test('taken back, refuses the newer store in one line, and goes on with the copy', async () => {
        await stopPrograms();
        await install(packages.now);
        await startPrograms();
        assert.equal((await send(job('fifth'))).status, 503);
        assert.equal(await programs.admin.ended, 78);
        const reasons = programs.admin.log.split('\n').filter((line) => line.includes('a newer program wrote the file'));
        assert.equal(reasons.length, 1, programs.admin.log);
        assert.match(reasons[0], /install the newer program, or restore the copy made before the upgrade/);
        await until(SHOWN_MS, async () => {
            const { sources } = await getJson(`${url}/api/metrics`);
            assert.match(sources.jobs.reason, /of the same version/);
        }, 200);
        assert.equal(await programs.metrics.stop(), 0, programs.metrics.log);
        await debian.run('0g-metrics', 'restore', AGENT, `/var/lib/0g-metrics/${AGENT}/jobs/jobs.db.v${version}`);
        await startPrograms();
        assert.equal((await send(job('sixth'))).status, 200);
        await shows('first', 'third', 'sixth');
        assert.equal(await storeVersion(), version);
    });

    test('removed, leaves what is kept, and nginx can start', async () => {
        await stopPrograms();
        await debian.run('apt-get', 'remove', '-y', '-qq', '0g-metrics');
        await debian.run('nginx', '-t', '-q');
        assert.ok(!existsSync(debian.path('/usr/lib/0g-metrics')));
        for (const path of [`/etc/0g-metrics/${AGENT}/admin-token`, `/var/lib/0g-metrics/${AGENT}/jobs/jobs.db`]) {
            assert.ok(existsSync(debian.path(path)), path);
        }
    });

    test('purged, leaves nothing but its users, and nginx can start', async () => {
        await debian.run('apt-get', 'purge', '-y', '-qq', '0g-metrics');
        await debian.run('nginx', '-t', '-q');
        const left = await debian.shell(`find /etc /usr /var /run -name '*0g-metrics*' -not -path '/var/cache/apt/*' \\
            -not -path '/run/credentials*' -not -path '/run/0g-metrics*'`);
        assert.equal(left, '');
    });
});
