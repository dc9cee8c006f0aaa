// The built page with replies of our own choice, at a fixed moment: nginx's part played by a few lines.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ROOT } from './stack.mjs';

const DIST = join(ROOT, 'static/dist');
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

/** As JSON that may stand in a data block. */
const inBlock = (value) => JSON.stringify(value).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

function pageWith(reply, now) {
    const served = String(Math.floor(now / 1000));
    return readFileSync(join(DIST, 'index.html'), 'utf8')
        .replace(/<!--#echo [^>]*-->/, served)
        .replace(/<!--#include [^>]*-->/, () => inBlock(reply))
        .replace(/<!--#(config|block|endblock)[^>]*-->(null)?/g, '');
}

/**
 * @param {Record<string, object | null>} replies  each at a path of its own: /NAME/ is its page
 * @param {number} now  the server's time
 */
export async function servePages(replies, now) {
    /** The page asks /api/metrics; who asks is told apart by where it came from. */
    const nameOf = (path = '') => decodeURIComponent(path).split('/').find((part) => Object.hasOwn(replies, part));
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://page');
        response.setHeader('date', new Date(now).toUTCString());
        if (pathname === '/api/metrics') {
            const reply = replies[nameOf(request.headers.referer)];
            if (reply === null) return; // for as long as the page waits
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify(reply));
        } else if (extname(pathname)) {
            response.setHeader('content-type', TYPES[extname(pathname)]);
            response.end(readFileSync(join(DIST, pathname)));
        } else {
            response.setHeader('content-type', 'text/html');
            response.end(pageWith(replies[nameOf(pathname)], now));
        }
    });
    server.sendDate = false;
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
        url: (name, query = '') => `http://127.0.0.1:${server.address().port}/${name}/${query}`,
        close: () => {
            server.closeAllConnections();
            return new Promise((resolve) => server.close(resolve));
        },
    };
}
