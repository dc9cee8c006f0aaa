// localnet-settings.mjs FACTS NAME=FIELD...: prints NAME=VALUE for each field that the local network's
// localnet.json has.
import { readFile } from 'node:fs/promises';

const [factsFile, ...wanted] = process.argv.slice(2);
const facts = JSON.parse(await readFile(factsFile, 'utf8'));
for (const pair of wanted) {
    const [name, field] = pair.split('=');
    const value = facts[field];
    if (value === undefined || value === null) continue;
    if (!/^[\x20-\x7e]*$/.test(String(value))) throw new Error(`${factsFile}: ${field} is not plain text`);
    console.log(`${name}=${value}`);
}
