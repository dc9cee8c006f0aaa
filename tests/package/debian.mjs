// A clean Debian 12 in a folder, with processes and mounts of its own, and agents of the installed package
// in it: what systemd would do by their units is done here by the same words of the units.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { childrenOf } from '../lib/processes.mjs';
import { until } from '../lib/until.mjs';
import { ROOT, valuesOf } from '../install/filter.mjs';

const run = promisify(execFile);
/** Of debootstrap, kept because it takes minutes; may be deleted at any time. */
const BASE = join(ROOT, 'run/cache/debian-12.tar');
const OUTPUT_BYTES = 64 * 1024 * 1024;
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

async function makeBase() {
    const folder = mkdtempSync(join(tmpdir(), 'debian-base.'));
    try {
        await run('debootstrap', ['--variant=minbase', 'bookworm', join(folder, 'root')], { maxBuffer: OUTPUT_BYTES });
        mkdirSync(dirname(BASE), { recursive: true });
        await run('tar', ['-C', join(folder, 'root'), '-cf', `${BASE}.part`, '.']);
        renameSync(`${BASE}.part`, BASE);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

export class Debian {
    static async make() {
        if (!existsSync(BASE)) await makeBase();
        const debian = new Debian();
        debian.root = mkdtempSync(join(tmpdir(), 'debian-test.'));
        await run('tar', ['-C', debian.root, '-xf', BASE]);
        // Everything in it ends with this process, whatever ends the test.
        debian.init = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c',
            'mount -t proc proc "$1/proc" && echo here && exec sleep infinity',
            'sh', debian.root], { stdio: ['ignore', 'pipe', 'inherit'] });
        process.once('exit', () => debian.init.kill('SIGKILL'));
        await new Promise((resolve, reject) => {
            debian.init.stdout.once('data', resolve);
            debian.init.once('exit', () => reject(new Error('unshare ended')));
        });
        debian.inside = ['--target', String(childrenOf(debian.init.pid)[0]), '--mount', '--pid', '--', 'chroot', debian.root,
            'env', '-i', `PATH=${PATH}`, 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive'];
        debian.write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
        return debian;
    }

    path(path) {
        return join(this.root, path);
    }

    write(path, text, mode = 0o644) {
        mkdirSync(dirname(this.path(path)), { recursive: true });
        writeFileSync(this.path(path), text, { mode });
    }

    read(path) {
        return readFileSync(this.path(path), 'utf8');
    }

    /** @returns {Promise<string>} stdout; throws with stderr */
    async run(...command) {
        const { stdout } = await run('nsenter', [...this.inside, ...command], { maxBuffer: OUTPUT_BYTES });
        return stdout;
    }

    shell(script) {
        return this.run('sh', '-ec', script);
    }

    /** @param {string} packages  of apt-get install */
    async install(...packages) {
        await this.run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', '--allow-downgrades', ...packages);
    }

    /**
     * Starts a unit's program as the unit says, behind a socket that is held for it.
     * @returns {Unit}
     */
    start(unit, agent) {
        return new Unit(this, unit, agent);
    }

    async remove() {
        this.init.kill('SIGKILL');
        await until(5000, () => {
            if (this.init.exitCode === null && this.init.signalCode === null) throw new Error('unshare runs');
        });
        rmSync(this.root, { recursive: true, force: true });
    }
}

class Unit {
    constructor(debian, unit, agent) {
        const fill = (text) => text.replaceAll('%i', agent).replaceAll('%d', `/run/credentials-${unit}-${agent}`);
        const read = (kind) => fill(debian.read(`/usr/lib/systemd/system/${unit}@.${kind}`));
        const service = read('service');
        const one = (key) => valuesOf(service, key)[0];
        const [user, group] = [one('User'), one('Group')];
        this.socket = valuesOf(read('socket'), 'ListenStream')[0];
        this.debian = debian;
        this.log = '';
        const inside = (script) => execFileSync('nsenter', [...debian.inside, 'sh', '-ec', script]);
        inside(`install -d -m ${one('StateDirectoryMode')} -o ${user} -g ${group} /var/lib/${one('StateDirectory')}
            mkdir -p '${dirname(this.socket)}'; rm -f '${this.socket}'`);
        for (const credential of valuesOf(service, 'LoadCredential')) {
            const [name, file] = credential.split(':');
            const target = `${fill('%d')}/${name}`;
            inside(`install -d -m 0500 -o ${user} ${fill('%d')}
                if [ -e ${file} ]; then install -m 0400 -o ${user} ${file} ${target}
                else printf '\\n' | install -m 0400 -o ${user} /dev/stdin ${target}; fi`);
        }
        const settings = debian.read(one('EnvironmentFile')).split('\n').filter((line) => /^[A-Z]/.test(line));
        const environment = [...valuesOf(service, 'Environment'), ...settings];
        this.child = spawn('nsenter', [...debian.inside, 'systemd-socket-activate', '-l', this.socket,
            ...environment.map((pair) => `--setenv=${pair}`), 'setpriv', `--reuid=${user}`, `--regid=${group}`,
            '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', one('ExecStart')],
        { stdio: ['ignore', 'ignore', 'pipe'] });
        this.child.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
        this.ended = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve(signal ?? code)));
    }

    /** The socket as its unit has it; the first connection starts the program. */
    async open() {
        await until(10_000, () => {
            if (!existsSync(this.debian.path(this.socket))) throw new Error(`no socket: ${this.log}`);
        });
        await this.debian.run('chown', 'root:www-data', this.socket);
        await this.debian.run('chmod', '0660', this.socket);
        return this;
    }

    /** @returns {Promise<number | string>} how it ended */
    stop() {
        // nsenter waits for it.
        const [program] = childrenOf(this.child.pid);
        if (program) process.kill(program, 'SIGTERM');
        return this.ended;
    }
}
