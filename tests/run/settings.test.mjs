// One name, one meaning: scripts/settings.list, .env.example and the C program's table; and how .env is read.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const read = (path) => readFile(join(ROOT, path), 'utf8');

async function settingList() {
    const lines = (await read('scripts/settings.list')).split('\n').filter((line) => line && !line.startsWith('#'));
    return lines.map((line) => {
        const [name, reader, secrecy, field] = line.split(/\s+/);
        return { name, reader, secrecy, field };
    });
}

const names = (list) => list.map(({ name }) => name).sort();
const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]).sort();

describe('the names', () => {
    test('the C programs read what the list gives them', async () => {
        const table = matches(await read('cgi/zerog/settings.c'), /\.name = "([A-Z_]+)"/g);
        assert.ok(table.length >= 5);
        const given = (await settingList()).filter(({ reader, secrecy }) => reader !== 'start' && secrecy === 'public');
        assert.deepEqual(table, names(given));
    });

    test('metrics.fcgi is given no secret, and refuses each of them', async () => {
        const list = await settingList();
        assert.deepEqual(list.filter(({ reader, secrecy }) => reader !== 'admin' && secrecy !== 'public'), []);
        const [, table] = /secrets\[\] = \{([^}]*)\}/.exec(await read('cgi/zerog/settings.c'));
        const refused = matches(table, /"([A-Z_]+)"/g).flatMap((name) => [name, `${name}_FILE`]);
        assert.deepEqual(refused.sort(), names(list.filter(({ secrecy }) => secrecy === 'secret')));
    });

    test('.env.example shows every public setting, commented out', async () => {
        const text = await read('.env.example');
        const list = await settingList();
        assert.deepEqual(matches(text, /^#([A-Z_]+)=/gm), names(list.filter(({ secrecy }) => secrecy === 'public')));
        assert.deepEqual(matches(text, /^([^#\n].*)$/gm), []);
    });
});

describe('.env', () => {
    let folder;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'settings-test.'));
    });
    after(() => rm(folder, { recursive: true }));

    /** What metrics.fcgi would be given. */
    async function given(text, environment = {}) {
        const file = join(folder, 'env');
        await writeFile(file, text, { mode: 0o600 });
        const script = '. "$1/scripts/env.sh"; . "$1/scripts/settings.sh"; load_settings; metrics_environment /run';
        const { stdout, stderr } = await run('bash', ['--norc', '-euc', script, 'x', ROOT], {
            env: { PATH: process.env.PATH, CONFIG: file, ...environment },
        });
        const pairs = stdout.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
        return { values: Object.fromEntries(pairs), said: stderr };
    }

    test('values are taken as they are, without blanks around and one pair of quotes', async () => {
        for (const [line, value] of [
            ['ZG_AGENT_NAME=plain', 'plain'],
            ['ZG_AGENT_NAME=  with blanks  ', 'with blanks'],
            ['ZG_AGENT_NAME="quoted"', 'quoted'],
            ["ZG_AGENT_NAME='it''s'", "it''s"],
            ['ZG_AGENT_NAME="', '"'],
            ['ZG_AGENT_NAME=$(id) `id` ${HOME} $HOME \\n ; id', '$(id) `id` ${HOME} $HOME \\n ; id'],
            ['ZG_AGENT_NAME=a=b # c', 'a=b # c'],
            ['ZG_AGENT_NAME=windows\r', 'windows'],
            ['ZG_AGENT_NAME=first\nZG_AGENT_NAME=last', 'last'],
            ['# a comment\n\n  ZG_AGENT_NAME=no newline at the end', 'no newline at the end'],
        ]) {
            assert.equal((await given(line)).values.ZG_AGENT_NAME, value, line);
        }
    });

    test('the environment beats it, with an empty value too', async () => {
        assert.equal((await given('ZG_AGENT_NAME=file', { ZG_AGENT_NAME: 'shell' })).values.ZG_AGENT_NAME, 'shell');
        assert.equal((await given('ZG_AGENT_NAME=file', { ZG_AGENT_NAME: '' })).values.ZG_AGENT_NAME, undefined);
    });

    test('only allowed names get through; unknown ones are named, their values are not', async () => {
        const { values, said } = await given(
            'ZG_CHAIN_PRIVATE_KEY=planted\nADMIN_TOKEN_FILE=planted\nZG_RATE_LIMIT=1\nZG_AGENT_NAMES=planted\n',
            { RECORD_TOKEN: 'planted', ZG_NEW: 'planted', SHELL_THING: 'planted' },
        );
        assert.deepEqual(Object.keys(values).sort(), ['LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT', 'RUN', 'ZG_CACHE_DB']);
        assert.match(said, /line 4: there is no setting ZG_AGENT_NAMES/);
        assert.match(said, /there is no setting ZG_NEW/);
        assert.doesNotMatch(said, /planted|SHELL_THING/);
    });

    test('a value of several lines is refused', async () => {
        await assert.rejects(given('', { ZG_AGENT_NAME: 'a\nADMIN_TOKEN=b' }), { stderr: /ZG_AGENT_NAME must be a single line/ });
    });
});
