// The page's source, as it comes from nginx.
import assert from 'node:assert/strict';

const DATA_BLOCK = /<script type="application\/json" id="snapshot" data-served="(\d+)">(.*?)<\/script>/s;

/**
 * The data block that nginx fills in.
 * @param {string} html
 * @returns {{served: number, text: string, rest: string}} served in Unix seconds; rest: the page without it
 */
export function dataBlock(html) {
    const match = DATA_BLOCK.exec(html);
    assert.ok(match, 'the page carries a snapshot');
    return { served: Number(match[1]), text: match[2], rest: html.replace(match[0], '') };
}

/** @param {import('./stack.mjs').Stack} stack @returns {Promise<any>} what stands in it; null for nothing */
export async function snapshotInPage(stack) {
    const reply = await stack.request('/');
    assert.equal(reply.status, 200);
    return JSON.parse(dataBlock(reply.text).text);
}
