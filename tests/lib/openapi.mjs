// Checks replies against docs/openapi.yaml.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { ROOT } from './stack.mjs';

const DOCUMENT = 'openapi.yaml';
export const openapi = parse(readFileSync(join(ROOT, 'docs', DOCUMENT), 'utf8'));

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true, allowUnionTypes: true });
addFormats(ajv);
// A schema for ajv only where it looks for one: under components.
ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components', 'summary']);
ajv.addSchema(openapi, DOCUMENT);

const pointer = (...names) =>
    names.map((name) => encodeURIComponent(String(name).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

/** Follows a `$ref` of the document; anything else is itself. */
function resolved(part) {
    if (!part.$ref) return { part, at: null };
    const names = part.$ref.slice(2).split('/');
    return { part: names.reduce((within, name) => within[name], openapi), at: part.$ref.slice(2) };
}

/**
 * Asserts that a reply is one that the document allows for that path, and gives the parsed body.
 * @param {string} path  as the document writes it
 * @param {import('./http.mjs').Reply} reply
 * @param {string} [method]
 */
export function assertDocumented(path, reply, method = 'get') {
    const { responses } = openapi.paths[path][method];
    const key = responses[reply.status] ? reply.status : 'default';
    const { part, at } = resolved(responses[key]);
    if (!part.content) {
        assert.equal(reply.bytes.length, 0, `${path} ${reply.status} has no body`);
        return null;
    }
    const type = reply.headers['content-type']?.split(';')[0];
    assert.ok(part.content[type], `${path} ${reply.status}: undocumented type ${type}`);
    const where = at ?? pointer('paths', path, method, 'responses', key);
    const schema = `${DOCUMENT}#/${where}/${pointer('content', type, 'schema')}`;
    const body = type.endsWith('json') ? JSON.parse(reply.text) : reply.text;
    return assertSchema(schema, body, `${path} ${reply.status}`);
}

/** @param {string} name  of a schema under components */
export function assertComponent(name, value) {
    return assertSchema(`${DOCUMENT}#/components/schemas/${name}`, value, name);
}

function assertSchema(schema, value, what) {
    const validate = ajv.getSchema(schema);
    assert.ok(validate, `no schema at ${schema}`);
    const isValid = validate(value);
    assert.ok(isValid, `${what}: ${ajv.errorsText(validate.errors)}`);
    return value;
}
