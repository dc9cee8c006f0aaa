/**
 * The figures of a benchmark report computed a second time, from report.json alone, with BigInt and
 * in another way than the C code: what both agree on is what docs/benchmark.md defines.
 */

/** @typedef {{number: number, warmup: boolean, endpoint: number, outcome: string, startUs: number,
 *   endUs: number, tokenUs: number[], events: number, lastTokenUs: number | null,
 *   tokens: string | null, outputTokens: number | null, inputTokens: number | null,
 *   costNeuron: string | null, costAtMost: boolean}} Call */

/** @param {bigint} a @param {bigint} b half up, both positive */
const round = (a, b) => (2n * a + b) / (2n * b);

/** @param {bigint} parts @param {number} places */
export function fixed(parts, places) {
  const digits = parts.toString().padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** @param {bigint} us */
export const ms = (us) => fixed(us, 3);

/** @param {bigint} neuron */
export function coins(neuron) {
  const text = fixed(neuron, 18).replace(/0+$/, "");
  return text.endsWith(".") ? `${text}0` : text;
}

/** @param {bigint} square */
function sqrt(square) {
  if (square < 2n) return square;
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** sqrt(a / b), half up. @param {bigint} a @param {bigint} b */
const sqrtRatio = (a, b) => (sqrt((4n * a) / b) + 1n) / 2n;

/** C(n, 0..n). @param {number} n */
function binomials(n) {
  const row = [1n];
  for (let k = 1; k <= n; k++) row.push((row[k - 1] * BigInt(n - k + 1)) / BigInt(k));
  return row;
}

/**
 * The largest rank with sides * P(Bin(n, percent %) < rank) <= 5 %, and that probability.
 * @param {number} n @param {number} percent @param {bigint} sides
 */
function tail(n, percent, sides) {
  const choose = binomials(n);
  const whole = 100n ** BigInt(n);
  let sum = 0n;
  let outside = 0n;
  let rank = 0;
  for (; rank < n; rank++) {
    sum += choose[rank] * BigInt(percent) ** BigInt(rank) * BigInt(100 - percent) ** BigInt(n - rank);
    if (sides * sum * 100n > 5n * whole) break;
    outside = sides * sum;
  }
  return { rank, coverage: 10000n - round(outside * 10000n, whole) };
}

/** 97.5 % quantiles of Student's t by degrees of freedom, from a printed table. */
const STUDENT = { 1: 127062n, 2: 43027n, 3: 31824n, 4: 27764n, 5: 25706n, 6: 24469n, 7: 23646n, 8: 23060n, 9: 22622n };

/** @param {bigint[]} sorted @param {number} percent */
function linear(sorted, percent) {
  const h = BigInt(sorted.length - 1) * BigInt(percent);
  const k = Number(h / 100n);
  const above = sorted[Math.min(k + 1, sorted.length - 1)];
  return round(sorted[k] * 100n + (above - sorted[k]) * (h % 100n), 100n);
}

/** @param {bigint[]} sorted @param {number} percent */
const nearestRank = (sorted, percent) =>
  sorted[Math.max(1, Math.ceil((percent * sorted.length) / 100)) - 1];

/** @param {bigint[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0n);

/** @param {bigint[]} values */
const sort = (values) => [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** @param {bigint[]} values */
const mean = (values) => round(sum(values), BigInt(values.length));

/** @param {bigint[]} sorted */
function series(sorted) {
  return [mean(sorted), linear(sorted, 50), linear(sorted, 95), linear(sorted, 99)].map(ms).join(" / ");
}

/** @param {string} item @param {bigint[]} sorted @param {number} percent */
function tailWords(item, sorted, percent) {
  const n = sorted.length;
  const lower = tail(n, percent, 1n);
  const upper = tail(n, 100 - percent, 1n);
  const needed = { 95: 59, 99: 299 }[percent];
  const low = lower.rank
    ? `at least ${ms(sorted[lower.rank - 1])} (one-sided, ${fixed(lower.coverage, 2)} %); `
    : "";
  const high = upper.rank
    ? `at most ${ms(sorted[n - upper.rank])} (one-sided, ${fixed(upper.coverage, 2)} %)`
    : `no upper bound from ${n} ${n === 1 ? "call" : "calls"} (needs ${needed})`;
  return `| ${item} | ${ms(linear(sorted, percent))} ms | ${low}${high} | `;
}

/** Wilson's interval in tenths of a percent, from z = 1.959964. @param {bigint} k @param {bigint} n */
function wilson(k, n) {
  const unit = 10n ** 24n;
  const z2 = 3841458820694125958400000n;
  const root = sqrt((z2 * (z2 * n + 4n * k * (n - k) * unit)) / n);
  const whole = 2n * (n * unit + z2);
  return [2n * k * unit + z2 - root, 2n * k * unit + z2 + root].map((part) =>
    fixed(round(part * 1000n, whole), 1),
  );
}

/**
 * The lines, or their beginnings, that the Markdown has to hold for one endpoint.
 * @param {{head: {endpoints: {inputPriceNeuron: string, outputPriceNeuron: string}[]}, calls: Call[]}} run
 * @param {number} endpoint
 */
export function expectedLines(run, endpoint) {
  const several = run.head.endpoints.length > 1;
  const own = run.calls.filter((call) => call.endpoint === endpoint);
  const measured = own.filter((call) => !call.warmup);
  const good = measured.filter((call) => call.outcome === "ok");
  const latency = (/** @type {Call} */ call) => BigInt(call.endUs - call.startUs);
  const label = (/** @type {Call} */ call) =>
    `${several ? "AB"[endpoint] : ""}${call.warmup ? "W" : ""}${call.number}`;
  const lines = [];

  for (const call of own) {
    const more = call.outcome.startsWith("timeout") ? "&gt;" : "";
    const { inputPriceNeuron, outputPriceNeuron } = run.head.endpoints[endpoint];
    const cost = call.tokens
      ? BigInt(/** @type {number} */ (call.inputTokens)) * BigInt(inputPriceNeuron) +
        BigInt(/** @type {number} */ (call.outputTokens)) * BigInt(outputPriceNeuron)
      : 0n;
    lines.push({ row: label(call), text: `${more}${ms(latency(call))} | `, cost: `| ${coins(cost)} 0G | ` });
  }

  const sorted = sort(good.map(latency));
  const n = BigInt(good.length);
  const attempted = BigInt(measured.length);
  /** @type {string[]} */
  const rows = [];
  if (n > 0n) {
    const observed = (/** @type {bigint} */ us) =>
      `run ${label(/** @type {Call} */ (good.find((call) => latency(call) === us)))}: ${ms(us)} |`;
    const squares = n * sum(sorted.map((us) => us * us)) - sum(sorted) ** 2n;
    const t = STUDENT[/** @type {1} */ (good.length - 1)];
    const half = sqrtRatio(t * t * squares, 10n ** 8n * n * n * (n - 1n));
    const low = mean(sorted) > half ? mean(sorted) - half : 0n;
    const median = tail(good.length, 50, 2n);
    const medianWords = median.rank
      ? `${ms(sorted[median.rank - 1])} - ${ms(sorted[good.length - median.rank])} (order statistics, ${fixed(median.coverage, 2)} %)`
      : `not determinable from ${n} calls (needs 6)`;
    rows.push(
      `| Average latency | ${ms(mean(sorted))} ms | ${ms(low)} - ${ms(mean(sorted) + half)} (Student's t) | |`,
      `| P50 latency | ${ms(linear(sorted, 50))} ms | ${medianWords} | ${observed(nearestRank(sorted, 50))}`,
      tailWords("P95 latency", sorted, 95) + observed(nearestRank(sorted, 95)),
      tailWords("P99 latency", sorted, 99) + observed(nearestRank(sorted, 99)),
      `| Min latency | ${ms(sorted[0])} ms | | ${observed(sorted[0])}`,
      `| Max latency | ${ms(sorted[sorted.length - 1])} ms | | ${observed(sorted[sorted.length - 1])}`,
      `| Stdev latency (n-1) | ${fixed(sqrtRatio(squares * 10n ** 6n, n * (n - 1n)), 6)} ms |`,
      `| Tail ratio P99/P50 | ${fixed(round(linear(sorted, 99) * 100n, linear(sorted, 50)), 2)} |`,
    );
    const costs = sum(good.map((call) => BigInt(/** @type {string} */ (call.costNeuron))));
    const spent = sum(own.map((call) => BigInt(/** @type {string} */ (call.costNeuron))));
    rows.push(
      `| Avg Cost/Inference | ${coins(round(costs, n))} 0G | exact; ${coins(round(spent, n))} 0G per success`,
      `| Calculated from tokens and prices | ${coins(spent)} 0G | `,
    );
    const streamed = good.filter((call) => (call.outputTokens ?? 0) >= 2 && call.events >= 2);
    const streaming = (/** @type {Call} */ call) =>
      BigInt(/** @type {number} */ (call.lastTokenUs) - call.tokenUs[0]);
    const tokensAfterFirst = (/** @type {Call} */ call) =>
      BigInt(/** @type {number} */ (call.outputTokens) - 1);
    rows.push(
      `| TTFT avg / P50 / P95 / P99 | ${series(sort(good.map((call) => BigInt(call.tokenUs[0]))))} ms (n=${n}) |`,
      `| TPOT avg / P50 / P95 / P99 | ${series(
        sort(streamed.map((call) => round(streaming(call), tokensAfterFirst(call)))),
      )} ms (n=${streamed.length}) |`,
      `| Stream speed; output tokens per second of the run | ${fixed(
        round(sum(streamed.map(tokensAfterFirst)) * 10n ** 8n, sum(streamed.map(streaming))),
        2,
      )} tok/s; `,
    );
  }
  const wall = several
    ? sum(measured.map(latency))
    : BigInt(
        Math.max(0, ...measured.map((call) => call.endUs)) -
          Math.min(Number.MAX_SAFE_INTEGER, ...measured.map((call) => call.startUs)),
      );
  if (attempted > 0n) {
    const [low, high] = wilson(n, attempted);
    rows.push(
      `| Throughput (inferences/min) | ${fixed(round(n * 6n * 10n ** 9n, wall), 2)} inferences/min (${fixed(
        round(n * 36n * 10n ** 9n, wall),
        1,
      )}/hour) `,
      `| Success Rate | ${n}/${attempted} (${fixed(round(n * 1000n, attempted), 1)} %) | ${low} - ${high} % (Wilson) | |`,
    );
  }
  const adjusted = [50, 95, 99].map((percent) => {
    const rank = Math.max(1, Math.ceil((percent * measured.length) / 100));
    return rank <= sorted.length ? ms(sorted[rank - 1]) : "&gt; time-out (failed)";
  });
  if (attempted > 0n)
    rows.push(
      `| Failure-adjusted P50 / P95 / P99 (nearest rank over ${attempted}) | ${adjusted.join(" / ")}`,
    );
  return { calls: lines, rows };
}
