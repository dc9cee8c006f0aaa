// make-filtered FOLDER: makes a folder of programs under the units' filter, which can stand for BUILD.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installedUnits, makeFilteredBuild } from './filter.mjs';

const staging = mkdtempSync(join(tmpdir(), 'filter-test.'));
try {
    makeFilteredBuild(resolve(process.argv[2]), installedUnits(staging));
} finally {
    rmSync(staging, { recursive: true });
}
