// 0G's status API: the health of each provider, from how its requests really ended.
import { Refusal, sendJson } from './front.mjs';

// Percent of good requests.
const HEALTHY = 95;
const WARNING = 80;

function wordFor(uptime) {
    if (uptime === null) return 'unknown';
    if (uptime >= HEALTHY) return 'healthy';
    return uptime >= WARNING ? 'warning' : 'critical';
}

function serviceHealth({ account, model, serviceType, outcomes }) {
    const { checks, performance, lastAt } = outcomes.figures();
    return {
        serviceType,
        model,
        provider: account.address,
        status: wordFor(checks.uptime),
        checks,
        performance,
        lastCheck: lastAt === null ? null : new Date(lastAt).toISOString(),
    };
}

function overallUptime(services) {
    const total = services.reduce((sum, { checks }) => sum + checks.total, 0);
    const good = services.reduce((sum, { checks }) => sum + checks.successful, 0);
    return total ? Math.round((10_000 * good) / total) / 100 : null;
}

function health(providers) {
    const services = providers.map(serviceHealth);
    const count = (word) => services.filter(({ status }) => status === word).length;
    const summary = {
        totalServices: services.length,
        healthy: count('healthy'),
        warning: count('warning'),
        critical: count('critical'),
        overallUptime: overallUptime(services),
    };
    const status = summary.critical > 0 ? 'critical' : summary.warning > 0 ? 'warning' : 'healthy';
    const timestamp = new Date().toISOString();
    return { status, timestamp, isMonitoring: true, summary, services };
}

async function models(providers) {
    const lists = await Promise.all(
        providers.map(async (provider) => {
            const { data } = await provider.models();
            return data.map((model) => ({ ...model, provider: provider.account.address }));
        }),
    );
    return { data: lists.flat() };
}

/**
 * @param {import('./provider.mjs').Provider[]} providers
 * @returns {import('./front.mjs').Handler}
 */
export const statusApi = (providers) => async (req, res) => {
    const path = req.url.split('?')[0];
    if (path === '/health') return sendJson(res, health(providers));
    if (path === '/models') return sendJson(res, await models(providers));
    throw new Refusal(404, 'no such path');
};
