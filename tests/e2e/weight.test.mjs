// What the page weighs on the way to the browser, in gzip as nginx sends it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { constants, gzipSync } from 'node:zlib';
import { ROOT } from '../lib/stack.mjs';

const DIST = join(ROOT, 'static/dist');
const KB = 1000;
const [SCRIPTS_KB, STYLES_KB, ON_DEMAND_KB] = [92, 12, 20];

const html = readFileSync(join(DIST, 'index.html'), 'utf8');
const assets = readdirSync(join(DIST, 'assets'));
const isReferenced = (file) => html.includes(`/assets/${file}`);

function weigh(files) {
    assert.ok(files.length > 0);
    const packed = files.map((file) => gzipSync(readFileSync(join(DIST, 'assets', file)), { level: constants.Z_BEST_COMPRESSION }));
    return packed.reduce((sum, { length }) => sum + length, 0) / KB;
}

function assertAtMost(limit, weight) {
    assert.ok(weight <= limit, `${weight.toFixed(1)} KB, and ${limit} are allowed`);
}

const ofType = (ending) => assets.filter((file) => file.endsWith(ending));

test(`the scripts that the page names weigh ${SCRIPTS_KB} KB at most`, () => {
    assertAtMost(SCRIPTS_KB, weigh(ofType('.js').filter(isReferenced)));
});

test(`its styles weigh ${STYLES_KB} KB at most`, () => {
    assertAtMost(STYLES_KB, weigh(ofType('.css')));
});

test(`what comes on demand weighs ${ON_DEMAND_KB} KB at most`, () => {
    assertAtMost(ON_DEMAND_KB, weigh(ofType('.js').filter((file) => !isReferenced(file))));
});
