// A project with Jest takes the library, and two judges of packages find nothing wrong with it.
import { before, test } from 'node:test';
import { installApp } from '../lib/host-app.mjs';
import { packLibrary } from '../lib/library.mjs';

/** @type {import('../lib/host-app.mjs').HostApp} */
let app;
let archive;

before(async () => {
    ({ archive } = packLibrary());
    app = await installApp('node', archive);
});

test('a Jest test imports it', async () => {
    await app.run('jest', '--ci');
});

test('publint has no finding', async () => {
    await app.run('publint', 'run', archive, '--strict');
});

test('its types are right however it is resolved', async () => {
    await app.run('attw', archive, '--exclude-entrypoints', './style.css', '--profile', 'node16');
});
