// build/bench/bench_decode with the answers of a registry of 1,000 services.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE, makeService, serving } from '../../lib/contracts.mjs';
import { ROOT } from '../../lib/stack.mjs';

export const SERVICES = 1000;
const ROUNDS = 101;

/** One with the texts and prices of a service of /api/metrics. */
function serviceLike({ serviceType, url, model, verifiability, additionalInfo, inputPriceNeuron, outputPriceNeuron }, number) {
    const texts = { serviceType, url, model, verifiability, additionalInfo };
    const prices = { inputPrice: BigInt(inputPriceNeuron), outputPrice: BigInt(outputPriceNeuron) };
    return makeService(number, { ...texts, ...prices });
}

/** One answer for each page that the contract gives, as its hexadecimal text. */
function answersLike(examples) {
    const all = Array.from({ length: SERVICES }, (_, number) => serviceLike(examples[number % examples.length], number));
    const pages = Array.from({ length: SERVICES / PAGE }, (_, page) => all.slice(page * PAGE, (page + 1) * PAGE));
    return pages.map((page) => serving.v3.encodeFunctionResult('getAllServices', [page, SERVICES]));
}

/**
 * @param {string} folder  for the file of answers
 * @param {object[]} examples  services of /api/metrics
 * @returns {{services: number, rounds: number, medianUs: number, minUs: number, maxUs: number, bytes: number, pages: number}}
 */
export function measureDecoder(folder, examples) {
    const file = join(folder, 'answers.txt');
    const lines = answersLike(examples);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const program = join(ROOT, 'build/bench/bench_decode');
    const output = execFileSync(program, [file, String(ROUNDS)], { encoding: 'utf8' });
    const bytes = lines.reduce((sum, line) => sum + (line.length - 2) / 2, 0);
    return { ...JSON.parse(output), bytes, pages: lines.length };
}
