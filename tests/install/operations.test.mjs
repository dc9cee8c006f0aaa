// docs/operations.md against the sources: each event that a program logs is explained there, and no other.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './filter.mjs';

const sourcesBelow = (folder) => readdirSync(join(ROOT, folder), { recursive: true })
    .filter((name) => name.endsWith('.c')).map((name) => readFileSync(join(ROOT, folder, name), 'utf8')).join('\n');
const found = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();

test('every event of the logs is explained, and no other', () => {
    const programs = found(sourcesBelow('cgi'), /\blog_(?:event|lines|problem)\(\s*(?:LOG_[A-Z]+,\s*)?"([a-z_]+)"/g);
    const supervisor = found(sourcesBelow('scripts/supervise'), /\blog_event\(\s*"([a-z_]+)"/g);
    assert.ok(programs.length > 20 && supervisor.length > 5);
    const section = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
        .split('## What the log lines mean')[1].split('\n## ')[0];
    const [ofPrograms, ofSupervisor] = section.split('`make run` has a supervisor');
    assert.deepEqual(found(ofPrograms, /^\| `([a-z_]+)` \|/gm), programs);
    assert.deepEqual(found(ofSupervisor, /^\| `([a-z_]+)` \|/gm), supervisor);
});
