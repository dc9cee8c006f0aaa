// Every test that docs/security.md and docs/faults.md name is there, under that name.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../lib/stack.mjs';

/** `tests/a.test.mjs` "part of a name", or `tests/unit/test_a.c` name_of_a_function */
const NAMED = /`(tests\/[^`]+)` (?:"([^"]+)"|(\w+))/g;

const CLAIMS = /^\| (claim \| test|fault \| promise \| test) \|\n/;

for (const document of ['docs/security.md', 'docs/faults.md']) {
    describe(document, () => {
        const tables = readFileSync(join(ROOT, document), 'utf8').split('\n\n').filter((text) => CLAIMS.test(text));
        const rows = tables.flatMap((table) => table.trim().split('\n').slice(2));
        const named = rows.flatMap((row) => [...row.matchAll(NAMED)]);

        test('every claim names a test', () => {
            assert.ok(rows.length > 8, `${rows.length} claims`);
            for (const row of rows) assert.match(row.split('|').at(-2), /`tests\//, row);
        });

        for (const [, file, name, wholeName] of named) {
            test(`${file} has ${name ?? wholeName}`, () => {
                assert.ok(existsSync(join(ROOT, file)), 'there is no such file');
                // A name inside quotes may hold an escaped one.
                const text = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
                const found = name
                    ? text.split('\n').some((line) => /\btest\(/.test(line) && line.includes(name))
                    : new RegExp(`^static void ${wholeName}\\(`, 'm').test(text);
                assert.ok(found, 'there is no such test');
            });
        }
    });
}
