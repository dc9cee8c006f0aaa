// What make install puts where, and what systemd says of its units; nothing is started.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ROOT, installedUnits, valuesOf } from './filter.mjs';

const UNITS = ['0g-metrics@main.service', '0g-metrics-admin@main.service', '0g-metrics@main.socket',
    '0g-metrics-admin@main.socket'];
/** Tenths; lower is better. */
const EXPOSURE = '20';

let folder;
let units;
before(() => {
    folder = mkdtempSync(join(tmpdir(), 'install-test.'));
    units = installedUnits(folder);
    // What ours refer to.
    cpSync('/usr/lib/systemd/system', join(folder, 'usr/lib/systemd/system'), {
        recursive: true, verbatimSymlinks: true, force: false,
    });
});
after(() => rmSync(folder, { recursive: true }));

const at = (path) => join(folder, path);
const modeOf = (path) => (statSync(at(path)).mode & 0o7777).toString(8);
const filesBelow = (path) => readdirSync(at(path), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));

function verify(unit) {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', `--root=${folder}`, unit],
        { encoding: 'utf8' });
    return { status, stderr };
}

describe('units', () => {
    for (const unit of UNITS) {
        test(`${unit} is understood by systemd whole`, () => {
            assert.deepEqual(verify(unit), { status: 0, stderr: '' });
        });
    }

    for (const unit of UNITS.filter((name) => name.endsWith('.service'))) {
        test(`${unit} is exposed by at most 2.0`, () => {
            const { status, stdout } = spawnSync('systemd-analyze',
                ['security', '--offline=true', `--root=${folder}`, `--threshold=${EXPOSURE}`, unit], { encoding: 'utf8' });
            assert.equal(status, 0, stdout);
        });
    }

    test('every exact measure that was promised stands in both services', () => {
        for (const unit of Object.values(units)) {
            assert.deepEqual(valuesOf(unit, 'NoNewPrivileges'), ['yes']);
            assert.deepEqual(valuesOf(unit, 'CapabilityBoundingSet'), ['']);
            assert.deepEqual(valuesOf(unit, 'ProtectSystem'), ['strict']);
            assert.deepEqual(valuesOf(unit, 'LimitCORE'), ['0']);
            assert.deepEqual(valuesOf(unit, 'SystemCallErrorNumber'), [], 'a forbidden call kills');
        }
    });

    test('only the service of admin.fcgi is given secrets, and none of them in its environment', () => {
        assert.doesNotMatch(units.metrics, /TOKEN|KEY_FILE|Credential/);
        const named = valuesOf(units.admin, 'Environment').filter((value) => /TOKEN|KEY/.test(value));
        assert.equal(named.length, 5);
        for (const value of named) assert.match(value, /_FILE=%d\/[a-z-]+$/);
        const loaded = valuesOf(units.admin, 'LoadCredential').map((value) => value.split(':')[0]);
        assert.deepEqual(loaded.sort(), named.map((value) => value.split('%d/')[1]).sort());
    });

    test('each program writes one folder, and the store\'s belongs to admin\'s user and the panel\'s group', () => {
        assert.deepEqual(valuesOf(units.metrics, 'StateDirectory'), ['0g-metrics/%i/state']);
        assert.deepEqual(valuesOf(units.admin, 'StateDirectory'), ['0g-metrics/%i/jobs']);
        assert.deepEqual(valuesOf(units.admin, 'StateDirectoryMode'), ['2750']);
        assert.deepEqual([valuesOf(units.admin, 'User'), valuesOf(units.admin, 'Group')], [['zg-admin'], ['zg-metrics']]);
        assert.deepEqual([valuesOf(units.metrics, 'User'), valuesOf(units.metrics, 'Group')], [['zg-metrics'], ['zg-metrics']]);
        for (const unit of Object.values(units)) assert.deepEqual(valuesOf(unit, 'ReadWritePaths'), []);
    });

    test('the users are made as systemd-sysusers reads them', () => {
        const { stderr: plan } = spawnSync('systemd-sysusers', ['--dry-run', `--root=${folder}`,
            at('usr/lib/sysusers.d/0g-metrics.conf')], { encoding: 'utf8' });
        for (const user of ['zg-metrics', 'zg-admin']) assert.match(plan, new RegExp(`Creating user '${user}'`));
    });
});

describe('files', () => {
    test('programs, page, parts of nginx, settings and manual are where they belong', () => {
        for (const path of ['usr/lib/0g-metrics/metrics.fcgi', 'usr/lib/0g-metrics/admin.fcgi',
            'usr/bin/0g-metrics-verify', 'usr/sbin/0g-metrics']) assert.equal(modeOf(path), '755', path);
        for (const path of ['usr/share/0g-metrics/www/index.html', 'usr/share/0g-metrics/nginx/server.conf',
            'etc/nginx/conf.d/0g-metrics.conf', 'etc/nginx/sites-available/0g-metrics-main',
            'etc/logrotate.d/0g-metrics']) assert.equal(modeOf(path), '644', path);
        // A URL in it may hold a key.
        assert.equal(modeOf('etc/0g-metrics/main/agent.env'), '640');
        for (const page of ['man8/0g-metrics.8', 'man8/metrics.fcgi.8', 'man8/admin.fcgi.8', 'man5/agent.env.5',
            'man1/0g-metrics-verify.1']) assert.ok(existsSync(at(`usr/share/man/${page}.gz`)), page);
    });

    test('no name between @ signs and no path of this checkout or of the staging folder is left', () => {
        const texts = [...filesBelow('etc'), ...filesBelow('usr/share/0g-metrics/nginx'), at('usr/sbin/0g-metrics'),
            ...UNITS.map((unit) => at(`usr/lib/systemd/system/${unit.replace('main', '')}`))];
        for (const file of texts) {
            const text = readFileSync(file, 'utf8');
            // The command makes sites, so it knows the names in their template.
            const left = text.match(/@[A-Z_]+@/g) ?? [];
            const own = file.endsWith('sbin/0g-metrics') ? ['@NAME@', '@PORT@'] : [];
            assert.deepEqual(left.filter((name) => !own.includes(name)), [], file);
            assert.ok(!text.includes(ROOT) && !text.includes(folder), file);
        }
    });

    test('a second installation keeps what the operator changed', () => {
        const kept = ['etc/0g-metrics/main/agent.env', 'etc/nginx/sites-available/0g-metrics-main',
            'etc/nginx/conf.d/0g-metrics.conf', 'etc/logrotate.d/0g-metrics'];
        for (const path of kept) writeFileSync(at(path), '# changed\n');
        const unit = at('usr/lib/systemd/system/0g-metrics@.service');
        writeFileSync(unit, '# changed\n');
        installedUnits(folder);
        for (const path of kept) assert.equal(readFileSync(at(path), 'utf8'), '# changed\n', path);
        assert.equal(readFileSync(unit, 'utf8'), units.metrics);
    });

    test('the settings that come with it are settings of the programs, and none is a secret', () => {
        const list = readFileSync(join(ROOT, 'scripts/settings.list'), 'utf8').split('\n')
            .filter((line) => line && !line.startsWith('#')).map((line) => line.split(/\s+/));
        const readable = list.filter(([, reader, kind]) => reader !== 'start' && kind === 'public').map(([name]) => name);
        const given = readFileSync(join(ROOT, 'scripts/package/agent.env'), 'utf8').match(/^#?[A-Z_]+(?==)/gm)
            .map((name) => name.replace('#', ''));
        assert.ok(given.includes('ZG_NETWORK'));
        assert.deepEqual(given.filter((name) => !readable.includes(name)), []);
    });

    test('the manual is well formed and agent.env(5) has every setting', () => {
        const pages = filesBelow('usr/share/man').filter((file) => !file.includes('/man7/'));
        assert.ok(pages.length >= 5);
        for (const page of pages) {
            const text = execFileSync('gzip', ['-dc', page]);
            const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], { input: text, encoding: 'utf8' });
            assert.equal(stdout, '', page);
        }
        const settings = execFileSync('gzip', ['-dc', at('usr/share/man/man5/agent.env.5.gz')], { encoding: 'utf8' });
        const shown = settings.match(/^\.It Ev \w+/gm).map((line) => line.split(' ')[2]);
        const wanted = readFileSync(join(ROOT, 'scripts/settings.list'), 'utf8').split('\n')
            .map((line) => line.split(/\s+/))
            .filter(([name, reader, kind]) => kind === 'public' && reader !== 'start' && name !== 'RUN' && name !== 'ZG_CACHE_DB')
            .map(([name]) => name);
        assert.deepEqual(shown.sort(), wanted.sort());
    });
});
