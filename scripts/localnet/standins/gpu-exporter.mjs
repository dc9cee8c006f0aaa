// NVIDIA's DCGM exporter, for the cards of the operator's node. Utilisation is measured: the share of the
// last seconds in which the provider on the card had at least one busy slot.
import { CARDS, CARD_NAME } from './hardware.mjs';
import { Refusal } from './front.mjs';

const WINDOW_MS = 10_000;
const HOST_NAME = 'localnet';

const METRICS = [
    {
        name: 'DCGM_FI_DEV_GPU_UTIL',
        help: 'GPU utilization (in %).',
        value: (card, slots) => Math.round(100 * slots.busyShare(WINDOW_MS)),
    },
    {
        name: 'DCGM_FI_DEV_FB_FREE',
        help: 'Framebuffer memory free (in MiB).',
        value: (card, slots) => card.totalMiB - usedMiB(card, slots),
    },
    { name: 'DCGM_FI_DEV_FB_USED', help: 'Framebuffer memory used (in MiB).', value: usedMiB },
];

function usedMiB(card, slots) {
    return card.weightsMiB + slots.busy * card.slotMiB;
}

function labels(index) {
    const uuid = `GPU-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const pairs = { gpu: index, UUID: uuid, device: `nvidia${index}`, modelName: CARD_NAME };
    return Object.entries({ ...pairs, Hostname: HOST_NAME })
        .map(([name, value]) => `${name}="${value}"`)
        .join(',');
}

/**
 * @param {import('./provider.mjs').Provider[]} providers
 * @returns {import('./front.mjs').Handler}
 */
export const gpuExporter = (providers) => (req, res) => {
    if (req.url.split('?')[0] !== '/metrics') throw new Refusal(404, 'no such path');
    const lines = METRICS.flatMap(({ name, help, value }) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} gauge`,
        ...CARDS.map(
            (card, i) => `${name}{${labels(i)}} ${value(card, providers[card.provider].slots)}`,
        ),
    ]);
    res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    res.end(`${lines.join('\n')}\n`);
};
