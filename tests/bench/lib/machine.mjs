// Where the figures come from.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEXT_PACKAGE = fileURLToPath(new URL('../next/node_modules/next/package.json', import.meta.url));

const versionIn = (text) => /\d+(\.\d+)+/.exec(text)?.[0] ?? 'of unknown version';
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Some programs print their version to stderr, and wrk ends with 1. */
function versionOf(program, option) {
    const { stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8', env: environment });
    return versionIn(`${stdout}${stderr}`);
}

function system() {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
}

export function loadAverage() {
    return loadavg()
        .map((value) => value.toFixed(2))
        .join(' ');
}

export function machine() {
    const memory = `${(totalmem() / 1e9).toFixed(0)} GB`;
    return `${cpus()[0].model}, ${availableParallelism()} CPUs, ${memory}, ${system()}, Linux ${release()} ${arch()}`;
}

/** Of all programs that take part; Next.js has to be installed. */
export function versions() {
    const compiler = execFileSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' }).trim();
    const next = JSON.parse(readFileSync(NEXT_PACKAGE, 'utf8')).version;
    return `nginx ${versionOf('nginx', '-v')}, gcc ${compiler}, Next.js ${next}, Node.js ${versionIn(process.version)}, wrk ${versionOf('wrk', '-v')}`;
}
