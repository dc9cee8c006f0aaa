// The library's archive: what is in it, what it weighs, that a server without a browser can render it, and that its
// stylesheet says nothing about the host.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { constants, gzipSync } from 'node:zlib';
import { launchBrowser, openPage } from '../lib/browser.mjs';
import { LIBRARY, PACK, packLibrary, unpackLibrary } from '../lib/library.mjs';
import { ROOT } from '../lib/stack.mjs';

const KB = 1000;
const [AT_ONCE_KB, ON_DEMAND_KB] = [15, 20];
const FORMATS = [
    ['ESM', 'index.js', /(?:from |^import )"([^"]+)"/gm, /import\("([^"]+)"\)/g],
    ['CommonJS', 'index.cjs', /(?<!=>)require\("([^"]+)"\)/g, /=>require\("([^"]+)"\)/g],
];

/** Renders the panel in a program without a browser and prints the markup. */
const RENDER = `
    if ("window" in globalThis || "document" in globalThis) throw new Error("not a plain Node.js");
    const props = {
        compute: { gpuUtilization: 78, memoryUtilization: 45, activeJobs: 3, avgLatencyMs: 120, totalInferences: 5678 },
        storage: { totalStorageGb: 50, usedStorageGb: 12.4, objectCount: 1234 },
        inft: { tokenId: "12345", status: "active", modelName: "llama-3-8b", inferenceCount: 5678, lastActive: "2026-03-01T12:00:00.000Z" },
        jobs: [{ id: "1", model: "llama-3-8b", status: "completed", inputTokens: 512, outputTokens: 128, latencyMs: 120, timestamp: "2026-03-01T12:00:00.000Z" }],
        connectionState: "connected", isLoading: false, error: null, className: "cell",
    };
    function Live() {
        return createElement(InferenceMetrics, useInferenceMetrics("https://metrics.example/api/metrics"));
    }
    console.log(renderToString(createElement("main", null, createElement(InferenceMetrics, props), createElement(Live))));
`;
const PROGRAMS = {
    'esm.mjs': `
        import { createElement } from "react";
        import { renderToString } from "react-dom/server";
        import { InferenceMetrics, useInferenceMetrics } from "${LIBRARY}";
        ${RENDER}`,
    'commonjs.cjs': `
        const { createElement } = require("react");
        const { renderToString } = require("react-dom/server");
        const { InferenceMetrics, useInferenceMetrics } = require("${LIBRARY}");
        ${RENDER}`,
};

let project;
let folder;
let archive;
before(() => {
    ({ folder: project, archive } = packLibrary());
    folder = unpackLibrary(archive, project);
    for (const name of ['react', 'react-dom']) {
        symlinkSync(join(ROOT, 'static/node_modules', name), join(project, 'node_modules', name));
    }
});

const read = (file) => readFileSync(join(folder, 'lib', file), 'utf8');
const captured = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

/** A file with those that it needs at once, and the packages they all name. */
function loadedWith(entry, imported) {
    const [files, packages] = [new Set([entry]), new Set()];
    for (const file of files) {
        for (const name of captured(read(file), imported)) {
            if (name.startsWith('./')) files.add(basename(name));
            else packages.add(name);
        }
    }
    return { files: [...files], packages: [...packages].sort() };
}

function weigh(files) {
    const packed = files.map((file) => gzipSync(read(file), { level: constants.Z_BEST_COMPRESSION }).length);
    return packed.reduce((sum, bytes) => sum + bytes, 0) / KB;
}

test('it is the built code, its types, one stylesheet and the licences, and nothing else', () => {
    assert.deepEqual(readdirSync(folder).sort(), ['lib', 'package.json']);
    assert.deepEqual(readdirSync(join(folder, 'lib')).sort(), [
        'EvidenceDrawer.cjs',
        'EvidenceDrawer.js',
        'LICENSE',
        'QrCode.cjs',
        'QrCode.js',
        'THIRD-PARTY.md',
        'evidence.cjs',
        'evidence.js',
        'index.cjs',
        'index.d.cts',
        'index.d.ts',
        'index.js',
        'style.css',
    ]);
});

test('all that package.json names is there', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const named = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(named));
    const paths = named(manifest.exports);
    assert.equal(paths.length, 6);
    for (const path of paths) assert.ok(existsSync(join(folder, path)), path);
    assert.equal(manifest.dependencies, undefined);
});

for (const [format, entry, imported, onDemand] of FORMATS) {
    describe(format, () => {
        test('every file begins with "use client"', () => {
            const files = readdirSync(join(folder, 'lib')).filter((file) => file.endsWith(entry.slice('index'.length)));
            assert.equal(files.length, 4);
            for (const file of files) assert.match(read(file), /^"use client";/, file);
        });

        test(`what is loaded at once weighs ${AT_ONCE_KB} KB at most, and React is the host's`, () => {
            const { files, packages } = loadedWith(entry, imported);
            assert.deepEqual(packages, ['react', 'react/jsx-runtime']);
            const weight = weigh(files);
            assert.ok(weight <= AT_ONCE_KB, `${files.join(' ')}: ${weight.toFixed(1)} KB`);
        });

        test('the drawer and the QR code are loaded when they are opened', () => {
            const { files } = loadedWith(entry, imported);
            const [drawer, ...others] = captured(files.map(read).join('\n'), onDemand).map((path) => basename(path));
            assert.match(drawer, /^EvidenceDrawer\./);
            assert.deepEqual(others, []);
            const [code, ...more] = captured(read(drawer), onDemand).map((path) => basename(path));
            assert.match(code, /^QrCode\./);
            assert.deepEqual(more, []);
            for (const late of [drawer, code]) assert.ok(!files.includes(late), late);
            const weight = weigh([drawer, code]);
            assert.ok(weight <= ON_DEMAND_KB, `${weight.toFixed(1)} KB`);
        });
    });
}

test('plain Node.js renders it, imported and required alike, without a time of its own', () => {
    const [imported, required] = Object.entries(PROGRAMS).map(([name, text]) => {
        writeFileSync(join(project, name), text);
        return execFileSync(process.execPath, [join(project, name)], { encoding: 'utf8', env: { PATH: process.env.PATH } });
    });
    for (const figure of ['78%', '24.8%', '12345', '512/128', '120ms']) assert.ok(imported.includes(figure), figure);
    assert.doesNotMatch(imported, / ago|\d\d:\d\d</);
    assert.equal(required, imported);
});

describe('the stylesheet', () => {
    /** In a page that holds an element of every common kind beside a panel: what the rules say, and whether one touches the host. */
    const look = () => {
        const host = document.getElementById('host');
        const own = [document.documentElement, document.body, ...host.querySelectorAll('*'), host];
        const stylesOf = () =>
            own.flatMap((element) =>
                [null, '::before', '::after', '::placeholder', '::marker', '::backdrop'].map((pseudo) =>
                    [...getComputedStyle(element, pseudo)].map((name) => getComputedStyle(element, pseudo).getPropertyValue(name)).join(),
                ),
            );
        const [sheet] = document.styleSheets;
        const styled = stylesOf();
        const panel = getComputedStyle(document.querySelector('.zg-root')).containerType;
        sheet.disabled = true;
        const bare = stylesOf();
        sheet.disabled = false;
        const strangers = [];
        const walk = (rules) => {
            for (const rule of rules) {
                if (rule instanceof CSSStyleRule) {
                    // Split where no bracket is open.
                    for (const selector of rule.selectorText.split(/,(?![^(]*\))/)) {
                        if (!/^\s*(:is\(\.zg-|\.zg(-|\\:))/.test(selector) && !rule.parentRule?.selectorText) strangers.push(selector);
                    }
                    walk(rule.cssRules);
                } else if (rule instanceof CSSKeyframesRule) {
                    if (!rule.name.startsWith('zg-')) strangers.push(`@keyframes ${rule.name}`);
                } else if (rule instanceof CSSMediaRule || rule instanceof CSSContainerRule || rule instanceof CSSSupportsRule) {
                    walk(rule.cssRules);
                } else {
                    strangers.push(rule.cssText);
                }
            }
        };
        walk(sheet.cssRules);
        return { strangers, panel, elements: own.length, touched: styled.filter((style, index) => style !== bare[index]).length };
    };
    const HOST = `<div id="host"><h1>a</h1><h2>b</h2><p>c <a href="#">d</a> <b>e</b> <code>f</code></p><ul><li>g</li></ul><ol><li>h</li></ol>
        <table><caption>i</caption><thead><tr><th>j</th></tr></thead><tbody><tr><td>k</td></tr></tbody></table><button>l</button>
        <input placeholder="m"><select><option>n</option></select><textarea>o</textarea><dialog open>p</dialog><details open><summary>q</summary>r</details>
        <blockquote>s</blockquote><pre>t</pre><hr><img alt="u"><svg><circle r="1"/></svg><progress></progress><meter></meter>
        <section><div class="card text-value flex hidden animate-pulse tall label strong" data-band="high" data-status="error">v</div></section></div>`;
    /** In a box, so that the page is as high with its styles as without. */
    const PANEL = '<div style="height: 600px; overflow: hidden"><section class="zg-root"><div class="zg-panel"></div></section></div>';

    test('touches nothing of the host', async (t) => {
        const browser = await launchBrowser();
        t.after(() => browser.close());
        const { page } = await openPage(browser);
        await page.setContent(`<style>${read('style.css')}</style>${HOST}${PANEL}`);
        const seen = await page.evaluate(look);
        assert.deepEqual(seen.strangers, []);
        assert.ok(seen.elements > 35);
        assert.equal(seen.panel, 'size');
        assert.equal(seen.touched, 0);
    });
});

test('the examples in docs/embedding.md are those that are tested', () => {
    const examples = readdirSync(join(ROOT, 'tests/embed'), { recursive: true, withFileTypes: true })
        .filter((entry) => /\.(tsx|html)$/.test(entry.name))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const blocks = [...readFileSync(join(ROOT, 'docs/embedding.md'), 'utf8').matchAll(/```(\w+)\n(.*?)```/gs)];
    assert.deepEqual(blocks.map(([, language]) => language), ['sh', 'tsx', 'tsx', 'tsx', 'tsx', 'html']);
    for (const [, language, text] of blocks) {
        if (language === 'sh') assert.ok(text.split('\n').includes(PACK.join(' ')), text);
        else assert.ok(examples.some((example) => example.includes(text)), text);
    }
});
