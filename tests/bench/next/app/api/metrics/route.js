// A route handler that does nothing but answer: whatever it cost to make the bytes would come on top.
import { readFileSync } from 'node:fs';

// A live figure cannot be rendered when the app is built.
export const dynamic = 'force-dynamic';

/** @type {string | undefined} */
let body;

export function GET() {
    body ??= readFileSync(process.env.BENCH_BODY, 'utf8');
    return new Response(body, {
        headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
    });
}
